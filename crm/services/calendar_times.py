"""When visits stand in a calendar: at the hour that was agreed, else about when the day's route gets there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlmodel import Session

from crm.domain.calendar import instant_of
from crm.domain.kinds import VisitState
from crm.models.visits import Visit
from crm.services import visit_days
from crm.store import calendars as store
from crm.store.calendars import VisitLine

ROUTED = timedelta(days=56)
"""Further ahead a day isn't driven through: its visits stand on the day."""

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Times(NamedTuple):
    """About when a visit begins and ends, and when something was last changed that this follows from."""

    begins_at: datetime
    ends_at: datetime
    changed_at: datetime


def estimated(
    session: Session, user_id: int, lines: Sequence[VisitLine], *, zone: str, today: date
) -> dict[int | None, Times]:
    """The times of visits to come for which no hour was agreed.

    They don't follow the clock: through a whole day the same, unless something was changed.
    """
    waiting = [line for line in lines if _is_open(line.visit) and today <= line.visit.planned_on <= today + ROUTED]
    if not waiting:
        return {}
    changed_at = _last_change(session, lines)
    found: dict[int | None, Times] = {}
    for on in sorted({line.visit.planned_on for line in waiting}):
        day = visit_days.day(session, user_id, on, now=instant_of(on, time(0), zone))
        found |= {
            stop.visit.id: Times(stop.begins_at, stop.leaves_at, changed_at)
            for stop in day.to_come
            if _is_open(stop.visit)
        }
    return found


def changed_at(visit: Visit) -> datetime:
    """When a visit itself was changed last."""
    return visit.updated_at or visit.done_at or visit.created_at


def revision(visit: Visit, changed: datetime) -> int:
    """Counts up with each change of the visit, and of what its estimated time follows from, whichever it was."""
    return max(0, int((changed - _EPOCH).total_seconds())) + visit.revision


def _is_open(visit: Visit) -> bool:
    return visit.state is VisitState.PLANNED and visit.planned_at is None


def _last_change(session: Session, lines: Sequence[VisitLine]) -> datetime:
    """Of anything that moves the times of a day: a visit that came, went or was moved, how the day begins, a place.

    A visit that has left a day tells nothing of it any more, so that all of them count.
    """
    places = [line.practice.updated_at for line in lines if line.practice is not None]
    put_away = [line.provider.archived_at for line in lines if line.provider.archived_at is not None]
    return max(*places, *put_away, *store.last_changes(session), _EPOCH)
