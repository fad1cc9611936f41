"""The files of the sample clients: sessions with what they bring, permissions, events, clearances, whom we sent on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from crm.domain.cadence import THANK_YOU_SLUG
from crm.domain.client_kinds import ClearanceAnswer, ClientOrigin, ClientRole, EventKind, SessionState
from crm.domain.kinds import ReferralStatus as S
from crm.domain.kinds import TaskKind, TaskOrigin
from crm.domain.referrals import ENDED, contact_by
from crm.models.client_care import ClientAuthorization, ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client, ClientProvider, SentClient
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from crm.services import prices, referral_steps
from crm.services.demo.building import Setting, id_of

MOST_SESSIONS = 14
EVERY = (3, 4)
"""Days between sessions, in turn: twice a week."""
MISSES = 6
"""Every so many sessions one is missed."""

EVENTS = (
    (EventKind.FALL, True, 9, "Stumbled on the curb at home, no injury seen.", "Rested, no session that day."),
    (EventKind.LIMIT_EXCEEDED, False, 16, "Heart rate above the limit on a hill.", "Slowed; back in a minute."),
    (EventKind.MEDICATION, False, 24, "New blood pressure tablet since Monday.", "Sat down between sets."),
)  # fmt: skip


def care(session: Session, told: Setting) -> None:
    """Fill the files of everybody who came, in the caller's transaction."""
    fees = {offer.service.key: offer.session_cents or offer.service.usual_cents for offer in prices.offers(session)}
    query = select(Referral).where(col(Referral.sample), col(Referral.started_on).is_not(None))
    came = session.exec(query.order_by(col(Referral.received_on).desc())).all()
    for number, referral in enumerate(came):
        _sessions(session, told, referral, fees.get(referral.service_key))
        if number != 1:  # one came lately and has not signed yet
            session.add(_permission(told, referral, number))
    running = [referral for referral in came if referral.status not in ENDED]
    for referral, event in zip(running[2:], EVENTS, strict=False):
        session.add(_event(told, referral, event))
    for number, referral in enumerate(running[:3]):
        session.add(_sent(told, referral, number, session))
    _came_by_themselves(session, told)
    for referral in session.exec(select(Referral).where(col(Referral.sample), Referral.status == S.RECEIVED)):
        _to_do(session, told, referral)
    session.flush()


def _to_do(session: Session, told: Setting, referral: Referral) -> None:
    """What a referral that has just come asks for: call the client, say thank you, get it in writing."""
    provider = session.get_one(Provider, referral.provider_id)
    client = session.get_one(Client, referral.client_id)
    due = contact_by(referral.received_on)
    steps = [
        (TaskKind.CALL_CLIENT, due, f"Call client {client.code}", "", "Within one business day of the referral."),
        (TaskKind.THANK_YOU, due, f"Thank {provider.display_name} for {client.code}", THANK_YOU_SLUG, "Within a day."),
    ]
    if referral.written_on is None:
        paper = referral_steps.paper_step(client.code, referral.received_on)
        steps.append((paper.kind, paper.due_on, paper.title, "", paper.why))
    for kind, day, title, slug, why in steps:
        session.add(
            Task(
                provider_id=provider.id, practice_id=provider.practice_id, referral_id=referral.id, kind=kind,
                client_id=client.id if kind is not TaskKind.THANK_YOU else None, title=title, why=why, due_on=day,
                first_due_on=day, template_slug=slug, origin=TaskOrigin.REFERRAL, owner_id=told.actor_id,
                created_by=told.actor_id, created_at=told.now, sample=True,
            )
        )  # fmt: skip
        provider.next_due_on = min(filter(None, (provider.next_due_on, day)))


def _sessions(session: Session, told: Setting, referral: Referral, fee: int | None) -> None:
    """Twice a week from the first day on; what was attended is what it brought."""
    booked = 0
    for number, day in enumerate(_days(referral, told.today)):
        to_come = day > told.today
        missed = number % MISSES == MISSES - 1
        state = SessionState.SCHEDULED if to_come else SessionState.MISSED if missed else SessionState.ATTENDED
        charge = fee if state is SessionState.ATTENDED else None
        booked += charge or 0
        session.add(
            ClientSession(
                client_id=referral.client_id, referral_id=referral.id, happened_on=day, state=state, minutes=50,
                charge_cents=charge, sample=True, created_by=told.actor_id, created_at=told.now,
            )
        )  # fmt: skip
    referral.booked_cents = booked or None


def _days(referral: Referral, today: date) -> Iterator[date]:
    assert referral.started_on is not None
    day, last = referral.started_on, min(referral.ended_on or today + timedelta(days=4), today + timedelta(days=4))
    for number in range(MOST_SESSIONS):
        if day > last:
            return
        yield day
        day += timedelta(days=EVERY[number % 2])


def _permission(told: Setting, referral: Referral, number: int) -> ClientAuthorization:
    assert referral.started_on is not None
    until = referral.started_on + timedelta(days=365) if number % 4 == 3 else None
    return ClientAuthorization(
        client_id=referral.client_id,
        provider_id=referral.provider_id,
        signed_on=referral.started_on,
        until_on=until,
        sample=True,
        created_by=told.actor_id,
        created_at=told.now,
    )


def _event(told: Setting, referral: Referral, event: tuple[EventKind, bool, int, str, str]) -> ClientEvent:
    kind, urgent, ago, what, done = event
    day = max(told.day(-ago), referral.started_on or told.today)
    return ClientEvent(
        client_id=referral.client_id,
        happened_on=day,
        kind=kind,
        urgent=urgent,
        what=what,
        done=done,
        called_at=told.at(-ago, ago) if urgent else None,
        called_whom="The nurse" if urgent else "",
        sample=True,
        created_by=told.actor_id,
        created_at=told.now,
    )


def _sent(told: Setting, referral: Referral, number: int, session: Session) -> SentClient:
    """Somebody of ours needed more than exercise: sent on to a provider who has not referred yet."""
    others = select(Provider).where(col(Provider.sample), col(Provider.referral_count) == 0)
    to = session.exec(others.order_by(col(Provider.id)).offset(number).limit(1)).one()
    return SentClient(
        client_id=referral.client_id,
        provider_id=id_of(to),
        sent_on=told.day(-7 - 21 * number),
        reason=("Swollen knee", "Dizzy on standing up", "Wants help with meals")[number],
        came_of_it="Seen the same week." if number == 1 else "",
        sample=True,
        created_by=told.actor_id,
        created_at=told.now,
    )


def _came_by_themselves(session: Session, told: Setting) -> None:
    """Two who found us: one is cleared and trains, of the other the physician has not answered yet."""
    query = select(Provider).where(
        col(Provider.sample), col(Provider.specialty).in_(("family_medicine", "primary_care"))
    )
    doctors = (
        session.exec(query.order_by(col(Provider.id))).all()
        or session.exec(select(Provider).where(col(Provider.sample)).order_by(col(Provider.id).desc())).all()
    )
    for number, (asked, back) in enumerate(((-40, -33), (-9, None))):
        doctor = doctors[number % len(doctors)]
        client = Client(
            code=f"W-{number + 1:02d}" if not _taken(session, f"W-{number + 1:02d}") else f"S-9{number}",
            condition=("High blood pressure", "Asthma, wants to hike")[number],
            origin=ClientOrigin.SELF,
            service_key="chronic_disease",
            started_on=told.day(-30) if back else None,
            report_days=0,
            sample=True,
            created_by=told.actor_id,
            created_at=told.now,
        )
        session.add(client)
        session.flush()
        _ask(session, told, client, doctor, told.day(asked), told.day(back) if back else None)


def _ask(session: Session, told: Setting, client: Client, doctor: Provider, asked: date, back: date | None) -> None:
    made: dict[str, Any] = {
        "client_id": id_of(client),
        "provider_id": id_of(doctor),
        "sample": True,
        "created_at": told.now,
    }
    role = ClientProvider(**made, role=ClientRole.CLEARING, since_on=asked, gets_reports=False)
    clearance = ClientClearance(
        **made,
        asked_on=asked,
        returned_on=back,
        answer=ClearanceAnswer.LIMITED if back else None,
        condition=client.condition,
        systolic_max=160 if back else None,
        heart_rate_max=130 if back else None,
        created_by=told.actor_id,
    )
    session.add_all([role, clearance])
    session.flush()
    if back is None:
        due = max(told.day(1), told.today)
        session.add(_remind(told, client, doctor, clearance, due))
        doctor.next_due_on = min(filter(None, (doctor.next_due_on, due)))


def _remind(told: Setting, client: Client, doctor: Provider, clearance: ClientClearance, due: date) -> Task:
    return Task(
        provider_id=id_of(doctor),
        practice_id=doctor.practice_id,
        client_id=id_of(client),
        clearance_id=clearance.id,
        kind=TaskKind.CLEARANCE,
        title=f"Get the clearance of {client.code} back",
        why=f"Asked on {clearance.asked_on:%b} {clearance.asked_on.day}." if clearance.asked_on else "",
        due_on=due,
        first_due_on=due,
        origin=TaskOrigin.CLIENT,
        owner_id=told.actor_id,
        created_by=told.actor_id,
        created_at=told.now,
        sample=True,
    )


def _taken(session: Session, code: str) -> bool:
    return session.exec(select(Client.id).where(Client.code == code)).first() is not None
