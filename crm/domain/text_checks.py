"""What is checked in a text before it is sent, printed or kept: scope of practice and privacy, in one list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from crm.domain import privacy, scope
from crm.domain.privacy import Identifier
from crm.domain.scope import Finding
from crm.domain.scope_wording import replacement

Family = Literal["scope", "privacy"]


@dataclass(frozen=True, slots=True)
class TextFinding(Finding):
    """One place of a text that either check found.

    `replacement` is what can stand there instead where a plain substitution reads well.
    """

    family: Family
    replacement: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether the text may not leave with it, unless a person takes responsibility."""
        return self.severity == "blocks"


def check(
    text: str, *, names: Iterable[str] = (), client_names: Iterable[str] = (), allowed: Iterable[str] = ()
) -> list[TextFinding]:
    """Both checks over one text, in order of place.

    `names` are those of providers and practices ("Bayou Physical Therapy" claims nothing for us), `client_names` the
    names and codes of the trainer's clients, which must not appear, `allowed` our own and the provider's phone numbers,
    addresses and names, which may.
    """
    names = tuple(names)
    found = [_of_scope(each) for each in scope.check(text, names=names)]
    identifiers = privacy.identifiers(text, known_names=client_names, allowed=(*allowed, *names))
    found += _of_privacy(text, identifiers)
    return sorted(found, key=lambda each: (each.line, each.start, each.end))


def blocking(findings: Iterable[TextFinding]) -> list[TextFinding]:
    """Those that stop a text from being used."""
    return [each for each in findings if each.blocks]


def _of_scope(found: Finding) -> TextFinding:
    return TextFinding(**asdict(found), family="scope", replacement=replacement(found.rule, found.text))


def _of_privacy(text: str, identifiers: Sequence[Identifier]) -> Iterable[TextFinding]:
    """Positions of the whole text as line and columns; what runs over a line end is cut there."""
    starts = [0, *(place + 1 for place, char in enumerate(text) if char == "\n")] if identifiers else []
    for each in identifiers:
        line = bisect_right(starts, each.start)
        said = each.text.split("\n", 1)[0]
        start = each.start - starts[line - 1]
        yield TextFinding(
            line,
            start,
            start + len(said),
            each.kind,
            each.severity,
            f"This looks like {each.why}.",
            privacy.INSTEAD,
            said,
            "privacy",
        )
