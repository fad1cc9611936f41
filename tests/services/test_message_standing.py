"""Why a message waits, as its page says it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.domain.errors import NotFound
from crm.domain.kinds import MessageState
from crm.domain.reasons import SENTENCES, Reason
from crm.services import message_standing
from crm.store.engine import Database
from tests.factories import NOW, make_mail_account, make_message


def why(db: Database, mailbox: dict[str, object], **given: object) -> tuple[str, object]:
    with db.write() as session:
        account = make_mail_account(session, **mailbox)
        message = make_message(session, mail_account_id=account.id, **given)
    with db.read() as session:
        found, _ = message_standing.one(session, message.id or 0, now=NOW)
    return found.why, found.until


def test_a_message_for_later_says_why_and_until_when(sqlite_db: Database) -> None:
    later = NOW + timedelta(hours=1)
    given = {"state": MessageState.DEFERRED, "state_reason": Reason.TRY_AGAIN, "due_at": later}
    assert why(sqlite_db, {}, **given) == (SENTENCES[Reason.TRY_AGAIN], later)


def test_one_that_is_due_leaves_with_the_next_round(sqlite_db: Database) -> None:
    assert why(sqlite_db, {}, due_at=NOW) == ("Leaves with the next round", None)


def test_one_that_should_have_left_asks_for_the_worker(sqlite_db: Database) -> None:
    said, until = why(sqlite_db, {}, due_at=NOW - timedelta(minutes=6))
    assert "worker running" in said
    assert until is None


def test_a_paused_mailbox_is_told_with_its_reason(sqlite_db: Database) -> None:
    said, until = why(sqlite_db, {"paused_at": NOW, "paused_reason": "535 bad credentials"}, due_at=NOW)
    assert said.endswith("535 bad credentials")
    assert until is None


def test_the_pause_between_mails_is_told_with_its_end(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        account = make_mail_account(session, gap_seconds=20)
        make_message(session, mail_account_id=account.id, state=MessageState.SENT, sent_at=NOW)
        message = make_message(session, mail_account_id=account.id, due_at=NOW)
    with sqlite_db.read() as session:
        found, _ = message_standing.one(session, message.id or 0, now=NOW)
    assert (found.why, found.until) == (SENTENCES[Reason.MAILBOX_GAP], NOW + timedelta(seconds=20))


def test_ended_messages_wait_for_nothing(sqlite_db: Database) -> None:
    assert why(sqlite_db, {}, state=MessageState.SENT) == ("", None)
    said, _ = why(sqlite_db, {}, state=MessageState.SKIPPED, state_reason=Reason.SUPPRESSED)
    assert said == SENTENCES[Reason.SUPPRESSED]


def test_what_needs_a_person_is_counted_and_a_lost_message_is_not_found(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        for state in (MessageState.IN_DOUBT, MessageState.FAILED, MessageState.HELD, MessageState.QUEUED):
            make_message(session, state=state)
    with sqlite_db.read() as session:
        assert message_standing.needing_a_person(session) == 3
        with pytest.raises(NotFound):
            message_standing.one(session, 999, now=NOW)
