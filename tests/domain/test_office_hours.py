"""Hours as offices write them."""

from __future__ import annotations

from datetime import date

import pytest

from crm.domain.office_clock import Span
from crm.domain.office_hours import OfficeHours, read, read_strictly

NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FRIDAY = date(2026, 3, 6)


def week(hours: OfficeHours) -> dict[str, str]:
    """The open days with their spans, for comparing."""
    return {NAMES[day]: ", ".join(map(str, spans)) for day, spans in sorted(hours.spans.items()) if spans}


def all_of(days: str, spans: str) -> dict[str, str]:
    return dict.fromkeys(days.split(), spans)


WORKDAYS = "Mon Tue Wed Thu Fri"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon to Thu 8:30 to 5, Fri 8-12", all_of("Mon Tue Wed Thu", "8:30 am to 5 pm") | {"Fri": "8 am to noon"}),
        ("8am-5pm M-F, closed for lunch 12-1", all_of(WORKDAYS, "8 am to noon, 1 pm to 5 pm")),
        ("Mon to Fri 8 to 5, closed 12 to 1", all_of(WORKDAYS, "8 am to noon, 1 pm to 5 pm")),
        ("Monday – Friday: 7:30 a.m. – 4:30 p.m.", all_of(WORKDAYS, "7:30 am to 4:30 pm")),
        ("MWF 9-4, TTh 10-6", all_of("Mon Wed Fri", "9 am to 4 pm") | all_of("Tue Thu", "10 am to 6 pm")),
        ("M, W, F 8-5; T/Th 10-7", all_of("Mon Wed Fri", "8 am to 5 pm") | all_of("Tue Thu", "10 am to 7 pm")),
        ("8-5 M-F, 9-1 Sat", all_of(WORKDAYS, "8 am to 5 pm") | {"Sat": "9 am to 1 pm"}),
        ("Mon-Thu 8-5, 9-1 Fri", all_of("Mon Tue Wed Thu", "8 am to 5 pm") | {"Fri": "9 am to 1 pm"}),
        ("9-5", all_of(WORKDAYS, "9 am to 5 pm")),
        ("Fri closed, Mon-Thu 7-6", all_of("Mon Tue Wed Thu", "7 am to 6 pm")),
        ("closed Sat, Sun; M-F 8-5", all_of(WORKDAYS, "8 am to 5 pm")),
        ("Weekdays 0800-1700", all_of(WORKDAYS, "8 am to 5 pm")),
        ("8.30-17.00 Mon-Fri", all_of(WORKDAYS, "8:30 am to 5 pm")),
        ("Mon-Fri 8-5 except Wed", all_of("Mon Tue Thu Fri", "8 am to 5 pm")),
        ("Closed Wed afternoons; Mon-Wed 8-5", all_of("Mon Tue", "8 am to 5 pm") | {"Wed": "8 am to noon"}),
        ("Mon: 8-5\nTue: 8-5\nWed: Closed\nThu: 9-6", all_of("Mon Tue", "8 am to 5 pm") | {"Thu": "9 am to 6 pm"}),
        ("Mon.-Thu. 8-5. Fri. 8-noon.", all_of("Mon Tue Wed Thu", "8 am to 5 pm") | {"Fri": "8 am to noon"}),
        ("Tues. 8-5 Thurs. 9-6", {"Tue": "8 am to 5 pm", "Thu": "9 am to 6 pm"}),
        ("between 9 and 11 on Mondays", {"Mon": "9 am to 11 am"}),
        ("Mon-Fri 8-12 and 1-5", all_of(WORKDAYS, "8 am to noon, 1 pm to 5 pm")),
        ("Sun-Thu 9-5", all_of("Mon Tue Wed Thu Sun", "9 am to 5 pm")),
    ],
)
def test_hours_are_read_as_an_office_means_them(text: str, expected: dict[str, str]) -> None:
    hours = read(text)
    assert week(hours) == expected
    assert hours.unread == ()


def test_a_closed_day_alone_says_nothing_about_the_others() -> None:
    hours = read("Closed Fridays")
    assert hours.is_open(FRIDAY) is False
    assert hours.is_open(date(2026, 3, 5)) is None


def test_the_days_that_a_list_leaves_out_are_closed() -> None:
    assert read("Mon to Thu 8-5").is_open(FRIDAY) is False
    assert read("Mon to Thu 8-5").days == 0b1111


@pytest.mark.parametrize("text", ["hours vary, call ahead", "pharmacy 9-6", "Lunches booked with Marlene on Tuesdays"])
def test_what_is_not_understood_is_named_and_nothing_is_guessed(text: str) -> None:
    hours = read(text)
    assert not hours.is_known
    assert hours.unread


def test_words_around_the_hours_are_kept_beside_them() -> None:
    hours = read("Tue 1-5pm (ask for Rosa)")
    assert week(hours) == {"Tue": "1 pm to 5 pm"}
    assert hours.unread == ("ask Rosa",)


def test_by_appointment_is_no_hour_but_is_heard() -> None:
    hours = read("by appointment only")
    assert hours.by_appointment
    assert (hours.is_known, hours.unread) == (False, ())


def test_of_free_sentences_only_those_understood_to_the_last_word_count() -> None:
    hours = read_strictly("Tuesdays and Thursdays after 11; sign in at the desk")
    assert hours.spans[1] == (Span(11 * 60, 24 * 60),)
    assert hours.unread == ("sign in at the desk",)
    assert not read_strictly("Bring lunch on Tuesdays").is_known


def test_a_span_that_ends_before_it_begins_is_not_read() -> None:
    assert not read("Mon 17:00-09:00").spans.get(0)
