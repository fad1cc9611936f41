"""Unsubscribing and suppressing: at once, for ever, whatever becomes of the provider."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import MessageKind, MessageState, SuppressionReason
from crm.domain.reasons import Reason
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.models.suppressions import Suppression
from crm.services import suppressions
from crm.store.engine import Database
from tests.factories import NOW, make_mail_account, make_message, make_provider

ADDRESS = "g.okafor@bayou.example"


@pytest.fixture
def ids(db: Database) -> Mapping[str, int]:
    with db.write() as session:
        provider_id = make_provider(session, email=ADDRESS).id
        account_id = make_mail_account(session).id
        found: dict[str, int | None] = {"provider": provider_id}
        for state in (MessageState.SENT, MessageState.QUEUED, MessageState.DEFERRED, MessageState.HELD,
                      MessageState.CLAIMED, MessageState.IN_DATA):  # fmt: skip
            found[state] = make_message(
                session, provider_id=provider_id, mail_account_id=account_id, to_address=ADDRESS, state=state,
                unsubscribe_token=f"tok-{state}",
            ).id  # fmt: skip
        return {name: value for name, value in found.items() if value is not None}


def states(db: Database) -> dict[int | None, tuple[MessageState, str]]:
    with db.read() as session:
        return {each.id: (each.state, each.state_reason) for each in session.exec(select(Message)).all()}


def test_a_link_from_years_ago_suppresses_and_cancels_what_waits(db: Database, ids: Mapping[str, int]) -> None:
    assert suppressions.unsubscribe(db, "tok-sent", evidence="by one click", now=NOW) == ADDRESS
    found = states(db)
    for state in ("queued", "deferred", "held", "claimed"):
        assert found[ids[state]] == (MessageState.CANCELLED, Reason.UNSUBSCRIBED)
    assert found[ids["sent"]][0] is MessageState.SENT
    assert found[ids["in_data"]][0] is MessageState.IN_DATA
    with db.read() as session:
        line = session.exec(select(Activity).where(Activity.provider_id == ids["provider"])).one()
        assert (line.summary, line.body) == ("Unsubscribed from e-mail", "4 waiting messages cancelled.")
        assert session.exec(select(Suppression.reason)).one() is SuppressionReason.UNSUBSCRIBED


def test_the_second_time_changes_nothing(db: Database, ids: Mapping[str, int]) -> None:
    for _ in range(2):
        suppressions.unsubscribe(db, "tok-sent", evidence="by one click", now=NOW)
    with db.read() as session:
        assert len(session.exec(select(Suppression)).all()) == 1
        assert len(session.exec(select(Activity)).all()) == 1


def test_looking_changes_nothing(db: Database, ids: Mapping[str, int]) -> None:
    assert suppressions.address_of(db, "tok-sent") == (ADDRESS, False)
    assert states(db)[ids["queued"]][0] is MessageState.QUEUED


def test_a_foreign_token_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        suppressions.unsubscribe(db, "nope", evidence="", now=NOW)
    with pytest.raises(NotFound):
        suppressions.address_of(db, "nope")


def test_the_link_in_a_test_to_oneself_suppresses_nobody(db: Database) -> None:
    with db.write() as session:
        make_message(session, kind=MessageKind.TEST, unsubscribe_token="mine")
    suppressions.unsubscribe(db, "mine", evidence="", now=NOW)
    with db.read() as session:
        assert session.exec(select(Suppression)).all() == []


def test_by_hand_and_lifted_again_with_a_reason(db: Database, ids: Mapping[str, int]) -> None:
    assert suppressions.suppress_by_hand(db, " G.Okafor@Bayou.example ", "said so on the phone", actor_id=None, now=NOW)
    assert not suppressions.suppress_by_hand(db, ADDRESS, "", actor_id=None, now=NOW)
    with pytest.raises(Invalid):
        suppressions.lift(db, ADDRESS, " ", actor_id=None, now=NOW)
    suppressions.lift(db, ADDRESS, "asked for the newsletter again", actor_id=None, now=NOW)
    assert suppressions.address_of(db, "tok-sent") == (ADDRESS, False)
    with pytest.raises(NotFound):
        suppressions.lift(db, ADDRESS, "again", actor_id=None, now=NOW)
    with pytest.raises(Invalid):
        suppressions.suppress_by_hand(db, "nobody", "", actor_id=None, now=NOW)
