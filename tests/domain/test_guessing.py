"""Waiting after wrong passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm.domain.guessing import LONGEST_WAIT, in_words, wait_left

NOW = datetime(2026, 3, 4, 16, tzinfo=UTC)


def tries(count: int, *, ago: timedelta = timedelta()) -> list[datetime]:
    return [NOW - ago] * count


def test_a_few_slips_cost_nothing() -> None:
    assert wait_left(tries(4), free=5, now=NOW) == timedelta()


def test_nobody_waits_who_never_tried() -> None:
    assert wait_left([], free=0, now=NOW) == timedelta()


@pytest.mark.parametrize(("count", "seconds"), [(5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (500, 900)])
def test_the_wait_doubles_and_ends_at_a_quarter_of_an_hour(count: int, seconds: int) -> None:
    assert wait_left(tries(count), free=5, now=NOW) == timedelta(seconds=seconds)


def test_the_wait_counts_from_the_last_try() -> None:
    assert wait_left(tries(5, ago=timedelta(seconds=20)), free=5, now=NOW) == timedelta(seconds=10)
    assert wait_left(tries(9, ago=LONGEST_WAIT), free=5, now=NOW) == timedelta()


def test_tries_of_yesterday_are_forgotten() -> None:
    assert wait_left(tries(50, ago=timedelta(days=1)), free=5, now=NOW) == timedelta()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (29.2, "30 seconds"), (60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")],
)
def test_a_wait_in_words_is_never_too_short(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
