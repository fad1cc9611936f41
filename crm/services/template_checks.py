"""What there is to say about a wording while it is written: whether it fills, what is empty, what must not stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm.documents import emails, letters, prose, scripts
from crm.documents.emails import RenderedEmail
from crm.documents.environment import fill_source
from crm.documents.faults import MissingField
from crm.documents.letters import RenderedLetter
from crm.documents.merge import MergeFields, RelationshipFields, ScriptFields, examples
from crm.documents.scripts import FilledScript
from crm.domain import text_checks
from crm.domain.kinds import TemplateKind
from crm.domain.script import Audience, Channel, Moment
from crm.domain.text_checks import TextFinding
from crm.services import templates

Span = tuple[int, int]
PAPER = templates.PAPER
_NEAR = 3
_MOST_PLACES = 20


@dataclass(frozen=True, slots=True)
class Wording:
    """What is written: its kind, the source, and what the kind needs (audience and channel of a script)."""

    kind: TemplateKind
    source: str
    title: str = ""
    meta: Mapping[str, object] = field(default_factory=dict)
    slug: str = ""

    @property
    def audience(self) -> Audience:
        """Of a script; for other texts the usual one."""
        return Audience(str(self.meta.get("audience") or Audience.PHYSICIAN))

    @property
    def channel(self) -> Channel:
        """Of a script."""
        return Channel(str(self.meta.get("channel") or Channel.VISIT))


@dataclass(frozen=True, slots=True)
class Shown:
    """A wording filled: one of the three; of papers, whose layout is made elsewhere, the words as safe `html`."""

    script: FilledScript | None = None
    email: RenderedEmail | None = None
    letter: RenderedLetter | None = None
    text: str = ""
    html: str = ""
    missing: tuple[MissingField, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding, and where its words stand in the source (code points, half-open); nowhere when data brought them."""

    finding: TextFinding
    places: tuple[Span, ...]


def fill(
    wording: Wording, fields: MergeFields, *, audience: Audience | None = None, moment: Moment = Moment.FIRST_CONTACT
) -> Shown:
    """The wording filled, empty fields marked. Raises TemplateFault with line and reason."""
    whom = audience or wording.audience
    if wording.kind is TemplateKind.SCRIPT:
        script = scripts.fill_script_source(wording.source, whom, wording.channel, moment, fields, mark_missing=True)
        return Shown(script=script, text=script.text, missing=script.missing)
    if wording.kind is TemplateKind.EMAIL:
        email = emails.render_source(wording.source, fields, audience=whom, mark_missing=True)
        return Shown(email=email, text=f"{email.subject}\n\n{email.body}", missing=email.missing)
    if wording.meta.get("kind") == PAPER:
        filled = fill_source(wording.source, replace(fields, script=ScriptFields(audience=whom)), mark_missing=True)
        parts = [words for words in prose.sections(filled.text).values() if words]
        html = "\n".join(prose.as_html(words) for words in parts)
        return Shown(text="\n\n".join(map(prose.plain, parts)), html=html, missing=filled.missing)
    letter = letters.render_letter(
        wording.slug, fields, audience=whom, own=wording.source, title=wording.title or "Letter", mark_missing=True
    )
    return Shown(letter=letter, text=letter.text, missing=letter.missing)


def findings(
    wording: Wording, fields: MergeFields | None = None, *, client_names: Sequence[str] = ()
) -> list[tuple[TextFinding, str]]:
    """What must not or should not stand, each with the line it was found in: every moment and audience is gone through.

    `client_names` must not stand in it. Without `fields` it is filled with examples.
    Raises TemplateFault, also for a branch that only some would see.
    """
    found: dict[tuple[str, str, str], tuple[TextFinding, str]] = {}
    for text, names, ours in dict.fromkeys(_said(wording, fields or examples())):
        lines = text.split("\n")
        for each in text_checks.check(text, names=names, client_names=client_names, allowed=ours):
            line = lines[each.line - 1]
            found.setdefault((each.rule, each.text, line[max(0, each.start - 20) : each.end + 20]), (each, line))
    labels = _labels(wording)
    return [(each, line) for each, line in found.values() if (each.rule, each.text.casefold()) not in labels]


def _labels(wording: Wording) -> frozenset[tuple[str, str]]:
    """Words that the form itself asks the provider for ("Diagnosis or ICD-10"): they claim nothing for us."""
    layout = str(wording.meta.get(templates.LAYOUT) or wording.slug)
    built_in = templates.built_ins().get((wording.kind, layout))
    if wording.meta.get("kind") != PAPER or built_in is None:
        return frozenset()
    own = findings(Wording(wording.kind, built_in.own, built_in.title, built_in.meta))  # without a slug: as it is
    return frozenset((each.rule, each.text.casefold()) for each, _ in own)


def _said(wording: Wording, fields: MergeFields) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    bare = replace(fields, relationship=RelationshipFields())
    for known in (fields, bare):
        names, ours = known.names(), _ours(known)
        if wording.kind is TemplateKind.SCRIPT:
            yield from ((fill(wording, known, moment=moment).text, names, ours) for moment in Moment)
        else:
            yield from ((fill(wording, known, audience=audience).text, names, ours) for audience in Audience)


def _ours(fields: MergeFields) -> tuple[str, ...]:
    """Numbers, addresses and names that may stand in the text: whatever the merge fields brought."""
    records = (fields.trainer, fields.business, fields.provider, fields.practice, fields.contact, fields.message)
    values = (getattr(each, name) for each in records for name in each.__dataclass_fields__)
    return tuple(value for value in values if isinstance(value, str) and value)


def placed(source: str, found: Iterable[tuple[TextFinding, str]]) -> list[Placed]:
    """The findings with their places in the source; the same words at the same places once."""
    once: dict[tuple[str, str, tuple[Span, ...]], Placed] = {}
    for each, line in found:
        places = tuple(_places(source, each, line))
        once.setdefault((each.rule, each.text.casefold(), places), Placed(each, places))
    return list(once.values())


def _places(source: str, finding: TextFinding, line: str) -> Sequence[Span]:
    """Where the words stand, with as much of the words around them as is needed to tell them from others."""
    before, after = line[: finding.start].split(), line[finding.end :].split()
    for reach in range(_NEAR, -1, -1):
        lead, rest = before[-reach:] if reach else [], after[:reach]
        for around in ((lead, rest), (lead, []), ([], rest)):
            places = _matches(source, around[0], finding.text, around[1])
            if places:
                return places
    return ()


def _matches(source: str, lead: Sequence[str], words: str, rest: Sequence[str]) -> list[Span]:
    gap = r"(?:\s|\*\*|\\\n)+"
    before = "".join(f"{_loosely(word)}{gap}" for word in lead)
    after = "".join(f"{gap}{_loosely(word)}" for word in rest)
    middle = gap.join(_loosely(word) for word in words.split())
    # The place of the words may touch a bracket or a comma that belongs to the word beside them.
    pattern = re.compile(f"{before}({middle}){after}" if middle else r"(?!)", re.IGNORECASE)
    return [found.span(1) for found in pattern.finditer(source)][:_MOST_PLACES]


def _loosely(word: str) -> str:
    """A word with straight or curly quotation marks."""
    return re.sub(r"['’]", "['’]", re.sub(r"[\"“”]", '["“”]', re.escape(word)))


def field_places(source: str, path: str) -> list[Span]:
    """Where a merge field is printed in a source."""
    return [found.span() for found in re.finditer(r"\{\{[^{}]*\b" + re.escape(path) + r"\b[^{}]*\}\}", source)]


def line_span(source: str, line: int) -> Span:
    """The whole of a line, counted from 1."""
    lines = source.split("\n")
    number = min(max(line, 1), len(lines))
    start = sum(len(each) + 1 for each in lines[: number - 1])
    return start, start + len(lines[number - 1])
