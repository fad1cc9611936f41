"""Services as this trainer offers them."""

from __future__ import annotations

import pytest

from crm.domain.errors import Invalid
from crm.domain.services import all_services
from crm.models.accounts import Business
from crm.services import prices
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_service_price


def offer(db: Database, key: str) -> prices.Offer:
    with db.read() as session:
        found = prices.offer(session, key)
    assert found is not None
    return found


def everything(**changed: str) -> dict[str, str]:
    return {f"offered-{service.key}": "1" for service in all_services()} | changed


def test_without_own_figures_the_catalogue_counts(db: Database) -> None:
    usual = offer(db, "post_rehab_conditioning")
    assert (usual.offered, usual.session_cents) == (True, None)
    assert usual.expected_cents == 10000 * prices.SESSIONS_PER_REFERRAL


def test_own_figures_win(db: Database) -> None:
    with db.write() as session:
        make_service_price(session, service_key="youth", session_cents=5000)
        make_service_price(session, service_key="cancer_recovery", session_cents=5000, referral_value_cents=99900)
    assert offer(db, "youth").expected_cents == 60000
    assert offer(db, "cancer_recovery").expected_cents == 99900


def test_an_add_on_brings_nothing_by_itself(db: Database) -> None:
    with db.write() as session:
        make_service_price(session, service_key="progress_reporting", session_cents=1500, referral_value_cents=100)
    assert offer(db, "progress_reporting").expected_cents is None


def test_an_agreement_without_a_price_has_no_value_until_one_is_set(db: Database) -> None:
    assert offer(db, "workplace").expected_cents is None


def test_an_unknown_service_has_no_offer(db: Database) -> None:
    with db.read() as session:
        assert prices.offer(session, "yoga") is None


def test_switching_a_service_off_asks_for_new_fits_and_changing_a_price_does_not(db: Database) -> None:
    with db.write() as session:
        make_business(session, scored_at=NOW)
    prices.save(db, everything(**{"session-youth": "80"}), actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(Business, 1).scored_at == NOW
    prices.save(db, everything(**{"offered-youth": ""}), actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(Business, 1).scored_at is None
    assert not offer(db, "youth").offered


def test_every_wrong_amount_is_named_and_nothing_is_stored(db: Database) -> None:
    with pytest.raises(Invalid) as wrong:
        prices.save(db, everything(**{"session-youth": "x", "value-youth": "-1"}), actor_id=None, now=NOW)
    assert set(wrong.value.errors) == {"session-youth", "value-youth"}
    assert offer(db, "youth").offered
