"""Queries over calendars: what a feed shows, who is busy when, which calendars are to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.client_kinds import ReportState
from crm.domain.kinds import VisitState
from crm.models.accounts import Business
from crm.models.audit import AuditEntry, ChangeSet
from crm.models.calendars import BusyCalendar, BusyTime, CalendarFeed
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.models.visits import DayRoute, Visit

MOST = 2_000
"""Entries of one kind in a feed."""


class VisitLine(NamedTuple):
    """A visit with whom and where."""

    visit: Visit
    provider: Provider
    practice: Practice | None


class ReportsDue(NamedTuple):
    """How many reports one provider is owed on one day."""

    provider_id: int
    name: str
    due_on: date
    how_many: int
    first_at: datetime
    kind: str


def feeds(session: Session, user_id: int) -> Sequence[CalendarFeed]:
    """Somebody's feeds that still answer, the oldest first."""
    query = select(CalendarFeed).where(col(CalendarFeed.user_id) == user_id, col(CalendarFeed.revoked_at).is_(None))
    return session.exec(query.order_by(col(CalendarFeed.id))).all()


def feed_by_hash(session: Session, token_hash: str) -> CalendarFeed | None:
    """The feed of a token, unless it was revoked."""
    query = select(CalendarFeed).where(
        col(CalendarFeed.token_hash) == token_hash, col(CalendarFeed.revoked_at).is_(None)
    )
    return session.exec(query).first()


def visits(session: Session, user_id: int, first: date, last: date) -> list[VisitLine]:
    """The visits of a time, somebody's own and nobody's, the cancelled ones too; none of sample providers."""
    query = (
        select(Visit, Provider, Practice)
        .join(Provider, col(Provider.id) == Visit.provider_id)
        .join(Practice, sa.func.coalesce(Visit.practice_id, Provider.practice_id) == col(Practice.id), isouter=True)
        .where(col(Visit.planned_on).between(first, last), col(Visit.sample).is_(False))
        .where(sa.or_(col(Visit.owner_id) == user_id, col(Visit.owner_id).is_(None)))
        .order_by(col(Visit.planned_on), col(Visit.position), col(Visit.id))
        .limit(MOST)
    )
    return [VisitLine(*row) for row in session.exec(query)]


def last_changes(session: Session) -> list[datetime]:
    """When a visit, the frame of a day, the business or somebody's home was last changed, and anything undone."""
    columns = (Visit.created_at, Visit.updated_at, DayRoute.updated_at, Business.updated_at, ChangeSet.undone_at)
    homes = select(sa.func.max(AuditEntry.created_at)).where(AuditEntry.kind == "profile_changed")
    found = [session.exec(select(sa.func.max(column))).one() for column in columns]
    return [each for each in (*found, session.exec(homes).one()) if each is not None]


def followups(
    session: Session, user_id: int, last: date, *, but_planned: bool = False
) -> list[tuple[Task, str | None]]:
    """Open and waiting follow-ups up to a day, somebody's own and nobody's, each with its provider's name.

    `but_planned` leaves out those for which a visit is planned, which stands there itself.
    """
    query = (
        select(Task, Provider.display_name)
        .join(Provider, col(Provider.id) == Task.provider_id, isouter=True)
        .where(sa.text("task.state IN ('open', 'waiting')"), col(Task.due_on) <= last, col(Task.sample).is_(False))
        .where(col(Task.due_report_id).is_(None))
        .where(sa.or_(col(Task.owner_id) == user_id, col(Task.owner_id).is_(None)))
        .order_by(col(Task.due_on), col(Task.id))
        .limit(MOST)
    )
    if but_planned:
        planned = select(Visit.id).where(Visit.task_id == Task.id, Visit.state == VisitState.PLANNED)
        query = query.where(~planned.exists())
    return [(task, name) for task, name in session.exec(query)]


def reports_due(session: Session, first: date, last: date) -> list[ReportsDue]:
    """Reports that are owed, counted by provider, kind and day: no client is named."""
    query = (
        sa.select(
            col(DueReport.provider_id),
            col(Provider.display_name),
            col(DueReport.due_on),
            sa.func.count(),
            sa.func.min(DueReport.created_at),
            col(DueReport.kind),
        )
        .join(Provider, col(Provider.id) == DueReport.provider_id)
        .where(col(DueReport.state) == ReportState.OPEN, col(DueReport.archived_at).is_(None))
        .where(col(DueReport.due_on).between(first, last), col(DueReport.sample).is_(False))
        .group_by(col(DueReport.provider_id), col(Provider.display_name), col(DueReport.due_on), col(DueReport.kind))
        .order_by(col(DueReport.due_on), col(DueReport.provider_id))
        .limit(MOST)
    )
    return [ReportsDue(*row) for row in session.execute(query)]


def busy_between(session: Session, user_id: int, first: datetime, last: datetime) -> Sequence[BusyTime]:
    """When somebody is busy between two instants, in order."""
    query = (
        select(BusyTime)
        .where(col(BusyTime.user_id) == user_id, col(BusyTime.ends_at) > first, col(BusyTime.starts_at) < last)
        .order_by(col(BusyTime.starts_at), col(BusyTime.id))
    )
    return session.exec(query).all()


def calendars(session: Session, user_id: int) -> Sequence[BusyCalendar]:
    """The calendars that somebody had read, the oldest first."""
    query = select(BusyCalendar).where(col(BusyCalendar.user_id) == user_id, col(BusyCalendar.archived_at).is_(None))
    return session.exec(query.order_by(col(BusyCalendar.id))).all()


def next_due(session: Session) -> datetime | None:
    """When the next calendar is to be read, or the lease of one that is being read ends."""
    free_at = sa.case(
        (col(BusyCalendar.lease_until) > col(BusyCalendar.next_at), col(BusyCalendar.lease_until)),
        else_=col(BusyCalendar.next_at),
    )
    query = sa.select(sa.func.min(free_at, type_=BusyCalendar.__table__.c.next_at.type)).where(_to_read())  # type: ignore[attr-defined]
    found: datetime | None = session.execute(query).scalar()
    return found


def due(session: Session, now: datetime) -> list[int]:
    """Calendars that are to be read, the one that waits longest first."""
    query = sa.select(col(BusyCalendar.id)).where(_to_read(), col(BusyCalendar.next_at) <= now)
    return list(session.execute(query.order_by(col(BusyCalendar.next_at))).scalars())


def claim(session: Session, calendar_id: int, *, me: str, now: datetime, lease_until: datetime) -> bool:
    """Take one that is due and free. False when another worker has it."""
    free = sa.or_(col(BusyCalendar.lease_until).is_(None), col(BusyCalendar.lease_until) <= now)
    taken = session.execute(
        sa.update(BusyCalendar)
        .where(col(BusyCalendar.id) == calendar_id, _to_read(), col(BusyCalendar.next_at) <= now, free)
        .values(lease_owner=me, lease_until=lease_until)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # a result of UPDATE


def forget_times(session: Session, calendar_id: int) -> None:
    """Take out what a calendar said."""
    session.execute(sa.delete(BusyTime).where(col(BusyTime.calendar_id) == calendar_id))


def _to_read() -> sa.ColumnElement[bool]:
    return sa.text("archived_at IS NULL AND next_at IS NOT NULL")  # type: ignore[return-value]  # as the index says it
