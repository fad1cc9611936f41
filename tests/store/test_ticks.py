"""What the scheduler asks with every tick goes by an index, however many rows wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.services import claims, mail_effects, sequence_steps
from crm.store import claims as rows
from crm.store import mail_accounts, messages
from crm.store import mail_effects as owed
from crm.store.engine import Database
from tests.factories import NOW, make_mail_account, make_message

ASKED: dict[str, Callable[[Session], object]] = {
    "next mail": claims.next_due,
    "due mail": lambda session: rows.due(session, 1, NOW, 50),
    "next effects": mail_effects.next_due,
    "effects due": lambda session: owed.owing(session, NOW, 20),
    "next lease": messages.next_lease_end,
    "next step": sequence_steps.next_due,
}


@contextmanager
def asked(db: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that the block sends, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", ASKED)
def test_the_tick_looks_into_indexes_only(db: Database, name: str) -> None:
    with db.write() as session:
        make_mail_account(session, gap_seconds=20)
    with asked(db) as statements, db.read() as session:
        ASKED[name](session)
    large = [each for each in statements if "message" in each[0] or "enrollment" in each[0]]
    assert large
    for statement, parameters in large:
        plan = explained(db, statement.replace(" FOR UPDATE SKIP LOCKED", ""), parameters)
        assert "Seq Scan on message" not in plan, plan
        assert "Seq Scan on enrollment" not in plan, plan
        scans = [line for line in plan.splitlines() if line.startswith(("SCAN message", "SCAN enrollment"))]
        assert all("INDEX" in line for line in scans), plan
        assert "TEMP B-TREE" not in plan, plan


def test_those_in_hand_are_found_by_their_leases_however_many_a_mailbox_has(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        account = make_mail_account(session, gap_seconds=20)
        for _ in range(300):
            make_message(session, mail_account_id=account.id, provider_id=None)
    with sqlite_db.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    with asked(sqlite_db) as statements, sqlite_db.read() as session:
        claims.next_due(session)
        mail_accounts.sent_since(session, account.id, NOW, "clinic.example")
        mail_accounts.last_sent_at(session, account.id, NOW)
    in_hand = [each for each in statements if "'claimed', 'in_data'" in each[0]]
    assert len(in_hand) == 3
    for statement, parameters in in_hand:
        assert "USING INDEX ix_message_lease" in explained(sqlite_db, statement, parameters)


def explained(db: Database, statement: str, parameters: Any) -> str:
    with db.engine.connect() as connection:
        if db.is_sqlite:
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(row[3] for row in found)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
