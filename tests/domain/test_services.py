from __future__ import annotations

import pytest

from crm.domain import services
from crm.domain.errors import NotFound


def test_there_are_ten_services_in_order() -> None:
    assert [s.position for s in services.all_services()] == list(range(1, 11))
    assert len({s.key for s in services.all_services()}) == 10


def test_prices_are_cents_and_ranges_are_the_right_way_round() -> None:
    post_rehab = services.service("post_rehab_conditioning")
    assert (post_rehab.session_low, post_rehab.session_high, post_rehab.usual_cents) == (7500, 12500, 10000)
    for one in services.all_services():
        assert one.session_low is None or one.session_high is None or one.session_low <= one.session_high
        assert one.other_low is None or one.other_high is None or one.other_low <= one.other_high


def test_a_contract_has_no_price_per_session() -> None:
    workplace = services.service("workplace")
    assert workplace.usual_cents is None
    assert workplace.is_agreement


def test_each_service_leads_to_one_that_exists() -> None:
    for one in services.all_services():
        assert not one.next_key or services.service(one.next_key)


def test_the_next_service_skips_those_switched_off() -> None:
    after = services.next_after("post_rehab_conditioning")
    assert after
    assert after.key == "chronic_disease"
    skipped = services.next_after("post_rehab_conditioning", {"chronic_disease"})
    assert skipped
    assert skipped.key == "older_adults"
    assert services.next_after("progress_reporting") is None


def test_reporting_is_an_add_on_that_nobody_is_referred_to() -> None:
    keys = [s.key for s in services.referable({"youth"})]
    assert "progress_reporting" not in keys
    assert "youth" not in keys
    assert len(keys) == 8


def test_an_unknown_service_is_named() -> None:
    with pytest.raises(NotFound, match="yoga"):
        services.service("yoga")
    assert services.service_label("yoga") == "yoga"
    assert services.service_label("youth") == "Youth and adolescent medical fitness"
