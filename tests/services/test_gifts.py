from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound
from crm.domain.gifts import GiftKind
from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.gifts import Gift
from crm.models.providers import Provider
from crm.services import changes, gifts
from crm.services.gifts import NewGift
from crm.store import gifts as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY
from tests.statements import counted

BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}


@pytest.fixture
def office(db: Database) -> dict[str, int]:
    """A practice with two doctors and somebody at the desk."""
    with db.write() as session:
        practice = factories.make_practice(session, name="Bayou Ortho")
        shah = factories.make_provider(session, display_name="Dr. Shah", practice=practice)
        ng = factories.make_provider(session, display_name="Dr. Ng", practice=practice)
        marlene = factories.make_contact(session, practice_id=practice.id, name="Marlene")
        found = {"shah": shah, "ng": ng, "marlene": marlene}
        return {name: factories._id(row) for name, row in found.items()}


def lunch(office: dict[str, int], **given: Any) -> NewGift:
    new = NewGift(
        office["shah"], TODAY, GiftKind.MEAL, "Sandwiches", 7_200, provider_ids=[office["shah"], office["ng"]],
        contact_ids=[office["marlene"]], others=3,
    )  # fmt: skip
    return replace(new, **given)


def test_a_lunch_is_shared_by_all_and_stands_on_each_timeline(db: Database, office: dict[str, int]) -> None:
    logged = gifts.log(db, lunch(office), **BY)
    assert logged.warnings == ()
    with db.read() as session:
        (entry,) = gifts.ledger(session, TODAY.year).entries
        assert [(one.name, one.share_cents) for one in entry.people] == [
            ("Dr. Shah", 1200), ("Dr. Ng", 1200), ("Marlene", 1200),
        ]  # fmt: skip
        lines = [line for line in session.exec(select(Activity)) if line.kind is ActivityKind.GIFT]
        assert {line.provider_id for line in lines} == {office["shah"], office["ng"]}
        assert lines[0].summary == "Meal: Sandwiches, $72, $12 each for 6"


def test_undo_takes_it_from_ledger_and_timeline(db: Database, office: dict[str, int]) -> None:
    logged = gifts.log(db, lunch(office), **BY)
    assert logged.change_set_id
    changes.undo(db, logged.change_set_id, actor_id=None, now=NOW)
    with db.read() as session:
        assert gifts.ledger(session, TODAY.year).entries == []
        assert all(line.undone_at for line in session.exec(select(Activity)))


def test_value_totals_and_a_referral_close_by_are_said_but_refuse_nothing(db: Database, office: dict[str, int]) -> None:
    with db.write() as session:
        factories.make_referral(session, provider_id=office["shah"], received_on=TODAY - timedelta(days=10))
    basket = NewGift(office["shah"], TODAY, GiftKind.GIFT, "Basket", 8_000, provider_ids=[office["shah"]])
    logged = gifts.log(db, basket, **BY)
    assert len(logged.warnings) == 3
    assert "10 days after a referral from Dr. Shah" in logged.warnings[2]


def test_a_referral_to_the_practice_counts_for_whoever_sits_at_its_desk(db: Database, office: dict[str, int]) -> None:
    with db.write() as session:
        shah = session.get_one(Provider, office["shah"])
        factories.make_referral(session, provider_id=shah.id, practice_id=shah.practice_id, received_on=TODAY)
    pens = NewGift(office["ng"], TODAY, GiftKind.GIFT, "Pens", 500, contact_ids=[office["marlene"]])
    assert "Marlene referred on the same day" in gifts.log(db, pens, **BY).warnings[0]


def test_the_year_grows_from_gift_to_gift_and_starts_anew(db: Database, office: dict[str, int]) -> None:
    for day in (date(2025, 12, 30), date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 2), date(2026, 3, 3)):
        gifts.log(db, NewGift(office["shah"], day, GiftKind.GIFT, "Cake", 2_000, provider_ids=[office["shah"]]), **BY)
    with db.read() as session:
        found = gifts.ledger(session, 2026)
    assert [len(entry.warnings) for entry in found.entries] == [1, 0, 0, 0]
    assert found.totals[0][1] == found.total_cents == 8_000


def test_every_wrong_field_is_named_at_once_and_nothing_is_kept(db: Database, office: dict[str, int]) -> None:
    wrong = NewGift(office["shah"], TODAY + timedelta(days=1), GiftKind.GIFT, " ", None, others=-1)
    with pytest.raises(Invalid) as caught:
        gifts.log(db, wrong, **BY)
    assert set(caught.value.errors) == {"given_on", "what", "value", "others", "people"}
    with db.read() as session:
        assert session.exec(select(Gift)).all() == []


def test_what_could_name_a_client_is_refused(db: Database, office: dict[str, int]) -> None:
    with pytest.raises(Invalid) as caught:
        gifts.log(db, lunch(office, occasion="Thanks for SSN 123-45-6789"), **BY)
    assert set(caught.value.errors) == {"occasion"}


def test_somebody_of_another_practice_has_no_share(db: Database, office: dict[str, int]) -> None:
    with db.write() as session:
        elsewhere = factories._id(factories.make_contact(session, name="Elsewhere"))
    with pytest.raises(Invalid, match="this practice"):
        gifts.log(db, lunch(office, contact_ids=[elsewhere]), **BY)


def test_the_same_form_sent_twice_is_logged_once(db: Database, office: dict[str, int]) -> None:
    first = gifts.log(db, lunch(office, client_key="k"), **BY)
    again = gifts.log(db, lunch(office, client_key="k"), **BY)
    assert (again.gift_id, again.change_set_id) == (first.gift_id, None)


def test_an_entry_taken_out_counts_for_nothing(db: Database, office: dict[str, int]) -> None:
    logged = gifts.log(db, lunch(office), **BY)
    gifts.archive(db, logged.gift_id, **BY)
    with db.read() as session:
        assert gifts.ledger(session, TODAY.year).total_cents == 0
        said = [
            line for line in session.exec(select(Activity)) if line.summary == "Taken out of the ledger: Sandwiches"
        ]
        assert {line.provider_id for line in said} == {office["shah"], office["ng"]}
    with pytest.raises(NotFound):
        gifts.archive(db, logged.gift_id, **BY)


def test_limits_are_ones_own(db: Database, office: dict[str, int]) -> None:
    form = {"gift_limit": "10", "gift_year_limit": "500", "gift_apart_days": "0"}
    gifts.set_limits(db, form, actor_id=None, now=NOW)
    assert gifts.log(db, lunch(office), **BY).warnings == ("$12 for one person is above your $10.",)
    with pytest.raises(Invalid) as caught:
        gifts.set_limits(db, {"gift_limit": "a lot", "gift_apart_days": "400"}, actor_id=None, now=NOW)
    assert set(caught.value.errors) == {"gift_limit", "gift_year_limit", "gift_apart_days"}


def test_a_long_ledger_takes_no_more_questions_than_a_short_one(db: Database, office: dict[str, int]) -> None:
    for _ in range(8):
        gifts.log(db, lunch(office), **BY)
    with counted(db) as sent, db.read() as session:
        gifts.ledger(session, TODAY.year)
    assert len([each for each in sent if each.startswith("SELECT")]) == 4


def test_what_was_given_in_a_period_adds_up_by_kind(db: Database, office: dict[str, int]) -> None:
    gifts.log(db, lunch(office), **BY)
    gifts.log(db, lunch(office, kind=GiftKind.GIFT, value_cents=500), **BY)
    gifts.log(db, lunch(office, given_on=TODAY - timedelta(days=40)), **BY)
    with db.read() as session:
        found = store.totals(session, TODAY - timedelta(days=10), TODAY)
    assert found == {GiftKind.MEAL: 7_200, GiftKind.GIFT: 500}
