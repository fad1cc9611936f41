"""Templates as rows: built-in ones come from the folders, and whatever is sent or printed points at its version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.documents import emails, flat, letters, scripts
from crm.documents.environment import TEMPLATES, body, front_matter
from crm.domain.errors import NotFound
from crm.domain.kinds import TemplateKind
from crm.models.templates import Template, TemplateVersion
from crm.store import templates as store

LETTER, PAPER = "letter", "paper"
LAYOUT = "layout"
"""In the `meta` of a copied wording of a paper: the built-in wording whose place on paper it can take."""
"""Kinds of documents: letters are filled here, papers have their own layouts."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A template of the folders: what it is for, everything its words come from, and its own part of that.

    `own` is what a trainer edits: the source without what it shares with others. `meta` is that of `Template`.
    """

    kind: TemplateKind
    slug: str
    title: str
    source: str
    own: str
    about: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """Changes with any word of it."""
        return hashlib.sha256(self.source.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Choice:
    """A template that can be chosen: a built-in one, perhaps in the trainer's wording, or one of their own."""

    slug: str
    title: str
    about: str
    moment: str = ""


@lru_cache(maxsize=1)
def built_ins() -> dict[tuple[TemplateKind, str], BuiltIn]:
    """Every built-in template by kind and slug."""
    found = [*_papers(), *_letters(), *_emails(), *_scripts()]
    return {(one.kind, one.slug): one for one in found}


def _scripts() -> Iterator[BuiltIn]:
    for one in scripts.script_templates().values():
        source, own = scripts.script_source(one.audience, one.channel), flat.flat_script(one.audience, one.channel)
        meta = {"audience": one.audience.value, "channel": one.channel.value}
        yield BuiltIn(TemplateKind.SCRIPT, one.slug, one.title, source, own, one.about, meta)


def _emails() -> Iterator[BuiltIn]:
    for one in emails.email_templates().values():
        meta = {"kind": one.kind, "moment": one.moment}
        yield BuiltIn(
            TemplateKind.EMAIL, one.slug, one.title, emails.email_source(one.slug), _own(one.source), one.about, meta
        )


def _letters() -> Iterator[BuiltIn]:
    for one in letters.letter_templates().values():
        meta = {"kind": LETTER, "moment": one.moment}
        source = letters.letter_source(one.slug)
        yield BuiltIn(TemplateKind.DOCUMENT, one.slug, one.title, source, _own(one.source), one.about, meta)


def _papers() -> Iterator[BuiltIn]:
    """The words of the other papers: `templates/documents/<kind>.j2`."""
    for path in sorted((TEMPLATES / "documents").glob("*.j2")):
        source = path.read_text(encoding="utf-8")
        head = front_matter(source)
        if "slug" in head and "title" in head:
            meta = {"kind": PAPER}
            yield BuiltIn(
                TemplateKind.DOCUMENT, head["slug"], head["title"], source, _own(source), head.get("about", ""), meta
            )


def _own(source: str) -> str:
    """Without the header, which the columns of its row say."""
    return body(source).strip() + "\n"


def choices(session: Session, of: TemplateKind, /, **meta: str) -> list[Choice]:
    """What there is to choose among, the built-in ones first: nothing put away, nothing without a version in force."""
    rows = {each.slug: each for each in store.every(session, of)}
    found = [
        Choice(one.slug, rows[one.slug].title if one.slug in rows else one.title, one.about, one.meta.get("moment", ""))
        for (of_kind, slug), one in built_ins().items()
        if of_kind is of and _has(one.meta, meta) and not (slug in rows and rows[slug].archived_at)
    ]
    known = {one.slug for one in found}
    own = [each for each in rows.values() if in_use(each) and not each.built_in and each.slug not in known]
    return found + [Choice(each.slug, each.title, each.about) for each in own if _has(each.meta, meta)]


def copies(session: Session, layout: str) -> list[Choice]:
    """The wordings of one's own that can stand on the paper with this layout."""
    own = (each for each in store.every(session, TemplateKind.DOCUMENT) if each.meta.get(LAYOUT) == layout)
    return [Choice(each.slug, each.title, each.about) for each in own if in_use(each)]


def in_use(template: Template) -> bool:
    """Whether it can be chosen: not put away, and put into force at least once."""
    return template.archived_at is None and (template.built_in or template.version_id is not None)


def _has(meta: Mapping[str, object], wanted: Mapping[str, str]) -> bool:
    return all(meta.get(name, value) == value for name, value in wanted.items())


def version_id(session: Session, kind: TemplateKind, slug: str, *, now: datetime) -> int:
    """The version in force, in the caller's transaction; built-in wording gets its row when it is first used."""
    template = store.by_slug(session, kind, slug)
    if template is not None and not template.built_in and template.version_id is not None:
        return template.version_id
    built_in = built_ins().get((kind, slug))
    if built_in is None:
        raise NotFound(f"There is no {kind.value} called “{slug}”.")
    return _registered(session, template or _template(session, built_in, now), built_in, now)


def source_in_force(session: Session, kind: TemplateKind, slug: str) -> str | None:
    """The trainer's own wording of a template, or None while the built-in one is in force."""
    template = store.by_slug(session, kind, slug)
    if template is None or template.built_in:
        return None
    version = session.get(TemplateVersion, template.version_id)
    return wording_of(version) if version is not None else None


def wording_of(version: TemplateVersion) -> str:
    """What somebody would edit: without what it shares with other templates."""
    return str(version.content.get("own") or version.content.get("source", ""))


def pinned_source(session: Session, kind: TemplateKind, slug: str, version_id: int | None) -> str | None:
    """The wording of a version, or None when it is the built-in one of this program. Without a version, the latest.

    A built-in version of an earlier program keeps its own words; what it shares with other e-mails is today's.
    """
    version = session.get(TemplateVersion, version_id) if version_id is not None else None
    if version is None:
        return source_in_force(session, kind, slug)
    built_in = built_ins().get((kind, slug))
    if built_in is not None and version.content_hash == built_in.content_hash:
        return None
    return wording_of(version)


def register_all(session: Session, *, now: datetime) -> int:
    """Make sure that every built-in template has its row and its version; says how many there are."""
    for kind, slug in built_ins():
        version_id(session, kind, slug, now=now)
    return len(built_ins())


def register(session: Session, built_in: BuiltIn, *, now: datetime) -> int:
    """The version of the built-in wording of today, in force or not."""
    template = store.by_slug(session, built_in.kind, built_in.slug) or _template(session, built_in, now)
    assert template.id is not None
    found = store.version(session, template.id, built_in.content_hash)
    version = found or _version(session, template.id, built_in, now)
    assert version.id is not None
    return version.id


def _template(session: Session, built_in: BuiltIn, now: datetime) -> Template:
    template = Template(
        kind=built_in.kind,
        slug=built_in.slug,
        title=built_in.title,
        about=built_in.about,
        meta=dict(built_in.meta),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(template)
    except IntegrityError:  # another process registered it in the same moment
        found = store.by_slug(session, built_in.kind, built_in.slug)
        assert found is not None
        return found
    return template


def _registered(session: Session, template: Template, built_in: BuiltIn, now: datetime) -> int:
    assert template.id is not None
    version = store.version(session, template.id, built_in.content_hash)
    if version is None:
        version = _version(session, template.id, built_in, now)
    today = {"version_id": version.id, "title": built_in.title, "about": built_in.about, "meta": dict(built_in.meta)}
    for name, value in today.items():
        if getattr(template, name) != value:
            setattr(template, name, value)
            session.add(template)
    assert version.id is not None
    return version.id


def _version(session: Session, template_id: int, built_in: BuiltIn, now: datetime) -> TemplateVersion:
    version = TemplateVersion(
        template_id=template_id,
        content_hash=built_in.content_hash,
        content={"source": built_in.source, "own": built_in.own},
        number=store.next_number(session, template_id),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(version)
    except IntegrityError:
        found = store.version(session, template_id, built_in.content_hash)
        assert found is not None
        return found
    return version
