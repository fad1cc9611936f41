"""The visit sheet as a page: before, the form for after, and what was noted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, ContactRole, Outcome, TaskKind, VisitState
from crm.domain.visit_kinds import VisitKind
from crm.models.visits import Visit
from tests import factories
from tests.conftest import SAME_SITE
from tests.factories import NOW, TODAY

EVIL = "<script>alert(1)</script>"
JSON = {**SAME_SITE, "Accept": "application/json"}


@pytest.fixture
def visit_id(handoff: Handoff) -> int:
    """Dr. Okafor today: Marlene at the desk, a word from last week, no e-mail known."""
    with handoff.db.write() as session:
        practice = factories.make_practice(session, name="Bayou Ortho", line1="12 Main St", hours="Mon to Thu 8 to 5")
        factories.make_contact(session, practice_id=practice.id, name="Marlene", role=ContactRole.FRONT_DESK)
        provider = factories.make_provider(
            session, display_name="Ada Okafor, MD", last_name="Okafor", practice=practice, email="",
            said_as="oh-KAH-for",
        )  # fmt: skip
        factories.make_activity(
            session, provider_id=provider.id, kind=ActivityKind.CALL, outcome=Outcome.CONVERSATION,
            body="Likes numbers", happened_at=NOW - timedelta(days=6),
        )  # fmt: skip
        visit = factories.make_visit(
            session, provider_id=provider.id, practice_id=practice.id, owner_id=1, purpose="Show the sample",
            materials=["Card", "referral-pad"],
        )  # fmt: skip
        return visit.id or 0


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_sheet_has_who_what_and_what_to_say(client: FlaskClient, visit_id: int) -> None:
    page = client.get(f"/visits/{visit_id}").text
    told = ("Ada Okafor, MD", "oh-KAH-for", "Marlene", "Likes numbers", "Show the sample", "12 Main St", "The ask")
    for words in (*told, "Mon to Thu 8 to 5", "If they say", "Three services", "To leave", "Dr. Okafor"):
        assert words in page
    assert "/papers/referral-pad.pdf" in page
    assert page.count('data-version="') == 2


def test_the_bar_at_the_thumb_calls_maps_prepares_and_logs(client: FlaskClient, visit_id: int) -> None:
    bar = client.get(f"/visits/{visit_id}").text.split('class="action-bar')[1]
    for part in ('href="tel:', "google.com/maps", 'href="#say"', 'href="#after"'):
        assert part in bar


def test_the_page_fetches_nothing_later_but_the_frames_own_files(client: FlaskClient, visit_id: int) -> None:
    page = client.get(f"/visits/{visit_id}").text
    assert "<img" not in page
    assert "data-poll" not in page.split("<main")[1]


def test_each_way_it_can_go_has_its_proposal(client: FlaskClient, visit_id: int) -> None:
    page = client.get(f"/visits/{visit_id}").text
    for key in ("provider", "staff", "materials", "not_possible", "provider+sample"):
        assert f'data-for="{key}"' in page
    sample = _text(page.split('data-for="provider+sample"')[1].split("</p>")[0])
    # Three business days after a Wednesday.
    assert "Ask what they thought of the sample, Monday" in sample


def test_a_missing_address_is_asked_for_on_the_spot(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    assert "No e-mail yet? Ask now" in client.get(f"/visits/{visit_id}").text
    with handoff.db.write() as session:
        known = factories.make_provider(session, email="ada@clinic.example").id
    assert "No e-mail yet? Ask now" not in client.get(f"/providers/{known}/visit").text


def test_every_page_has_a_key_of_its_own(client: FlaskClient, visit_id: int) -> None:
    keys = {re.findall(r'name="client_key" value="(\w+)"', client.get(f"/visits/{visit_id}").text)[0] for _ in range(2)}
    assert len(keys) == 2


def test_names_and_notes_are_text(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = factories.make_practice(session, name=EVIL, visitor_policy=EVIL, hours=EVIL, line1=EVIL)
        factories.make_contact(session, practice_id=practice.id, name=EVIL, remarks=EVIL)
        provider = factories.make_provider(
            session, display_name=EVIL, last_name=EVIL, said_as=EVIL, remarks=EVIL, practice=practice, email=""
        )
        factories.make_activity(session, provider_id=provider.id, kind=ActivityKind.CALL, body=EVIL)
        factories.make_task(session, provider_id=provider.id, title=EVIL)
        visit = factories.make_visit(
            session, provider_id=provider.id, practice_id=practice.id, purpose=EVIL, materials=[EVIL], remarks=EVIL
        )
        done = factories.make_visit(
            session, provider_id=provider.id, state=VisitState.DONE, done_at=NOW, said=EVIL, practice_id=practice.id
        )
    for number in (visit.id, done.id):
        page = client.get(f"/visits/{number}").text
        assert EVIL not in page
        assert "&lt;script&gt;" in page


def test_without_a_plan_the_provider_has_a_sheet_too(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session)
        factories.make_task(session, provider_id=provider.id, kind=TaskKind.VISIT, title="Bring the pads")
    page = client.get(f"/providers/{provider.id}/visit").text
    assert "No visit planned" in page
    assert "Bring the pads" in page
    assert f'action="/providers/{provider.id}/visit-entries"' in page
    assert client.get("/providers/999/visit").status_code == 404
    assert client.get("/visits/999").status_code == 404


@pytest.mark.parametrize("days", [-2, 0, 3])
def test_a_planned_visit_is_shown_instead(client: FlaskClient, handoff: Handoff, days: int) -> None:
    with handoff.db.write() as session:
        visit = factories.make_visit(session, planned_on=TODAY + timedelta(days=days))
    answer = client.get(f"/providers/{visit.provider_id}/visit")
    assert (answer.status_code, answer.location) == (303, f"/visits/{visit.id}")


def test_a_visit_that_was_made_tells_what_was_noted_and_by_whom(client: FlaskClient, visit_id: int) -> None:
    first = {"client_key": "a", "made_at": "2026-03-04T15:50:00Z", "met": "provider", "said": "Wants numbers"}
    client.post(f"/visits/{visit_id}/entries", data=first | {"interest": "warm"}, headers=JSON)
    second = {"client_key": "b", "made_at": "2026-03-04T15:55:00Z", "said": "Wants numbers, on Fridays"}
    client.post(f"/visits/{visit_id}/entries", data=second, headers=JSON)
    page = client.get(f"/visits/{visit_id}").text
    noted = _text(page.split('class="card visit-noted"')[1].split("</section>")[0])
    for words in ("You met the provider.", "It felt warm.", "“Wants numbers, on Fridays”", "Noted by Dana", "Undo"):
        assert words in noted
    assert "A newer word stands instead of: “Wants numbers”" in noted


def test_what_was_noted_can_be_corrected(client: FlaskClient, visit_id: int) -> None:
    sent = {"client_key": "a", "met": "staff", "said": "Come back Tuesday"}
    client.post(f"/visits/{visit_id}/entries", data=sent, headers=JSON)
    form = client.get(f"/visits/{visit_id}").text.split("data-entry")[1].split("</form>")[0]
    assert re.search(r'value="staff" checked', form)
    assert "Come back Tuesday</textarea>" in form
    assert "Save the correction" in form
    assert re.search(r'name="wants_sample" value="0"[^>]* checked', form)


def test_undo_makes_it_a_plan_again(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    sent = {"client_key": "a", "met": "staff"}
    undo = client.post(f"/visits/{visit_id}/entries", data=sent, headers=JSON).json["undo"]
    page = client.get(f"/visits/{visit_id}").text
    assert f'action="/changes/{undo}/undo"' in page
    client.post(f"/changes/{undo}/undo", headers=SAME_SITE)
    with handoff.db.read() as session:
        assert session.get_one(Visit, visit_id).state is VisitState.PLANNED
    assert "What was noted" not in client.get(f"/visits/{visit_id}").text


def test_what_cannot_be_read_comes_back_with_what_was_typed(client: FlaskClient, visit_id: int) -> None:
    sent = {"met": "provider", "said": "Speak of balance", "gift_value": "a lot", "gift_what": "Lunch"}
    answer = client.post(f"/visits/{visit_id}/entries", data=sent, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Speak of balance</textarea>" in answer.text
    assert re.search(r'value="provider" checked', answer.text)
    assert 'aria-invalid="true"' in answer.text


def test_a_note_that_names_a_person_is_flagged(client: FlaskClient, handoff: Handoff) -> None:
    said = "Her patient Ann Lee, born 4/12/1961"
    with handoff.db.write() as session:
        visit = factories.make_visit(session, state=VisitState.DONE, done_at=NOW, said=said)
    page = client.get(f"/visits/{visit.id}").text
    assert "Reword it below" in page
    assert "date of birth" in page


def test_a_talk_is_logged_on_its_own_page(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        visit = factories.make_visit(session, kind=VisitKind.IN_SERVICE)
    page = client.get(f"/visits/{visit.id}").text
    assert "In-service talk" in page
    assert "data-entry" not in page


def test_the_paper_is_that_of_the_visit(client: FlaskClient, handoff: Handoff, visit_id: int) -> None:
    page = client.get(f"/visits/{visit_id}").text
    (href,) = re.findall(r'href="(/providers/\d+/papers/visit-sheet.pdf\?visit=\d+)"', page)
    assert client.get(href).data.startswith(b"%PDF")


def test_nobody_else_sees_it(visitor: FlaskClient, visit_id: int) -> None:
    assert visitor.get(f"/visits/{visit_id}").status_code == 303
    assert visitor.get("/visits/days/2026-03-04/pack.pdf").status_code == 303
