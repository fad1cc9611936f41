from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from crm.domain import attribution
from crm.domain.attribution import Attribution, Led
from crm.domain.kinds import ActivityKind as A
from crm.domain.kinds import Outcome

NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
DAY = date(2026, 3, 4)
CHICAGO = "America/Chicago"


def led(kind: A, days: float, outcome: Outcome | None = None, **more: int) -> Led:
    return Led(kind, NOW - timedelta(days=days), outcome, **more)


def test_first_last_all_conversations_visits_and_days_are_summed_up() -> None:
    found = attribution.summed(
        [
            led(A.EMAIL, 30, Outcome.DONE, actor_id=1, sequence_id=4, template_version_id=7),
            led(A.EMAIL, 25, Outcome.DONE, actor_id=1, sequence_id=5, template_version_id=8),
            led(A.VISIT, 20, Outcome.CONVERSATION, actor_id=2),
            led(A.REPLY, 10),
            led(A.VISIT, 2, Outcome.STAFF_ONLY, actor_id=3),
        ],
        DAY,
        CHICAGO,
    )
    assert found == Attribution(
        NOW - timedelta(days=30), "email", "visit", 5, 2, 2, 30, sequence_id=5, template_version_id=8, credited_id=2
    )


def test_without_any_touch_it_is_credited_to_who_is_there() -> None:
    assert attribution.summed([], DAY, CHICAGO, otherwise=3) == Attribution(credited_id=3)


def test_days_are_counted_on_the_calendar_of_the_business() -> None:
    # 05:30 UTC on the 3rd is still the 2nd in Chicago.
    first = Led(A.CALL, datetime(2026, 3, 3, 5, 30, tzinfo=UTC))
    assert attribution.summed([first], DAY, CHICAGO).days_to_it == 2
    assert attribution.summed([first], DAY, "UTC").days_to_it == 1


def test_a_referral_logged_late_counts_only_what_came_before_it() -> None:
    touches = [led(A.VISIT, 0.5), led(A.CALL, 5), led(A.EMAIL, 9)]
    days = [touch.kind for touch in attribution.before(touches, DAY - timedelta(days=5), CHICAGO, NOW)]
    assert days == [A.EMAIL, A.CALL]


def test_the_touch_of_the_same_day_led_to_it() -> None:
    late_evening = Led(A.VISIT, datetime(2026, 3, 5, 4, 0, tzinfo=UTC))
    assert attribution.before([late_evening], DAY, CHICAGO, NOW + timedelta(days=9)) == [late_evening]
    assert attribution.before([late_evening], DAY, "UTC", NOW + timedelta(days=9)) == []
