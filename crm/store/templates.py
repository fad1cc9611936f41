"""Queries about templates and their versions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from crm.domain.kinds import TemplateKind
from crm.models.templates import Template, TemplateVersion


def by_slug(session: Session, kind: TemplateKind, slug: str) -> Template | None:
    """The template with this slug."""
    return session.exec(select(Template).where(Template.kind == kind, Template.slug == slug)).first()


def all_of(session: Session, kind: TemplateKind) -> Sequence[Template]:
    """The templates of one kind that are in use, by title."""
    query = select(Template).where(Template.kind == kind, col(Template.archived_at).is_(None))
    return session.exec(query.order_by(col(Template.title))).all()


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
