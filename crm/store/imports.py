"""Queries of imports: which one is due, the list, what was skipped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.errors import NotFound
from crm.domain.kinds import ImportState
from crm.models.activities import Activity
from crm.models.audit import Change
from crm.models.imports import ImportRun, ImportSkip
from crm.models.providers import Provider, ProviderDifference
from crm.store import bulk

DUE = (ImportState.QUEUED, ImportState.UNDOING)
WORKING = (ImportState.READING, ImportState.APPLYING)
LEASE = timedelta(minutes=2)
SKIPS_KEPT = 1000
_STATE = col(ImportRun.state)
_LEASE_UNTIL = col(ImportRun.lease_until)


_ACTIVITY: sa.Table = Activity.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_CHANGE: sa.Table = Change.__table__  # type: ignore[attr-defined]


class Note(NamedTuple):
    """A change: of which row, and what it was before and after, as JSON can hold it."""

    table_name: str
    row_id: int
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


def insert_changes(session: Session, change_set_id: int, notes: Sequence[Note]) -> None:
    """Changes that can be undone."""
    if notes:
        session.flush()
        rows = ((n.table_name, n.row_id, json.dumps(n.before), json.dumps(n.after)) for n in notes)
        names = ("table_name", "row_id", "before", "after")
        bulk.insert(session, _CHANGE, names, rows, {"change_set_id": change_set_id})


def insert_activities(
    session: Session, names: Sequence[str], rows: Sequence[Sequence[bulk.Plain]], same: Mapping[str, object]
) -> list[dict[str, object]]:
    """Timeline lines; returns them whole, with their ids. `rows` give the values of `names`, `same` what all share."""
    if not rows:
        return []
    session.flush()
    names, same = ("id", *names), bulk.defaults(Activity, (*names, *same)) | dict(same)
    whole = [(id_, *row) for id_, row in zip(bulk.new_ids(session, _ACTIVITY, len(rows)), rows, strict=True)]
    bulk.insert(session, _ACTIVITY, names, whole, same)
    return [same | dict(zip(names, row, strict=True)) for row in whole]


def get(session: Session, run_id: int) -> ImportRun:
    """One import. NotFound if there is none."""
    run = session.get(ImportRun, run_id)
    if run is None:
        raise NotFound("There is no such import.")
    return run


def page(session: Session, *, before: int | None = None, limit: int = 30) -> list[ImportRun]:
    """Imports, the newest first, from below an id on."""
    wanted = select(ImportRun).order_by(col(ImportRun.id).desc()).limit(limit)
    return list(session.exec(wanted if before is None else wanted.where(col(ImportRun.id) < before)))


def next_due(session: Session) -> datetime | None:
    """When the worker has something to do: at once for queued imports, at the end of a lease for vanished workers."""
    found = session.connection().execute(_next_due()).one()
    return min((each for each in found if each is not None), default=None)


@cache
def _next_due() -> sa.Select[datetime, datetime | None]:
    """Asked with every tick, so it is made once."""
    first = sa.select(col(ImportRun.created_at)).where(_STATE.in_(DUE), _free(None)).order_by(col(ImportRun.id))
    leases = sa.select(sa.func.min(_LEASE_UNTIL)).where(_STATE.in_((*WORKING, *DUE)))
    return sa.select(first.limit(1).scalar_subquery(), leases.scalar_subquery())


def claim(session: Session, *, me: str, now: datetime) -> int | None:
    """The oldest import that is due, leased to `me`; None when there is none."""
    oldest = (
        select(ImportRun.id)
        .where(_STATE.in_(DUE), _free(now))
        .order_by(col(ImportRun.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    run_id = session.exec(oldest).first()
    if run_id is not None:
        lease(session, run_id, me=me, now=now)
    return run_id


def claim_one(session: Session, run_id: int, *, me: str, now: datetime) -> bool:
    """Take one import that is due, unless somebody else has. Whether it worked."""
    free = sa.update(ImportRun).where(col(ImportRun.id) == run_id, _STATE.in_(DUE), _free(now))
    answer = session.execute(free.values(lease_owner=me, lease_until=now + LEASE))
    return bool(answer.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def count_differences(session: Session) -> int:
    """How many differences wait for a decision, counted up to a thousand."""
    waiting = select(ProviderDifference.id).where(col(ProviderDifference.decided_at).is_(None)).limit(1000)
    return session.exec(select(sa.func.count()).select_from(waiting.subquery())).one()


def lease(session: Session, run_id: int, *, me: str, now: datetime) -> None:
    """Say that `me` still works on it."""
    values = {"lease_owner": me, "lease_until": now + LEASE}
    session.execute(sa.update(ImportRun).where(col(ImportRun.id) == run_id).values(**values))


def interrupt_vanished(session: Session, *, now: datetime) -> int:
    """Imports whose worker is gone become interrupted. Returns how many."""
    gone = sa.update(ImportRun).where(_STATE.in_(WORKING), _LEASE_UNTIL < now)
    answer = session.execute(gone.values(state=ImportState.INTERRUPTED, lease_owner="", lease_until=None))
    return int(answer.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def note_skips(session: Session, run_id: int, rows: Iterable[tuple[int, str, str]]) -> None:
    """Keep (line, reason, content) of rows that were not taken, the first thousand of an import."""
    there = session.exec(select(sa.func.count()).select_from(ImportSkip).where(ImportSkip.import_id == run_id)).one()
    kept = list(rows)[: max(0, SKIPS_KEPT - there)]
    session.add_all(
        ImportSkip(import_id=run_id, line=line, reason=reason, content=content) for line, reason, content in kept
    )


def skips(session: Session, run_id: int, limit: int = 200) -> list[ImportSkip]:
    """Rows that were not taken."""
    wanted = select(ImportSkip).where(ImportSkip.import_id == run_id).order_by(col(ImportSkip.id)).limit(limit)
    return list(session.exec(wanted))


def differences(
    session: Session, run_id: int | None = None, limit: int = 200
) -> Sequence[tuple[ProviderDifference, str]]:
    """Undecided differences (of one import, or all), each with the provider's name."""
    wanted = (
        select(ProviderDifference, Provider.display_name)
        .join(Provider, col(Provider.id) == col(ProviderDifference.provider_id))
        .where(col(ProviderDifference.decided_at).is_(None))
        .order_by(col(ProviderDifference.id))
        .limit(limit)
    )
    return list(session.exec(wanted if run_id is None else wanted.where(ProviderDifference.import_id == run_id)))


def _free(now: datetime | None) -> sa.ColumnElement[bool]:
    nobody = _LEASE_UNTIL.is_(None)
    return nobody if now is None else sa.or_(nobody, _LEASE_UNTIL < now)
