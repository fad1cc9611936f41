"""Templates as rows: built-in ones come from the folders, and whatever is sent or printed points at its version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.documents import emails, letters, scripts
from crm.domain.errors import NotFound
from crm.domain.kinds import TemplateKind
from crm.models.templates import Template, TemplateVersion
from crm.store import templates as store


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A template of the folders: its title, everything its words come from, and of an e-mail its own part of that."""

    kind: TemplateKind
    slug: str
    title: str
    source: str
    own: str = ""

    @property
    def content_hash(self) -> str:
        """Changes with any word of it."""
        return hashlib.sha256(self.source.encode()).hexdigest()


@lru_cache(maxsize=1)
def built_ins() -> dict[tuple[TemplateKind, str], BuiltIn]:
    """Every built-in template by kind and slug."""
    found = [
        *(
            BuiltIn(TemplateKind.SCRIPT, one.slug, one.title, scripts.script_source(one.audience, one.channel))
            for one in scripts.script_templates().values()
        ),
        *(
            BuiltIn(TemplateKind.EMAIL, one.slug, one.title, emails.email_source(one.slug), own=one.source)
            for one in emails.email_templates().values()
        ),
        *(
            BuiltIn(TemplateKind.DOCUMENT, one.slug, one.title, letters.letter_source(one.slug))
            for one in letters.letter_templates().values()
        ),
    ]
    return {(one.kind, one.slug): one for one in found}


def version_id(session: Session, kind: TemplateKind, slug: str, *, now: datetime) -> int:
    """The version in force, in the caller's transaction; built-in wording gets its row when it is first used."""
    template = store.by_slug(session, kind, slug)
    if template is not None and not template.built_in:
        assert template.version_id is not None
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
    return str(version.content["source"]) if version is not None else None


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
    return str(version.content.get("own") or version.content["source"])


def register_all(session: Session, *, now: datetime) -> int:
    """Make sure that every built-in template has its row and its version; says how many there are."""
    for kind, slug in built_ins():
        version_id(session, kind, slug, now=now)
    return len(built_ins())


def _template(session: Session, built_in: BuiltIn, now: datetime) -> Template:
    template = Template(kind=built_in.kind, slug=built_in.slug, title=built_in.title, created_at=now)
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
    if template.version_id != version.id:
        template.version_id, template.title = version.id, built_in.title
        session.add(template)
    assert version.id is not None
    return version.id


def _version(session: Session, template_id: int, built_in: BuiltIn, now: datetime) -> TemplateVersion:
    version = TemplateVersion(
        template_id=template_id,
        content_hash=built_in.content_hash,
        content={"source": built_in.source, "own": built_in.own} if built_in.own else {"source": built_in.source},
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
