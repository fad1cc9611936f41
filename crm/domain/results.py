"""What the Results page shows, as values, and what each figure means.

*Counted* are referrals that are not archived; sample ones only as long as there is no real one. A provider who was
merged counts as the one it was merged into. Whatever was undone never counts. *Started* means that the day of the first
session is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from crm.domain.conversion import Rate, Spread
from crm.domain.figures import Count, Money, Part, key
from crm.domain.funnels import Funnel, Relations
from crm.domain.partners import Share
from crm.domain.periods import Compared, Period

VISIT_MINUTES = 30
"""How long a visit is taken to last, with the way to the door, as long as nobody measures it."""

SHOWN = 50
"""At most so many lines of a ranking are shown; what the others come to is said."""


class Dimension(StrEnum):
    """What conversion is broken down by."""

    SPECIALTY = "specialty"
    SERVICE = "service"
    PRACTICE = "practice"
    SOURCE = "source"
    """The provider who referred."""
    CHANNEL = "channel"
    """The last touch before the referral."""
    HOW = "how"
    """How the referral reached us."""
    SEQUENCE = "sequence"
    VERSION = "version"
    """The template version used last before the referral."""
    PERSON = "person"
    """To whom the referral is credited."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Referrals received in one month.

    `started_30` counts those who started within 30 days, of those whose 30 days are over; the others are `open_30`.
    """

    month: date
    received: Count
    started: Count
    started_30: Part
    open_30: Count
    started_90: Part
    open_90: Count

    @property
    def at_all(self) -> Part:
        """Started, whenever, of received."""
        return Part(self.started, self.received)


@dataclass(frozen=True, slots=True)
class FirstReferrals:
    """Providers whose first referral falls in the period, and what it took.

    Spreads are over those with a known touch before; `untouched` had none (they found us, or it is an imported past).
    """

    count: Count
    touched: Count
    untouched: Count
    touches: Spread = field(default_factory=Spread)
    conversations: Spread = field(default_factory=Spread)
    days: Spread = field(default_factory=Spread)

    @classmethod
    def only(cls, count: int) -> FirstReferrals:
        """Of whom only is asked how many there are."""
        return cls(Count(key("first"), count), touched=Count("", 0), untouched=Count("", 0))


@dataclass(frozen=True, slots=True)
class Visiting:
    """Visits made in the period, and what the period's referrals with a visit before them come to.

    A visit logged for several people at once is one visit. `minutes_each` is assumed.
    """

    visits: Count
    referrals: Count
    expected: Money
    booked: Money
    minutes_each: int = VISIT_MINUTES

    @property
    def per_visit(self) -> float | None:
        """Referrals for each visit; may well be above one. None without a visit."""
        return self.referrals.value / self.visits.value if self.visits.value else None

    @property
    def hours(self) -> float:
        """Hours of visiting."""
        return self.visits.value * self.minutes_each / 60

    @property
    def expected_cents_per_hour(self) -> int | None:
        """What an hour of visiting may bring."""
        return round(self.expected.cents / self.hours) if self.hours else None

    @property
    def booked_cents_per_hour(self) -> int | None:
        """What an hour of visiting has brought."""
        return round(self.booked.cents / self.hours) if self.hours else None


@dataclass(frozen=True, slots=True)
class SequenceLine:
    """Those enrolled in a sequence in the period: how many replied within 90 days of it, how many have referred.

    Referred means a referral since then that is put down to this sequence. Each enrolment that wasn't undone counts.
    """

    sequence_id: int
    name: str
    replied: Part
    referred: Part

    @property
    def enrolled(self) -> Count:
        """Those enrolled."""
        return self.replied.whole


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ranking: `started.rate.words` is the raw count that is always shown beside `estimate`.

    `key` is that of the dimension's value ("orthopedics", an id, "" for unknown); `estimate` the shrunken share.
    """

    value: str
    label: str
    started: Part
    estimate: float
    expected: Money
    booked: Money

    @property
    def is_few(self) -> bool:
        """Too few to be ranked: such lines come after the others."""
        return self.started.is_few


def ranked(lines: Iterable[Line]) -> list[Line]:
    """The best estimate first; those with fewer than `FEW` after all others, however well they did."""
    return sorted(
        lines, key=lambda line: (line.is_few, -line.estimate, -line.started.whole.value, line.label, line.value)
    )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Referrals received in the period by one dimension. `rest` is what lines that aren't shown come to.

    Each share is drawn towards the overall one as if `prior` more referrals of the usual kind had been received.
    """

    dimension: Dimension
    lines: tuple[Line, ...]
    overall: Rate
    rest: Rate
    rest_lines: int
    prior: int


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports due in the period, up to today: delivered on their day or before, of those delivered or overdue."""

    on_time: Part


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the period's referrals come from. `largest` is the source with the most, "" without any."""

    largest: str
    largest_id: int | None
    share: Share
    largest_count: Count
    whole: Count

    @classmethod
    def none(cls, received: int) -> Sources:
        """Where nobody asked."""
        return cls("", None, Share(0, received), Count("", 0), Count(key("referral.received"), received))


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The period's referrals by what they were to their source; see `crm.domain.partners`."""

    new: Count
    repeat: Count
    won_back: Count


@dataclass(frozen=True, slots=True)
class Worth:
    """Expected and booked value of the referrals received in the period, and what sessions in the period brought.

    `expected` leaves out lost referrals. `booked` are the charges of sessions attended so far, or what was put in by
    hand. `sessions` were attended in the period, whenever their client was referred.
    """

    expected: Money
    booked: Money
    sessions: Count
    held: Money


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted for a period and for the one it is compared with. Parts that nobody asked for are empty."""

    period: Period
    funnel: Funnel
    relations: Relations
    first: FirstReferrals
    visiting: Visiting
    reports: Reports
    arrivals: Arrivals
    worth: Worth


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page. `before` is what `now` is compared with, None without a comparison.

    `cohorts` are whole months: those of the period, and at least the twelve up to its end; at most 36.
    `quiet` counts partners who are quiet today, at most `QUIET_CAP`. With `is_sample` only sample rows are counted,
    since there is no real referral yet.
    """

    compared: Compared
    now: Figures
    before: Figures | None
    cohorts: tuple[Cohort, ...]
    rankings: tuple[Ranking, ...]
    sequences: tuple[SequenceLine, ...]
    sources: Sources
    quiet: Count
    is_sample: bool

    @property
    def period(self) -> Period:
        """What is shown."""
        return self.now.period

    def ranking(self, dimension: Dimension) -> Ranking:
        """One of them."""
        return next(one for one in self.rankings if one.dimension is dimension)


QUIET_CAP = 1000
