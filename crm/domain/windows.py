"""The hours in which mail of a sequence may leave: business days, between two times on the practice's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from crm.domain.calendar import business_day_from, instant_of, is_business_day, local_day, next_business_day

MIDNIGHT = 24 * 60


@dataclass(frozen=True)
class Window:
    """`start` and `end` are minutes after midnight in `zone`; the end itself is outside.

    A start that isn't before the end means the whole day, so that no mistake keeps mail back for ever.
    """

    start: int
    end: int
    zone: str

    def is_open(self, now: datetime) -> bool:
        """Whether mail may leave at this instant."""
        day = local_day(now, self.zone)
        return is_business_day(day) and self.opens(day) <= now < self.closes(day)

    def next_open(self, now: datetime) -> datetime:
        """The earliest instant, `now` or later, at which mail may leave."""
        if self.is_open(now):
            return now
        day = business_day_from(local_day(now, self.zone))
        while self.opens(day) < now or self.opens(day) >= self.closes(day):  # a day whose clocks skip the window
            day = next_business_day(day)
        return self.opens(day)

    def opens(self, day: date) -> datetime:
        """When the window opens on a day."""
        return self._at(day, self.start if self.start < self.end else 0)

    def closes(self, day: date) -> datetime:
        """When the window closes on a day."""
        return self._at(day, self.end if self.start < self.end else MIDNIGHT)

    def _at(self, day: date, minutes: int) -> datetime:
        later, minutes = divmod(minutes, MIDNIGHT)
        return instant_of(day + timedelta(days=later), time(*divmod(minutes, 60)), self.zone).astimezone(UTC)
