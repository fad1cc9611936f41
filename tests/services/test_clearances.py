from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from crm.domain.client_kinds import ClearanceAnswer, ClientRole
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import TaskKind, TaskState
from crm.domain.permits import Standing
from crm.models.client_care import ClientClearance
from crm.models.clients import Client, ClientProvider
from crm.models.documents import Document
from crm.models.messages import StoredFile
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import changes, clearance_answers, clearances, tasks
from crm.services.clearances import Asked
from crm.services.scans import Scan
from crm.services.tasks import Done
from crm.store import client_care
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_provider
from tests.services.client_files import WHO, alone, lines
from tests.services.papers import FakePress, refusing

PNG = b"\x89PNG\r\n\x1a\n" + b"IEND\xaeB`\x82"
Pair = tuple[int, int]


@pytest.fixture
def both(db: Database) -> Pair:
    """Somebody who came by themselves, and their physician."""
    client_id = alone(db)
    with db.write() as session:
        return client_id, make_provider(session, display_name="Luis Ng").id or 0


def ask(db: Database, folder: Path, both: Pair, press: FakePress | None = None, **form: str) -> Asked:
    given = {"provider_id": str(both[1]), **form}
    return clearances.ask(db, folder, both[0], given, press=press or FakePress(), **WHO)


def answer(db: Database, folder: Path, clearance_id: int, said: str = "limited", **form: str) -> int | None:
    return clearance_answers.answer(db, folder, clearance_id, {"answer": said, **form}, **WHO)


def one(db: Database) -> ClientClearance:
    with db.read() as session:
        return session.exec(select(ClientClearance)).one()


def open_tasks(db: Database) -> list[Task]:
    with db.read() as session:
        query = select(Task).where(Task.kind == TaskKind.CLEARANCE, Task.state == TaskState.OPEN)
        return list(session.exec(query.order_by(col(Task.id))))


def test_asking_keeps_the_paper_and_puts_a_follow_up_on_the_list(db: Database, tmp_path: Path, both: Pair) -> None:
    asked = ask(db, tmp_path, both)
    row = one(db)
    with db.read() as session:
        document = session.get_one(Document, row.document_id)
        link = session.exec(select(ClientProvider)).one()
        provider = session.get_one(Provider, both[1])
    (task,) = open_tasks(db)
    assert (document.client_id, document.provider_id) == (None, both[1])
    assert (link.role, link.gets_reports) == (ClientRole.CLEARING, False)
    assert (task.due_on, task.clearance_id, task.client_id) == (date(2026, 3, 11), row.id, both[0])
    assert provider.next_due_on == task.due_on == asked.due_on
    assert clearances.standing(row, TODAY) is Standing.ASKED
    assert lines(db, both[1]) == ["S-3: clearance asked for"]


def test_what_can_t_be_printed_is_asked_all_the_same(db: Database, tmp_path: Path, both: Pair) -> None:
    asked = ask(db, tmp_path, both, refusing("Your address is missing."))
    assert (asked.problem, one(db).document_id) == ("Your address is missing.", None)
    assert len(open_tasks(db)) == 1


def test_the_follow_up_comes_back_until_the_answer_is_there(db: Database, tmp_path: Path, both: Pair) -> None:
    asked = ask(db, tmp_path, both, asked_on="2026-02-20")
    (task,) = open_tasks(db)
    assert task.due_on == TODAY
    done = tasks.complete(db, task.id or 0, Done(), **WHO)
    (again,) = open_tasks(db)
    assert (again.id, again.due_on) == (done.next_task.id if done.next_task else 0, date(2026, 3, 11))
    answer(db, tmp_path, asked.clearance_id)
    assert open_tasks(db) == []


def test_the_answer_has_its_limits_and_its_last_day(db: Database, tmp_path: Path, both: Pair) -> None:
    asked = ask(db, tmp_path, both, asked_on="2026-03-02")
    form = {
        "returned_on": "2026-03-04",
        "until_on": "2026-09-04",
        "systolic_max": "160",
        "diastolic_max": "100",
        "heart_rate_max": "130",
        "weight_bearing": "as tolerated, right leg",
        "precautions": "No kneeling",
    }
    change = answer(db, tmp_path, asked.clearance_id, **form)
    row = one(db)
    assert (row.answer, row.systolic_max, row.heart_rate_max) == (ClearanceAnswer.LIMITED, 160, 130)
    assert clearances.standing(row, TODAY) is Standing.HOLDS
    assert clearances.standing(row, date(2026, 8, 10)) is Standing.SOON
    assert lines(db, both[1])[-1] == "S-3: clearance is back: cleared within limits"
    assert answer(db, tmp_path, asked.clearance_id, **form) is None
    assert changes.undo(db, change or 0, actor_id=None, now=NOW) == []
    assert (clearances.standing(one(db), TODAY), len(open_tasks(db))) == (Standing.ASKED, 1)


def test_a_no_is_refused(db: Database, tmp_path: Path, both: Pair) -> None:
    answer(db, tmp_path, ask(db, tmp_path, both).clearance_id, "not_cleared")
    assert clearances.standing(one(db), TODAY) is Standing.REFUSED


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"answer": ""}, "answer"),
        ({"returned_on": "2026-03-01"}, "returned_on"),
        ({"returned_on": "2026-03-05"}, "returned_on"),
        ({"until_on": "2026-03-01"}, "until_on"),
        ({"systolic_max": "16"}, "systolic_max"),
        ({"systolic_max": "100", "diastolic_max": "110"}, "diastolic_max"),
        ({"precautions": "call her at 713-555-0188"}, "precautions"),
    ],
)
def test_what_can_t_be_is_named_by_its_field(
    db: Database, tmp_path: Path, both: Pair, form: dict[str, str], field: str
) -> None:
    asked = ask(db, tmp_path, both, asked_on="2026-03-02")
    with pytest.raises(Invalid) as error:
        clearance_answers.answer(db, tmp_path, asked.clearance_id, {"answer": "cleared", **form}, **WHO)
    assert list(error.value.errors) == [field]


def test_one_that_the_client_brought_was_never_asked_for(db: Database, tmp_path: Path, both: Pair) -> None:
    form = {"provider_id": str(both[1]), "answer": "cleared", "returned_on": "2026-03-01"}
    clearance_answers.bring(db, tmp_path, both[0], form, Scan("x.png", PNG), **WHO)
    row = one(db)
    with db.read() as session:
        assert session.get_one(StoredFile, row.stored_file_id).mime == "image/png"
        assert client_care.partner(session, *both, ClientRole.CLEARING) is not None
        assert clearances.in_force(client_care.clearances(session, both[0])) is not None
    assert (row.asked_on, clearances.standing(row, TODAY)) == (None, Standing.HOLDS)
    assert open_tasks(db) == []


def test_the_one_returned_last_counts(db: Database, tmp_path: Path, both: Pair) -> None:
    old = ask(db, tmp_path, both, asked_on="2026-02-01")
    answer(db, tmp_path, old.clearance_id, "cleared", returned_on="2026-02-05")
    new = ask(db, tmp_path, both)

    def counts() -> int | None:
        with db.read() as session:
            found = clearances.in_force(client_care.clearances(session, both[0]))
        return found.id if found else None

    assert counts() == old.clearance_id
    answer(db, tmp_path, new.clearance_id, "not_cleared")
    assert counts() == new.clearance_id


def test_one_put_away_takes_its_follow_up_along(db: Database, tmp_path: Path, both: Pair) -> None:
    asked = ask(db, tmp_path, both)
    clearances.archive(db, asked.clearance_id, **WHO)
    assert open_tasks(db) == []
    with db.read() as session, pytest.raises(NotFound):
        clearances.get(session, asked.clearance_id)


def test_undo_takes_back_everything_but_the_paper(db: Database, tmp_path: Path, both: Pair) -> None:
    asked = ask(db, tmp_path, both)
    assert changes.undo(db, asked.change_set_id, actor_id=None, now=NOW) == []
    with db.read() as session:
        assert session.exec(select(ClientClearance)).all() == []
        assert session.exec(select(ClientProvider)).all() == []
        assert session.get_one(Provider, both[1]).next_due_on is None
    assert lines(db, both[1]) == []


def test_a_day_to_come_and_a_missing_physician_are_refused(db: Database, tmp_path: Path, both: Pair) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    with pytest.raises(Invalid):
        ask(db, tmp_path, both, asked_on=tomorrow)
    with pytest.raises(Invalid):
        ask(db, tmp_path, both, provider_id="")
    with db.write() as session:
        session.get_one(Client, both[0]).sample = True
        session.get_one(Provider, both[1]).archived_at = NOW
    with pytest.raises(Invalid):
        ask(db, tmp_path, both)
