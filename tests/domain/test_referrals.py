from __future__ import annotations

from datetime import date

import pytest

from crm.domain import referrals
from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralStatus as S

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("typed", "code"), [("k-14", "K-14"), (" m.r. ", "M.R."), ("AB 7", "AB 7"), ("#3", None), ("", None)]
)
def test_codes_are_short_and_upper_case(typed: str, code: str | None) -> None:
    if code is None:
        with pytest.raises(Invalid):
            referrals.check_code(typed)
    else:
        assert referrals.check_code(typed) == code


@pytest.mark.parametrize("typed", ["John Smith", "Smith", "K-14 Rosalind", "713-555-0142"])
def test_what_could_name_the_client_is_no_code(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        referrals.check_code(typed)
    assert "code" in caught.value.errors


def test_free_text_is_checked_for_identifiers_but_the_provider_may_be_named() -> None:
    assert referrals.check_reason(" Knee replacement, cleared ") == "Knee replacement, cleared"
    with pytest.raises(Invalid) as caught:
        referrals.check_reason("Mrs. Jane Doe, born 04/12/1951")
    assert "reason" in caught.value.errors
    assert referrals.check_reason("Call Dr. Shah at 713-555-0142", allowed=["+17135550142", "713-555-0142"])


@pytest.mark.parametrize("before", list(S))
def test_every_status_leads_somewhere_that_exists(before: S) -> None:
    assert referrals.NEXT[before]
    assert before not in referrals.NEXT[before]


def test_lost_needs_a_reason_and_days_have_to_fit() -> None:
    def change(before: S, after: S, reason: str = "", day: date = TODAY) -> None:
        referrals.check_change(before, after, reason=reason, happened_on=day, received_on=date(2026, 3, 1), today=TODAY)

    change(S.RECEIVED, S.CONTACTED)
    change(S.STARTED, S.LOST, "Price")
    for wrong in (
        (S.RECEIVED, S.LOST),
        (S.RECEIVED, S.COMPLETED),
        (S.RECEIVED, S.CONTACTED, "", date(2026, 3, 5)),
        (S.RECEIVED, S.CONTACTED, "", date(2026, 2, 28)),
    ):
        with pytest.raises(Invalid):
            change(*wrong)


@pytest.mark.parametrize(("day", "fine"), [(TODAY, True), (date(2026, 3, 5), False), (date(206, 3, 4), False)])
def test_a_referral_is_received_in_the_past(day: date, fine: bool) -> None:
    if fine:
        referrals.check_received(day, TODAY)
    else:
        with pytest.raises(Invalid):
            referrals.check_received(day, TODAY)


@pytest.mark.parametrize(("latest", "suggested"), [(None, "K-1"), ("K-14", "K-15"), ("AB9", "AB10"), ("M.R.", "K-1")])
def test_the_next_code_goes_on_counting(latest: str | None, suggested: str) -> None:
    assert referrals.next_code(latest) == suggested
