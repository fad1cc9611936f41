"""Queries for what a phone keeps: the visits of some days, and marks that change when a page about them would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import TaskKind, TaskState, VisitState
from crm.models.accounts import Business, Credential, ServicePrice, User
from crm.models.activities import Activity
from crm.models.audit import ChangeSet
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.models.templates import TemplateVersion
from crm.models.visits import DayRoute, Visit, VisitEntry
from crm.store.reports import OWED

Marks = tuple[object, ...]


class Call(NamedTuple):
    """A provider whom a follow-up wants visited, with no visit planned."""

    provider_id: int
    name: str


def visits_on(session: Session, user_id: int, days: Collection[date]) -> list[tuple[Visit, str]]:
    """The visits of these days with the provider's name, one's own and nobody's, those done included."""
    query = (
        select(Visit, Provider.display_name)
        .join(Provider, col(Provider.id) == Visit.provider_id)
        .where(col(Visit.planned_on).in_(list(days)), Visit.state != VisitState.CANCELLED)
        .where(col(Provider.archived_at).is_(None), _mine(Visit.owner_id, user_id))
    )
    order = (col(Visit.planned_on), col(Visit.position), col(Visit.planned_at), col(Visit.id))
    return [(visit, name) for visit, name in session.exec(query.order_by(*order))]


def overdue(session: Session, user_id: int, today: date, limit: int) -> list[tuple[Visit, str]]:
    """Visits that are planned for a day that is past, the latest first."""
    query = (
        select(Visit, Provider.display_name)
        .join(Provider, col(Provider.id) == Visit.provider_id)
        .where(Visit.planned_on < today, Visit.state == VisitState.PLANNED)
        .where(col(Provider.archived_at).is_(None), _mine(Visit.owner_id, user_id))
    )
    latest_first = query.order_by(col(Visit.planned_on).desc(), col(Visit.id).desc())
    return [(visit, name) for visit, name in session.exec(latest_first.limit(limit))]


def visits_without_plan(session: Session, user_id: int, until: date, limit: int) -> list[Call]:
    """Providers to visit by a day, by their follow-ups, who have no visit planned; the most overdue first."""
    planned = select(Visit.id).where(Visit.provider_id == Task.provider_id, Visit.state == VisitState.PLANNED)
    query = (
        select(Provider.id, Provider.display_name)
        .join(Task, col(Task.provider_id) == Provider.id)
        .where(Task.kind == TaskKind.VISIT, Task.state == TaskState.OPEN, Task.due_on <= until)
        .where(col(Provider.archived_at).is_(None), _mine(Task.owner_id, user_id), ~planned.exists())
        .group_by(col(Provider.id), col(Provider.display_name))
        .order_by(sa.func.min(Task.due_on), col(Provider.id))
        .limit(limit)
    )
    return [Call(provider_id, name) for provider_id, name in session.exec(query) if provider_id is not None]


def marks(session: Session, provider_ids: Collection[int]) -> dict[int, Marks]:
    """Of each provider whatever a sheet tells of: the provider, the practice and its people, follow-ups, timeline."""
    ids = list(provider_ids)
    found: dict[int, list[object]] = defaultdict(list)
    providers = session.exec(select(Provider).where(col(Provider.id).in_(ids)).order_by(col(Provider.id))).all()
    practices = {one.practice_id for one in providers if one.practice_id is not None}
    places = _by(session.exec(select(Practice).where(col(Practice.id).in_(practices))), "id")
    people = _by(session.exec(select(Contact).where(col(Contact.practice_id).in_(practices))), "practice_id")
    tasks = _by(session.exec(select(Task).where(col(Task.provider_id).in_(ids), _live())), "provider_id")
    lines = {row[0]: tuple(row[1:]) for row in session.exec(_timelines(ids))}
    for one in providers:
        assert one.id is not None
        at = one.practice_id or 0
        found[one.id] = [_told(one), *places[at], *people[at], *tasks[one.id], lines.get(one.id)]
    return {provider_id: tuple(found[provider_id]) for provider_id in ids}


def owing(session: Session, provider_ids: Collection[int]) -> set[int]:
    """To whom of these a report about a client is owed."""
    query = sa.select(col(DueReport.provider_id)).where(OWED, col(DueReport.provider_id).in_(list(provider_ids)))
    return set(session.execute(query.distinct()).scalars())


def house_marks(session: Session, user_id: int) -> Marks:
    """What every sheet shares: the business, its prices, the person who goes, and the wordings."""
    own = select(Credential).where(Credential.user_id == user_id)
    rows = [
        *session.exec(select(Business)),
        *session.exec(select(ServicePrice).order_by(col(ServicePrice.service_key))),
        *session.exec(select(User).where(User.id == user_id)),
        *session.exec(own.order_by(col(Credential.id))),
    ]
    return (*map(_told, rows), session.exec(select(sa.func.max(TemplateVersion.id))).one())


def latest(session: Session) -> Marks:
    """What pages about everybody tell of: they change with nearly anything."""
    newest = (
        Activity.id,
        Task.id,
        Task.closed_at,
        ChangeSet.id,
        ChangeSet.undone_at,
        VisitEntry.id,
        DayRoute.updated_at,
    )
    return tuple(session.exec(select(sa.func.max(column))).one() for column in newest)


def _mine(owner: Any, user_id: int) -> Any:
    return sa.or_(col(owner) == user_id, col(owner).is_(None))


def _live() -> Any:
    return sa.text("task.state IN ('open', 'waiting')")


def _timelines(ids: Sequence[int]) -> Any:
    newest = (sa.func.max(column) for column in (Activity.id, Activity.undone_at, Activity.change_set_id))
    return (
        sa.select(col(Activity.provider_id), sa.func.count(), *newest)
        .where(col(Activity.provider_id).in_(ids))
        .group_by(col(Activity.provider_id))
    )


def _by(rows: Any, name: str) -> dict[int, list[object]]:
    found: dict[int, list[object]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id):
        found[getattr(row, name)].append(_told(row))
    return found


def _told(row: Any) -> str:
    return repr(sorted(row.model_dump().items()))
