"""The report clock: what is owed to whom about a client, wound again whenever something about the client changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import reports_due
from crm.domain.client_kinds import ReportState
from crm.domain.kinds import TaskKind, TaskOrigin, TaskState
from crm.domain.papers import TITLES, DocumentKind
from crm.domain.reports_due import Course, Event, Known, Owed, Receiver
from crm.models.audit import ChangeSet
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.models.types import Row
from crm.services import days, next_steps
from crm.services.acts import Act
from crm.services.changes import Recorder
from crm.services.reversal import Noted
from crm.store import reports as store
from crm.store.engine import Database

PART = 100
"""So many clients in one transaction, so that nobody waits long."""


def wind(act: Act, client: Client) -> None:
    """Bring the reports owed about this client up to date with their file, in the caller's transaction.

    Winding twice owes nothing twice. Call it after every change to a client's first or last day, rhythm, next visit to
    the provider, events, sessions, or to who is kept informed.
    """
    assert client.id is not None
    act.session.flush()
    rows = store.of_client(act.session, client.id)
    wanted = () if client.archived_at else _owed(act.session, client, rows, act.today)
    kept = {row.id for one in wanted if (row := _row_of(one, rows))}
    touched = {row.provider_id for row in rows if row.id not in kept and _withdraw(act, client, row)}
    touched |= {one.provider_id for one in wanted if _put(act, client, one, rows)}
    keep_next_due(act, touched)


def keep_next_due(act: Act, provider_ids: Iterable[int]) -> None:
    """Bring these providers' next day up to date."""
    for provider_id in sorted(provider_ids):
        next_steps.keep_next_due(act, act.session.get_one(Provider, provider_id))


def rewind(session: Session, client_ids: Iterable[int], *, now: datetime, today: date) -> None:
    """Wind the clock of these clients by itself, with nothing to undo: after an undo, or when nobody acted."""
    for client_id in client_ids:
        client = session.get(Client, client_id)
        if client is not None:
            wind(Act(_Silent(session, ChangeSet(kind="clock", created_at=now)), None, now, today), client)


def catch_up(db: Database, *, now: datetime, today: date | None = None) -> int:
    """Wind the clock of every client who is with us; gives how many.

    Clients from before there was a clock get what is due in the period they are in. The day is the business's.
    """
    with db.read() as session:
        ids = store.running_clients(session)
        day = today or days.today_of(session, None, now)
    for start in range(0, len(ids), PART):
        with db.write() as session:
            rewind(session, ids[start : start + PART], now=now, today=day)
    return len(ids)


def settle(session: Session, undone: Iterable[Noted], *, actor_id: int | None, now: datetime) -> None:
    """Wind the clock of the clients whose rows were put back by an undo."""
    session.flush()
    ids = {client_id for one in undone if (client_id := _client_of(session, one)) is not None}
    rewind(session, sorted(ids), now=now, today=days.today_of(session, actor_id, now))


def _client_of(session: Session, one: Noted) -> int | None:
    if one.table_name == "client":
        return one.row_id
    if one.table_name not in ("client_provider", "client_event", "due_report"):
        return None
    known = {**(one.before or {}), **(one.after or {})}.get("client_id")
    return int(str(known)) if known else store.client_of(session, one.table_name, one.row_id)


class _Silent(Recorder):
    """Changes rows and notes nothing."""

    def _note(self, row: Row, before: object, after: object) -> None:
        """Nobody undoes what the clock does by itself."""


def _owed(session: Session, client: Client, rows: Sequence[DueReport], today: date) -> tuple[Owed, ...]:
    assert client.id is not None
    course = Course(client.started_on, client.ended_on, client.sees_provider_on, client.report_days)
    since: dict[int, date] = {}
    for each in store.receivers(session, client.id):
        since[each.provider_id] = min(each.since_on, since.get(each.provider_id, each.since_on))
    return reports_due.owed(
        course,
        [Receiver(provider_id, day) for provider_id, day in since.items()],
        [Event(each.id or 0, each.happened_on, each.urgent) for each in store.events(session, client.id)],
        [_known(row) for row in rows if row.state is not ReportState.OPEN or row.archived_at is None],
        today,
    )


def _known(row: DueReport) -> Known:
    return Known(row.provider_id, row.kind, row.occasion, row.due_on, row.from_on, row.state, row.delivered_on)


def _is_open(row: DueReport) -> bool:
    return row.state is ReportState.OPEN and row.archived_at is None


def _row_of(one: Owed, rows: Sequence[DueReport]) -> DueReport | None:
    """The open row of what is owed: of progress reports there is one, whatever its period was called."""
    theirs = [row for row in rows if _is_open(row) and (row.provider_id, row.kind) == (one.provider_id, one.kind)]
    if one.kind is DocumentKind.PROGRESS_REPORT:
        return theirs[0] if theirs else None
    return next((row for row in theirs if row.occasion == one.occasion), None)


def _withdraw(act: Act, client: Client, row: DueReport) -> bool:
    """Take a report off the list that is not owed any more. One that was asked for stays while the client is here."""
    if not _is_open(row) or (reports_due.was_asked_for(row.occasion) and client.archived_at is None):
        return False
    act.update(row, archived_at=act.now, updated_at=act.now)
    close_task(act, row, TaskState.CANCELLED)
    return True


def _put(act: Act, client: Client, one: Owed, rows: Sequence[DueReport]) -> bool:
    """Bring the row of what is owed up to date, or add it with its follow-up; False when nothing differs."""
    row = _row_of(one, rows)
    if row is not None:
        return _correct(act, row, one, rows)
    withdrawn = next((each for each in rows if each.archived_at and _key(each) == one.key), None)
    if withdrawn is not None:
        act.update(withdrawn, archived_at=None, due_on=one.due_on, why=one.why, updated_at=act.now)
        open_task(act, client, withdrawn)
        return True
    add(act, client, one)
    return True


def add(act: Act, client: Client, one: Owed) -> DueReport:
    """Put a report on the list, with its follow-up."""
    assert client.id is not None
    row = DueReport(
        client_id=client.id,
        provider_id=one.provider_id,
        referral_id=store.referral_of(act.session, client.id, one.provider_id),
        event_id=one.event_id,
        kind=one.kind,
        occasion=one.occasion,
        from_on=one.from_on,
        due_on=one.due_on,
        why=one.why,
        sample=client.sample,
        created_at=act.now,
        updated_at=act.now,
    )
    act.insert(row)
    open_task(act, client, row)
    return row


def open_task(act: Act, client: Client, row: DueReport) -> None:
    """The follow-up that asks for this report."""
    provider = act.session.get_one(Provider, row.provider_id)
    task = Task(
        provider_id=row.provider_id,
        practice_id=provider.practice_id,
        referral_id=row.referral_id,
        client_id=client.id,
        due_report_id=row.id,
        kind=TaskKind.REPORT,
        title=f"{TITLES[row.kind]} for {client.code}",
        why=row.why,
        due_on=row.due_on,
        first_due_on=row.due_on,
        origin=TaskOrigin.CLIENT,
        owner_id=provider.owner_id or client.created_by or act.actor_id,
        created_by=act.actor_id,
        created_at=act.now,
        sample=client.sample,
    )
    act.insert(task)
    act.update(row, task_id=task.id)


def close_task(act: Act, row: DueReport, state: TaskState) -> None:
    """End the follow-up of a report, where it is still open."""
    task = act.session.get(Task, row.task_id) if row.task_id is not None else None
    if task is not None and task.state in next_steps.LIVE:
        act.close(task, state=state)


def _key(row: DueReport) -> reports_due.Key:
    return row.provider_id, row.kind, row.occasion


def _correct(act: Act, row: DueReport, one: Owed, rows: Sequence[DueReport]) -> bool:
    """Another period, day or reason; what was written into it stays."""
    values = {"occasion": one.occasion, "from_on": one.from_on, "due_on": one.due_on, "why": one.why}
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    other = next((each for each in rows if each is not row and _key(each) == one.key), None)
    if other is not None:  # a withdrawn one had this period once
        act.update(other, occasion=f"{other.occasion[:24]}~{other.id}")
        act.session.flush()
    moved = row.due_on != one.due_on
    act.update(row, updated_at=act.now, **values)
    task = act.session.get(Task, row.task_id) if row.task_id is not None else None
    if moved and task is not None and task.state in next_steps.LIVE:
        act.update(task, due_on=one.due_on, why=one.why)
    return True
