"""Who might be visited: due follow-ups, reports owed, relationships gone silent, prospects of towns. All capped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import ProviderKind, TaskKind, TaskState
from crm.domain.pipeline import Stage
from crm.domain.visit_kinds import Visitors
from crm.models.practices import Affiliation, Practice
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task

task: sa.Table = Task.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
practice: sa.Table = Practice.__table__  # type: ignore[attr-defined]
affiliation: sa.Table = Affiliation.__table__  # type: ignore[attr-defined]
report: sa.Table = DueReport.__table__  # type: ignore[attr-defined]

# As the partial indexes say it, with literals, so that both databases use them.
LIVE = sa.text("task.state IN ('open', 'waiting')")
OWED = sa.text("due_report.state = 'open' AND due_report.archived_at IS NULL")
WORKED_WITH = (Stage.INTRODUCED, Stage.SAMPLE_SENT, Stage.TRIAL, Stage.PARTNER)


class DueTask(NamedTuple):
    """A follow-up that a visit would do, or that one would bring along."""

    id: int
    provider_id: int
    kind: TaskKind
    title: str
    why: str
    due_on: date


class Owed(NamedTuple):
    """Reports that one provider waits for."""

    provider_id: int
    how_many: int
    first_due_on: date


class Silent(NamedTuple):
    """Somebody with whom nothing is planned, and when the last touch was."""

    provider_id: int
    stage: Stage
    last_touch_at: datetime


class Face(NamedTuple):
    """What a proposal shows of a provider, where they are, and when one may come there."""

    id: int
    display_name: str
    prefix: str
    first_name: str
    last_name: str
    credentials: str
    taxonomy_code: str
    kind: ProviderKind
    specialty: str
    stage: Stage
    fit: int
    phone: str
    city: str
    zip: str
    distance_miles: float | None
    last_touch_at: datetime | None
    practice_id: int | None
    practice_name: str
    lat: float | None
    lon: float | None
    hours: str | None
    visitor_policy: str | None
    visit_days: int | None
    visit_from: int | None
    visit_until: int | None
    visitors: Visitors | None
    doctor_days: int | None


def due_tasks(session: Session, kinds: Collection[TaskKind], last: date, owner_id: int, *, limit: int) -> list[DueTask]:
    """Open follow-ups of some kinds due by a day, one's own and nobody's, the earliest first."""
    given = {"last": last, "owner": owner_id, "limit": limit}
    return [DueTask(*row) for row in session.execute(_due_tasks(tuple(sorted(kinds))), given)]


@lru_cache(maxsize=8)
def _due_tasks(kinds: tuple[TaskKind, ...]) -> sa.Select[Any]:
    return (
        sa.select(*(task.c[name] for name in DueTask._fields))
        .where(LIVE, task.c.state == TaskState.OPEN, task.c.due_on <= sa.bindparam("last", type_=sa.Date))
        .where(task.c.kind.in_(kinds), task.c.provider_id.is_not(None))
        .where(sa.or_(task.c.owner_id == sa.bindparam("owner"), task.c.owner_id.is_(None)))
        .order_by(task.c.due_on, task.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def owed(session: Session, last: date, *, limit: int) -> list[Owed]:
    """For whom reports are due by a day, the earliest first."""
    first = sa.func.min(report.c.due_on)
    query = (
        sa.select(report.c.provider_id, sa.func.count(), first)
        .where(OWED, report.c.due_on <= last)
        .group_by(report.c.provider_id)
        .order_by(first, report.c.provider_id)
        .limit(limit)
    )
    return [Owed(*row) for row in session.execute(query)]


def silent(session: Session, before: datetime, *, limit: int) -> list[Silent]:
    """Those one works with, without a next step and untouched since an instant, the latest touch first."""
    query = (
        sa.select(provider.c.id, provider.c.stage, provider.c.last_touch_at)
        .where(provider.c.last_touch_at < before, provider.c.last_touch_at.is_not(None))
        .where(provider.c.stage.in_(WORKED_WITH), provider.c.next_due_on.is_(None), provider.c.archived_at.is_(None))
        .order_by(provider.c.last_touch_at.desc(), provider.c.id.desc())
        .limit(limit)
    )
    return [Silent(*row) for row in session.execute(query)]


def prospects_of(session: Session, city: str, *, limit: int) -> list[int]:
    """The best prospects of a town with whom nothing is planned, from the index of towns."""
    query = (
        sa.select(provider.c.id)
        .where(provider.c.archived_at.is_(None), provider.c.city == city, provider.c.stage == Stage.PROSPECT)
        .where(provider.c.is_peer.is_(False) | provider.c.peer_overridden.is_(True))
        .order_by(provider.c.fit.desc(), provider.c.id.desc())
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def faces(session: Session, provider_ids: Sequence[int]) -> dict[int, Face]:
    """Everything about these providers in one query; those who were put away or mustn't be contacted are left out."""
    if not provider_ids:
        return {}
    at = provider.outerjoin(practice, practice.c.id == provider.c.practice_id).outerjoin(
        affiliation,
        sa.and_(affiliation.c.provider_id == provider.c.id, affiliation.c.practice_id == provider.c.practice_id),
    )
    query = (
        sa.select(*_FACE)
        .select_from(at)
        .where(provider.c.id.in_(provider_ids), provider.c.archived_at.is_(None))
        .where(provider.c.stage.not_in((Stage.DO_NOT_CONTACT, Stage.DECLINED)))
    )
    return {row[0]: Face(*row) for row in session.execute(query)}


_FACE = (
    *(provider.c[name] for name in Face._fields[:18]),
    *(practice.c[name] for name in Face._fields[18:26]),
    affiliation.c.days,
)
