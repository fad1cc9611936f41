"""Queries about templates and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from crm.domain.kinds import TemplateKind
from crm.models.accounts import User
from crm.models.messages import Message
from crm.models.sequences import Sequence as SequenceRow
from crm.models.sequences import SequenceStep
from crm.models.templates import Template, TemplateDraft, TemplateVersion


def by_slug(session: Session, kind: TemplateKind, slug: str) -> Template | None:
    """The template with this slug."""
    return session.exec(select(Template).where(Template.kind == kind, Template.slug == slug)).first()


def all_of(session: Session, kind: TemplateKind) -> Sequence[Template]:
    """The templates of one kind that are in use, by title."""
    query = select(Template).where(Template.kind == kind, col(Template.archived_at).is_(None))
    return session.exec(query.where(col(Template.version_id).is_not(None)).order_by(col(Template.title))).all()


def every(session: Session, kind: TemplateKind) -> Sequence[Template]:
    """The templates of one kind that have a row, put away or not, by title."""
    return session.exec(select(Template).where(Template.kind == kind).order_by(col(Template.title))).all()


def slugs(session: Session, kind: TemplateKind) -> set[str]:
    """The slugs that are taken."""
    return set(session.exec(select(Template.slug).where(Template.kind == kind)))


def next_number(session: Session, template_id: int) -> int:
    """The number of the version to come."""
    query = select(func.max(TemplateVersion.number)).where(TemplateVersion.template_id == template_id)
    return (session.exec(query).one() or 0) + 1


def versions_of(session: Session, template_id: int) -> list[tuple[TemplateVersion, str]]:
    """Every version of one template with the name of its author, the newest first."""
    query = (
        select(TemplateVersion, User.name)
        .join(User, col(User.id) == TemplateVersion.created_by, isouter=True)
        .where(TemplateVersion.template_id == template_id)
        .order_by(col(TemplateVersion.number).desc(), col(TemplateVersion.id).desc())
    )
    return [(version, name or "") for version, name in session.exec(query)]


def in_force(session: Session, kind: TemplateKind) -> dict[int, tuple[TemplateVersion, str]]:
    """The version in force of every template of a kind, with its author, by the template's id."""
    query = (
        select(TemplateVersion, User.name)
        .join(Template, col(Template.version_id) == TemplateVersion.id)
        .join(User, col(User.id) == TemplateVersion.created_by, isouter=True)
        .where(Template.kind == kind)
    )
    return {version.template_id: (version, name or "") for version, name in session.exec(query)}


def hashes(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The content hashes of some versions."""
    query = select(TemplateVersion.id, TemplateVersion.content_hash).where(col(TemplateVersion.id).in_(ids))
    return {key: value for key, value in session.exec(query) if key is not None}


def drafts(session: Session, user_id: int) -> dict[int, datetime]:
    """What somebody is writing: when each template's draft was last changed."""
    query = select(TemplateDraft.template_id, TemplateDraft.updated_at).where(TemplateDraft.user_id == user_id)
    return {key: at for key, at in session.exec(query) if key is not None}


def draft(session: Session, user_id: int, template_id: int) -> TemplateDraft | None:
    """What this person is writing on a template."""
    query = select(TemplateDraft).where(TemplateDraft.user_id == user_id, TemplateDraft.template_id == template_id)
    return session.exec(query).first()


def in_sequences(session: Session) -> dict[str, list[tuple[int, str]]]:
    """Which sequences in use have a step with a template: their ids and names by slug."""
    query = (
        select(SequenceStep.template_slug, SequenceRow.id, SequenceRow.name)
        .join(SequenceRow, col(SequenceRow.id) == SequenceStep.sequence_id)
        .where(SequenceStep.template_slug != "", col(SequenceRow.archived_at).is_(None))
        .distinct()
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for slug, sequence_id, name in session.exec(query):
        found.setdefault(slug, []).append((sequence_id or 0, name))
    return found


def sent(session: Session, template_id: int, most: int) -> tuple[int, datetime | None]:
    """How many messages were written from a template, counted up to `most`, and when the last was."""
    mine = select(TemplateVersion.id).where(TemplateVersion.template_id == template_id)
    made = select(Message.created_at).where(col(Message.template_version_id).in_(mine)).limit(most).subquery()
    count, last = session.exec(select(func.count(), func.max(made.c.created_at))).one()
    return count, last


def version(session: Session, template_id: int, content_hash: str) -> TemplateVersion | None:
    """The version with this content."""
    query = select(TemplateVersion).where(
        TemplateVersion.template_id == template_id, TemplateVersion.content_hash == content_hash
    )
    return session.exec(query).first()


def versions(session: Session, kind: TemplateKind, limit: int = 200) -> list[tuple[Template, TemplateVersion]]:
    """Every wording that there has been of the templates in use, by title, the newest first."""
    query = (
        select(Template, TemplateVersion)
        .where(TemplateVersion.template_id == Template.id)
        .where(Template.kind == kind, col(Template.archived_at).is_(None))
        .order_by(col(Template.title), col(TemplateVersion.id).desc())
    )
    return [(template, version) for template, version in session.exec(query.limit(limit))]


def version_before(session: Session, template_id: int, number: int) -> TemplateVersion | None:
    """The version that came before the one with this number."""
    query = select(TemplateVersion).where(TemplateVersion.template_id == template_id, TemplateVersion.number < number)
    return session.exec(query.order_by(col(TemplateVersion.number).desc()).limit(1)).first()
