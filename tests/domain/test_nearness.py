"""Who is worth a visit with twenty minutes left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crm.domain.nearness import GOOD_FIT, Reason, Standing, reason, usefulness
from crm.domain.pipeline import Stage
from crm.domain.visit_kinds import Visitors

TODAY = date(2026, 3, 4)


def standing(**given: Any) -> Standing:
    values: dict[str, Any] = {
        "stage": Stage.PROSPECT,
        "fit": 50,
        "next_due_on": None,
        "first_referral_on": None,
        "last_referral_on": None,
        "referral_count": 0,
        "is_touched": False,
    }
    return Standing(**values | given)


def partner(days: int, **given: Any) -> Standing:
    """A partner whose last of two referrals was so many days ago."""
    last = TODAY - timedelta(days=days)
    referred = {"first_referral_on": last - timedelta(days=7), "last_referral_on": last, "referral_count": 2}
    return standing(stage=Stage.PARTNER, **{**referred, "is_touched": True, **given})


def worth(why: Reason, days: int = 0, *, miles: float = 1.0, fit: int = 50, **given: Any) -> float:
    return usefulness(why, days, fit, miles, **{"is_open": None, "visitors": Visitors.UNKNOWN, **given})


@pytest.mark.parametrize(
    ("late", "found"), [(0, (Reason.DUE, 0)), (1, (Reason.OVERDUE, 1)), (40, (Reason.OVERDUE, 40))]
)
def test_what_is_due_today_is_not_yet_overdue(late: int, found: tuple[Reason, int]) -> None:
    assert reason(standing(next_due_on=TODAY - timedelta(days=late)), TODAY) == found


def test_something_planned_for_tomorrow_is_no_reason_to_go_now() -> None:
    assert reason(standing(stage=Stage.CONTACTED, next_due_on=TODAY + timedelta(days=1)), TODAY) is None


def test_a_partner_who_went_quiet_is_worth_it_though_the_next_step_is_far_off() -> None:
    found = reason(partner(200, next_due_on=TODAY + timedelta(days=30)), TODAY)
    assert found == (Reason.QUIET, 200)


def test_what_is_due_outweighs_that_they_are_quiet() -> None:
    assert reason(partner(200, next_due_on=TODAY), TODAY) == (Reason.DUE, 0)


def test_a_partner_who_referred_last_week_only_lacks_a_next_step() -> None:
    assert reason(partner(7), TODAY) == (Reason.NO_NEXT_STEP, 0)


@pytest.mark.parametrize(
    ("fit", "is_touched", "found"),
    [(GOOD_FIT, False, (Reason.NEW, 0)), (GOOD_FIT - 1, False, None), (GOOD_FIT, True, None)],
)
def test_a_stranger_is_worth_it_who_fits_and_was_never_touched(fit, is_touched, found) -> None:
    assert reason(standing(fit=fit, is_touched=is_touched), TODAY) == found


@pytest.mark.parametrize("stage", [Stage.DO_NOT_CONTACT, Stage.DECLINED])
def test_those_set_aside_are_no_prospects_however_well_they_fit(stage: Stage) -> None:
    assert reason(standing(stage=stage, fit=100), TODAY) is None


def test_at_the_same_distance_the_reasons_weigh_in_the_order_in_which_they_are_named() -> None:
    points = [worth(why) for why in Reason]
    assert points == sorted(points, reverse=True)
    assert len(set(points)) == len(Reason)


def test_more_days_overdue_weigh_more_up_to_a_point_and_days_of_quiet_do_not() -> None:
    assert worth(Reason.OVERDUE, 1) < worth(Reason.OVERDUE, 20) == worth(Reason.OVERDUE, 300)
    assert worth(Reason.QUIET, 90) == worth(Reason.QUIET, 400)


def test_each_mile_costs_and_an_open_door_draws() -> None:
    assert worth(Reason.DUE, miles=0.2) > worth(Reason.DUE, miles=2.9)
    assert worth(Reason.DUE, is_open=True) > worth(Reason.DUE) > worth(Reason.DUE, is_open=False)


def test_a_closed_door_loses_to_an_open_one_two_miles_further_on() -> None:
    assert worth(Reason.DUE, miles=2.5, is_open=True) > worth(Reason.OVERDUE, 20, miles=0.5, is_open=False)


def test_an_office_without_visitors_comes_last_whatever_is_due_there() -> None:
    unwelcome = worth(Reason.OVERDUE, 20, fit=100, miles=0, is_open=True, visitors=Visitors.NOT_WELCOME)
    assert unwelcome < worth(Reason.NO_NEXT_STEP, miles=1.0, is_open=True)
    assert worth(Reason.DUE, visitors=Visitors.BY_APPOINTMENT) == worth(Reason.DUE)
