"""Enrolling by its pages: the plan, the reasons with their mends, enrolling and taking it back, and one enrollment."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.mail_kinds import EnrollmentState, StepKind
from crm.domain.pipeline import Stage
from crm.domain.sequence_checks import SequenceForm, StepForm
from crm.models.accounts import Business
from crm.models.providers import Provider
from crm.models.sequences import Enrollment
from crm.services import sequences
from tests import factories
from tests.conftest import SAME_SITE
from tests.factories import NOW, TODAY
from tests.statements import counted

STEPS = (
    StepForm(StepKind.EMAIL, 0, template_slug="introduction"),
    StepForm(StepKind.CALL, 3, title="Call the office", remarks="Ask for the person who decides."),
    StepForm(StepKind.EMAIL, 2, template_slug="thank_you"),
)


def make_sequence(handoff: Handoff, **given: object) -> int:
    form = SequenceForm(**({"name": "First contact", "steps": STEPS} | given))  # type: ignore[arg-type]  # any field
    return sequences.create(handoff.db, form, actor_id=1, now=NOW)


def make(handoff: Handoff, count: int = 1, **given: object) -> list[int]:
    with handoff.db.write() as session:
        return [factories.make_provider(session, **given).id or 0 for _ in range(count)]


def plan(client: FlaskClient, sequence_id: int, ids: list[int], **more: object) -> str:
    answer = client.get("/enrollments/new", query_string={"id": ids, "sequence": sequence_id, **more})
    assert answer.status_code == 200, answer.text
    return answer.text


def enroll(client: FlaskClient, sequence_id: int, ids: list[int], **more: object) -> str:
    form = {"id": ids, "sequence": sequence_id, "one": "1", "start_on": TODAY.isoformat(), **more}
    answer = client.post("/enrollments", data=form, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def states(handoff: Handoff) -> list[EnrollmentState]:
    with handoff.db.read() as session:
        return list(session.exec(select(Enrollment.state)))


def test_the_plan_shows_every_step_with_date_and_text_and_writes_nothing(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id, ids = make_sequence(handoff), make(handoff, 2)
    page = plan(client, sequence_id, ids, start_on="2026-03-05")
    assert "Enroll 2" in page
    assert page.count("May I send you a sample of my documentation?") >= 2
    assert "Thu, Mar 5, 8:30 am" in page
    assert "Ask for the person who decides." in page
    assert "Tue, Mar 10" in page
    assert states(handoff) == []


def test_a_weekend_in_between_is_no_business_day(client: FlaskClient, handoff: Handoff) -> None:
    page = plan(client, make_sequence(handoff), make(handoff), start_on="2026-03-06")
    assert "Fri, Mar 6, 8:30 am" in page
    assert "Wed, Mar 11" in page


def test_each_one_left_out_has_a_reason_and_a_way_to_mend_it(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    nameless, declined = make(handoff, email=""), make(handoff, stage=Stage.DECLINED)
    page = plan(client, sequence_id, [*nameless, *declined, 999])
    assert "No e-mail address yet" in page
    assert f'href="/providers/{nameless[0]}/edit#f-email"' in page
    assert "Has declined" in page
    assert f'href="/providers/{declined[0]}/move"' in page
    assert "isn&#39;t here any more" in page
    assert "Nobody can be enrolled as it stands" in page


def test_a_reason_that_concerns_everybody_is_mended_once(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        session.get_one(Business, 1).line1 = ""
    page = plan(client, make_sequence(handoff), make(handoff, 5))
    assert page.count("Add your address") == 1


def test_those_without_an_address_can_go_by_letter_and_call(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = factories.make_practice(session)
        provider_id = factories.make_provider(session, practice=practice, email="").id or 0
    page = plan(client, make_sequence(handoff), [provider_id], by_post="1")
    assert "By letter and call" in page
    assert "Send the letter of introduction" in page


def test_one_person_per_practice_unless_chosen(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = factories.make_practice(session)
        ids = [factories.make_provider(session, practice=practice).id or 0 for _ in range(2)]
    sequence_id = make_sequence(handoff)
    assert "Enroll 1<" in plan(client, sequence_id, ids)
    assert "Enroll 2<" in plan(client, sequence_id, ids, chosen="1")


def test_enrolling_says_how_many_and_is_undone_from_the_toast(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id, ids = make_sequence(handoff), make(handoff, 3)
    there = enroll(client, sequence_id, ids)
    assert there == f"/sequences/{sequence_id}"
    page = client.get(there).text
    assert "3 providers enrolled." in page
    undo = re.findall(r"/changes/\d+/undo", page)[0]
    client.post(undo, data={"next": there}, headers=SAME_SITE)
    assert states(handoff) == [EnrollmentState.STOPPED] * 3
    enroll(client, sequence_id, ids)
    assert states(handoff).count(EnrollmentState.ACTIVE) == 3


def test_sending_the_form_twice_enrolls_once(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id, ids = make_sequence(handoff), make(handoff)
    enroll(client, sequence_id, ids)
    again = enroll(client, sequence_id, ids)
    assert "/enrollments/new" in again
    assert "Already in a sequence" in client.get(again).text
    assert states(handoff) == [EnrollmentState.ACTIVE]


def test_the_button_of_the_list_leads_to_a_clean_address(client: FlaskClient, handoff: Handoff) -> None:
    ids = make(handoff, 2)
    answer = client.get(
        "/enrollments/new", query_string={"id": ids, "query": "stage=all", "next": "/providers", "stage": "contacted"}
    )
    assert answer.status_code == 302
    assert set(parse_qs(urlsplit(answer.location).query)) == {"id", "start_on"}
    assert "Enroll 2 providers" in client.get(answer.location).text


def test_the_list_remembers_for_which_sequence_somebody_came(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id, ids = make_sequence(handoff), make(handoff)
    assert f'href="/providers?sequence={sequence_id}"' in client.get(f"/sequences/{sequence_id}").text
    listed = client.get(f"/providers?sequence={sequence_id}&stage=all").text
    found = re.search(r'name="next" value="([^"]+)"', listed)
    assert found
    answer = client.get("/enrollments/new", query_string={"id": ids, "next": found[1].replace("&amp;", "&")})
    assert f"sequence={sequence_id}" in answer.location


def test_everybody_a_filter_finds_can_be_enrolled(client: FlaskClient, handoff: Handoff) -> None:
    make(handoff, 3, city="Katy")
    make(handoff, 1, city="Waco")
    answer = client.get("/enrollments/new", query_string={"all": "1", "query": "city=Katy&stage=all"})
    assert len(parse_qs(urlsplit(answer.location).query)["id"]) == 3


def test_more_than_two_hundred_are_taken_in_turns(client: FlaskClient, handoff: Handoff) -> None:
    ids = make(handoff, 202)
    page = client.get("/enrollments/new", query_string={"id": ids}).text
    assert "These are the first 200 providers." in page


def test_those_kept_for_later_are_taken_from_their_list(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id, ids = make_sequence(handoff), make(handoff, 2, enroll_later_at=NOW)
    assert "2 providers are kept for a sequence" in client.get("/sequences").text
    page = client.get("/enrollments/new", query_string={"later": 1, "sequence": sequence_id}).text
    assert "Enroll 2<" in page
    enroll(client, sequence_id, ids)
    assert "kept for a sequence" not in client.get("/sequences").text


@pytest.mark.parametrize("query", ["", "id=x&id=-4", "id=1&sequence=99", "id=1&start_on=soon", "sequence=abc&id=1"])
def test_a_garbled_address_still_shows_a_page_or_says_that_it_is_gone(client: FlaskClient, query: str) -> None:
    assert client.get(f"/enrollments/new?{query}").status_code in (200, 404)


def test_a_day_that_has_passed_becomes_today(client: FlaskClient, handoff: Handoff) -> None:
    page = plan(client, make_sequence(handoff), make(handoff), start_on="2020-01-01")
    assert f'value="{TODAY.isoformat()}"' in page


def test_names_are_shown_as_they_are_written(client: FlaskClient, handoff: Handoff) -> None:
    ids = make(handoff, display_name="<script>alert(1)</script>")
    page = plan(client, make_sequence(handoff, name="<b>First</b>"), ids)
    assert "<script>alert(1)" not in page
    assert "<b>First" not in page


@pytest.fixture
def enrolled(client: FlaskClient, handoff: Handoff) -> int:
    sequence_id, ids = make_sequence(handoff), make(handoff)
    enroll(client, sequence_id, ids)
    with handoff.db.read() as session:
        found = session.exec(select(Enrollment.id)).one()
    assert found is not None
    return found


def test_one_enrollment_shows_every_step(client: FlaskClient, enrolled: int) -> None:
    page = client.get(f"/enrollments/{enrolled}").text
    assert "Introduction" in page
    assert "Call the office" in page
    assert "3 business days after the step before" in page
    assert client.get("/enrollments/99").status_code == 404


def test_pausing_until_a_day_resuming_skipping_and_stopping(
    client: FlaskClient, handoff: Handoff, enrolled: int
) -> None:
    there = f"/enrollments/{enrolled}"
    until = (TODAY + timedelta(days=7)).isoformat()
    client.post(f"{there}/pauses", data={"until": until, "next": there}, headers=SAME_SITE)
    page = client.get(there).text
    assert "Paused until Wed, Mar 11." in page
    assert "Paused by you" in page
    client.post(f"{there}/resumptions", data={"next": there}, headers=SAME_SITE)
    assert states(handoff) == [EnrollmentState.ACTIVE]
    client.post(f"{there}/skips", data={"next": there}, headers=SAME_SITE)
    assert "step 2 of 3" in client.get(there).text
    client.post(f"{there}/stops", data={"next": there}, headers=SAME_SITE)
    page = client.get(there).text
    assert "Stopped by you" in page
    undo = re.findall(r"/changes/\d+/undo", page)[0]
    client.post(undo, data={"next": there}, headers=SAME_SITE)
    assert states(handoff) == [EnrollmentState.ACTIVE]


def test_a_pause_without_a_day_to_come_says_so_at_the_field(client: FlaskClient, enrolled: int) -> None:
    answer = client.post(f"/enrollments/{enrolled}/pauses", data={"until": TODAY.isoformat()}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Choose a day after today." in answer.text


def test_what_has_ended_can_not_be_stopped_again(client: FlaskClient, enrolled: int) -> None:
    for _ in range(2):
        answer = client.post(f"/enrollments/{enrolled}/stops", headers=SAME_SITE)
        assert answer.status_code == 303
    assert "has ended for them" in client.get(f"/enrollments/{enrolled}").text


def test_the_provider_page_shows_the_sequence_and_its_timeline(
    client: FlaskClient, handoff: Handoff, enrolled: int
) -> None:
    with handoff.db.read() as session:
        provider_id = session.exec(select(Provider.id)).one()
    page = client.get(f"/providers/{provider_id}").text
    assert "Sequence “First contact” begun" in page
    assert f'href="/enrollments/{enrolled}"' in page
    assert "Introduction" in page


def test_dates_of_the_plan_never_lie_in_the_past(client: FlaskClient, handoff: Handoff) -> None:
    page = plan(client, make_sequence(handoff), make(handoff), start_on=TODAY.isoformat())
    days = [date.fromisoformat(found) for found in re.findall(r'name="start_on" value="(\d{4}-\d\d-\d\d)"', page)]
    assert days
    assert min(days) >= TODAY


def test_a_plan_for_many_asks_the_database_no_more_often_than_one_for_few(
    client: FlaskClient, handoff: Handoff
) -> None:
    sequence_id, few, many = make_sequence(handoff), make(handoff, 2), make(handoff, 12)
    plan(client, sequence_id, few)
    with counted(handoff.db) as first:
        plan(client, sequence_id, few)
    with counted(handoff.db) as second:
        plan(client, sequence_id, many)
    assert len(second) <= len(first)
