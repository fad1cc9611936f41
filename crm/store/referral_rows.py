"""What logging and moving a referral asks about it: the touches before, its steps, the client's other referrals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.client_kinds import ClientRole
from crm.domain.kinds import TOUCHES, ReferralStatus
from crm.domain.referrals import ENDED
from crm.models.activities import Activity
from crm.models.clients import ClientProvider
from crm.models.referrals import Referral, ReferralStep

referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def touches_before(session: Session, provider_id: int, end: datetime) -> Sequence[Activity]:
    """The touches with a provider up to an instant, the first first."""
    query = select(Activity).where(
        Activity.provider_id == provider_id,
        col(Activity.kind).in_(sorted(TOUCHES)),
        col(Activity.undone_at).is_(None),
        Activity.happened_at <= end,
    )
    return session.exec(query.order_by(col(Activity.happened_at), col(Activity.id))).all()


def lead_role(session: Session, client_id: int, provider_id: int) -> ClientProvider | None:
    """The row that says that a provider referred a client."""
    query = select(ClientProvider).where(
        ClientProvider.client_id == client_id,
        ClientProvider.provider_id == provider_id,
        ClientProvider.role == ClientRole.REFERRING,
    )
    return session.exec(query).first()


def open_of_client(session: Session, client_id: int, but: int) -> int:
    """How many other referrals of a client are still under way."""
    query = sa.select(sa.func.count()).where(
        referral.c.client_id == client_id,
        referral.c.id != but,
        referral.c.archived_at.is_(None),
        referral.c.status.not_in(ENDED),
    )
    return int(session.execute(query).scalar_one())


def other_started(session: Session, client_id: int, but: int) -> bool:
    """Whether a client has come by another referral, too."""
    query = sa.select(referral.c.id).where(
        referral.c.client_id == client_id,
        referral.c.id != but,
        referral.c.archived_at.is_(None),
        referral.c.started_on.is_not(None),
    )
    return session.execute(query.limit(1)).first() is not None


def last_step_to(session: Session, referral_id: int, status: ReferralStatus) -> ReferralStep | None:
    """The step by which a referral last reached a status."""
    query = select(ReferralStep).where(
        ReferralStep.referral_id == referral_id,
        ReferralStep.status_to == status,
        col(ReferralStep.undone_at).is_(None),
    )
    return session.exec(query.order_by(col(ReferralStep.id).desc()).limit(1)).first()


def _others(client_id: int, but: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (referral.c.client_id == client_id, referral.c.id != but, referral.c.archived_at.is_(None))
