"""The week of visits: what it shows, and everything that can be done on it by forms and by scripts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import TaskKind, VisitState
from crm.domain.pipeline import Stage
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitGuest
from tests.conftest import SAME_SITE
from tests.factories import TODAY, make_contact, make_practice, make_provider, make_task, make_visit

if TYPE_CHECKING:
    from flask.testing import FlaskClient

JSON = SAME_SITE | {"Accept": "application/json"}
FRIDAY = date(2026, 3, 6)
WEEK = "/visits?week=2026-03-04"


def due(handoff: Handoff, name: str = "Ann Kim, MD", **practice: object) -> tuple[int, int]:
    """Somebody with a visit on the list: the provider and the follow-up."""
    with handoff.db.write() as session:
        where = make_practice(session, name="Bayou Clinic", **practice)
        kim = make_provider(session, practice=where, display_name=name, last_name="Kim", stage=Stage.INTRODUCED)
        task = make_task(session, provider_id=kim.id, kind=TaskKind.VISIT, title="Stop by again")
        assert kim.id
        assert task.id
        return kim.id, task.id


def planned(handoff: Handoff, day: date = FRIDAY) -> tuple[int, int]:
    """A visit with its provider."""
    with handoff.db.write() as session:
        where = make_practice(session, name="Bayou Clinic", hours="Mon-Fri 9-4")
        kim = make_provider(session, practice=where, display_name="Ann Kim, MD", last_name="Kim")
        visit = make_visit(session, provider_id=kim.id, practice_id=where.id, planned_on=day)
        assert kim.id
        assert visit.id
        return kim.id, visit.id


def visits(handoff: Handoff) -> list[Visit]:
    with handoff.db.read() as session:
        return list(session.exec(select(Visit).order_by(Visit.id)))  # type: ignore[arg-type]


def test_an_empty_week_says_the_one_thing_to_do(client: FlaskClient) -> None:
    page = client.get("/visits").text
    assert "Choose a provider to visit" in page
    assert "No visits that week" in client.get("/visits?week=2026-01-07").text


def test_the_week_shows_visits_and_proposals_with_reasons(client: FlaskClient, handoff: Handoff) -> None:
    planned(handoff)
    due(handoff, "Bo Lee, PT", hours="Thu 9-4")
    page = client.get(WEEK).text
    for words in (
        "Ann Kim, MD",
        "Bo Lee, PT",
        "Stop by again: due today.",
        "Plan the one proposed",
        "open 9 am to 4 pm",
    ):
        assert words in page


def test_a_week_that_is_none_is_not_there(client: FlaskClient) -> None:
    assert client.get("/visits?week=soon").status_code == 404
    assert client.get("/visits?week=1999-01-01").status_code == 404


def test_a_proposal_is_planned_with_one_tap(client: FlaskClient, handoff: Handoff) -> None:
    kim, task = due(handoff)
    form = {"provider_id": kim, "planned_on": "2026-03-06", "task_id": task, "purpose": "Stop by again", "next": WEEK}
    answer = client.post("/visits", data=form | {"materials": ["referral-pad"]}, headers=SAME_SITE)
    assert (answer.status_code, answer.location) == (303, WEEK)
    (visit,) = visits(handoff)
    assert (visit.planned_on, visit.task_id, visit.materials) == (FRIDAY, task, ["referral-pad"])
    assert "Planned for Friday, Mar 6." in client.get(WEEK).text


def test_a_script_gets_what_undoes_it_and_the_new_links(client: FlaskClient, handoff: Handoff) -> None:
    kim, _ = due(handoff)
    found = client.post("/visits", data={"provider_id": kim, "planned_on": "2026-03-06"}, headers=JSON).json
    assert found is not None
    (visit,) = visits(handoff)
    assert (found["visit"], found["edit"]) == (visit.id, f"/visits/{visit.id}/edit")
    assert client.post(f"/changes/{found['undo']}/undo", headers=JSON).status_code == 200
    assert visits(handoff) == []


def test_a_visit_moves_to_another_day_and_place(client: FlaskClient, handoff: Handoff) -> None:
    _, first = planned(handoff)
    _, second = planned(handoff, TODAY)
    form = {"planned_on": "2026-03-06", "position": 1}
    answer = client.post(f"/visits/{second}/moves", data=form, headers=JSON)
    assert answer.status_code == 200
    assert [(each.id, each.planned_on, each.position) for each in visits(handoff)] == [
        (first, FRIDAY, 2),
        (second, FRIDAY, 1),
    ]
    past = client.post(f"/visits/{second}/moves", data={"planned_on": "2026-03-01"}, headers=JSON)
    assert (past.status_code, past.json and past.json["errors"]) == (
        422,
        {"planned_on": "Choose today or a later day."},
    )


def test_calling_off_and_calling_instead(client: FlaskClient, handoff: Handoff) -> None:
    kim, visit = planned(handoff)
    client.post(f"/visits/{visit}/cancellations", data={"next": WEEK}, headers=SAME_SITE)
    assert visits(handoff)[0].state is VisitState.CANCELLED
    answer = client.post("/visits/calls", data={"provider_id": kim, "due_on": "2026-03-05"}, headers=JSON)
    assert answer.json
    assert answer.json["said"] == "A call is on your list for Thursday, Mar 5."
    with handoff.db.read() as session:
        assert [each.kind for each in session.exec(select(Task))] == [TaskKind.CALL]


def test_all_of_a_day_in_one_tap(client: FlaskClient, handoff: Handoff) -> None:
    ids = [due(handoff, name)[0] for name in ("Ann Kim, MD", "Bo Lee, PT")]
    form = {"planned_on": "2026-03-06", "provider_id": ids, "next": WEEK}
    page = client.post("/visits/batches", data=form, headers=SAME_SITE, follow_redirects=True).text
    assert "Planned 2 visits for Friday, Mar 6." in page
    assert len(visits(handoff)) == 2


def test_the_totals_of_each_day(client: FlaskClient, handoff: Handoff) -> None:
    planned(handoff)
    found = client.get("/visits/totals.json?week=2026-03-04").json
    assert found
    assert found["2026-03-06"].startswith("1 visit")


def test_a_warning_stands_on_a_visit_whose_office_is_closed(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        where = make_practice(session, hours="Mon-Thu 9-4")
        make_visit(session, provider_id=make_provider(session, practice=where).id, planned_on=FRIDAY)
    assert "Closed on Fridays" in client.get(WEEK).text


def test_the_form_offers_days_that_suit_and_says_why_others_do_not(client: FlaskClient, handoff: Handoff) -> None:
    kim, _ = due(handoff, hours="Mon, Tue, Fri 9-4", visitor_policy="Sign in with Rosa")
    page = client.get(f"/visits/new?provider_id={kim}").text
    assert "<strong>Closed on Thursdays</strong>: Thu 5, Thu 12" in page
    assert "Sign in with Rosa" in page
    assert 'value="Stop by again"' in page


def test_a_visit_that_is_due_on_a_closed_day_is_put_on_the_next_that_suits(
    client: FlaskClient, handoff: Handoff
) -> None:
    kim, _ = due(handoff, hours="Thu, Fri 9-4")
    page = client.get(f"/visits/new?provider_id={kim}").text
    assert 'name="planned_on" value="2026-03-05"' in page
    chosen = client.get(f"/visits/new?provider_id={kim}&planned_on=2026-03-04").text
    assert 'name="planned_on" value="2026-03-04"' in chosen


def test_the_form_plans_hour_people_and_things(client: FlaskClient, handoff: Handoff) -> None:
    kim, _ = due(handoff)
    with handoff.db.write() as session:
        where = make_provider(session).practice_id
        rosa = make_contact(session, practice_id=make_practice(session).id if where is None else where)
        rosa_id = rosa.id
    form = {
        "provider_id": kim,
        "planned_on": "2026-03-06",
        "at": "14:30",
        "minutes": "30",
        "purpose": "Show what a report looks like",
        "materials": ["Card", "referral-pad"],
        "more_materials": "Flyer, Pens",
        "guest_contact": [rosa_id],
        "remarks": "Park behind",
    }
    answer = client.post("/visits", data=form, headers=SAME_SITE)
    assert answer.location == "/visits?week=2026-03-06"
    (visit,) = visits(handoff)
    assert (visit.minutes, visit.materials, visit.remarks) == (
        30,
        ["Card", "referral-pad", "Flyer", "Pens"],
        "Park behind",
    )
    edit = client.get(f"/visits/{visit.id}/edit").text
    for words in ('value="14:30"', 'value="Flyer, Pens"', "Park behind", "Show what a report looks like"):
        assert words in edit
    changed = {**form, "at": "", "purpose": "Ask for a first client", "guest_contact": []}
    client.post(f"/visits/{visit.id}", data=changed, headers=SAME_SITE)
    (visit,) = visits(handoff)
    assert (visit.planned_at, visit.purpose) == (None, "Ask for a first client")
    with handoff.db.read() as session:
        assert session.exec(select(VisitGuest)).all() == []


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("planned_on", "", "Choose the day."),
        ("planned_on", "2026-03-01", "Choose today or a later day."),
        ("at", "half two", "Write the hour as 14:30."),
        ("minutes", "long", "Give the minutes that it takes"),
        ("minutes", "3²", "Give the minutes that it takes"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: FlaskClient, handoff: Handoff, field: str, text: str, sentence: str
) -> None:
    kim, _ = due(handoff)
    form = {"provider_id": kim, "planned_on": "2026-03-06", "purpose": "Kept words"} | {field: text}
    answer = client.post("/visits", data=form, headers=SAME_SITE)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept words" in answer.text


def test_planning_again_leads_to_the_visit_that_is_planned(client: FlaskClient, handoff: Handoff) -> None:
    kim, visit = planned(handoff)
    assert client.get(f"/visits/new?provider_id={kim}").location == f"/visits/{visit}/edit"


def test_a_visit_that_was_called_off_has_no_form(client: FlaskClient, handoff: Handoff) -> None:
    _, visit = planned(handoff)
    client.post(f"/visits/{visit}/cancellations", headers=SAME_SITE)
    assert client.get(f"/visits/{visit}/edit").status_code == 404


def test_the_week_before_and_after_are_a_link_away(client: FlaskClient) -> None:
    page = client.get(WEEK).text
    for day in (date(2026, 3, 2) - timedelta(days=7), date(2026, 3, 2) + timedelta(days=7)):
        assert f"/visits?week={day}" in page
