"""What was noted after a visit, as pages and phones send it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, Outcome, VisitState
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.visits import Visit
from tests.conftest import SAME_SITE
from tests.factories import make_practice, make_provider, make_visit

JSON = {**SAME_SITE, "Accept": "application/json"}
WROTE = {"client_key": "phone-1", "made_at": "2026-03-04T15:52:00.000Z", "met": "provider", "said": "Likes numbers"}


@pytest.fixture
def visit_id(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        practice = make_practice(session)
        provider = make_provider(session, practice_id=practice.id, email="")
        return make_visit(session, provider_id=provider.id, practice_id=practice.id, owner_id=1).id or 0


def send(client: FlaskClient, address: str, **given: Any) -> Any:
    return client.post(address, data={**WROTE, **given}, headers=JSON)


def made(handoff: Handoff) -> list[Activity]:
    with handoff.db.read() as session:
        query = select(Activity).where(Activity.kind == ActivityKind.VISIT, col(Activity.undone_at).is_(None))
        return list(session.exec(query))


def test_a_phone_hears_what_was_done(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    answer = send(client, f"/visits/{visit_id}/entries", next_on="2026-03-06", next_kind="call")
    (line,) = made(handoff)
    assert answer.status_code == 200
    assert answer.json == {
        "ok": True,
        "visit": visit_id,
        "activity": line.id,
        "repeat": False,
        "said": "Visit logged. Next: Call, Friday.",
        "remarks": [],
        "undo": line.change_set_id,
        "sample": None,
        "href": f"/visits/{visit_id}",
    }
    assert (line.outcome, line.happened_at.isoformat()) == (Outcome.CONVERSATION, "2026-03-04T15:52:00+00:00")


def test_the_same_again_is_answered_the_same(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    first = send(client, f"/visits/{visit_id}/entries").json
    again = send(client, f"/visits/{visit_id}/entries").json
    assert (again["repeat"], again["activity"], again["undo"]) == (True, first["activity"], first["undo"])
    assert len(made(handoff)) == 1


def test_every_field_that_cannot_be_used_is_named_and_nothing_is_written(
    client: FlaskClient, handoff: Handoff, visit_id: int
) -> None:
    given = {"met": "everybody", "next_on": "Friday", "gift_value": "a few", "interest": "hot"}
    answer = send(client, f"/visits/{visit_id}/entries", **given)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == set(given)
    assert made(handoff) == []
    wrong = send(client, f"/visits/{visit_id}/entries", email="none")
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["email"])


def test_signed_out_a_phone_is_told_so_and_keeps_what_waits(
    visitor: FlaskClient, handoff: Handoff, visit_id: int
) -> None:
    for address in (f"/visits/{visit_id}/entries", "/providers/1/visit-entries"):
        answer = send(visitor, address)
        assert (answer.status_code, answer.json["error"]) == (401, "signed_out")
    assert made(handoff) == []


def test_an_unknown_visit_falls_back_to_the_provider(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    assert send(client, "/visits/999/entries").status_code == 404
    with handoff.db.read() as session:
        provider_id = session.get_one(Visit, visit_id).provider_id
    answer = send(client, "/visits/999/entries", provider_id=provider_id)
    assert (answer.status_code, answer.json["visit"]) == (200, visit_id)


def test_a_visit_nobody_planned_is_logged_with_the_provider(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = make_provider(session)
    answer = send(client, f"/providers/{provider.id}/visit-entries")
    with handoff.db.read() as session:
        assert session.get_one(Visit, answer.json["visit"]).state is VisitState.DONE


def test_a_sample_that_cannot_go_is_said(client: FlaskClient, visit_id: int) -> None:
    answer = send(client, f"/visits/{visit_id}/entries", wants_sample="1")
    assert (answer.status_code, answer.json["sample"]) == (200, None)
    assert "It is on your follow-ups." in answer.json["remarks"][0]


def test_a_clock_that_makes_no_sense_loses_nothing(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    assert send(client, f"/visits/{visit_id}/entries", made_at="noon").status_code == 200
    assert send(client, f"/visits/{visit_id}/entries", made_at="2026-03-04T09:00", client_key="b").status_code == 200
    assert len(made(handoff)) == 1


def test_an_untouched_choice_of_kind_is_no_step(client: FlaskClient, visit_id: int) -> None:
    answer = send(client, f"/visits/{visit_id}/entries", next_kind="call", next_on="", no_next="1")
    assert answer.json["said"] == "Visit logged."


@pytest.mark.parametrize(
    ("device", "said"),
    [("tablet", "Another device noted something newer"), ("phone", "What was noted later stands")],
)
def test_a_newer_word_is_said_to_stand(client: FlaskClient, visit_id: int, device: str, said: str) -> None:
    send(client, f"/visits/{visit_id}/entries", device="phone")
    older = {"client_key": "tablet", "made_at": "2026-03-04T15:00:00Z", "met": "staff", "device": device}
    answer = send(client, f"/visits/{visit_id}/entries", **older)
    assert f"{said}: both are on the timeline." in answer.json["said"]


def test_without_script_a_browser_is_known_by_its_session(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    for key, met in (("a", "staff"), ("b", "provider")):
        client.post(f"/visits/{visit_id}/entries", data={"client_key": key, "met": met}, headers=SAME_SITE)
    with handoff.db.read() as session:
        said = session.exec(select(Activity.summary).where(Activity.kind == ActivityKind.NOTE)).all()
    assert said == ["Changed afterwards"]


def test_undo_of_no_sample_queues_it_again_and_says_so(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    with handoff.db.write() as session:
        visit = session.get_one(Visit, visit_id)
        session.get_one(Provider, visit.provider_id).email = "office@bayou.test"
    assert send(client, f"/visits/{visit_id}/entries", client_key="a", wants_sample="1").json["sample"]
    taken = send(client, f"/visits/{visit_id}/entries", client_key="b", wants_sample="0", instead_of="a").json
    answer = client.post(f"/changes/{taken['undo']}/undo", headers=JSON)
    assert answer.json["message"] == "Undone. The sample leaves in a minute."
    with handoff.db.read() as session:
        assert [each.state for each in session.exec(select(Message).order_by(Message.id))] == ["cancelled", "queued"]


def test_a_plain_form_goes_back_to_the_visit_with_undo(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    answer = client.post(f"/visits/{visit_id}/entries", data={**WROTE, "email": "desk@bayou.test"}, headers=SAME_SITE)
    assert (answer.status_code, answer.location) == (303, f"/visits/{visit_id}")
    page = client.get("/").text
    assert "Visit logged." in page
    assert "/undo" in page
    again = client.post(f"/visits/{visit_id}/entries", data={**WROTE, "next": "/"}, headers=SAME_SITE)
    assert (again.status_code, again.location) == (303, "/")
    assert "noted already" in client.get("/").text


def test_a_plain_form_shows_what_is_wrong_and_keeps_what_was_typed(client: FlaskClient, visit_id: int) -> None:
    answer = client.post(f"/visits/{visit_id}/entries", data={**WROTE, "email": "none"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Likes numbers" in answer.text
    unplanned = client.post("/providers/1/visit-entries", data={**WROTE, "email": "none"}, headers=SAME_SITE)
    assert unplanned.status_code == 422


def test_another_site_cannot_send_one(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    headers = {**JSON, "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/visits/{visit_id}/entries", data=WROTE, headers=headers).status_code == 403
    assert made(handoff) == []


def test_a_note_is_taken_out_in_a_correction_but_not_by_a_page_that_showed_none(
    client: FlaskClient, handoff: Handoff, visit_id: int
) -> None:
    address = f"/visits/{visit_id}/entries"
    send(client, address, wants_sample="1")
    assert 'name="said_was"' in client.get(f"/visits/{visit_id}").get_data(as_text=True)
    later = {"made_at": "2026-03-04T15:53:00Z", "said": ""}
    send(client, address, **later, client_key="phone-2")
    assert made(handoff)[0].body == "Likes numbers"
    send(client, address, **later, client_key="phone-3", said_was="1", wants_sample="0")
    (line,) = made(handoff)
    with handoff.db.read() as session:
        visit = session.get_one(Visit, visit_id)
    assert (line.body, visit.said, visit.wants_sample, line.outcome) == ("", "", False, Outcome.CONVERSATION)
    assert 'name="said_was"' not in client.get(f"/visits/{visit_id}").get_data(as_text=True)
