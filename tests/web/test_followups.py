from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from crm.bootstrap import Handoff
from crm.domain.kinds import TaskKind, TaskState
from crm.domain.pipeline import Stage
from crm.models.audit import ChangeSet
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.store.tasks import refresh_next_due
from tests import factories
from tests.conftest import SAME_SITE
from tests.factories import TODAY

TOMORROW = TODAY + timedelta(days=1)


def make(handoff: Handoff, **given: Any) -> int:
    with handoff.db.write() as session:
        if "provider_id" not in given:
            practice = factories.make_practice(session, name="Bayou Ortho")
            given["provider_id"] = factories.make_provider(
                session, display_name="Luis Ng, PT", practice=practice, stage=Stage.CONTACTED
            ).id
        task = factories.make_task(session, **({"kind": TaskKind.CALL, "title": "Call Luis"} | given))
        if task.provider_id:
            refresh_next_due(session, [task.provider_id])
        assert task.id
        return task.id


def task(handoff: Handoff, task_id: int) -> Task:
    with handoff.db.read() as session:
        return session.get_one(Task, task_id)


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    return client.post(path, data=form, headers=SAME_SITE)


def test_an_empty_list_says_the_one_thing_to_do(client: FlaskClient) -> None:
    page = client.get("/followups").text
    assert "All clear" in page
    assert "Choose whom to see" in page


def test_the_list_shows_its_parts_with_provider_and_ways_to_end(client: FlaskClient, handoff: Handoff) -> None:
    make(handoff, due_on=TODAY - timedelta(days=3))
    make(handoff, due_on=TODAY, title="Call today", provider_id=1)
    make(handoff, state=TaskState.WAITING, waiting_for="their fax", provider_id=1)
    page = client.get("/followups").text
    for words in ("Overdue", "3 days overdue", "Luis Ng, PT · Bayou Ortho", "Waiting for their fax", "Left a message"):
        assert words in page
    assert "Later</h2>" not in page
    assert "2 due, 1 of them overdue" in page


def test_one_part_alone_and_one_kind(client: FlaskClient, handoff: Handoff) -> None:
    make(handoff, title="Ring them")
    make(handoff, provider_id=1, kind=TaskKind.VISIT, title="Stop by")
    only = client.get("/followups?kind=visit&part=today").text
    assert "Stop by" in only
    assert "Ring them" not in only
    assert "None of these" in client.get("/followups?kind=report").text
    assert client.get("/followups?part=never").status_code == 422
    assert client.get("/followups?part=today&after=x").status_code == 400


def test_long_parts_are_paged_by_key(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session)
        for number in range(60):
            factories.make_task(session, provider_id=provider.id, title=f"Task {number:02d}")
    first = client.get("/followups?part=today").text
    assert "Task 49" in first
    assert "Task 50" not in first
    more = first.split('href="/followups?part=today&amp;after=')[1].split('"')[0]
    assert "Task 50" in client.get(f"/followups?part=today&after={more.replace('%2C', ',')}").text


def test_done_in_one_motion_moves_on_and_plans_the_next_step(client: FlaskClient, handoff: Handoff) -> None:
    task_id = make(handoff)
    answer = post(client, f"/followups/{task_id}/completions", outcome="conversation", body="Knees", next="/followups")
    assert (answer.status_code, answer.location) == (303, "/followups")
    assert task(handoff, task_id).state is TaskState.DONE
    with handoff.db.read() as session:
        assert session.get_one(Provider, 1).stage is Stage.INTRODUCED
    page = client.get("/followups").text
    assert "Next: Say thank you, Tomorrow." in page
    assert "data-undo" in page or "/undo" in page


def test_another_next_step_can_be_chosen_or_none(client: FlaskClient, handoff: Handoff) -> None:
    task_id = make(handoff)
    post(client, f"/followups/{task_id}/completions", outcome="conversation", next_on=str(TOMORROW), next_kind="visit")
    with handoff.db.read() as session:
        assert session.get_one(Provider, 1).next_due_on == TOMORROW
        assert session.get_one(Task, task_id + 1).kind is TaskKind.VISIT
    post(client, f"/followups/{task_id + 1}/completions", outcome="conversation", no_next="1")
    with handoff.db.read() as session:
        assert session.get_one(Provider, 1).next_due_on is None


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("completions", {"outcome": "conversation", "next_on": "2020-01-01"}, "Choose today or a later day."),
        ("completions", {"outcome": "nonsense"}, "Choose one of the list."),
        ("snoozes", {}, "Choose a day."),
        ("snoozes", {"due_on": "2020-01-01"}, "Choose today or a later day."),
        ("waits", {}, "Say what you wait for"),
    ],
)
def test_mistakes_come_back_with_the_form(
    client: FlaskClient, handoff: Handoff, path: str, form: dict[str, str], words: str
) -> None:
    task_id = make(handoff)
    answer = post(client, f"/followups/{task_id}/{path}", **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert task(handoff, task_id).state is TaskState.OPEN


def test_snoozing_waiting_and_dropping(client: FlaskClient, handoff: Handoff) -> None:
    task_id = make(handoff)
    post(client, f"/followups/{task_id}/snoozes", due_on=str(TOMORROW))
    assert task(handoff, task_id).due_on == TOMORROW
    post(client, f"/followups/{task_id}/waits", waiting_for="their answer")
    assert task(handoff, task_id).state is TaskState.WAITING
    post(client, f"/followups/{task_id}/drops", reason="Retired")
    assert task(handoff, task_id).state is TaskState.CANCELLED
    assert "Dropped" in client.get(f"/followups/{task_id}").text
    assert post(client, f"/followups/{task_id}/drops").status_code == 409


def test_handing_over_asks_for_somebody(client: FlaskClient, handoff: Handoff) -> None:
    task_id = make(handoff)
    post(client, f"/followups/{task_id}/owners", owner_id="1")
    assert task(handoff, task_id).owner_id == 1
    post(client, f"/followups/{task_id}/owners", owner_id="77")
    assert "Choose somebody of the team." in client.get("/followups").text


def test_a_follow_up_can_be_added_with_and_without_a_provider(client: FlaskClient, handoff: Handoff) -> None:
    post(client, "/followups", title="Order cards", due_on=str(TOMORROW))
    assert task(handoff, 1).title == "Order cards"
    with handoff.db.write() as session:
        provider_id = factories.make_provider(session).id
    answer = post(client, "/followups", kind="visit", provider_id=provider_id, due_on=str(TOMORROW), next="/board")
    assert answer.location == "/board"
    assert task(handoff, 2).provider_id == provider_id
    post(client, "/followups", due_on=str(TOMORROW))
    assert "Say what is to do." in client.get("/followups").text


def test_a_form_never_leads_to_another_site(client: FlaskClient) -> None:
    for wanted in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        assert post(client, "/followups", title="Order cards", next=wanted).location == "/followups"


def test_the_page_of_one_offers_ways_to_keep_a_promise(client: FlaskClient, handoff: Handoff) -> None:
    task_id = make(handoff, kind=TaskKind.THANK_YOU, title="Thank Luis")
    page = client.get(f"/followups/{task_id}").text
    assert 'name="by"' in page
    post(client, f"/followups/{task_id}/completions", by="call", outcome="done")
    with handoff.db.read() as session:
        assert session.get_one(Provider, 1).last_touch_kind == "call"
    assert client.get("/followups/999").status_code == 404


def test_done_undone_and_done_again(client: FlaskClient, handoff: Handoff) -> None:
    task_id = make(handoff)
    page = client.get("/followups").text
    assert 'name="client_key"' not in page
    for _ in range(2):
        assert post(client, f"/followups/{task_id}/completions", outcome="no_answer").status_code == 303
        with handoff.db.read() as session:
            latest = session.exec(select(ChangeSet.id).order_by(col(ChangeSet.id).desc())).first()
        post(client, f"/changes/{latest}/undo")
        assert task(handoff, task_id).state is TaskState.OPEN
