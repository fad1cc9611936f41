"""Queries about those who refer: the quiet ones, what they refer for, and what that is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import ActivityKind, ReferralStatus
from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.reports import DueReport
from crm.store.results_work import is_quiet

provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]
report: sa.Table = DueReport.__table__  # type: ignore[attr-defined]

REFERRED = provider.c.archived_at.is_(None) & provider.c.last_referral_on.is_not(None)


class Partner(NamedTuple):
    """A partner with the days of its referrals and what is planned."""

    id: int
    display_name: str
    practice_name: str
    specialty: str
    stage: Stage
    phone: str
    first_referral_on: date
    last_referral_on: date
    referral_count: int
    last_touch_at: datetime | None
    last_touch_kind: ActivityKind | None
    next_due_on: date | None


_PARTNER = [provider.c[name] for name in Partner._fields]


def quiet(session: Session, today: date, *, sample: bool = False, limit: int | None = None) -> list[Partner]:
    """Partners silent for longer than their own rhythm, the newest silence first; at most `limit`."""
    query = sa.select(*_PARTNER).where(is_quiet(today, sample=sample))
    ordered = query.order_by(provider.c.last_referral_on.desc(), provider.c.id).limit(limit)
    return [Partner(*row) for row in session.execute(ordered)]


def overdue_reports(session: Session, provider_ids: Sequence[int], today: date) -> dict[int, int]:
    """How many reports are overdue, for those providers who wait for any."""
    if not provider_ids:
        return {}
    query = (
        sa.select(report.c.provider_id, sa.func.count())
        .where(report.c.state == "open", report.c.archived_at.is_(None), report.c.due_on < today)
        .where(report.c.provider_id.in_(provider_ids))
        .group_by(report.c.provider_id)
    )
    rows: Sequence[tuple[int, int]] = session.execute(query).all()
    return dict(rows)


def worth(session: Session, provider_id: int) -> tuple[int, int]:
    """What one provider's referrals may bring, the lost ones left out, and what they have brought, in cents."""
    expected = sa.case((referral.c.status != ReferralStatus.LOST, referral.c.expected_cents), else_=0)
    query = sa.select(sa.func.sum(expected), sa.func.sum(referral.c.booked_cents))
    mine = query.where(referral.c.provider_id == provider_id, referral.c.archived_at.is_(None))
    row = session.execute(mine).one()
    return int(row[0] or 0), int(row[1] or 0)


def most_active(session: Session, since: date, limit: int, *, sample: bool = False) -> list[tuple[int, str, str]]:
    """Those with the most referrals since a day: id, name, specialty."""
    query = (
        sa.select(provider.c.id, provider.c.display_name, provider.c.specialty)
        .where(REFERRED, provider.c.sample.is_(sample), provider.c.last_referral_on >= since)
        .order_by(provider.c.referral_count.desc(), provider.c.id)
        .limit(limit)
    )
    return [tuple(row) for row in session.execute(query)]


def services_used(session: Session, provider_ids: Sequence[int]) -> dict[int, list[str]]:
    """What these providers have referred for, the latest first."""
    query = (
        sa.select(referral.c.provider_id, referral.c.service_key)
        .where(referral.c.provider_id.in_(provider_ids), referral.c.archived_at.is_(None))
        .group_by(referral.c.provider_id, referral.c.service_key)
        .order_by(sa.func.max(referral.c.received_on).desc())
    )
    found: dict[int, list[str]] = defaultdict(list)
    for provider_id, service_key in session.execute(query):
        found[provider_id].append(service_key)
    return found
