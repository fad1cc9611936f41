"""How much an import takes at once."""

from __future__ import annotations

FIRST, SMALLEST = 500, 100
LONGEST = 0.4
"""Seconds that a transaction may take before the next one becomes smaller."""


class Pace:
    """How many rows a transaction takes, so that it holds the write lock well under a second whatever they need.

    New rows cost a twentieth of a millisecond, changed ones up to a whole one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = min(most, FIRST)

    def size(self) -> int:
        """Rows of the next transaction."""
        return self._size

    def took(self, seconds: float) -> None:
        """Learn from the last one."""
        if seconds > LONGEST:
            self._size = max(SMALLEST, int(self._size * LONGEST / seconds))
        elif seconds < LONGEST / 2:
            self._size = min(self._most, self._size * 2)
