"""Merging two providers who know the same clients, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from crm.domain.agreements import AgreementState
from crm.domain.client_kinds import ClientRole, ReportState
from crm.domain.kinds import TaskKind, TaskState
from crm.domain.papers import DocumentKind
from crm.models.agreements import Agreement
from crm.models.client_care import ClientAuthorization, ClientClearance
from crm.models.clients import Client, ClientProvider, SentClient
from crm.models.gifts import Gift, GiftRecipient
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.services import changes, merges
from crm.store.engine import Database
from crm.store.tasks import refresh_next_due
from tests.factories import NOW, TODAY, _id, make_client, make_provider, make_referral, make_task, saved

EARLIER = TODAY - timedelta(days=200)
TABLES = (ClientProvider, DueReport, ClientAuthorization, ClientClearance, SentClient, Agreement, GiftRecipient, Task)


def role(session: Session, client: Client, provider_id: int, **given: Any) -> ClientProvider:
    told: dict[str, Any] = {"role": ClientRole.REFERRING, "since_on": TODAY, "created_at": NOW}
    return saved(session, ClientProvider(client_id=_id(client), provider_id=provider_id, **(told | given)))


def report(session: Session, client: Client, provider_id: int, occasion: str, **given: Any) -> DueReport:
    told: dict[str, Any] = {
        "kind": DocumentKind.PROGRESS_REPORT,
        "due_on": TODAY,
        "created_at": NOW,
        "updated_at": NOW,
        "occasion": f"asked-{occasion}",  # which the clock leaves where it is
    }
    return saved(session, DueReport(client_id=_id(client), provider_id=provider_id, **(told | given)))


def furnish(session: Session, keep: int, gone: int) -> None:
    client, other = make_client(session), make_client(session)
    make_referral(session, client_id=client.id, provider_id=keep, received_on=TODAY)
    make_referral(session, client_id=client.id, provider_id=gone, received_on=EARLIER)
    role(session, client, keep, until_on=TODAY, gets_reports=False)
    role(session, client, gone, since_on=EARLIER)
    role(session, other, gone, role=ClientRole.INFORMED)
    report(session, client, keep, "same", state=ReportState.DELIVERED, delivered_on=TODAY)
    open_one = report(session, client, gone, "same")
    make_task(session, provider_id=gone, kind=TaskKind.REPORT, due_report_id=open_one.id)
    report(session, client, keep, "mine is open")
    report(session, client, gone, "mine is open", state=ReportState.DELIVERED, delivered_on=EARLIER)
    report(session, client, keep, "both", state=ReportState.DELIVERED, delivered_on=TODAY)
    report(session, client, gone, "both", state=ReportState.DELIVERED, delivered_on=EARLIER)
    report(session, other, gone, "theirs alone")
    made: dict[str, Any] = {"client_id": _id(client), "provider_id": gone, "created_at": NOW}
    saved(session, ClientAuthorization(**made, signed_on=TODAY))
    saved(session, ClientClearance(**made, asked_on=TODAY))
    saved(session, SentClient(**made, sent_on=TODAY))
    agreement = {"service_key": "workplace", "state": AgreementState.ACTIVE, "created_at": NOW, "updated_at": NOW}
    saved(session, Agreement(provider_id=gone, **agreement))
    gift = saved(session, Gift(given_on=TODAY, what="Mugs", value_cents=1200, created_at=NOW))
    saved(session, GiftRecipient(gift_id=_id(gift), provider_id=gone, share_cents=1200))


@pytest.fixture
def pair(db: Database) -> tuple[int, int]:
    with db.write() as session:
        keep, gone = _id(make_provider(session)), _id(make_provider(session, npi=None))
        furnish(session, keep, gone)
        refresh_next_due(session, [keep, gone])
        return keep, gone


def everything(db: Database) -> dict[str, list[dict[str, Any]]]:
    with db.read() as session:
        return {
            table.__name__: sorted((row.model_dump() for row in session.exec(select(table))), key=lambda r: r["id"])
            for table in (*TABLES, Provider)
        }


def test_each_has_one_row_for_a_client_and_role(db: Database, pair: tuple[int, int]) -> None:
    merges.merge(db, pair, {}, actor_id=None, now=NOW)
    with db.read() as session:
        rows = session.exec(select(ClientProvider).order_by(ClientProvider.role)).all()  # type: ignore[arg-type]  # a column
    assert [(row.provider_id, row.role) for row in rows] == [
        (pair[0], ClientRole.INFORMED),
        (pair[0], ClientRole.REFERRING),
    ]
    assert (rows[1].since_on, rows[1].until_on, rows[1].gets_reports) == (EARLIER, None, True)


def test_what_was_delivered_stays_and_nothing_is_owed_twice(db: Database, pair: tuple[int, int]) -> None:
    merges.merge(db, pair, {}, actor_id=None, now=NOW)
    with db.read() as session:
        rows = session.exec(select(DueReport)).all()
        assert {row.provider_id for row in rows} == {pair[0]}
        delivered: list[tuple[str, date | None]] = sorted(
            (row.occasion.removeprefix("asked-").split(" ")[0], row.delivered_on)
            for row in rows
            if row.state is ReportState.DELIVERED
        )
        assert delivered == [("both", EARLIER), ("both", TODAY), ("mine", EARLIER), ("same", TODAY)]
        assert [row.occasion for row in rows if row.state is ReportState.OPEN][:1] == ["asked-theirs alone"]
        task = session.exec(select(Task).where(Task.kind == TaskKind.REPORT)).first()
        assert task is not None
        assert task.state is TaskState.CANCELLED


def test_numbers_are_those_of_both(db: Database, pair: tuple[int, int]) -> None:
    merges.merge(db, pair, {}, actor_id=None, now=NOW)
    with db.read() as session:
        kept = session.get_one(Provider, pair[0])
    assert (kept.referral_count, kept.first_referral_on, kept.last_referral_on) == (2, EARLIER, TODAY)


def test_undo_parts_their_clients_again(db: Database, pair: tuple[int, int]) -> None:
    before = everything(db)
    _, change = merges.merge(db, pair, {}, actor_id=None, now=NOW)
    assert everything(db) != before
    assert changes.undo(db, change, actor_id=None, now=NOW) == []
    after = everything(db)
    assert after == before
