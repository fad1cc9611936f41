from __future__ import annotations

from datetime import timedelta

from crm.domain.kinds import MessageState, TaskState
from crm.store import frame
from crm.store.engine import Database
from crm.store.frame import Around
from tests import factories
from tests.factories import NOW, TODAY


def _around(db: Database, user_id: int | None = None, *, by_environment: bool = False) -> Around:
    with db.look() as connection:
        return frame.around(connection, TODAY, user_id, by_environment=by_environment)


def test_nothing_is_around_in_an_empty_database(db: Database) -> None:
    assert _around(db) == Around(0, 0, 0, has_mailbox=False, is_paused=False, paused_reason="")


def test_what_is_due_by_today_counts_for_its_owner_and_what_is_nobodys_for_everyone(db: Database) -> None:
    with db.write() as session:
        me = factories._id(factories.make_user(session))
        other = factories._id(factories.make_user(session, email="luis@stride.example"))
        for owner_id, days in ((me, -3), (None, 0), (other, 0), (me, 1)):
            factories.make_task(session, owner_id=owner_id, due_on=TODAY + timedelta(days=days))
        factories.make_task(session, owner_id=me, due_on=TODAY, state=TaskState.WAITING)
    assert _around(db, me).followups == 2
    assert _around(db, other).followups == 2


def test_no_more_are_counted_than_a_badge_shows(db: Database) -> None:
    with db.write() as session:
        for _ in range(frame.CAP + 5):
            factories.make_task(session, due_on=TODAY)
    assert _around(db).followups == frame.CAP


def test_messages_that_wait_for_a_person_are_counted(db: Database) -> None:
    with db.write() as session:
        for state in (MessageState.HELD, MessageState.FAILED, MessageState.IN_DOUBT, MessageState.QUEUED):
            factories.make_message(session, state=state)
    assert _around(db).messages == 3


def test_of_several_mailboxes_the_paused_one_is_told_and_the_environments_by_itself(db: Database) -> None:
    with db.write() as session:
        factories.make_mail_account(session, preset="local")
        factories.make_mail_account(session, preset="other", paused_at=NOW, paused_reason="535 bad credentials")
    assert _around(db)[3:] == (True, True, "535 bad credentials")
    assert _around(db, by_environment=True)[3:] == (False, False, "")
    with db.write() as session:
        factories.make_mail_account(session, preset="environment")
        factories.make_mail_account(session, preset="other")
    assert _around(db)[3:] == (True, True, "535 bad credentials")
    assert _around(db, by_environment=True)[3:] == (True, False, "")
