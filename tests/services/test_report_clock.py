from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from crm.domain.client_kinds import ClientRole, ReportState
from crm.domain.kinds import TaskKind, TaskState
from crm.domain.papers import DocumentKind
from crm.models.clients import Client, ClientProvider
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.services import acts, changes, report_clock
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

K = DocumentKind
START = TODAY - timedelta(days=2)


def informed(session: Session, client: Client, provider: Provider, **given: Any) -> ClientProvider:
    assert client.id
    assert provider.id
    values = {"role": ClientRole.REFERRING, "since_on": START, "created_at": NOW, **given}
    return factories.saved(session, ClientProvider(client_id=client.id, provider_id=provider.id, **values))


@pytest.fixture
def client_id(db: Database) -> int:
    """K-14, who began two days ago, sent by one provider."""
    with db.write() as session:
        client = factories.make_client(session, code="K-14", started_on=START)
        informed(session, client, factories.make_provider(session, display_name="Asha Shah, MD"))
        assert client.id
        return client.id


def wind(db: Database, client_id: int, today: date = TODAY, **values: object) -> int:
    with db.write() as session:
        act = acts.begin(session, "client", "Client K-14", actor_id=None, now=NOW, today=today)
        client = session.get_one(Client, client_id)
        act.update(client, **values)
        report_clock.wind(act, client)
        return act.id


def open_reports(db: Database) -> Sequence[DueReport]:
    with db.read() as session:
        query = select(DueReport).where(DueReport.state == ReportState.OPEN, col(DueReport.archived_at).is_(None))
        return session.exec(query.order_by(col(DueReport.due_on))).all()


def live_tasks(db: Database) -> Sequence[Task]:
    with db.read() as session:
        query = select(Task).where(Task.kind == TaskKind.REPORT, Task.state == TaskState.OPEN)
        return session.exec(query.order_by(col(Task.due_on))).all()


def kinds(db: Database) -> list[DocumentKind]:
    return [each.kind for each in open_reports(db)]


def test_a_start_puts_reports_and_their_follow_ups_on_the_list(db: Database, client_id: int) -> None:
    wind(db, client_id)
    assert kinds(db) == [K.CLIENT_INTRODUCTION, K.ASSESSMENT_SUMMARY, K.PROGRESS_REPORT]
    tasks = live_tasks(db)
    assert [each.title for each in tasks] == [
        "First letter for K-14",
        "Assessment summary for K-14",
        "Progress report for K-14",
    ]
    assert [(each.due_report_id, each.due_on) for each in tasks] == [(one.id, one.due_on) for one in open_reports(db)]
    with db.read() as session:
        assert session.exec(select(Provider)).one().next_due_on == START + timedelta(days=1)


def test_winding_again_changes_nothing(db: Database, client_id: int) -> None:
    wind(db, client_id)
    before = [each.model_dump() for each in open_reports(db)]
    change = wind(db, client_id)
    assert [each.model_dump() for each in open_reports(db)] == before
    with db.write() as session:
        assert changes.undo_in(session, change, actor_id=None, now=NOW) == []
    assert [each.model_dump() for each in open_reports(db)] == before


def test_undo_takes_the_reports_and_the_follow_ups_back(db: Database, client_id: int) -> None:
    wind(db, client_id, started_on=None)
    changes.undo(db, wind(db, client_id, started_on=START), actor_id=None, now=NOW)
    assert open_reports(db) == []
    assert live_tasks(db) == []


def test_undo_winds_the_clock_by_the_file_as_it_is_now(db: Database, client_id: int) -> None:
    rhythm = wind(db, client_id, report_days=14)
    wind(db, client_id, ended_on=TODAY)
    changes.undo(db, rhythm, actor_id=None, now=NOW)
    assert kinds(db) == [K.CLIENT_INTRODUCTION, K.DISCHARGE_SUMMARY]


def test_another_rhythm_moves_the_report_and_keeps_what_was_written(db: Database, client_id: int) -> None:
    wind(db, client_id)
    with db.write() as session:
        report = session.exec(select(DueReport).where(DueReport.kind == K.PROGRESS_REPORT)).one()
        report.bottom_line = "Stairs without a rail."
    wind(db, client_id, report_days=14)
    report = open_reports(db)[-1]
    assert (report.due_on, report.bottom_line) == (START + timedelta(days=14), "Stairs without a rail.")
    assert live_tasks(db)[-1].due_on == report.due_on


def test_a_corrected_start_moves_the_first_period_back_and_forth(db: Database, client_id: int) -> None:
    wind(db, client_id)
    wind(db, client_id, started_on=TODAY)
    assert open_reports(db)[-1].due_on == TODAY + timedelta(days=30)
    wind(db, client_id, started_on=START)
    found = open_reports(db)
    assert (len(found), found[-1].occasion) == (3, START.isoformat())


def test_the_end_withdraws_progress_and_owes_the_discharge_summary(db: Database, client_id: int) -> None:
    wind(db, client_id)
    wind(db, client_id, ended_on=TODAY)
    assert kinds(db) == [K.CLIENT_INTRODUCTION, K.DISCHARGE_SUMMARY]
    assert [each.kind for each in live_tasks(db)] == [TaskKind.REPORT] * 2
    wind(db, client_id, ended_on=None)
    assert kinds(db) == [K.CLIENT_INTRODUCTION, K.ASSESSMENT_SUMMARY, K.PROGRESS_REPORT]


def test_a_client_who_was_put_away_owes_nothing(db: Database, client_id: int) -> None:
    wind(db, client_id)
    wind(db, client_id, archived_at=NOW)
    assert (open_reports(db), live_tasks(db)) == ([], [])


def test_who_wants_no_reports_gets_none(db: Database, client_id: int) -> None:
    with db.write() as session:
        client = session.get_one(Client, client_id)
        informed(session, client, factories.make_provider(session), gets_reports=False)
        informed(session, client, factories.make_provider(session), until_on=TODAY)
        informed(session, client, factories.make_provider(session), role=ClientRole.CLEARING)
    wind(db, client_id)
    assert len({each.provider_id for each in open_reports(db)}) == 1


def test_clients_from_before_the_clock_get_what_is_due_in_their_period(db: Database, client_id: int) -> None:
    today = TODAY + timedelta(days=400)
    assert report_clock.catch_up(db, now=NOW, today=today) == 1
    (report,) = open_reports(db)
    assert report.kind is K.PROGRESS_REPORT
    assert report.from_on
    assert report.from_on <= today <= report.due_on
    report_clock.catch_up(db, now=NOW, today=today)
    assert len(open_reports(db)) == 1
