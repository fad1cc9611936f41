"""How much an import takes at once."""

from __future__ import annotations

FIRST, SMALLEST, LARGEST = 500, 100, 2_500
LONGEST = 0.4
"""Seconds that a transaction may take: the one in which the next batch would pass them ends before it."""


class Pace:
    """How many rows a batch has, and how many batches a transaction, so that it holds the write lock under a second
    whatever they need.

    New rows cost a fiftieth of a millisecond, changed ones many times that.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = min(most, FIRST)
        self._rows, self._seconds = 0, 0.0

    def size(self) -> int:
        """Rows of the next batch."""
        return min(self._size, self._most - self._rows)

    def took(self, rows: int, seconds: float) -> bool:
        """Learn from a batch. Whether the transaction that it was in should end now."""
        self._rows, self._seconds = self._rows + rows, self._seconds + seconds
        if seconds > LONGEST / 2:
            self._size = max(SMALLEST, int(self._size * LONGEST / 2 / seconds))
        elif seconds < LONGEST / 4:
            self._size = min(self._most, LARGEST, self._size * 2)
        ends = self._rows >= self._most or self._seconds + seconds > LONGEST
        if ends:
            self._rows, self._seconds = 0, 0.0
        return ends
