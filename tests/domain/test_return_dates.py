"""The day on which somebody is back, out of an automatic answer received on Monday, July 6, 2026."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.return_dates import return_date

RECEIVED = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("I am out of the office until July 20.", 7, 20),
        ("I will be back on Monday, July 20th, 2026.", 7, 20),
        ("I will return to the office on 8/3.", 8, 3),
        ("Back 7/13/26.", 7, 13),
        ("I will be out of the office starting 07/06/2026 and will not return until 07/13/2026.", 7, 13),
        ("I'll be traveling on July 10-31.", 8, 1),
        ("Away from 7/10 to 7/24/2026", 7, 25),
        ("out 7/6/26 through 7/10/26, returning 7/13/26", 7, 13),
        ("I'll be out of office 13 July - 24 July", 7, 25),
        ("I'm away until the 15th of July (inclusive)", 7, 16),
        ("Ich bin bis zum 05.08.2026 nicht im Büro", 8, 5),
        ("Ich bin ab dem 20. Juli wieder erreichbar", 7, 20),
        ("Je suis absent jusqu'au 17 juillet 2026", 7, 17),
        ("Estaré de regreso el lunes 13 de julio", 7, 13),
        ("I am out and will be back on Thursday.", 7, 9),
        ("Back on Monday!", 7, 13),
        ("I'll return tomorrow.", 7, 7),
        ("I'm back next week.", 7, 13),
        ("I am out of the office. If urgent before July 9 call us. Returning Wednesday 7/15", 7, 15),
    ],
)
def test_the_first_day_back_is_read(text: str, month: int, day: int) -> None:
    assert return_date(text, RECEIVED) == date(2026, month, day)


def test_a_date_without_a_year_is_the_next_one() -> None:
    assert return_date("on leave from Dec 24 to January 3", date(2026, 12, 24)) == date(2027, 1, 4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am on maternity leave.",
        "Out of the office until June 30.",
        "I am out until 2:30 PM.",
        "Call our 7/24 line at 555-0100.",
        "Our office was founded on July 20, 1989.",
        "I will be back on 13/13/2026 or February 30.",
    ],
)
def test_no_day_is_made_up(text: str) -> None:
    assert return_date(text, RECEIVED) is None


@given(
    st.text(alphabet="back until on July 0123456789/.-–", max_size=200), st.dates(date(1990, 1, 1), date(2200, 1, 1))
)
def test_a_day_back_is_never_before_the_day_of_arrival(text: str, received: date) -> None:
    found = return_date(text, received)
    assert found is None or found >= received
