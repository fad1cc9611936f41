"""A client's file for tests of reports: K-14, measured twice, cleared with limits, with sessions and an event."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from crm.domain.client_kinds import ClearanceAnswer, ClientRole, EventKind, SessionState
from crm.domain.measures import Motion, Side
from crm.models.client_care import ClientAuthorization, ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client, ClientProvider
from crm.models.reports import DueReport
from crm.services import acts, report_clock
from tests import factories

CONDITION = "Right knee osteoarthritis; discharged from physical therapy"


class File(NamedTuple):
    """Who it is about, and who gets the reports."""

    client_id: int
    provider_id: int


def make_file(session: Session, today: date, *, permitted: bool = True, **given: Any) -> File:
    """K-14 began thirty days ago: the progress report is due today, sessions 11 of 12."""
    now = datetime.combine(today, factories.NOW.timetz())
    provider = given.pop("provider", None) or factories.make_provider(
        session,
        display_name="Asha Shah, MD",
        first_name="Asha",
        last_name="Shah",
        credentials="MD",
        practice=factories.make_practice(session, fax="7135550188"),
    )
    start = today - timedelta(days=30)
    values = {
        "code": "K-14",
        "condition": CONDITION,
        "birth_year": today.year - 67,
        "sex": "female",
        "started_on": start,
    }
    client = factories.make_client(session, **{**values, "goals": "Climb two flights of stairs", **given})
    assert client.id
    assert provider.id
    file = File(client.id, provider.id)
    common: dict[str, Any] = {"client_id": file.client_id, "created_at": now}
    link = ClientProvider(provider_id=file.provider_id, role=ClientRole.REFERRING, since_on=start, **common)
    factories.saved(session, link)
    if permitted:
        factories.saved(session, ClientAuthorization(provider_id=file.provider_id, signed_on=start, **common))
    factories.saved(
        session,
        ClientClearance(
            provider_id=file.provider_id,
            asked_on=start,
            returned_on=start,
            answer=ClearanceAnswer.LIMITED,
            systolic_max=160,
            diastolic_max=90,
            precautions="No kneeling",
            **common,
        ),
    )
    _measure(session, file.client_id, start, 95, 9)
    _measure(session, file.client_id, today, 118, 12)
    for number in range(12):
        held = ClientSession(
            happened_on=start + timedelta(days=2 * number),
            state=SessionState.MISSED if number == 5 else SessionState.ATTENDED,
            work="Chair stands 3 x 8, step-ups",
            response="Effort 12 of 20, no complaints" if number > 9 else "",
            **common,
        )
        factories.saved(session, held)
    return file


def _measure(session: Session, client_id: int, day: date, flexion: float, stands: float) -> None:
    taken = factories.make_assessment(session, client_id=client_id, measured_on=day, tester="Dana Reyes")
    joint = {"side": Side.RIGHT, "motion": Motion.ACTIVE, "device": "universal goniometer"}
    factories.make_measurement(
        session, assessment_id=taken.id, measure_key="rom_knee_flexion", value=flexion, **joint
    )  # fmt: skip
    factories.make_measurement(session, assessment_id=taken.id, measure_key="cst30", value=stands)


def make_event(session: Session, file: File, day: date, **given: Any) -> ClientEvent:
    """She fell at home."""
    values = {"kind": EventKind.FALL, "what": "She fell at home and was not hurt", "done": "No exercise that day"}
    row = ClientEvent(client_id=file.client_id, happened_on=day, created_at=factories.NOW, **{**values, **given})
    return factories.saved(session, row)


def wind(session: Session, client_id: int, today: date) -> None:
    """As the client's own pages do."""
    act = acts.begin(session, "client", "Client", actor_id=None, now=factories.NOW, today=today)
    report_clock.wind(act, session.get_one(Client, client_id))


def report_id(session: Session, kind: str, client_id: int | None = None) -> int:
    """The latest report of a kind."""
    query = select(DueReport).where(DueReport.kind == kind, col(DueReport.archived_at).is_(None))
    if client_id is not None:
        query = query.where(DueReport.client_id == client_id)
    found = session.exec(query.order_by(col(DueReport.id).desc())).first()
    assert found
    assert found.id
    return found.id
