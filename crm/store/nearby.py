"""Queries around a place: practices in a box, by their index, and who there is worth a visit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain import addresses
from crm.domain.kinds import VisitState
from crm.domain.nearness import GOOD_FIT
from crm.domain.pipeline import WORKED, Stage
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit

provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
practice: sa.Table = Practice.__table__  # type: ignore[attr-defined]
task: sa.Table = Task.__table__  # type: ignore[attr-defined]
visit: sa.Table = Visit.__table__  # type: ignore[attr-defined]

Box = tuple[float, float, float, float]
"""South, north, west, east."""

LIVE = sa.text("task.state IN ('open', 'waiting')")


class Around(NamedTuple):
    """Somebody in a box, with what decides whether a visit is worth it."""

    id: int
    stage: Stage
    fit: int
    next_due_on: date | None
    first_referral_on: date | None
    last_referral_on: date | None
    referral_count: int
    last_touch_at: datetime | None
    lat: float
    lon: float


def known(session: Session, box: Box, today: date, *, limit: int) -> list[Around]:
    """Those one works with or has something due with, whose practice lies in the box."""
    given = {**_corners(box), "today": today, "limit": limit}
    return [Around(*row) for row in session.execute(_known(), given)]


def prospects(session: Session, box: Box, *, limit: int) -> list[Around]:
    """Those who fit well and were never touched, the best first."""
    given = {**_corners(box), "limit": limit}
    return [Around(*row) for row in session.execute(_prospects(), given)]


def due_titles(session: Session, provider_ids: Sequence[int], today: date) -> dict[int, tuple[int, str]]:
    """The follow-up that is due first with each of these providers: its id and title."""
    query = (
        sa.select(task.c.provider_id, task.c.id, task.c.title)
        .where(LIVE, task.c.provider_id.in_(provider_ids), task.c.due_on <= today)
        .order_by(task.c.due_on.desc(), task.c.id.desc())
    )
    return {provider_id: (task_id, title) for provider_id, task_id, title in session.execute(query)}


def addresses_of(session: Session, provider_ids: Sequence[int]) -> dict[int, str]:
    """The addresses of these providers' practices in one line, for maps."""
    names = ("line1", "line2", "city", "state", "zip")
    query = (
        sa.select(provider.c.id, *(practice.c[name] for name in names))
        .select_from(provider.join(practice, provider.c.practice_id == practice.c.id))
        .where(provider.c.id.in_(provider_ids))
    )
    return {provider_id: addresses.one_line(*where) for provider_id, *where in session.execute(query)}


def seen_on(session: Session, provider_ids: Collection[int], day: date) -> set[int]:
    """Whose visit is planned for this day, or was made on it."""
    query = sa.select(visit.c.provider_id).where(
        visit.c.planned_on == day, visit.c.state != VisitState.CANCELLED, visit.c.provider_id.in_(provider_ids)
    )
    return set(session.execute(query).scalars())


@lru_cache(maxsize=1)
def _known() -> sa.Select[Any]:
    today = sa.bindparam("today", type_=sa.Date)
    worked = provider.c.stage.in_(sorted(WORKED))
    return (
        _in_box()
        .where(sa.or_(provider.c.next_due_on <= today, worked))
        .order_by(provider.c.next_due_on.is_(None), provider.c.next_due_on, provider.c.fit.desc(), provider.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


@lru_cache(maxsize=1)
def _prospects() -> sa.Select[Any]:
    return (
        _in_box()
        .where(provider.c.stage == Stage.PROSPECT, provider.c.fit >= GOOD_FIT)
        .where(provider.c.last_touch_at.is_(None), provider.c.next_due_on.is_(None))
        .where(provider.c.is_peer.is_(False) | provider.c.peer_overridden.is_(True))
        .order_by(provider.c.fit.desc(), provider.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def _in_box() -> sa.Select[Any]:
    lat, lon = practice.c.lat, practice.c.lon
    return (
        sa.select(*(provider.c[name] for name in Around._fields[:8]), lat, lon)
        .select_from(practice.join(provider, provider.c.practice_id == practice.c.id))
        .where(lat.between(sa.bindparam("south"), sa.bindparam("north")))
        .where(lon.between(sa.bindparam("west"), sa.bindparam("east")))
        .where(provider.c.archived_at.is_(None))
        .where(provider.c.stage.not_in((Stage.DO_NOT_CONTACT, Stage.DECLINED, Stage.NOT_NOW)))
    )


def _corners(box: Box) -> dict[str, float]:
    return dict(zip(("south", "north", "west", "east"), box, strict=True))
