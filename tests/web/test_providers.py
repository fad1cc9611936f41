"""A provider's page, its forms, and what is logged from it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, ContactRole, Outcome
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from tests.conftest import SAME_SITE
from tests.factories import (
    NOW,
    TODAY,
    make_activity,
    make_contact,
    make_practice,
    make_provider,
    make_provider_difference,
    make_provider_pair,
    make_task,
    npi,
)

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def add(handoff: Handoff, **given: object) -> int:
    with handoff.db.write() as session:
        found = make_provider(session, **given).id
    assert found is not None
    return found


def read(handoff: Handoff, provider_id: int) -> Provider:
    with handoff.db.read() as session:
        return session.get_one(Provider, provider_id)


def test_the_page_shows_who_where_and_what_next(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = make_practice(session, name="Bayou Orthopaedics", visitor_policy="Tuesdays after 11")
        provider = make_provider(
            session, practice=practice, display_name="Ada Stone, MD", said_as="AY-da", remarks="Likes short visits",
            distance_miles=3.4, phone="+17135550142",
        )  # fmt: skip
        make_contact(session, practice_id=practice.id, name="Marlene Brooks", role=ContactRole.FRONT_DESK)
        make_task(session, provider_id=provider.id, title="Call about the sample", due_on=TODAY - timedelta(days=1))
        make_activity(session, provider_id=provider.id, body="They stop when visits run out")
    page = client.get(f"/providers/{provider.id}").text
    for words in (
        "Ada Stone, MD", "AY-da", "Likes short visits", "3.4 mi", "(713) 555-0142", "Bayou Orthopaedics",
        "Tuesdays after 11", "Marlene Brooks", "Call about the sample", "1 day overdue", "Post-rehab conditioning",
        "They stop when visits run out",
    ):  # fmt: skip
        assert words in page


def test_what_people_typed_is_escaped(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff, display_name="<i>Ada</i>", remarks="<script>alert(1)</script>")
    page = client.get(f"/providers/{provider_id}").text
    assert "<i>Ada" not in page
    assert "<script>alert" not in page


def test_somebody_unknown_is_not_found(client: FlaskClient) -> None:
    assert client.get("/providers/999").status_code == 404


def test_a_merged_provider_leads_to_the_one_that_was_kept(client: FlaskClient, handoff: Handoff) -> None:
    kept = add(handoff)
    merged = add(handoff, merged_into_id=kept, archived_at=NOW)
    assert client.get(f"/providers/{merged}").headers["Location"] == f"/providers/{kept}"


def test_a_long_timeline_is_read_page_by_page(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    with handoff.db.write() as session:
        for number in range(30):
            make_activity(
                session, provider_id=provider_id, kind=ActivityKind.NOTE, summary="", body=f"note {number:02}",
                happened_at=NOW - timedelta(days=number),
            )  # fmt: skip
    page = client.get(f"/providers/{provider_id}").text
    assert "note 24" in page
    assert "note 25" not in page
    older = page.split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&").split("#")[0]
    page = client.get(older).text
    assert "note 29" in page
    assert "note 24" not in page


@pytest.mark.parametrize("before", ["x", "2026-03-04,1", "2026-03-04T10:00:00+00:00,x"])
def test_a_broken_address_of_an_older_page_is_refused(client: FlaskClient, handoff: Handoff, before: str) -> None:
    assert client.get(f"/providers/{add(handoff)}", query_string={"before": before}).status_code == 400


def test_adding_by_hand(client: FlaskClient, handoff: Handoff) -> None:
    assert "As on the door" in client.get("/providers/new").text
    form = {"kind": "person", "name": "Dr. Maria C. López-Ruiz, MD, FAAOS", "specialty": "orthopedics"}
    answer = client.post("/providers", data=form, headers=SAME_SITE)
    assert answer.status_code == 303
    assert "Maria C. López-Ruiz, MD, FAAOS" in client.get(answer.headers["Location"]).text


def test_a_form_with_mistakes_comes_back_with_what_was_typed(client: FlaskClient) -> None:
    form = {"kind": "person", "name": "Ada Stone", "email": "ada@", "phone": "713 555 0142"}
    answer = client.post("/providers", data=form, headers=SAME_SITE)
    assert answer.status_code == 422
    assert 'value="713 555 0142"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_editing_keeps_and_changes(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff, first_name="Ada", last_name="Stone", phone="+17135550142")
    page = client.get(f"/providers/{provider_id}/edit").text
    assert 'value="(713) 555-0142"' in page
    form = {"kind": "person", "first_name": "Ada", "last_name": "Stone-Reed", "credentials": "MD", "phone": ""}
    client.post(f"/providers/{provider_id}", data=form, headers=SAME_SITE)
    provider = read(handoff, provider_id)
    assert (provider.display_name, provider.phone) == ("Ada Stone-Reed, MD", "")


def test_whoever_is_there_already_shows_while_typing(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff, npi=npi(77), display_name="Ada Stone, MD")
    found = client.get("/providers/similar.json", query_string={"npi": npi(77), "name": "A"}).json
    assert found is not None
    (match,) = found["matches"]
    assert (match["label"], match["why"], match["href"]) == ("Ada Stone, MD", "same NPI", f"/providers/{provider_id}")
    found = client.get("/providers/similar.json", query_string={"npi": npi(77), "except": provider_id}).json
    assert found == {"matches": []}


def log(client: FlaskClient, provider_id: int, **form: str) -> str:
    return client.post(f"/providers/{provider_id}/touches", data=form, headers=SAME_SITE, follow_redirects=True).text


def test_two_taps_log_a_call_move_the_stage_and_plan_the_next_step(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    page = log(client, provider_id, kind="call", outcome="left_message", body="Rosa takes messages")
    assert "Call logged. Now contacted. Next: Call again" in page
    assert "Undo" in page
    provider = read(handoff, provider_id)
    assert provider.stage is Stage.CONTACTED
    assert provider.next_due_on is not None
    assert provider.touch_count == 1


def test_logging_is_undone_as_a_whole(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    page = log(client, provider_id, kind="visit", outcome="conversation")
    undo = page.split('action="/changes/', 1)[1].split('"', 1)[0]
    client.post(f"/changes/{undo}", headers=SAME_SITE)
    provider = read(handoff, provider_id)
    assert (provider.stage, provider.touch_count, provider.next_due_on) == (Stage.PROSPECT, 0, None)


def test_one_s_own_next_step_wins_over_the_proposal(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    day = (TODAY + timedelta(days=30)).isoformat()
    log(client, provider_id, kind="visit", outcome="staff_only", next_on=day, next_kind="visit")
    with handoff.db.read() as session:
        task = session.exec(select(Task).where(Task.provider_id == provider_id)).one()
    assert (task.kind, task.due_on.isoformat()) == ("visit", day)


def test_no_next_step_when_asked_so(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    log(client, provider_id, kind="visit", outcome="staff_only", no_next="1")
    assert read(handoff, provider_id).next_due_on is None


def test_the_same_entry_sent_twice_is_logged_once(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    for _ in range(2):
        page = log(client, provider_id, kind="call", outcome="no_answer", client_key="abc")
    assert "logged already" in page
    with handoff.db.read() as session:
        calls = session.exec(select(Activity).where(col(Activity.kind) == ActivityKind.CALL)).all()
    assert [call.outcome for call in calls] == [Outcome.NO_ANSWER]


@pytest.mark.parametrize(
    "form", [{"kind": "note", "body": " "}, {"kind": "stage"}, {"kind": "call", "outcome": "bliss"}]
)
def test_what_cannot_be_logged_says_why(client: FlaskClient, handoff: Handoff, form: dict[str, str]) -> None:
    provider_id = add(handoff)
    assert 'data-toast="error"' in log(client, provider_id, **form)
    assert read(handoff, provider_id).touch_count == 0


def test_a_first_referral_makes_a_partner(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff, stage=Stage.INTRODUCED)
    form = {"code": "K-14", "service_key": "post_rehab_conditioning", "how": "call", "received_on": TODAY.isoformat()}
    answer = client.post(f"/providers/{provider_id}/referrals", data=form, headers=SAME_SITE, follow_redirects=True)
    assert "Referral K-14 saved. A partner now!" in answer.text
    assert read(handoff, provider_id).stage is Stage.PARTNER
    with handoff.db.read() as session:
        assert session.exec(select(Referral)).one().received_on == TODAY


def test_a_referral_with_a_full_name_is_stopped_and_nothing_typed_is_lost(
    client: FlaskClient, handoff: Handoff
) -> None:
    provider_id = add(handoff)
    form = {"code": "K-14", "service_key": "", "how": "call", "reason": "Knee"}
    answer = client.post(f"/providers/{provider_id}/referrals", data=form, headers=SAME_SITE)
    assert answer.status_code == 422
    assert 'value="K-14"' in answer.text
    assert 'value="Knee"' in answer.text


def test_the_directory_s_other_value_is_taken_on_request(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff, phone="+17135550101", edited_fields=["phone"])
    with handoff.db.write() as session:
        difference = make_provider_difference(session, provider_id=provider_id, theirs="+17135550102").id
    assert "The directory says something else" in client.get(f"/providers/{provider_id}").text
    client.post(f"/providers/{provider_id}/differences/{difference}", data={"take": "theirs"}, headers=SAME_SITE)
    assert read(handoff, provider_id).phone == "+17135550102"
    assert "The directory says" not in client.get(f"/providers/{provider_id}").text


def test_putting_away_days_and_peers(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = make_practice(session)
        provider_id = make_provider(session, practice=practice, is_peer=True).id
    assert provider_id is not None
    client.post(f"/providers/{provider_id}/days/{practice.id}", data={"day": ["1", "8"]}, headers=SAME_SITE)
    assert "In on Mon, Thu" in client.get(f"/providers/{provider_id}").text
    client.post(f"/providers/{provider_id}/peer", data={"rank": "1"}, headers=SAME_SITE)
    client.post(f"/providers/{provider_id}/archive", headers=SAME_SITE)
    provider = read(handoff, provider_id)
    assert (provider.peer_overridden, provider.archived_at) == (True, NOW)
    client.post(f"/providers/{provider_id}/archive", data={"back": "1"}, headers=SAME_SITE)
    assert read(handoff, provider_id).archived_at is None


def test_tags_are_put_on_and_taken_off(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    here = f"/providers/{provider_id}"
    form = {"action": "tag", "id": provider_id, "tag": "knees", "next": here}
    page = client.post("/providers/edits", data=form, headers=SAME_SITE, follow_redirects=True).text
    assert 'value="knees"' in page
    form["action"] = "untag"
    page = client.post("/providers/edits", data=form, headers=SAME_SITE, follow_redirects=True).text
    assert 'value="knees"' not in page


def test_a_likely_second_entry_is_pointed_out(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        one, other = make_provider(session).id, make_provider(session).id
        pair_id = make_provider_pair(session, left_id=one, right_id=other).id
    assert f'href="/duplicates/{pair_id}"' in client.get(f"/providers/{other}").text
