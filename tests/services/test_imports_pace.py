"""A transaction ends before it holds the write lock for long, whatever its rows need."""

from __future__ import annotations

from crm.services.imports_pace import FIRST, LARGEST, LONGEST, SMALLEST, Pace


def held(pace: Pace, seconds_a_row: float) -> float:
    """Seconds that the next transaction takes when rows need so long."""
    total = 0.0
    while True:
        rows = pace.size()
        total += rows * seconds_a_row
        if pace.took(rows, rows * seconds_a_row):
            return total


def test_quick_rows_come_in_larger_batches_and_several_a_transaction() -> None:
    pace = Pace(20_000)
    assert pace.size() == FIRST
    assert [held(pace, 0.000_05) <= LONGEST for _ in range(5)] == [True] * 5
    assert FIRST < pace.size() <= LARGEST


def test_slow_rows_make_the_next_batch_small() -> None:
    pace = Pace(20_000)
    held(pace, 0.002)
    assert SMALLEST <= pace.size() < FIRST
    assert held(pace, 0.002) < 2 * LONGEST


def test_a_transaction_never_takes_more_rows_than_it_may() -> None:
    pace = Pace(700)
    assert pace.size() == FIRST
    assert not pace.took(FIRST, 0.0)
    assert pace.size() == 200
    assert pace.took(200, 0.0)
