"""Queries over days on the road: where they start and end, on which days doctors are in, a year of visits made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, select

from crm.domain.kinds import VisitState
from crm.models.practices import Affiliation
from crm.models.visits import DayRoute
from crm.store import visits
from crm.store.visits import Planned


def of_day(session: Session, owner_id: int, day: date) -> DayRoute | None:
    """What somebody said about a day of theirs."""
    return visits.route(session, owner_id, day)


def between(session: Session, owner_id: int, first: date, last: date) -> dict[date, DayRoute]:
    """The same for many days."""
    query = select(DayRoute).where(DayRoute.owner_id == owner_id, col(DayRoute.day).between(first, last))
    return {row.day: row for row in session.exec(query)}


def latest(session: Session, owner_id: int, before: date) -> DayRoute | None:
    """How somebody's last day before this one started and ended."""
    query = select(DayRoute).where(DayRoute.owner_id == owner_id, DayRoute.day < before)
    return session.exec(query.order_by(col(DayRoute.day).desc()).limit(1)).first()


def made(session: Session, owner_id: int, first: date, last: date) -> Sequence[Planned]:
    """The visits that somebody made in these days, in the order in which they were made."""
    found = visits.between(session, first, last, owner_id, states=(VisitState.DONE,))
    return sorted(found, key=_when)


def doctor_days(session: Session, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """On which days providers are in at practices, for pairs of both, as far as it is known."""
    wanted = set(pairs)
    if not wanted:
        return {}
    # By provider, of whom each has a few: for pairs of columns SQLite reads the whole table.
    where = col(Affiliation.provider_id).in_(sorted({provider_id for provider_id, _ in wanted}))
    rows = session.exec(select(Affiliation.provider_id, Affiliation.practice_id, Affiliation.days).where(where))
    return {(one, place): days for one, place, days in rows if days and (one, place) in wanted}


def _when(found: Planned) -> tuple[date, bool, float, int, int]:
    visit = found.visit
    done = visit.done_at.timestamp() if visit.done_at else 0.0
    return visit.planned_on, visit.done_at is None, done, visit.position, visit.id or 0
