"""A built-in script as one template: its audience's words put into the frame of its channel.

What a trainer edits is this: every moment and condition is kept, and nothing is looked up elsewhere.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crm.documents.environment import TEMPLATES, body
from crm.domain.script import Audience, Channel

_BLOCK = re.compile(r"\{% block (\w+) %\}(.*?)\{% endblock %\}", re.DOTALL)
_CALL = re.compile(r"\{\{ self\.(\w+)\(\) \}\}")
_DEAR = re.compile(r'^\{% set dear = (.*?) if script\.audience == "gatekeeper" else (.*?) %\}\n', re.MULTILINE)
_DEEPEST = 5


@lru_cache(maxsize=80)
def flat_script(audience: Audience, channel: Channel) -> str:
    """The wording of one built-in script over one channel; fills to the very same words."""
    folder = TEMPLATES / "scripts"
    return flattened(
        (folder / f"audiences/{audience}.j2").read_text(encoding="utf-8"),
        (folder / f"channels/{channel}.j2").read_text(encoding="utf-8"),
        at_desk=audience is Audience.GATEKEEPER,
    )


def flattened(audience: str, channel: str, *, at_desk: bool) -> str:
    """The two sources as one."""
    said = {name: words.strip() for name, words in _BLOCK.findall(body(audience))}
    frame = _greeting(body(channel).strip() + "\n", at_desk=at_desk)
    frame = _BLOCK.sub(lambda found: said.get(found[1], found[2].strip()), frame)
    for _ in range(_DEEPEST):
        frame = _CALL.sub(lambda found: said.get(found[1], ""), frame)
    return frame


def _greeting(frame: str, *, at_desk: bool) -> str:
    found = _DEAR.search(frame)
    if found is None:
        return frame
    dear = found[1] if at_desk else found[2]
    alone = dear.removeprefix("(").removesuffix(")")
    frame = _DEAR.sub("", frame).replace("{{ dear }}", f"{{{{ {alone} }}}}")
    return frame.replace("{{ dear |", f"{{{{ {dear} |")
