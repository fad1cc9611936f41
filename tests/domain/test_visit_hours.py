"""When one may come, and why a day doesn't suit."""

from __future__ import annotations

from datetime import date

from crm.domain.office_clock import Span
from crm.domain.visit_hours import Door, opening
from crm.domain.visit_kinds import Visitors

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)


def test_an_office_that_says_nothing_is_open_on_weekdays() -> None:
    found = opening(Door())
    assert not found.is_known
    assert found.objection(MONDAY) == ""
    assert found.objection(date(2026, 3, 7)) == "No word that they open on Saturdays"


def test_a_closed_day_is_named() -> None:
    assert opening(Door(hours="Mon-Thu 8-5")).objection(FRIDAY) == "Closed on Fridays"


def test_the_doctors_days_are_named_with_the_doctor() -> None:
    found = opening(Door(hours="Mon-Fri 8-5", doctor_days=0b1010))
    assert found.objection(MONDAY, "Dr. Kim") == "Dr. Kim is in on Tuesdays and Thursdays"
    assert found.objection(TUESDAY, "Dr. Kim") == ""


def test_fields_win_over_what_the_texts_say() -> None:
    found = opening(Door(hours="Mon-Thu 8-5", policy="Mondays", visit_days=0b10000, visit_from=13 * 60))
    assert found.objection(MONDAY) == "Visits on Fridays only"
    assert found.objection(FRIDAY) == ""
    assert found.window(FRIDAY) == Span(13 * 60, 24 * 60)


def test_the_word_on_visitors_narrows_the_hours() -> None:
    found = opening(Door(hours="Mon-Fri 8-5", policy="Tuesdays and Thursdays after 11; sign in at the desk"))
    assert found.objection(MONDAY) == "Visits on Tuesdays and Thursdays only"
    assert found.spans_on(TUESDAY) == (Span(11 * 60, 17 * 60),)
    assert found.hours_on(TUESDAY) == "11 am to 5 pm"
    assert found.unread == ("sign in at the desk",)


def test_no_visitors_means_no_day() -> None:
    found = opening(Door(policy="No reps, please"))
    assert found.visitors is Visitors.NOT_WELCOME
    assert found.objection(TUESDAY) == "No visitors: call instead"


def test_no_drop_ins_means_an_appointment() -> None:
    assert opening(Door(policy="No drop-ins; ask Rosa")).visitors is Visitors.BY_APPOINTMENT


def test_an_appointment_is_a_caution_and_no_objection() -> None:
    found = opening(Door(policy="By appointment with Rosa"))
    assert found.visitors is Visitors.BY_APPOINTMENT
    assert found.objection(TUESDAY) == ""


def test_what_they_like_best_rules_no_other_day_out() -> None:
    found = opening(Door(policy="Sign in at the desk; Tuesdays before 9 are best"))
    assert found.objection(MONDAY) == ""
    assert found.unread == ("Sign in at the desk", "Tuesdays before 9 are best")


def test_a_holiday_is_named() -> None:
    assert opening(Door()).objection(date(2026, 11, 26)) == "Thanksgiving Day"


def test_lunch_is_left_out_of_the_window_in_between() -> None:
    found = opening(Door(hours="Mon-Fri 8-5, closed 12-1"))
    assert found.hours_on(MONDAY) == "8 am to noon and 1 pm to 5 pm"
    assert found.window(MONDAY) == Span(8 * 60, 17 * 60)


def test_an_office_open_until_midnight_closes_with_the_day() -> None:
    found = opening(Door(visit_days=0b1, visit_from=22 * 60))
    assert found.window(MONDAY) == Span(22 * 60, 24 * 60)
    assert found.hours_on(MONDAY) == "from 10 pm"
    assert found.spans_on(TUESDAY) == ()


def test_from_midnight_on_is_known_though_it_is_minute_zero() -> None:
    found = opening(Door(visit_days=0b11111, visit_from=0, visit_until=9 * 60))
    assert found.hours_on(MONDAY) == "until 9 am"


def test_fields_that_do_not_meet_the_hours_win() -> None:
    found = opening(Door(hours="Mon-Fri 8-12", visit_from=13 * 60, visit_until=15 * 60))
    assert found.window(MONDAY) == Span(13 * 60, 15 * 60)


def test_a_weekend_that_the_fields_name_is_open_though_the_hours_are_silent() -> None:
    found = opening(Door(hours="Mon-Fri 8-5", visit_days=0b100000))
    assert found.objection(date(2026, 3, 7)) == ""
    assert found.objection(MONDAY) == "Visits on Saturdays only"


def test_a_closed_day_is_the_reason_before_the_doctor_who_is_out_and_the_holiday_before_both() -> None:
    found = opening(Door(hours="Tue-Thu 8-5", doctor_days=0b10))
    assert found.objection(MONDAY) == "Closed on Mondays"
    assert found.objection(date(2026, 1, 1)) == "New Year's Day"


def test_an_unwelcoming_office_is_no_holiday_matter() -> None:
    found = opening(Door(visitors=Visitors.NOT_WELCOME, hours="Mon-Fri 8-5"))
    assert found.objection(date(2026, 11, 26)) == "No visitors: call instead"


def test_what_the_field_says_of_visitors_wins_over_the_policy() -> None:
    assert opening(Door(visitors=Visitors.WELCOME, policy="No reps")).visitors is Visitors.WELCOME
