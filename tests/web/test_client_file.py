"""A client's file on its pages: sessions, clearance, authorizations, providers, events, and taking one out."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import SQLModel, select

from crm.bootstrap import Handoff
from crm.domain.client_kinds import SessionState
from crm.models.activities import Activity
from crm.models.client_care import ClientAuthorization, ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client, ClientProvider, SentClient
from tests.conftest import SAME_SITE
from tests.factories import make_client, make_provider, make_referral

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PDF = b"%PDF-1.4 signed\n%%EOF\n"
TODAY = "2026-03-04"


@pytest.fixture
def client_id(handoff: Handoff) -> int:
    """Q-14, sent by Ada Stone."""
    with handoff.db.write() as session:
        found = make_client(session, code="Q-14").id or 0
        provider = make_provider(session, display_name="Ada Stone", phone="+17135550142")
        make_referral(session, client_id=found, provider_id=provider.id)
    return found


def post(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    return client.post(path, data=form, headers=SAME_SITE)


def follow(client: FlaskClient, path: str, **form: Any) -> str:
    answer = client.post(path, data=form, headers=SAME_SITE, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:2000]
    return answer.text


def only(handoff: Handoff, table: type[SQLModel]) -> Any:
    with handoff.db.read() as session:
        return session.exec(select(table)).one()


def test_an_empty_file_says_the_one_thing_to_do_in_each_card(client: FlaskClient, client_id: int) -> None:
    page = client.get(f"/clients/{client_id}").text
    for said in ("No session yet", "None is on file", "hasn’t signed one", "Nothing that a provider should hear of"):
        assert said in page
    assert 'aria-label="With this client"' in page


def test_a_session_is_logged_and_the_start_is_proposed(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    path = f"/clients/{client_id}/sessions"
    form = {"state": "attended", "happened_on": TODAY, "minutes": "60", "work": "Step-ups", "client_key": "a"}
    page = follow(client, path, **form)
    assert "Session saved. Is it the first?" in page
    assert "Is this the start?" in page
    assert "1 of 1 attended" in page
    assert "That session was saved already." in follow(client, path, **form)
    page = follow(client, f"/clients/{client_id}/starts", started_on=TODAY)
    assert "Is this the start?" not in page
    assert only(handoff, Client).started_on == date(2026, 3, 4)
    page = client.get(path).text
    assert "Step-ups" in page


def test_a_session_refused_keeps_what_was_typed(client: FlaskClient, client_id: int) -> None:
    answer = post(client, f"/clients/{client_id}/sessions", state="attended", happened_on="2026-03-09", work="Squats")
    assert (answer.status_code, "still to come" in answer.text, "Squats" in answer.text) == (422, True, True)


def test_a_program_is_planned_ticked_off_and_cancelled(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    plan = f"/clients/{client_id}/sessions/plan"
    assert "days of the week" in client.get(plan).text
    assert post(client, plan, weeks="x", first_on=TODAY).status_code == 422
    page = follow(client, plan, weekdays=["2", "4"], weeks="3", first_on=TODAY)
    assert "6 sessions planned" in page
    assert "These sessions were planned already." in follow(
        client, plan, weekdays=["2", "4"], weeks="3", first_on=TODAY
    )
    with handoff.db.read() as session:
        first, second, *_ = session.exec(select(ClientSession.id).order_by(ClientSession.happened_on)).all()  # type: ignore[arg-type]  # a column
    page = follow(client, f"/clients/{client_id}/sessions/{first}/states", state="attended")
    assert "1 of 1 attended" in page
    assert "still to come" in follow(client, f"/clients/{client_id}/sessions/{second}/states", state="attended")
    assert "Choose one of the list" in follow(client, f"/clients/{client_id}/sessions/{second}/states", state="x")
    assert "The planned sessions are cancelled." in follow(client, f"/clients/{client_id}/sessions/drops")
    assert "Nothing is planned." in follow(client, f"/clients/{client_id}/sessions/drops")


def test_a_session_is_corrected_and_put_away(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    follow(client, f"/clients/{client_id}/sessions", state="attended", happened_on=TODAY)
    path = f"/clients/{client_id}/sessions/{only(handoff, ClientSession).id}"
    assert "the price when it was attended" in client.get(path).text
    assert post(client, path, state="attended", happened_on="").status_code == 422
    follow(client, path, state="missed", happened_on=TODAY)
    assert only(handoff, ClientSession).state is SessionState.MISSED
    assert "Nothing was changed." in follow(client, path, state="missed", happened_on=TODAY)
    assert "Session put away." in follow(client, f"{path}/archival")
    assert client.get(path).status_code == 404


def test_sessions_walk_page_by_page(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        follow(client, f"/clients/{client_id}/sessions", state="attended", happened_on=day)
    path = f"/clients/{client_id}/sessions"
    assert 'rel="next"' not in client.get(path).text
    page = client.get(f"{path}?after=2026-03-02,99").text
    assert ("Mar 3" in page, "Mar 2" in page, "Mar 1" in page) == (False, True, True)
    assert client.get(f"{path}?after=x").status_code == 400


def test_an_authorization_is_recorded_corrected_and_taken_back(
    client: FlaskClient, handoff: Handoff, client_id: int
) -> None:
    path = f"/clients/{client_id}/authorizations"
    assert "Ada Stone" in client.get(f"{path}/new").text
    form = {"provider_id": "1", "signed_on": TODAY, "covers": ["progress-report"]}
    answer = post(client, path, **form, scan=(BytesIO(b"MZ"), "a.exe"))
    assert (answer.status_code, "no PDF, JPEG or PNG" in answer.text) == (422, True)
    page = follow(client, path, **form, scan=(BytesIO(PDF), "Ellen Park.pdf"))
    assert "progress report, without an end" in page
    one = f"{path}/{only(handoff, ClientAuthorization).id}"
    scan = client.get(f"{one}/scan")
    assert (scan.data, scan.mimetype, "Ellen" in str(scan.headers)) == (PDF, "application/pdf", False)
    assert "The client takes it back" in client.get(one).text
    assert "Saved." in follow(client, one, **{**form, "until_on": "2026-03-20"})
    assert "Ends soon" in client.get(f"/clients/{client_id}").text
    assert "Nothing was changed." in follow(client, one, **{**form, "until_on": "2026-03-20"})
    assert post(client, one, **{**form, "signed_on": ""}).status_code == 422
    assert post(client, f"{one}/revocation", revoked_on="2026-04-01").status_code == 422
    assert "Taken back" in follow(client, f"{one}/revocation", revoked_on=TODAY)
    assert "Put away." in follow(client, f"{one}/archival")


def test_a_provider_is_found_without_script(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    with handoff.db.write() as session:
        make_provider(session, display_name="Zelda Quintero", last_name="Quintero", first_name="Zelda")
    for path in (
        "authorizations",
        "clearances",
        "clearances/brought",
        "providers",
        "sent",
    ):
        answer = post(client, f"/clients/{client_id}/{path}", do="find", find="zzzz")
        assert (answer.status_code, "Nobody found" in answer.text) == (200, True)


def test_names_for_the_paper_are_printed_and_kept_nowhere(
    client: FlaskClient, handoff: Handoff, client_id: int
) -> None:
    path = f"/clients/{client_id}/authorizations/paper"
    answer = post(client, path, provider_id="1", name="Ellen Park", born="1958-04-03")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    post(client, f"/clients/{client_id}/clearances", provider_id="1")
    paper = f"/clients/{client_id}/clearances/{only(handoff, ClientClearance).id}/paper"
    assert post(client, paper, name="Ellen Park", born="1958-04-03").mimetype == "application/pdf"
    with handoff.db.read() as session:
        for table in SQLModel.metadata.tables.values():
            for row in session.execute(table.select()):
                assert "Ellen Park" not in str(row)


def test_clearance_is_asked_for_shown_as_outstanding_and_answered(
    client: FlaskClient, handoff: Handoff, client_id: int
) -> None:
    path = f"/clients/{client_id}/clearances"
    assert (
        "May they exercise" in client.get(f"{path}/new").text or "may they exercise" in client.get(f"{path}/new").text
    )
    assert post(client, path).status_code == 422
    page = follow(client, path, provider_id="1", asked_on=TODAY)
    assert "Asked. It comes up again" in page
    one = f"{path}/{only(handoff, ClientClearance).id}"
    assert "Outstanding" in client.get(f"/clients/{client_id}").text
    assert "Q-14" in client.get("/clients?show=uncleared").text
    followups = client.get("/followups").text
    assert "Get the clearance for Q-14 back" in followups
    assert f'href="{one}"' in followups
    assert post(client, one, answer="").status_code == 422
    page = follow(client, one, answer="not_cleared", scan=(BytesIO(PDF), "a.pdf"))
    assert "Don’t train with this client" in page
    assert client.get(f"{one}/scan").data == PDF
    form = {"answer": "limited", "returned_on": TODAY, "systolic_max": "160", "diastolic_max": "100"}
    page = follow(client, one, **form)
    assert "Blood pressure up to 160/100 mmHg" in page
    assert "Nothing was changed." in follow(client, one, **form)
    assert "Put away." in follow(client, f"{one}/archival")
    assert "Q-14" not in client.get("/clients?show=uncleared").text


def test_a_clearance_that_was_brought_along_is_written_down(client: FlaskClient, client_id: int) -> None:
    path = f"/clients/{client_id}/clearances/brought"
    assert "came without being asked" in client.get(path).text
    assert post(client, path, provider_id="1").status_code == 422
    page = follow(client, path, provider_id="1", answer="cleared", returned_on=TODAY, until_on="2026-03-10")
    assert "Ends soon" in page


def test_a_paper_brought_along_that_clears_nobody_says_what_follows(client: FlaskClient, client_id: int) -> None:
    path = f"/clients/{client_id}/clearances/brought"
    assert "Not cleared." in follow(client, path, provider_id="1", answer="not_cleared", returned_on=TODAY)


def test_providers_are_added_switched_and_ended(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    path = f"/clients/{client_id}/providers"
    assert "Who else has to do" in client.get(f"{path}/new").text
    page = follow(client, path, provider_id="1", role="informed", gets_reports="1")
    assert "No authorization names Ada Stone" in page
    assert "already" in post(client, path, provider_id="1", role="informed").text
    one = f"{path}/{only(handoff, ClientProvider).id}"
    assert "gets no reports" in follow(client, f"{one}/reports", gets_reports="0")
    assert "Ended." in follow(client, f"{one}/ends")
    assert "had ended already" in follow(client, f"{one}/ends")
    assert client.post("/clients/99/providers/1/ends", headers=SAME_SITE).status_code == 404


def test_an_urgent_event_says_to_call_first_and_is_saved_all_the_same(
    client: FlaskClient, handoff: Handoff, client_id: int
) -> None:
    follow(client, f"/clients/{client_id}/providers", provider_id="1", role="informed")
    path = f"/clients/{client_id}/events"
    assert "Nothing happened" in client.get(path).text
    page = client.get(f"{path}/new").text
    assert "Urgent? Call first" in page
    assert 'href="tel:+17135550142"' in page
    assert post(client, path, kind="fall").status_code == 422
    page = follow(client, path, kind="fall", urgent="1", what="Slipped")
    assert "This was urgent: call first." in page
    one = f"{path}/{only(handoff, ClientEvent).id}"
    assert "Urgent: call first" in client.get(f"/clients/{client_id}").text
    assert post(client, f"{one}/calls", called_whom="call 713-555-0188").status_code == 422
    assert "Call noted." in follow(client, f"{one}/calls", called_whom="the nurse")
    assert "Called" in client.get(path).text
    form = {"kind": "symptom", "what": "Dizzy", "called": "1", "called_whom": "the nurse", "happened_on": TODAY}
    assert "Saved." in follow(client, one, **form)
    assert "Nothing was changed." in follow(client, one, **form)
    assert post(client, one, kind="").status_code == 422
    assert "Put away." in follow(client, f"{one}/archival")


def test_whom_we_sent_is_logged_from_both_sides(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    path = f"/clients/{client_id}/sent"
    assert "Partners notice" in client.get(f"{path}/new").text
    form = {"provider_id": "1", "reason": "Knee pain at rest", "client_key": "a"}
    follow(client, path, **form)
    assert "That was saved already." in follow(client, path, **form)
    assert post(client, path, reason="x").status_code == 422
    one = f"{path}/{only(handoff, SentClient).id}"
    assert "Knee pain at rest" in client.get(one).text
    assert "Saved." in follow(client, one, came_of_it="Comes back")
    assert "Nothing was changed." in follow(client, one, came_of_it="Comes back")
    assert post(client, one, came_of_it="SSN 123-45-6789").status_code == 422
    assert "Comes back" in client.get("/providers/1/sent/new").text
    assert "Put away." in follow(client, f"{one}/archival")
    assert post(client, "/providers/1/sent", code="Z-1").status_code == 422
    page = follow(client, "/providers/1/sent", code="q-14", reason="Dizzy")
    assert "Q-14: we sent them this client" in page
    assert f'href="/clients/{client_id}"' in page


def test_days_and_program_are_corrected(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    path = f"/clients/{client_id}"
    form = {"code": "Q-14", "started_on": "2026-02-02", "ended_on": "2026-03-01", "report_days": "14"}
    follow(client, path, **form, sees_provider_on="2026-03-20", service_key="post_rehab_conditioning")
    row = only(handoff, Client)
    assert (row.started_on, row.ended_on, row.report_days) == (date(2026, 2, 2), date(2026, 3, 1), 14)
    assert "Q-14" in client.get("/clients?show=ended").text
    assert "Nobody is training" in client.get("/clients?show=active").text
    assert "No clearance is outstanding" in client.get("/clients?show=uncleared").text
    assert "Everybody has signed" in client.get("/clients?show=unauthorized").text
    answer = post(client, path, **{**form, "ended_on": "2026-01-01", "service_key": "x", "report_days": "999"})
    assert answer.status_code == 422
    for said in ("before February 2, 2026", "Choose one of the services", "between 0 and 365"):
        assert said in answer.text
    answer = post(client, path, code="Q-14", started_on="", ended_on="2026-03-01")
    assert "which day the client started" in answer.text


def test_taking_a_client_out_is_confirmed_by_the_code(client: FlaskClient, handoff: Handoff, client_id: int) -> None:
    path = f"/clients/{client_id}/removal"
    page = client.get(path).text
    assert "There is no way back" in page
    assert "1 referral" in page
    assert post(client, path, code="Q-1").status_code == 422
    page = follow(client, path, code="Q-14")
    assert "Taken out for good." in page
    assert "Q-14" not in client.get("/clients?archived=1").text
    with handoff.db.read() as session:
        assert all("Q-14" not in line.summary for line in session.exec(select(Activity)))


@pytest.mark.parametrize("what", ["authorizations", "clearances", "sessions", "events", "sent"])
def test_what_belongs_to_somebody_else_is_not_found(
    client: FlaskClient, handoff: Handoff, client_id: int, what: str
) -> None:
    follow(client, f"/clients/{client_id}/authorizations", provider_id="1", signed_on=TODAY)
    follow(client, f"/clients/{client_id}/clearances", provider_id="1")
    follow(client, f"/clients/{client_id}/sessions", state="missed", happened_on=TODAY)
    follow(client, f"/clients/{client_id}/events", kind="fall", what="Slipped")
    follow(client, f"/clients/{client_id}/sent", provider_id="1")
    with handoff.db.write() as session:
        other = make_client(session).id
    assert client.get(f"/clients/{client_id}/{what}/1").status_code == 200
    assert client.get(f"/clients/{other}/{what}/1").status_code == 404
    assert client.get(f"/clients/{client_id}/{what}/99").status_code == 404
