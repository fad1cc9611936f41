"""A client's file with something in every card, and one who came by themselves."""

from __future__ import annotations

from sqlmodel import col, select

from crm.domain.client_kinds import SessionState
from crm.models.measurements import Assessment
from crm.models.providers import Provider
from crm.services import (
    authorizations,
    clearance_answers,
    clearances,
    client_events,
    client_providers,
    client_sessions,
    clients,
    days,
    sent_clients,
)
from crm.services.scans import Scan
from tests.e2e.house import House
from tests.services.client_files import Who
from tests.services.papers import FakePress

SCAN = Scan("signed.pdf", b"%PDF-1.4 signed\n%%EOF\n")


def fill_clients(house: House) -> None:
    """Fill the file of the first client who was measured, and add one who waits for clearance."""
    db, now, folder = house.handoff.db, house.clock.now, house.handoff.post.files
    with db.read() as session:
        client_id = session.exec(select(Assessment.client_id).order_by(col(Assessment.id))).first() or 0
        first, second = session.exec(select(Provider.id).where(Provider.phone != "").limit(2)).all()
        who = Who(actor_id=1, now=now, today=days.today_of(session, 1, now))
    to, day = {"provider_id": str(first)}, who["today"].isoformat()
    client_providers.add(db, client_id, {"provider_id": str(second), "role": "informed", "gets_reports": "1"}, **who)
    signed = {**to, "signed_on": day, "until_on": day, "remarks": "In person"}
    authorizations.record(db, folder, client_id, signed, ("progress-report", "status-change"), SCAN, **who)
    authorizations.record(db, folder, client_id, {"to_name": "Northside Home Health", "signed_on": day}, **who)
    form = {**to, "answer": "limited", "returned_on": day, "systolic_max": "160", "diastolic_max": "100"}
    limits = {"heart_rate_max": "130", "weight_bearing": "as tolerated", "precautions": "No kneeling"}
    clearance_answers.bring(db, folder, client_id, form | limits, SCAN, **who)
    _sessions(house, client_id, who)
    fall = {"kind": "fall", "urgent": "1", "what": "Slipped on the stairs, no injury seen", "done": "Session ended"}
    client_events.log(db, client_id, fall, **who)
    sent = {**to, "client_id": str(client_id), "reason": "Knee pain at rest", "came_of_it": "Seen, comes back"}
    sent_clients.log(db, sent, **who)
    alone, _ = clients.create(db, {"code": "W-4", "condition": "High blood pressure"}, actor_id=1, now=now)
    clearances.ask(db, folder, alone, to, press=FakePress(), **who)
    client_sessions.log(db, alone, {"state": "attended", "happened_on": day}, **who)


def _sessions(house: House, client_id: int, who: Who) -> None:
    db, day = house.handoff.db, who["today"].isoformat()
    form = {"happened_on": day, "minutes": "60", "work": "Sit to stand, step-ups", "response": "Well tolerated"}
    logged = client_sessions.log(db, client_id, {**form, "state": "attended"}, **who)
    client_sessions.tick(db, logged.session_id, SessionState.MISSED, **who)
    client_sessions.log(db, client_id, {**form, "state": "attended"}, **who)
    plan = {"first_on": day, "weeks": "6", "minutes": "60"}
    client_sessions.plan(db, client_id, plan, (1, 4), **who)
    client_sessions.log(db, client_id, {"state": "scheduled", "happened_on": day}, **who)
