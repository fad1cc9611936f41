"""The introduction script, filled for one provider: five parts, two questions, its length and its checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from crm.documents import prose
from crm.documents.environment import TEMPLATES, Filled, fill, fill_source, front_matter
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import MergeFields, ScriptFields
from crm.domain import scope, script
from crm.domain.script import PARTS, Audience, Channel, Check, Moment


@dataclass(frozen=True, slots=True)
class ScriptTemplate:
    """The script of one audience over one channel. Its wording per moment lies in the template itself."""

    audience: Audience
    channel: Channel
    title: str
    about: str

    @property
    def slug(self) -> str:
        """ "physician-visit"."""
        return f"{self.audience}-{self.channel}"


@dataclass(frozen=True, slots=True)
class FilledScript:
    """A script ready to be spoken. `parts` go by name in order; `missing` names marked empty fields."""

    audience: Audience
    channel: Channel
    moment: Moment
    parts: Mapping[str, str]
    questions: tuple[str, ...]
    words: int
    seconds: int
    checks: tuple[Check, ...]
    findings: tuple[scope.Finding, ...]
    missing: tuple[MissingField, ...] = ()

    @property
    def text(self) -> str:
        """What is spoken, a paragraph for each part."""
        return "\n\n".join(self.parts.values())

    @property
    def fits(self) -> bool:
        """Whether the length suits the channel."""
        fewest, most = script.LENGTHS[self.channel]
        return fewest <= self.words <= most


@lru_cache(maxsize=1)
def script_templates() -> dict[str, ScriptTemplate]:
    """Every audience over every channel, by slug."""
    found = (_template(audience, channel) for audience in Audience for channel in Channel)
    return {template.slug: template for template in found}


def _template(audience: Audience, channel: Channel) -> ScriptTemplate:
    title = f"{audience_title(audience)} · {channel_title(channel)}"
    return ScriptTemplate(audience, channel, title, front_matter(_source(f"audiences/{audience}.j2"))["about"])


@lru_cache(maxsize=32)
def audience_title(audience: Audience) -> str:
    """ "PT and OT"."""
    return front_matter(_source(f"audiences/{audience}.j2"))["title"]


@lru_cache(maxsize=8)
def channel_title(channel: Channel) -> str:
    """ "Phone call"."""
    return front_matter(_source(f"channels/{channel}.j2"))["title"]


def fill_script(
    audience: Audience, channel: Channel, moment: Moment, fields: MergeFields, *, mark_missing: bool = False
) -> FilledScript:
    """The built-in script. An empty field raises MissingField, or is marked with `mark_missing`."""
    wanted = replace(fields, script=ScriptFields(audience=audience, channel=channel, state=moment))
    filled = fill(f"scripts/audiences/{audience}.j2", wanted, mark_missing=mark_missing)
    return _filled(filled, wanted, audience, channel, moment)


def fill_script_source(
    source: str,
    audience: Audience,
    channel: Channel,
    moment: Moment,
    fields: MergeFields,
    *,
    mark_missing: bool = False,
) -> FilledScript:
    """A script of the trainer's own, with "== opening ==" and so on over its parts."""
    wanted = replace(fields, script=ScriptFields(audience=audience, channel=channel, state=moment))
    return _filled(fill_source(source, wanted, mark_missing=mark_missing), wanted, audience, channel, moment)


def _filled(filled: Filled, fields: MergeFields, audience: Audience, channel: Channel, moment: Moment) -> FilledScript:
    sections = prose.sections(filled.text)
    parts = {part: prose.plain(sections[part]) for part in PARTS if sections.get(part)}
    if not parts:
        raise TemplateFault("A script needs at least one part, such as “== opening ==” with text under it.", line=1)
    spoken = "\n\n".join(parts.values())
    words = script.word_count(spoken)
    findings, checks = _judged(spoken, tuple(parts.items()), fields.names())
    return FilledScript(
        audience=audience,
        channel=channel,
        moment=moment,
        parts=parts,
        questions=_questions(sections.get("questions", "")),
        words=words,
        seconds=script.speaking_seconds(words),
        checks=checks,
        findings=findings,
        missing=filled.missing,
    )


@lru_cache(maxsize=512)
def _judged(
    spoken: str, parts: tuple[tuple[str, str], ...], names: tuple[str, ...]
) -> tuple[tuple[scope.Finding, ...], tuple[Check, ...]]:
    """Judged once per wording: the same script is shown, copied and printed several times."""
    findings = scope.check(spoken, names=names)
    return tuple(findings), script.check_script(dict(parts), findings)


def _questions(section: str) -> tuple[str, ...]:
    return tuple(prose.plain(line) for block in prose.blocks(section) for line in block.lines)


def script_source(audience: Audience, channel: Channel) -> str:
    """Everything that a built-in script's words come from, so that its hash changes when any of them does."""
    return f"{_source(f'audiences/{audience}.j2')}\n{_source(f'channels/{channel}.j2')}"


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (TEMPLATES / "scripts" / name).read_text(encoding="utf-8")
