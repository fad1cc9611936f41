"""Talks and group visits: the form, finding people from elsewhere, planning and logging."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, VisitState
from crm.domain.visit_kinds import VisitKind
from crm.models.activities import Activity
from crm.models.visits import Visit, VisitGuest
from crm.services import search_entries
from tests.conftest import SAME_SITE
from tests.factories import make_affiliation, make_contact, make_practice, make_provider, make_visit


@pytest.fixture
def place(handoff: Handoff) -> dict[str, int]:
    with handoff.db.write() as session:
        practice = make_practice(session, name="Bayou Orthopedics")
        grace, luis = (
            make_provider(session, practice_id=practice.id, display_name=name)
            for name in ("Grace Okafor, MD", "Luis Ng, PT")
        )
        for each in (grace, luis):
            make_affiliation(session, provider_id=each.id, practice_id=practice.id)
        desk = make_contact(session, practice_id=practice.id, name="Marlene Ode")
        away = make_provider(session, display_name="Petra Wolff, DO", last_name="Wolff", sort_name="wolff petra")
        ids = {"practice": practice, "grace": grace, "luis": luis, "desk": desk, "away": away}
        return {name: int(getattr(row, "id", 0)) for name, row in ids.items()}


def send(client: FlaskClient, place: dict[str, int], **given: Any) -> Any:
    form = {"client_key": "k", "kind": "in_service", "happened_on": "2026-03-04", "topic": "After therapy", **given}
    return client.post(f"/practices/{place['practice']}/talks", data=form, headers=SAME_SITE)


def test_the_form_offers_everybody_at_the_practice(client: FlaskClient, place: dict[str, int]) -> None:
    page = client.get(f"/visits/talks/new?practice={place['practice']}").text
    for name in ("Bayou Orthopedics", "Grace Okafor, MD", "Luis Ng, PT", "Marlene Ode"):
        assert name in page


def test_first_somebody_is_found_who_works_there(client: FlaskClient, place: dict[str, int]) -> None:
    assert "Where was it?" in client.get("/visits/talks/new").text
    answer = client.get(f"/providers/{place['luis']}/talks/new")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert f'value="p{place["luis"]}" checked' in page
    assert f'value="p{place["grace"]}" checked' not in page


def test_without_a_practice_it_says_what_to_do(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = make_provider(session, display_name="Ana Ruiz, RD")
    answer = client.get(f"/providers/{provider.id}/talks/new")
    assert answer.location == f"/providers/{provider.id}"
    assert "Say first where Ana Ruiz, RD works" in client.get(answer.location).text


def test_a_talk_is_logged_once_for_all_with_undo(client: FlaskClient, handoff: Handoff, place: dict[str, int]) -> None:
    people = [f"p{place['grace']}", f"p{place['luis']}", f"c{place['desk']}"]
    answer = send(client, place, people=people, others="3", next_on="2026-03-06", next_kind="call")
    assert answer.status_code == 303
    said = client.get(answer.location).text
    assert "Logged for 6 people. Next: Call, Friday." in said
    assert "/undo" in said
    with handoff.db.read() as session:
        lines = session.exec(select(Activity).where(Activity.kind == ActivityKind.IN_SERVICE)).all()
        assert {line.provider_id for line in lines} == {place["grace"], place["luis"]}
    assert "logged already" in client.get(send(client, place, people=people).location).text


def test_a_day_to_come_plans_it(client: FlaskClient, handoff: Handoff, place: dict[str, int]) -> None:
    people = [f"p{place['grace']}", f"c{place['desk']}"]
    answer = send(client, place, people=people, happened_on="2026-03-06", at="12:15")
    assert "Planned for Friday." in client.get(answer.location).text
    with handoff.db.read() as session:
        visit = session.exec(select(Visit)).one()
        assert (visit.kind, visit.state, visit.provider_id) == (
            VisitKind.IN_SERVICE,
            VisitState.PLANNED,
            place["grace"],
        )
        assert visit.planned_at is not None
        assert [each.contact_id for each in session.exec(select(VisitGuest))] == [place["desk"]]
    page = client.get(f"/visits/talks/new?visit={visit.id}").text
    assert f'value="p{place["grace"]}" checked' in page
    assert f'value="c{place["desk"]}" checked' in page
    moved = send(client, place, people=people, happened_on="2026-03-09", visit_id=visit.id)
    assert "Planned for" in client.get(moved.location).text
    same = send(client, place, people=people, happened_on="2026-03-09", visit_id=visit.id)
    assert same.location == f"/visits/{visit.id}"


def test_a_planned_talk_is_logged_from_its_plan(client: FlaskClient, handoff: Handoff, place: dict[str, int]) -> None:
    with handoff.db.write() as session:
        planned = make_visit(
            session, provider_id=place["grace"], practice_id=place["practice"], kind=VisitKind.IN_SERVICE
        )
    answer = send(client, place, people=[f"p{place['grace']}"], visit_id=planned.id)
    assert answer.location == f"/visits/{planned.id}"
    with handoff.db.read() as session:
        assert session.get_one(Visit, planned.id).state is VisitState.DONE
    assert client.get(f"/visits/{planned.id}").status_code == 200


def test_others_are_found_without_losing_what_was_typed(
    client: FlaskClient, handoff: Handoff, place: dict[str, int]
) -> None:
    search_entries.refresh_due(handoff.db)
    given = {"people": [f"p{place['grace']}"], "body": "They want a flyer", "q": "Wolff", "find": "1"}
    page = send(client, place, **given)
    assert page.status_code == 200
    assert "Petra Wolff, DO" in page.text
    assert "They want a flyer" in page.text
    assert f'value="p{place["grace"]}" checked' in page.text
    chosen = [f"p{place['grace']}", f"p{place['away']}", "x9", "p", "c999"]
    again = send(client, place, **{**given, "people": chosen, "q": "Nobody at all"}).text
    assert "From elsewhere" in again
    assert f'value="p{place["away"]}" checked' in again
    assert "Nobody else called" in again


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose at least one provider"),
        ({"people": ["p1"], "others": "many"}, "Give a number from 0 to 500."),
        ({"people": ["p1"], "happened_on": "2026-03-09", "at": "noon"}, "such as 12:30"),
        ({"people": ["p1"], "lunch_value": "much"}, "Write an amount in dollars"),
        ({"people": ["p1"], "kind": "call"}, "Choose whether it was a talk"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    client: FlaskClient, place: dict[str, int], given: dict[str, Any], said: str
) -> None:
    answer = send(client, place, body="They want a flyer", **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert "They want a flyer" in answer.text


def test_an_unknown_practice_is_not_found(client: FlaskClient) -> None:
    assert client.get("/visits/talks/new?practice=999").status_code == 404
    assert client.get("/visits/talks/new?visit=999").status_code == 200
