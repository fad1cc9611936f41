from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.kinds import MessageKind, TaskKind
from crm.mail.local import LocalTransport
from crm.models.accounts import User
from crm.models.messages import Message
from crm.services import digest
from crm.services.mailboxes import Post
from crm.services.vault import Vault
from crm.store import digests
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY
from tests.services import reports

SEVEN = datetime(2026, 3, 4, 13, 0, tzinfo=UTC)  # in Chicago
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def post(tmp_path: Any) -> Post:
    return Post(local=LocalTransport(tmp_path / "mailbox"), vault=Vault(tmp_path / "key"))


@pytest.fixture
def user_id(db: Database) -> int:
    with db.write() as session:
        factories.make_business(session)
        return factories._id(
            factories.make_user(session, email="dana@stride.example", next_digest_at=SEVEN, digest_hour=7)
        )


def fill(db: Database, **given: Any) -> None:
    with db.write() as session:
        factories.make_task(session, **given)


def sent(db: Database) -> list[Message]:
    with db.read() as session:
        return list(session.exec(select(Message)))


def due(db: Database) -> datetime | None:
    with db.read() as session:
        return session.get_one(User, 1).next_digest_at


def test_the_morning_brings_what_is_due_and_overdue_once(db: Database, post: Post, user_id: int) -> None:
    fill(db, title="Call Luis", due_on=YESTERDAY)
    fill(db, title="Report on K-14", kind=TaskKind.REPORT)
    with db.write() as session:
        practice = factories.make_practice(session, name="Bayou Ortho")
        provider = factories.make_provider(session, display_name="Ada Okafor, MD", practice=practice)
        factories.make_visit(session, provider_id=provider.id, practice_id=practice.id, purpose="Bring pads")
    assert digest.run_due(db, post, now=SEVEN) == 1
    assert digest.run_due(db, post, now=SEVEN) == 0
    [message] = sent(db)
    assert (message.kind, message.user_id, message.to_address) == (MessageKind.NOTICE, user_id, "dana@stride.example")
    for words in ("Call Luis", "1 day late", "Report on K-14", "Ada Okafor, MD, Bayou Ortho, Bring pads"):
        assert words in message.text_body
    assert message.subject == "2 follow-ups today, 1 overdue"
    assert due(db) == SEVEN + timedelta(days=1)


def test_nothing_to_say_is_not_said_but_the_next_time_is_set(db: Database, post: Post, user_id: int) -> None:
    fill(db, due_on=TODAY + timedelta(days=1))
    fill(db, title="Invented", sample=True)
    assert digest.run_due(db, post, now=SEVEN) == 0
    assert sent(db) == []
    assert due(db) == SEVEN + timedelta(days=1)


def test_before_its_hour_nothing_happens(db: Database, post: Post, user_id: int) -> None:
    fill(db)
    assert digest.run_due(db, post, now=SEVEN - timedelta(minutes=1)) == 0
    assert due(db) == SEVEN


def test_a_laptop_that_slept_gets_todays_and_not_yesterdays(db: Database, post: Post, user_id: int) -> None:
    fill(db)
    assert digest.run_due(db, post, now=SEVEN + timedelta(days=1, hours=-2)) == 0
    assert due(db) == SEVEN + timedelta(days=1)
    assert digest.run_due(db, post, now=SEVEN + timedelta(days=1, hours=5)) == 1


def test_somebody_new_gets_a_time_first(db: Database, post: Post, user_id: int) -> None:
    fill(db)
    with db.write() as session:
        session.get_one(User, user_id).next_digest_at = None
    with db.read() as session:
        assert digests.next_due(session) == digests.AT_ONCE
    assert digest.run_due(db, post, now=NOW) == 0
    with db.read() as session:
        assert digests.next_due(session) == SEVEN + timedelta(days=1)


def test_the_hour_stays_when_clocks_change(db: Database, post: Post, user_id: int) -> None:
    saturday = datetime(2026, 3, 7, 13, 0, tzinfo=UTC)
    with db.write() as session:
        session.get_one(User, user_id).next_digest_at = saturday
    digest.run_due(db, post, now=saturday)
    assert due(db) == datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


def test_a_day_off_is_left_alone_unless_something_is_due_that_day(db: Database, post: Post, user_id: int) -> None:
    saturday = datetime(2026, 3, 7, 13, 0, tzinfo=UTC)
    fill(db, due_on=YESTERDAY)
    with db.write() as session:
        session.get_one(User, user_id).next_digest_at = saturday
    assert digest.run_due(db, post, now=saturday) == 0
    fill(db, due_on=saturday.date() + timedelta(days=1))
    assert digest.run_due(db, post, now=saturday + timedelta(days=1)) == 1


@pytest.mark.parametrize("change", [{"digest_hour": None}, {"disabled_at": NOW}])
def test_who_wants_none_gets_none(db: Database, post: Post, user_id: int, change: dict[str, Any]) -> None:
    fill(db)
    with db.write() as session:
        for name, value in change.items():
            setattr(session.get_one(User, user_id), name, value)
    with db.read() as session:
        assert digests.next_due(session) is None
    assert digest.run_due(db, post, now=SEVEN) == 0
    assert sent(db) == []


def test_other_peoples_follow_ups_stay_theirs_and_long_lists_are_cut(db: Database, post: Post, user_id: int) -> None:
    with db.write() as session:
        luis = factories._id(factories.make_user(session, name="Luis", email="luis@stride.example", digest_hour=None))
        factories.make_task(session, owner_id=luis, title="Not Dana's")
        for number in range(20):
            factories.make_task(session, title=f"Task {number}")
    digest.run_due(db, post, now=SEVEN)
    [message] = sent(db)
    assert "Not Dana's" not in message.text_body
    assert "and 5 more" in message.text_body


def test_a_report_is_named_without_the_client(db: Database, user_id: int) -> None:
    with db.write() as session:
        made = reports.make_file(session, TODAY)
        reports.wind(session, made.client_id, TODAY)
        user = session.get_one(User, user_id)
        fields = digest.content(session, user, TODAY)
    assert fields is not None
    assert fields.reports == ("Progress report, Asha Shah, MD",)
