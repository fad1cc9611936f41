from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import partners
from crm.domain.kinds import ActivityKind, TaskKind
from crm.domain.partners import Arrival, Quiet

TODAY = date(2026, 6, 30)
SHAH = Quiet(days=104, usual_days=30, referrals=6, last_referral_on=TODAY - timedelta(days=104))


def days(*gaps: int) -> list[date]:
    found = [date(2024, 1, 2)]
    for gap in gaps:
        found.append(found[-1] + timedelta(days=gap))
    return found


def test_the_first_is_new_and_the_others_repeat() -> None:
    assert partners.arrivals(days(10, 20)) == [Arrival.NEW, Arrival.REPEAT, Arrival.REPEAT]


def test_a_referral_after_a_long_silence_was_won_back() -> None:
    assert partners.arrivals(days(10, 20, 91)) == [Arrival.NEW, Arrival.REPEAT, Arrival.REPEAT, Arrival.WON_BACK]


def test_ninety_days_are_no_silence_yet() -> None:
    assert partners.arrivals(days(10, 90))[-1] is Arrival.REPEAT


def test_whoever_sends_twice_a_year_was_not_lost_in_between() -> None:
    assert partners.arrivals(days(180, 175, 170))[2:] == [Arrival.REPEAT, Arrival.REPEAT]


@given(st.lists(st.integers(0, 400), max_size=12))
def test_every_source_is_new_exactly_once(gaps: list[int]) -> None:
    found = partners.arrivals(days(*gaps))
    assert found.count(Arrival.NEW) == 1
    assert found[0] is Arrival.NEW
    assert len(found) == len(gaps) + 1


def test_nobody_in_touch_since_the_last_referral_calls_for_a_visit() -> None:
    assert partners.next_action(SHAH, TODAY).kind is TaskKind.VISIT


@pytest.mark.parametrize(
    ("ago", "kind", "wanted"),
    [
        (5, ActivityKind.VISIT, TaskKind.CALL),
        (40, ActivityKind.EMAIL, TaskKind.CALL),
        (40, ActivityKind.VISIT, TaskKind.VISIT),
    ],
)
def test_the_next_touch_fits_the_last(ago: int, kind: ActivityKind, wanted: TaskKind) -> None:
    quiet = replace(SHAH, last_touch_on=TODAY - timedelta(days=ago), last_touch_kind=kind)
    assert partners.next_action(quiet, TODAY).kind is wanted


def test_what_is_planned_stays_planned() -> None:
    found = partners.next_action(replace(SHAH, next_due_on=TODAY + timedelta(days=2)), TODAY)
    assert (found.kind, found.title, found.why) == (None, "Planned", "for Jul 2")


def test_reports_that_are_owed_come_first() -> None:
    found = partners.next_action(replace(SHAH, overdue_reports=2), TODAY)
    assert found.title == "Deliver what is owed"
    assert "2 reports are overdue" in found.why


def test_more_than_a_quarter_from_one_source_is_a_risk() -> None:
    assert partners.concentration([3, 5]).is_risk
    assert not partners.concentration([2, 2, 2, 2]).is_risk


def test_few_referrals_say_nothing_about_their_spread() -> None:
    assert not partners.concentration([4, 3]).is_risk
    assert partners.concentration([]).share == 0
