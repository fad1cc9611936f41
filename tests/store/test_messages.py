"""Queries of the outbox on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import MessageState
from crm.models.messages import Message
from crm.store import claims, mail_accounts, messages, missing_emails, suppressions
from crm.store.engine import Database
from tests.factories import (
    NOW,
    make_mail_account,
    make_message,
    make_message_attempt,
    make_provider,
    make_stored_file,
    make_suppression,
    saved,
)
from tests.statements import counted


@pytest.fixture
def account_id(db: Database) -> int:
    with db.write() as session:
        return make_mail_account(session).id or 0


def ids(found: object) -> list[int | None]:
    assert isinstance(found, (list, tuple)) or hasattr(found, "__iter__")
    return [each.id for each in found]  # type: ignore[union-attr]


def add(session: Session, account_id: int, **given: object) -> int:
    return make_message(session, mail_account_id=account_id, **given).id or 0


def test_due_messages_come_oldest_first_and_only_those_that_wait(db: Database, account_id: int) -> None:
    with db.write() as session:
        second = add(session, account_id, due_at=NOW - timedelta(minutes=1))
        first = add(session, account_id, due_at=NOW - timedelta(minutes=2), state=MessageState.DEFERRED)
        third = add(session, account_id, due_at=NOW - timedelta(minutes=1))
        add(session, account_id, due_at=NOW + timedelta(seconds=1))
        add(session, account_id, due_at=NOW, state=MessageState.HELD)
        make_message(session, due_at=NOW)
        assert ids(claims.due(session, account_id, NOW, 9)) == [first, second, third]
        assert ids(claims.due(session, account_id, NOW, 1)) == [first]
    with db.read() as session:
        account = mail_accounts.by_id(session, account_id)
        assert account is not None
        assert messages.next_due(session, account) == NOW - timedelta(minutes=2)


def test_a_move_happens_only_from_the_expected_state_and_holder(db: Database, account_id: int) -> None:
    with db.write() as session:
        claimed = add(session, account_id, state=MessageState.CLAIMED, lease_owner="me")
        to_data = (claimed, {MessageState.CLAIMED}, MessageState.IN_DATA)
        assert not messages.move(session, *to_data, leased_by="you")
        assert messages.move(session, *to_data, leased_by="me")
        assert not messages.move(session, *to_data, leased_by="me")


def test_postponing_moves_only_what_would_be_due_before(db: Database, account_id: int) -> None:
    with db.write() as session:
        moved = [add(session, account_id, due_at=NOW + timedelta(hours=hours)) for hours in (0, 1)]
        later = add(session, account_id, due_at=NOW + timedelta(hours=9))
        until = NOW + timedelta(hours=5)
        assert messages.postpone(session, account_id, until, 9, state_reason="daily_cap") == 2
        rows = {each.id: each.due_at for each in session.scalars(sa.select(Message)).all()}
    assert [rows[each] for each in moved] == [until, until]
    assert rows[later] == NOW + timedelta(hours=9)


def test_pages_go_by_id_and_state(db: Database, account_id: int) -> None:
    with db.write() as session:
        found = [add(session, account_id, state=MessageState.SENT, via="local") for _ in range(3)]
        held = add(session, account_id, state=MessageState.HELD, provider_id=None)
    with db.read() as session:
        assert [message.id for message, _ in messages.page(session)] == [held, *reversed(found)]
        sent = messages.page(session, [MessageState.SENT], before_id=found[2], limit=1)
        assert [(message.id, provider is not None) for message, provider in sent] == [(found[1], True)]
        assert messages.page(session, [MessageState.HELD])[0][1] is None
        assert ids(messages.local_page(session, before_id=found[2])) == [found[1], found[0]]
        counted = messages.counts(session, 2)
    assert (counted[MessageState.SENT], counted[MessageState.HELD], counted[MessageState.FAILED]) == (2, 1, 0)


def test_leases_are_found_by_their_end(db: Database, account_id: int) -> None:
    with db.write() as session:
        late = add(session, account_id, state=MessageState.IN_DATA, lease_until=NOW + timedelta(hours=1))
        ended = add(session, account_id, state=MessageState.CLAIMED, lease_until=NOW)
        assert ids(messages.leased(session, ended_by=NOW)) == [ended]
        assert ids(messages.leased(session)) == [ended, late]
        assert messages.next_lease_end(session) == NOW


def test_load_is_counted_from_rows_with_those_in_hand(db: Database, account_id: int) -> None:
    with db.write() as session:
        for address, sent_at in (
            ("a@big.example", NOW),
            ("b@big.example", NOW - timedelta(days=2)),
            ("c@x.example", NOW),
        ):
            add(session, account_id, to_address=address, state=MessageState.SENT, sent_at=sent_at)
        held = {"state": MessageState.CLAIMED, "lease_until": NOW, "claimed_at": NOW + timedelta(minutes=1)}
        add(session, account_id, to_address="d@big.example", **held)
        since = NOW - timedelta(days=1)
        assert mail_accounts.sent_since(session, account_id, since) == 3
        assert mail_accounts.sent_since(session, account_id, since, "big.example") == 2
        assert mail_accounts.sent_since(session, account_id, since, "b_g.example") == 0
        assert mail_accounts.last_sent_at(session, account_id, NOW + timedelta(hours=1)) == NOW + timedelta(minutes=1)
        assert mail_accounts.last_sent_at(session, account_id, NOW) == NOW
        last_at = claims.last_mail_at(session, ["b@big.example", "nobody@x.example"])
        assert last_at == {"b@big.example": NOW - timedelta(days=2)}
        assert mail_accounts.lock(session, account_id)


def test_tries_and_files_belong_to_their_message(db: Database, account_id: int) -> None:
    from crm.models.messages import MessageAttachment

    with db.write() as session:
        message_id = add(session, account_id)
        make_message_attempt(session, message_id=message_id, result="put_off", ended_at=NOW)
        open_one = make_message_attempt(session, message_id=message_id)
        file_id = make_stored_file(session).id
        saved(session, MessageAttachment(message_id=message_id, stored_file_id=file_id or 0, name="flyer.pdf"))
        assert messages.results_of(session, message_id) == ["put_off", ""]
        found = messages.open_attempt(session, message_id)
        assert found is not None
        assert found.id == open_one.id
        assert [link.name for link, _ in messages.files(session, message_id)] == ["flyer.pdf"]
        assert len(messages.attempts(session, message_id)) == 2


def test_suppressed_addresses_are_found_in_bulk_and_page_by_page(db: Database) -> None:
    with db.write() as session:
        rows = [make_suppression(session, address=f"{name}@x.example") for name in "abc"]
        asked = ["a@x.example", "z@x.example", *(f"{number}@y.example" for number in range(600))]
        assert suppressions.among(session, asked) == {"a@x.example"}
        assert ids(suppressions.page(session, before_id=rows[2].id, limit=1)) == [rows[1].id]
        assert suppressions.remove(session, "a@x.example")
        assert not suppressions.remove(session, "a@x.example")


def test_missing_addresses_are_paged_by_last_touch(db: Database) -> None:
    with db.write() as session:
        rows = [make_provider(session, email="", last_touch_at=NOW - timedelta(days=day)) for day in (1, 1, 3)]
        make_provider(session, email="", last_touch_at=None)
    with db.read() as session:
        first = missing_emails.page(session, None, 2)
        assert ids(first) == [rows[1].id, rows[0].id]
        mark = (NOW - timedelta(days=1), rows[0].id or 0)
        assert ids(missing_emails.page(session, mark, 2)) == [rows[2].id]


def test_what_a_mailbox_has_sent_is_asked_in_one_statement(db: Database, account_id: int) -> None:
    """Between two statements one in hand could be sent, and be seen by neither."""
    for ask in (
        lambda session: mail_accounts.last_sent_at(session, account_id, NOW),
        lambda session: mail_accounts.sent_since(session, account_id, NOW, "big.example"),
    ):
        with counted(db) as statements, db.read() as session:
            ask(session)
        assert len([each for each in statements if "message" in each]) == 1
