"""Queries over visits: which one comes next, a day, a week, a provider's; who else is there; what devices sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import VisitState
from crm.models.activities import Activity
from crm.models.audit import Change, ChangeSet
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.models.visits import DayRoute, Visit, VisitEntry, VisitGuest


class Planned(NamedTuple):
    """A visit with whom and where."""

    visit: Visit
    provider: Provider
    practice: Practice | None


class Guest(NamedTuple):
    """Somebody else who is to be met, or came: a provider or a contact, by name."""

    guest: VisitGuest
    name: str
    provider: Provider | None
    contact: Contact | None


def by_id(session: Session, visit_id: int) -> Planned | None:
    """One visit, whatever became of it."""
    row = session.exec(_visits().where(Visit.id == visit_id)).first()
    return Planned(*row) if row else None


def next_visit(session: Session, today: date, owner_id: int | None = None) -> Planned | None:
    """The first visit still to make, from today on: one's own, or one that is nobody's."""
    query = _still_planned().where(Visit.planned_on >= today).limit(1)
    if owner_id is not None:
        query = query.where(_of(owner_id))
    row = session.exec(query).first()
    return Planned(*row) if row else None


def on_day(session: Session, day: date, owner_id: int) -> list[Planned]:
    """The visits somebody still has to make on a day, their own and nobody's, in order."""
    query = _still_planned().where(Visit.planned_on == day, _of(owner_id))
    return [Planned(*row) for row in session.exec(query)]


def between(
    session: Session,
    first: date,
    last: date,
    owner_id: int | None = None,
    *,
    states: Sequence[VisitState] = (VisitState.PLANNED, VisitState.DONE),
) -> list[Planned]:
    """The visits of some days, planned and made, in order; `owner_id`: one's own and nobody's.

    Of providers who were put away, only those that were made.
    """
    query = _visits().where(col(Visit.planned_on).between(first, last), col(Visit.state).in_(states))
    query = query.where(sa.or_(col(Visit.state) != VisitState.PLANNED, col(Provider.archived_at).is_(None)))
    if owner_id is not None:
        query = query.where(_of(owner_id))
    return [Planned(*row) for row in session.exec(query)]


def of_provider(session: Session, provider_id: int, limit: int = 20) -> list[Visit]:
    """A provider's visits and the talks they came to, the latest first, without those that were called off."""
    came = select(VisitGuest.visit_id).where(VisitGuest.provider_id == provider_id)
    theirs = sa.or_(col(Visit.provider_id) == provider_id, col(Visit.id).in_(came))
    query = select(Visit).where(theirs, Visit.state != VisitState.CANCELLED)
    return list(session.exec(query.order_by(col(Visit.planned_on).desc(), col(Visit.id).desc()).limit(limit)))


def planned_for(session: Session, provider_ids: Sequence[int], from_day: date) -> dict[int, Visit]:
    """The next visit that is still planned with each of these providers, from a day on."""
    query = select(Visit).where(
        col(Visit.provider_id).in_(provider_ids), Visit.state == VisitState.PLANNED, Visit.planned_on >= from_day
    )
    latest_first = query.order_by(col(Visit.planned_on).desc(), col(Visit.id).desc())
    return {visit.provider_id: visit for visit in session.exec(latest_first)}


def of_task(session: Session, task_id: int) -> Visit | None:
    """The visit that a follow-up is about, while it is planned."""
    query = select(Visit).where(Visit.task_id == task_id, Visit.state == VisitState.PLANNED)
    return session.exec(query.order_by(col(Visit.id).desc()).limit(1)).first()


def guests(session: Session, visit_ids: Sequence[int]) -> dict[int, list[Guest]]:
    """Who else is to be met on these visits, or came, in the order of their being added, nobody twice."""
    query = (
        select(VisitGuest, Provider, Contact)
        .join(Provider, col(Provider.id) == VisitGuest.provider_id, isouter=True)
        .join(Contact, col(Contact.id) == VisitGuest.contact_id, isouter=True)
        .where(col(VisitGuest.visit_id).in_(visit_ids))
        .order_by(col(VisitGuest.id))
    )
    found: dict[int, dict[tuple[int | None, int | None], Guest]] = defaultdict(dict)
    for guest, provider, contact in session.exec(query):
        name = contact.name if guest.provider_id is None else provider.display_name
        found[guest.visit_id].setdefault((guest.provider_id, guest.contact_id), Guest(guest, name, provider, contact))
    return {visit_id: list(people.values()) for visit_id, people in found.items()}


def route(session: Session, owner_id: int, day: date) -> DayRoute | None:
    """How somebody drives on a day, where they have said anything about it."""
    return session.exec(select(DayRoute).where(DayRoute.owner_id == owner_id, DayRoute.day == day)).first()


def entry(session: Session, client_key: str) -> VisitEntry | None:
    """What a device sent under this key."""
    return session.exec(select(VisitEntry).where(VisitEntry.client_key == client_key)).first()


def entries(session: Session, visit_id: int) -> list[VisitEntry]:
    """Everything that was sent about a visit, in the order of its arrival."""
    return list(session.exec(select(VisitEntry).where(VisitEntry.visit_id == visit_id).order_by(col(VisitEntry.id))))


def entries_of_provider(session: Session, provider_id: int, limit: int = 200) -> list[VisitEntry]:
    """What was sent last about a provider's visits, the latest first."""
    query = select(VisitEntry).join(Visit, col(Visit.id) == VisitEntry.visit_id).where(Visit.provider_id == provider_id)
    return list(session.exec(query.order_by(col(VisitEntry.id).desc()).limit(limit)))


def undone_entries(session: Session, change_set_id: int) -> list[object]:
    """What entries had in their fields, as it was noted when they were changed by an action that was undone since."""
    query = (
        select(Change.after)
        .join(ChangeSet, col(ChangeSet.id) == Change.change_set_id)
        .where(Change.change_set_id == change_set_id, col(ChangeSet.undone_at).is_not(None))
        .where(Change.table_name == "visit_entry")
    )
    return [after.get("fields") for after in session.exec(query) if after]


def planning(session: Session, visit: Visit) -> Change | None:
    """What planning a visit did to its follow-up: with nothing before where the follow-up was made for it."""
    query = (
        select(Change)
        .join(Activity, col(Activity.change_set_id) == Change.change_set_id)
        .where(Activity.provider_id == visit.provider_id, Activity.visit_id == visit.id)
        .where(Change.table_name == "task", Change.row_id == visit.task_id)
        .order_by(col(Change.id))
        .limit(1)
    )
    return session.exec(query).first()


def desk(session: Session, practice_id: int) -> Contact | None:
    """Whom one meets first at a practice."""
    query = select(Contact).where(Contact.practice_id == practice_id, col(Contact.archived_at).is_(None))
    return session.exec(query.order_by(col(Contact.id)).limit(1)).first()


def planned_until(session: Session, provider_id: int, day: date) -> Sequence[Visit]:
    """A provider's visits that are still planned for `day` or an earlier one."""
    query = select(Visit).where(Visit.provider_id == provider_id, Visit.state == VisitState.PLANNED)
    return session.exec(query.where(Visit.planned_on <= day).order_by(col(Visit.planned_on), col(Visit.id))).all()


def _of(owner_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(col(Visit.owner_id) == owner_id, col(Visit.owner_id).is_(None))


def _still_planned() -> Any:
    return _visits().where(Visit.state == VisitState.PLANNED, col(Provider.archived_at).is_(None))


def _visits() -> Any:
    """In the order in which they are made: as they were put, else by the hours that were agreed."""
    where = sa.func.coalesce(Visit.practice_id, Provider.practice_id) == col(Practice.id)
    order = (
        *(col(Visit.planned_on), col(Visit.position) == 0, col(Visit.position)),
        *(col(Visit.planned_at).is_(None), col(Visit.planned_at), col(Visit.id)),
    )
    return (
        select(Visit, Provider, Practice)
        .join(Provider, col(Provider.id) == Visit.provider_id)
        .join(Practice, where, isouter=True)
        .order_by(*order)
    )
