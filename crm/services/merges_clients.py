"""Merging two providers: what is owed to them about clients, where each may have only one row of a kind."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from crm.domain.client_kinds import ReportState
from crm.domain.kinds import TaskState
from crm.models.clients import Client, ClientProvider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.services import acts, next_steps, report_clock
from crm.services.changes import Recorder
from crm.services.days import today_of


def join(recorder: Recorder, keep: int, gone: int) -> list[int]:
    """Bring together what both have about the same client. Gives the clients of whom either knows."""
    session = recorder.session
    clients = _join_roles(session, recorder, keep, gone) | _join_reports(session, recorder, keep, gone)
    session.flush()
    return sorted(clients)


def wind(recorder: Recorder, clients: list[int], *, actor_id: int | None, now: datetime) -> None:
    """What is owed about these clients follows."""
    if not clients:
        return
    act = acts.Act(recorder, actor_id, now, today_of(recorder.session, actor_id, now))
    for client in recorder.session.exec(select(Client).where(col(Client.id).in_(clients))):
        report_clock.wind(act, client)


def _join_roles(session: Session, recorder: Recorder, keep: int, gone: int) -> set[int]:
    """One row for each client and role: since the earlier day, ended only where both have ended."""
    query = select(ClientProvider).where(col(ClientProvider.provider_id).in_((keep, gone)))
    rows = session.exec(query.order_by(col(ClientProvider.id))).all()
    theirs = {(row.client_id, row.role): row for row in rows if row.provider_id == keep}
    for row in [row for row in rows if row.provider_id == gone]:
        ours = theirs.get((row.client_id, row.role))
        if ours is None:
            recorder.update(row, provider_id=keep)
            continue
        ends = (ours.until_on, row.until_on)
        recorder.update(
            ours,
            since_on=min(ours.since_on, row.since_on),
            until_on=None if None in ends else max(filter(None, ends)),
            gets_reports=ours.gets_reports or row.gets_reports,
        )
        recorder.delete(row)
    return {row.client_id for row in rows}


def _join_reports(session: Session, recorder: Recorder, keep: int, gone: int) -> set[int]:
    """One report for each client, kind and occasion; of two, an open one goes, and what was delivered stays."""
    query = select(DueReport).where(col(DueReport.provider_id).in_((keep, gone)))
    rows = session.exec(query.order_by(col(DueReport.id))).all()
    theirs = {_which(row): row for row in rows if row.provider_id == keep}
    for row in [row for row in rows if row.provider_id == gone]:
        ours = theirs.get(_which(row))
        if ours is not None and row.state is not ReportState.DELIVERED:
            _drop(session, recorder, row)
            continue
        if ours is not None and ours.state is not ReportState.DELIVERED:
            _drop(session, recorder, ours)
            session.flush()
        elif ours is not None:
            recorder.update(row, occasion=f"{row.occasion} {row.id}"[-40:])
        recorder.update(row, provider_id=keep)
    return {row.client_id for row in rows}


def _which(row: DueReport) -> tuple[int, str, str]:
    return row.client_id, row.kind.value, row.occasion


def _drop(session: Session, recorder: Recorder, row: DueReport) -> None:
    for task in session.exec(select(Task).where(Task.due_report_id == row.id)):
        if task.state in next_steps.LIVE:
            recorder.update(task, state=TaskState.CANCELLED)
    recorder.delete(row)
