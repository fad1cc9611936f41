"""What can be chosen when somebody corrects what led to a referral."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from crm.domain.kinds import TemplateKind
from crm.models.accounts import User
from crm.models.referrals import Referral
from crm.models.sequences import Sequence
from crm.models.templates import Template, TemplateVersion

Choices = list[tuple[int, str]]
LATEST = 200


class Choosing(NamedTuple):
    """Sequences, versions of e-mails, and people, each as (id, name)."""

    sequences: Choices
    versions: Choices
    people: Choices


def of(session: Session, referral: Referral) -> Choosing:
    """What there is to choose, and what was chosen even if it has been put away since."""
    sequences = sa.select(col(Sequence.id), col(Sequence.name)).where(
        col(Sequence.archived_at).is_(None) | (col(Sequence.id) == referral.sequence_id)
    )
    people = sa.select(col(User.id), col(User.name)).where(
        col(User.disabled_at).is_(None) | (col(User.id) == referral.credited_id)
    )
    return Choosing(
        [(key, name) for key, name in session.execute(sequences.order_by(col(Sequence.name)))],
        _versions(session),
        [(key, name) for key, name in session.execute(people.order_by(col(User.name)))],
    )


def _versions(session: Session) -> Choices:
    query = (
        sa.select(col(TemplateVersion.id), col(Template.title), col(Template.slug), col(TemplateVersion.created_at))
        .join(Template, col(Template.id) == col(TemplateVersion.template_id))
        .where(col(Template.kind) == TemplateKind.EMAIL)
        .order_by(col(TemplateVersion.id).desc())
        .limit(LATEST)
    )
    return [
        (key, f"{title or _words(slug)}, {made:%b} {made.day}, {made.year}")
        for key, title, slug, made in session.execute(query)
    ]


def _words(slug: str) -> str:
    return slug.replace("_", " ").capitalize()
