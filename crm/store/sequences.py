"""Queries over sequences and their steps."""

from __future__ import annotations

from collections.abc import Sequence as Many

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import TemplateKind
from crm.models.sequences import Sequence, SequenceStep
from crm.models.templates import Template, TemplateVersion


def by_id(session: Session, sequence_id: int) -> Sequence | None:
    """One sequence."""
    return session.get(Sequence, sequence_id)


def by_slug(session: Session, slug: str) -> Sequence | None:
    """The built-in sequence with this slug."""
    return session.exec(select(Sequence).where(Sequence.slug == slug)).first()


def slugs(session: Session) -> set[str]:
    """The slugs there are, archived ones too."""
    found = session.exec(select(Sequence.slug).where(col(Sequence.slug).is_not(None))).all()
    return {slug for slug in found if slug is not None}


def all_of(session: Session, *, archived: bool = False) -> Many[Sequence]:
    """Sequences by name: those in use, or those put away."""
    there = col(Sequence.archived_at)
    query = select(Sequence).where(there.is_not(None) if archived else there.is_(None))
    return session.exec(query.order_by(col(Sequence.name), col(Sequence.id))).all()


def steps_of(session: Session, sequence_id: int) -> Many[SequenceStep]:
    """The steps of one sequence, in order."""
    query = select(SequenceStep).where(SequenceStep.sequence_id == sequence_id)
    return session.exec(query.order_by(col(SequenceStep.position))).all()


def steps_of_all(session: Session, sequence_ids: Many[int]) -> dict[int, list[SequenceStep]]:
    """The steps of several sequences, each in order."""
    found: dict[int, list[SequenceStep]] = {each: [] for each in sequence_ids}
    query = select(SequenceStep).where(col(SequenceStep.sequence_id).in_(sequence_ids))
    for step in session.exec(query.order_by(col(SequenceStep.position))):
        found[step.sequence_id].append(step)
    return found


def names(session: Session, sequence_ids: Many[int]) -> dict[int, str]:
    """What these sequences are called."""
    query = sa.select(col(Sequence.id), col(Sequence.name)).where(col(Sequence.id).in_(set(sequence_ids)))
    return {row[0]: row[1] for row in session.execute(query)}


def is_version_of(session: Session, version_id: int, kind: TemplateKind, slug: str) -> bool:
    """Whether a template version belongs to the template with this slug."""
    query = (
        sa.select(col(TemplateVersion.id))
        .join(Template, col(Template.id) == col(TemplateVersion.template_id))
        .where(col(TemplateVersion.id) == version_id, col(Template.kind) == kind, col(Template.slug) == slug)
    )
    return session.execute(query).first() is not None
