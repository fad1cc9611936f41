"""Letters to print: the same little markup as e-mails, laid out as sender, address, date, subject, body, signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from markupsafe import Markup

from crm.documents import prose
from crm.documents.environment import TEMPLATES, Filled, fill, fill_source, front_matter
from crm.documents.faults import MissingField, TemplateFault
from crm.documents.merge import MergeFields, ScriptFields

PARTS: tuple[str, ...] = ("sender", "address", "date", "subject", "body", "signature")


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A built-in letter as its file says it."""

    slug: str
    title: str
    moment: str
    about: str
    file: str
    source: str


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A filled letter: each part as safe HTML, and the whole as text. `missing` names marked empty fields."""

    title: str
    html: Mapping[str, Markup]
    subject: str
    text: str
    missing: tuple[MissingField, ...] = ()


@lru_cache(maxsize=1)
def letter_templates() -> dict[str, LetterTemplate]:
    """The built-in letters by slug."""
    found = [_read(path.name) for path in sorted((TEMPLATES / "documents" / "letter").glob("*.j2"))]
    return {template.slug: template for template in found}


def _read(name: str) -> LetterTemplate:
    source = (TEMPLATES / "documents" / "letter" / name).read_text(encoding="utf-8")
    head = front_matter(source)
    return LetterTemplate(head["slug"], head["title"], head["moment"], head["about"], name, source)


def words(slug: str, fields: MergeFields, *, own: str | None = None, mark_missing: bool = False) -> Filled:
    """A letter filled in one's `own` wording, else in the built-in one. Raises MissingField and TemplateFault."""
    if own is not None:
        return fill_source(own, fields, mark_missing=mark_missing)
    template = letter_templates().get(slug)
    if template is None:
        raise TemplateFault(f"There is no letter called “{slug}”.")
    return fill(f"documents/letter/{template.file}", fields, mark_missing=mark_missing)


def render_letter(
    slug: str,
    fields: MergeFields,
    *,
    audience: str,
    own: str | None = None,
    title: str = "",
    mark_missing: bool = False,
) -> RenderedLetter:
    """A letter for one provider, in the wording of its audience; a source of one's `own` has "== body ==" and the other
    parts. Raises MissingField and TemplateFault.
    """
    wanted = replace(fields, script=ScriptFields(audience=audience))
    filled = words(slug, wanted, own=own, mark_missing=mark_missing)
    return _rendered(title or letter_templates()[slug].title, filled)


def _rendered(title: str, filled: Filled) -> RenderedLetter:
    parts = prose.sections(filled.text)
    if not parts.get("body"):
        raise TemplateFault("A letter needs “== body ==” with text under it.", line=1)
    return RenderedLetter(
        title=title,
        html={part: Markup(prose.as_html(parts.get(part, ""))) for part in PARTS},  # noqa: S704 - as_html escapes
        subject=prose.one_line(parts.get("subject", "")),
        text="\n\n".join(prose.plain(parts[part]) for part in PARTS if parts.get(part)),
        missing=filled.missing,
    )


def letter_source(slug: str) -> str:
    """Everything that a letter's words come from."""
    shared = (TEMPLATES / "email" / "parts.j2").read_text(encoding="utf-8")
    return f"{letter_templates()[slug].source}\n{shared}"
