"""Reports about the sample clients: most went out on time, some late, and a few are due or overdue today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlmodel import Session, col, select

from crm.domain import reports_due
from crm.domain.client_kinds import ReportState
from crm.domain.reports_due import Course, Event, Known, Owed, Receiver
from crm.models.client_care import ClientEvent
from crm.models.clients import Client
from crm.models.referrals import Referral
from crm.models.reports import DueReport
from crm.services import report_clock
from crm.services.demo.building import Setting, id_of

STEPS = 40
LATE = 7
"""Every so many reports one went out late, by three days."""
BEHIND = 2
"""Of those who train now, every so many have waited for two weeks."""


def report(session: Session, told: Setting) -> None:
    """What was owed and delivered since each came; then the clock says what is owed now."""
    query = select(Referral, Client).join(Client, col(Client.id) == col(Referral.client_id))
    rows = session.exec(
        query.where(col(Referral.sample), col(Client.started_on).is_not(None)).order_by(col(Referral.id))
    )
    running: list[int] = []
    for number, (referral, client) in enumerate(rows.all()):
        is_running = client.ended_on is None
        until = told.today - timedelta(days=13 if is_running and number % BEHIND == 0 else 1)
        events = session.exec(select(ClientEvent).where(ClientEvent.client_id == client.id)).all()
        known = [Event(each.id or 0, each.happened_on, each.urgent) for each in events]
        for one, delivered_on in _delivered(client, referral, known, until, number):
            session.add(_row(told, client, referral, one, delivered_on))
        if is_running:
            running.append(id_of(client))
    session.flush()
    report_clock.rewind(session, running, now=told.now, today=told.today)


def _delivered(
    client: Client, referral: Referral, events: list[Event], until: date, number: int
) -> Iterator[tuple[Owed, date]]:
    """Every report that fell due until a day, and when it went out: the clock told again, from due day to due day."""
    assert client.started_on is not None
    course = Course(client.started_on, None, None, client.report_days)
    receiver = [Receiver(referral.provider_id, referral.received_on)]
    known: list[Known] = []
    day = client.started_on
    for step in range(STEPS):
        if client.ended_on is not None and day >= client.ended_on:
            course = replace(course, ended_on=client.ended_on)
        heard = [event for event in events if event.happened_on <= day]
        open_now = reports_due.owed(course, receiver, heard, known, day)
        if not open_now:
            return
        one = open_now[0]
        if one.due_on > until or (client.ended_on and course.ended_on is None and one.due_on > client.ended_on):
            if client.ended_on is None or course.ended_on is not None or client.ended_on > until:
                return
            day = client.ended_on
            continue
        late = timedelta(days=3 if (step + number) % LATE == LATE - 1 else 0 if step % 2 else -1)
        went = min(max(one.due_on + late, client.started_on), until)
        known.append(Known(*one.key, one.due_on, one.from_on, ReportState.DELIVERED, went))
        yield one, went
        day = max(day, went)


def _row(told: Setting, client: Client, referral: Referral, one: Owed, delivered_on: date) -> DueReport:
    return DueReport(
        client_id=id_of(client),
        provider_id=one.provider_id,
        referral_id=referral.id,
        event_id=one.event_id,
        kind=one.kind,
        occasion=one.occasion,
        from_on=one.from_on,
        due_on=one.due_on,
        why=one.why,
        state=ReportState.DELIVERED,
        delivered_on=delivered_on,
        sample=True,
        created_at=told.now,
        updated_at=told.now,
    )
