from __future__ import annotations

from datetime import date

import pytest

from crm.domain import permits
from crm.domain.client_kinds import ClearanceAnswer
from crm.domain.errors import Invalid
from crm.domain.permits import Standing

TODAY = date(2026, 3, 4)
SIGNED = date(2026, 1, 2)


@pytest.mark.parametrize(
    ("until_on", "revoked_on", "standing"),
    [
        (None, None, Standing.HOLDS),
        (date(2026, 4, 4), None, Standing.HOLDS),
        (date(2026, 4, 3), None, Standing.SOON),
        (TODAY, None, Standing.SOON),
        (date(2026, 3, 3), None, Standing.EXPIRED),
        (None, TODAY, Standing.REVOKED),
        (None, date(2026, 3, 5), Standing.HOLDS),
    ],
)
def test_an_authorization_stands_as_its_days_say(
    until_on: date | None, revoked_on: date | None, standing: Standing
) -> None:
    assert permits.of_authorization(SIGNED, until_on, revoked_on, TODAY) is standing


def test_one_signed_for_a_later_day_is_to_come() -> None:
    assert permits.of_authorization(date(2026, 3, 5), None, None, TODAY) is Standing.TO_COME


@pytest.mark.parametrize(
    ("asked_on", "returned_on", "answer", "until_on", "standing"),
    [
        (None, None, None, None, Standing.NONE),
        (SIGNED, None, None, None, Standing.ASKED),
        (SIGNED, TODAY, ClearanceAnswer.NOT_CLEARED, None, Standing.REFUSED),
        (SIGNED, TODAY, ClearanceAnswer.LIMITED, None, Standing.HOLDS),
        (SIGNED, SIGNED, ClearanceAnswer.CLEARED, date(2026, 3, 3), Standing.EXPIRED),
        (None, SIGNED, ClearanceAnswer.CLEARED, date(2026, 3, 20), Standing.SOON),
    ],
)
def test_a_clearance_stands_as_its_answer_and_its_days_say(
    asked_on: date | None,
    returned_on: date | None,
    answer: ClearanceAnswer | None,
    until_on: date | None,
    standing: Standing,
) -> None:
    assert permits.of_clearance(asked_on, returned_on, answer, until_on, TODAY) is standing


def test_an_authorization_that_names_no_kind_is_about_all() -> None:
    assert permits.covers([], "progress-report")
    assert permits.covers(["progress-report"], "progress-report")
    assert not permits.covers(["progress-report"], "status-change")


def test_the_lower_pressure_is_the_second_number() -> None:
    permits.check_pressure(160, 100)
    permits.check_pressure(None, 100)
    with pytest.raises(Invalid):
        permits.check_pressure(100, 160)
