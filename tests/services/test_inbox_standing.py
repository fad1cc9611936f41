"""The inbox's lists, and one message with its conversation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crm.domain.errors import NotFound
from crm.models.inbound import MailReading
from crm.models.practices import Practice
from crm.services import inbound_links, inbox_standing, inbox_verdicts
from crm.services.inbox_standing import View
from crm.store.engine import Database
from tests.factories import NOW
from tests.services.mailbox import bounce, mail
from tests.services.test_inbox import Desk
from tests.statements import counted


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    desk = Desk(db, tmp_path)
    desk.take(mail("First words", answers="<out@stride.test>"), received_at=NOW - timedelta(hours=3))
    desk.take(mail(sender="who@unknown.test", message_id="<s@u.test>"), received_at=NOW - timedelta(hours=2))
    desk.take(bounce("maria@clinic.test", original="<out@stride.test>"), received_at=NOW - timedelta(hours=1))
    return desk


def kinds(desk: Desk, view: View, **given: object) -> list[str]:
    with desk.db.read() as session:
        return [line.kind.value for line in inbox_standing.page(session, view, **given)]


def test_each_part_shows_what_belongs_there(desk: Desk) -> None:
    assert kinds(desk, View.TO_ANSWER) == ["reply"]
    assert kinds(desk, View.TO_ASSIGN) == ["reply"]
    assert kinds(desk, View.BOUNCES) == ["bounce"]
    assert kinds(desk, View.ALL) == ["bounce", "reply", "reply"]
    assert kinds(desk, View.DONE) == []


def test_counts_say_how_many_wait(desk: Desk) -> None:
    with desk.db.read() as session:
        assert inbox_standing.counts(session) == {
            View.TO_ANSWER: 1,
            View.TO_ASSIGN: 1,
            View.BOUNCES: 1,
            View.ALL: 3,
            View.DONE: 0,
        }
        assert inbox_standing.waiting(session) == 3


def test_what_is_settled_moves(desk: Desk) -> None:
    inbox_verdicts.done(desk.db, 1, actor_id=None, now=NOW)
    assert kinds(desk, View.TO_ANSWER) == []
    assert kinds(desk, View.DONE) == ["reply"]


def test_pages_follow_each_other_without_gap(desk: Desk) -> None:
    with desk.db.read() as session:
        first = inbox_standing.page(session, View.ALL, limit=2)
        mark = (first[-1].received_at, first[-1].id)
        rest = inbox_standing.page(session, View.ALL, before=mark, limit=2)
    assert [line.id for line in (*first, *rest)] == [3, 2, 1]


def test_lines_can_be_looked_for(desk: Desk) -> None:
    assert kinds(desk, View.ALL, query="unknown.test") == ["reply"]
    assert kinds(desk, View.ALL, query="100%_\\") == []


def test_a_list_asks_once(desk: Desk) -> None:
    with desk.db.read() as session, counted(desk.db) as statements:
        lines = inbox_standing.page(session, View.ALL)
        assert lines[-1].provider_name
    assert len([each for each in statements if each.lstrip().upper().startswith("SELECT")]) == 1


def test_one_message_comes_with_its_conversation(desk: Desk) -> None:
    with desk.db.read() as session:
        opened = inbox_standing.one(session, 1)
    assert [(each.sent, each.outbox_id, each.inbound_id) for each in opened.thread] == [
        (True, desk.message_id, None),
        (False, None, 1),
        (False, None, 3),
    ]
    assert opened.provider is not None
    assert opened.bounced is None
    assert not opened.may_answer  # the address has bounced since


def test_a_bounce_names_the_message_that_came_back(desk: Desk) -> None:
    with desk.db.read() as session:
        opened = inbox_standing.one(session, 3)
    assert opened.bounced is not None
    assert opened.bounced.id == desk.message_id
    assert not opened.may_answer


def test_a_stranger_may_be_answered_and_is_guessed(desk: Desk) -> None:
    with desk.db.write() as session:
        session.get_one(Practice, desk.practice_id).email = "desk@practice.test"
    row = desk.take(mail(sender="new@clinic.test", message_id="<n@c.test>", subject="Who?"))
    with desk.db.read() as session:
        opened = inbox_standing.one(session, row.id)
        assert opened.may_answer
        assert [each.id for each in inbox_standing.guesses(session, opened.message)] == [desk.provider_id]
        assert [each.id for each in inbound_links.guesses(session, "desk@practice.test")] == [desk.provider_id]
        assert inbound_links.guesses(session, "someone@gmail.com") == []


def test_the_whole_message_can_be_read_and_kept(desk: Desk) -> None:
    with desk.db.read() as session:
        assert b"First words" in inbox_standing.source(session, desk.folder, 1)
        assert inbox_standing.readable(session, desk.folder, 1) == ("First words", False)
        with pytest.raises(NotFound):
            inbox_standing.source(session, desk.folder, 99)
        with pytest.raises(NotFound):
            inbox_standing.one(session, 99)


def test_the_banner_knows_whether_mail_is_read(desk: Desk) -> None:
    with desk.db.read() as session:
        assert inbox_standing.reading(session) == inbox_standing.Standing(True)
    with desk.db.write() as session:
        session.add(MailReading(mail_account_id=desk.account_id, read_at=NOW, error="The mail server is away."))
    with desk.db.read() as session:
        assert inbox_standing.reading(session) == inbox_standing.Standing(True, NOW, "The mail server is away.")
    with desk.db.write() as session:
        session.get_one(MailReading, desk.account_id).enabled = False
    with desk.db.read() as session:
        assert not inbox_standing.reading(session).is_read
