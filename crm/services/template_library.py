"""The library: every template with what it is for, whose wording is in force, and where it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from crm.domain.kinds import TemplateKind
from crm.models.templates import Template, TemplateVersion
from crm.services import templates
from crm.store import templates as store
from crm.store.engine import Database

State = Literal["built_in", "yours", "own", "new"]
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A template in the list. `state`: built-in wording, yours instead of it, all your own, or never in force yet."""

    template: Template
    state: State
    offered: bool = False
    draft_at: datetime | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    sequences: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to. Empty means all."""

    kind: TemplateKind = TemplateKind.SCRIPT
    text: str = ""
    audience: str = ""
    channel: str = ""
    whose: str = ""
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """Where a template is used: sequences, and how many messages were written from it (counted up to a limit)."""

    sequences: Sequence[tuple[int, str]]
    sent: int
    last_sent_at: datetime | None


def open_shelf(db: Database, *, now: datetime) -> None:
    """Give every built-in template its row, where one lacks it or today's wording differs."""
    with db.read() as session:
        if _complete(session):
            return
    with db.write() as session:
        templates.register_all(session, now=now)


def overview(session: Session, wanted: Wanted, *, user_id: int) -> list[Listed]:
    """The templates of one kind, by title. Notices of the program itself are not among them: nobody edits those."""
    in_force = store.in_force(session, wanted.kind)
    bases = _base_hashes(session, in_force.values())
    drafts, sequences = store.drafts(session, user_id), store.in_sequences(session)
    found = []
    for template in store.every(session, wanted.kind):
        assert template.id is not None
        version, author = in_force.get(template.id, (None, ""))
        one = Listed(
            template,
            state=_state(template),
            offered=_offered(template, version, bases),
            draft_at=drafts.get(template.id),
            changed_at=version.created_at if version is not None and not template.built_in else None,
            changed_by=author,
            sequences=sequences.get(template.slug, ()) if template.kind is not TemplateKind.SCRIPT else (),
        )
        if template.meta.get("kind") != "notice" and _matches(one, wanted):
            found.append(one)
    return found


def use(session: Session, template: Template) -> Use:
    """Where this template is used."""
    assert template.id is not None
    in_sequences = store.in_sequences(session) if template.kind is not TemplateKind.SCRIPT else {}
    sent, last = store.sent(session, template.id, MOST_COUNTED)
    return Use(in_sequences.get(template.slug, ()), sent, last)


def state_of(template: Template) -> State:
    """Whose wording is in force."""
    return _state(template)


def _complete(session: Session) -> bool:
    known = {(row.kind, row.slug): row.version_id for kind in TemplateKind for row in store.every(session, kind)}
    if set(templates.built_ins()) - set(known):
        return False
    today = {each.content_hash for each in templates.built_ins().values()}
    rows = [row for kind in TemplateKind for row in store.every(session, kind) if row.built_in and row.version_id]
    there = store.hashes(session, [row.version_id for row in rows if row.version_id is not None])
    return set(there.values()) <= today


def _state(template: Template) -> State:
    if template.version_id is None:
        return "new"
    if template.built_in:
        return "built_in"
    return "yours" if (template.kind, template.slug) in templates.built_ins() else "own"


def _base_hashes(session: Session, found: Iterable[tuple[TemplateVersion, str]]) -> Mapping[int, str]:
    ids = sorted({version.based_on_id for version, _ in found if version.based_on_id is not None})
    return store.hashes(session, ids) if ids else {}


def _offered(template: Template, version: TemplateVersion | None, bases: Mapping[int, str]) -> bool:
    built_in = templates.built_ins().get((template.kind, template.slug))
    if built_in is None or template.built_in or version is None or version.based_on_id is None:
        return False
    return built_in.content_hash not in (bases.get(version.based_on_id), template.kept_hash)


def _matches(one: Listed, wanted: Wanted) -> bool:
    template, meta = one.template, one.template.meta
    if (template.archived_at is not None) is not wanted.archived:
        return False
    if wanted.audience and meta.get("audience") != wanted.audience:
        return False
    if wanted.channel and meta.get("channel") != wanted.channel:
        return False
    if wanted.whose and (one.state == "built_in") is not (wanted.whose == "built_in"):
        return False
    said = f"{template.title} {template.about} {template.slug}".casefold()
    return all(word in said for word in wanted.text.casefold().split())
