"""How much work one message may make. Counted in what is looked at, never in seconds: no clock is read, and the same
bytes always get the same verdict, on a busy machine too.
"""

from __future__ import annotations

UNITS = 6_000_000
"""For one message, headers and line ends apart. A unit is some fifty nanoseconds."""

#: What it costs to look at one byte, by what is done with it.
DECODING = 2.0
SEARCHING = 0.1
HTML = 16.0
#: A line that looks like a boundary, and a part's headers.
CANDIDATE = 20
HEADERS = 2_000

SPENT = "only its beginning was read: it is made so that reading all of it would take too long"


class Allowance:
    """What is left for one message. Whoever gets less than they ask for goes on with that."""

    def __init__(self, units: float = UNITS) -> None:
        self.left = units
        self.is_spent = False

    def bytes_at(self, price: float, wanted: int) -> int:
        """Of so many bytes, the number that may be looked at, at this price for each."""
        granted = min(wanted, int(self.left / price))
        self.left -= granted * price
        self.is_spent = self.is_spent or granted < wanted
        return granted

    def covers(self, units: float) -> bool:
        """Whether there is enough left for this, which is taken from it."""
        self.is_spent = self.is_spent or self.left < units
        self.left -= units if self.left >= units else 0
        return not self.is_spent
