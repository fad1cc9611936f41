"""Queries over follow-ups: the list in its parts, a provider's open ones, and what has been due or done lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.followups import Bucket
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome, TaskKind, TaskState
from crm.domain.pipeline import Stage
from crm.models.accounts import User
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task

task: sa.Table = Task.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
activity: sa.Table = Activity.__table__  # type: ignore[attr-defined]

CAP = 1000
# As the partial indexes of the table say it, with literals, so that both databases use them.
LIVE = sa.text("task.state IN ('open', 'waiting')")


class Line(NamedTuple):
    """A follow-up with what the list says about its provider, whose columns are None for one without a provider."""

    id: int
    kind: TaskKind
    title: str
    why: str
    remarks: str
    due_on: date
    due_at: datetime | None
    state: TaskState
    waiting_for: str
    snoozed: int
    template_slug: str
    referral_id: int | None
    client_id: int | None
    due_report_id: int | None
    clearance_id: int | None
    agreement_id: int | None
    owner_id: int | None
    sample: bool
    provider_id: int | None
    name: str | None
    practice_name: str | None
    city: str | None
    phone: str | None
    email: str | None
    stage: Stage | None
    return_on: date | None


class Mark(NamedTuple):
    """Where a page ended: the next one starts after this."""

    due_on: date
    id: int


@dataclass(frozen=True)
class Filter:
    """Which follow-ups are wanted. `owner_id` 0 means nobody's."""

    owner_id: int | None = None
    kind: TaskKind | None = None


class PastTouch(NamedTuple):
    """What the cadence needs to know of a past touch."""

    kind: ActivityKind
    outcome: Outcome | None


_COLUMNS = (
    *(task.c[name] for name in Line._fields[:19]),
    provider.c.display_name,
    provider.c.practice_name,
    provider.c.city,
    provider.c.phone,
    provider.c.email,
    provider.c.stage,
    provider.c.return_on,
)


def page(
    session: Session,
    bucket: Bucket,
    today: date,
    *,
    limit: int,
    after: Mark | None = None,
    wanted: Filter = Filter(),
) -> tuple[list[Line], Mark | None]:
    """The next follow-ups of one part of the list, the earliest first, and where the page after starts."""
    given = {} if after is None else {"after_on": after.due_on, "after_id": after.id}
    return _walk(session, _page(bucket, today, wanted, after is not None), given, limit)


def line(session: Session, task_id: int) -> Line | None:
    """One follow-up with its provider, whatever its state."""
    query = sa.select(*_COLUMNS).select_from(task.outerjoin(provider, provider.c.id == task.c.provider_id))
    row = session.execute(query.where(task.c.id == task_id)).first()
    return Line(*row) if row else None


def counts(session: Session, today: date, wanted: Filter = Filter()) -> dict[Bucket, int]:
    """How many there are in each part, counted up to the cap."""
    return dict(zip(Bucket, session.connection().execute(_counts(today, wanted)).one(), strict=True))


def due(session: Session, today: date, *, owner_id: int | None = None, limit: int = 20) -> list[Line]:
    """Open ones due today or overdue, the earliest first, for a digest or a short list."""
    return _walk(session, _due(today, owner_id), {}, limit)[0]


def first_visit(session: Session, owner_id: int) -> Line | None:
    """The earliest visit among somebody's open follow-ups."""
    found, _ = _walk(session, _first_visit(owner_id), {}, 1)
    return found[0] if found else None


def live_of(session: Session, provider_id: int) -> Sequence[Task]:
    """A provider's open and waiting follow-ups, the earliest first."""
    return session.execute(_LIVE_OF, {"provider_id": provider_id}).scalars().all()


# Every page of a provider asks it, so it is made once.
_LIVE_OF = (
    sa.select(Task)
    .where(col(Task.provider_id) == sa.bindparam("provider_id"), LIVE)
    .order_by(col(Task.due_on), col(Task.id))
)


def live_among(session: Session, provider_ids: Sequence[int]) -> dict[int, list[Task]]:
    """The same of many providers."""
    query = select(Task).where(col(Task.provider_id).in_(provider_ids), LIVE)
    found: dict[int, list[Task]] = defaultdict(list)
    for each in session.exec(query.order_by(col(Task.due_on), col(Task.id))):
        found[each.provider_id or 0].append(each)
    return found


def written_for(session: Session, provider_id: int, template_slug: str) -> int | None:
    """The open follow-up that an e-mail made from this template does, the earliest first."""
    if not template_slug:
        return None
    query = sa.select(task.c.id).where(task.c.provider_id == provider_id, task.c.template_slug == template_slug, LIVE)
    found: int | None = session.execute(query.order_by(task.c.due_on, task.c.id).limit(1)).scalar()
    return found


def live_about(session: Session, **about: int | TaskKind) -> Sequence[Task]:
    """Open follow-ups about one thing, named as `clearance_id=3` or `referral_id=3, kind=TaskKind.CALL_CLIENT`."""
    return session.exec(select(Task).filter_by(**about).where(LIVE)).all()


def people(session: Session) -> list[tuple[int, str]]:
    """Those to whom a follow-up can be given, by name."""
    user: sa.Table = User.__table__  # type: ignore[attr-defined]
    query = sa.select(user.c.id, user.c.name).where(user.c.disabled_at.is_(None)).order_by(user.c.name)
    return [(user_id, name) for user_id, name in session.execute(query)]


def next_due_on(session: Session, provider_id: int) -> date | None:
    """The day of a provider's earliest open or waiting follow-up."""
    query = sa.select(sa.func.min(task.c.due_on)).where(task.c.provider_id == provider_id, LIVE)
    found: date | None = session.execute(query).scalar()
    return found


def refresh_next_due(session: Session, provider_ids: Sequence[int]) -> None:
    """Set next_due_on of these providers from their tasks."""
    if not provider_ids:
        return
    earliest = sa.select(sa.func.min(task.c.due_on)).where(task.c.provider_id == provider.c.id, LIVE).scalar_subquery()
    session.execute(provider.update().where(provider.c.id.in_(provider_ids)).values(next_due_on=earliest))


def owners_of(session: Session, task_ids: Sequence[int]) -> list[int]:
    """The providers that these tasks are about."""
    found = session.execute(sa.select(task.c.provider_id).where(task.c.id.in_(task_ids)).distinct())
    return [provider_id for (provider_id,) in found if provider_id is not None]


def recent_touches(
    session: Session, provider_ids: Sequence[int], limit: int = 400, *, but: int | None = None
) -> dict[int, list[PastTouch]]:
    """The latest touches of these providers, newest first, in one query; `but` is a line to leave out."""
    found: dict[int, list[PastTouch]] = defaultdict(list)
    if not provider_ids:
        return found
    given = {"ids": provider_ids, "but": but or 0, "limit": limit}
    for provider_id, kind, outcome in session.connection().execute(_RECENT, given):
        found[provider_id].append(PastTouch(kind, outcome))
    return found


_RECENT = (
    sa.select(activity.c.provider_id, activity.c.kind, activity.c.outcome)
    .where(
        activity.c.provider_id.in_(sa.bindparam("ids", expanding=True)),
        activity.c.kind.in_(sorted(TOUCHES)),
        activity.c.undone_at.is_(None),
        activity.c.id != sa.bindparam("but"),
    )
    .order_by(activity.c.happened_at.desc(), activity.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def _walk(session: Session, query: sa.Select[Any], given: dict[str, Any], limit: int) -> tuple[list[Line], Mark | None]:
    """The first lines by day, and the mark of the last one if there are more."""
    rows = session.connection().execute(query, given | {"limit": limit + 1})
    lines = [Line(*row) for row in rows]
    if len(lines) <= limit:
        return lines, None
    last = lines[limit - 1]
    return lines[:limit], Mark(last.due_on, last.id)


# Statements are kept for the day and what is wanted: making them takes longer than running them.


def _lines(*clauses: Any) -> sa.Select[Any]:
    return (
        sa.select(*_COLUMNS)
        .select_from(task.outerjoin(provider, provider.c.id == task.c.provider_id))
        .where(*clauses)
        .order_by(task.c.due_on, task.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


@lru_cache(maxsize=256)
def _page(bucket: Bucket, today: date, wanted: Filter, goes_on: bool) -> sa.Select[Any]:
    after = sa.tuple_(sa.bindparam("after_on", type_=sa.Date), sa.bindparam("after_id", type_=sa.Integer))
    further = [sa.tuple_(task.c.due_on, task.c.id) > after] if goes_on else []
    return _lines(*_bucket(bucket, today), *_wanted(wanted), *further)


@lru_cache(maxsize=64)
def _counts(today: date, wanted: Filter) -> sa.Select[Any]:
    numbers: list[Any] = [_counted((*_bucket(bucket, today), *_wanted(wanted))) for bucket in Bucket]
    return sa.select(*numbers)


@lru_cache(maxsize=64)
def _due(today: date, owner_id: int | None) -> sa.Select[Any]:
    mine = [] if owner_id is None else [_owned(owner_id)]
    return _lines(LIVE, task.c.state == TaskState.OPEN, task.c.due_on <= today, *mine)


@lru_cache(maxsize=64)
def _first_visit(owner_id: int) -> sa.Select[Any]:
    return _lines(LIVE, task.c.kind == TaskKind.VISIT, _owned(owner_id), provider.c.archived_at.is_(None))


def _bucket(bucket: Bucket, today: date) -> tuple[Any, ...]:
    if bucket is Bucket.WAITING:
        return LIVE, task.c.state == TaskState.WAITING
    day = {
        Bucket.OVERDUE: task.c.due_on < today,
        Bucket.TODAY: task.c.due_on == today,
        Bucket.LATER: task.c.due_on > today,
    }[bucket]
    return LIVE, task.c.state == TaskState.OPEN, day


def _wanted(wanted: Filter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.owner_id is not None:
        clauses.append(_owned(wanted.owner_id) if wanted.owner_id else task.c.owner_id.is_(None))
    if wanted.kind is not None:
        clauses.append(task.c.kind == wanted.kind)
    return clauses


def _owned(owner_id: int) -> sa.ColumnElement[bool]:
    """Somebody's own follow-ups, and those that belong to nobody yet."""
    return sa.or_(task.c.owner_id == owner_id, task.c.owner_id.is_(None))


def _counted(clauses: tuple[Any, ...]) -> sa.ScalarSelect[int]:
    some = sa.select(task.c.id).where(*clauses).limit(CAP).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()
