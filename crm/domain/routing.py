"""The order of a day's stops: the shortest drive that keeps agreed hours and office hours, as far as they can be kept.

What counts, in this order: agreed hours that are missed, offices found closed, then the miles. Reaching the end an hour
earlier is worth a few miles, so that nobody waits all afternoon in a car park to save one. Up to twelve stops the order
is exact, above that it is found by local search. Clock times are minutes after midnight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crm.domain.driving import HERE, Leg, Place, leg

EXACT_STOPS = 12
MILES_PER_HOUR_SAVED = 6.0
"""So many miles more may be driven to be there an hour earlier."""

GRACE_MINUTES = 5
"""An agreed hour counts as kept up to so many minutes later."""

MISSED_AGREED = 1_000_000.0
FOUND_CLOSED = 10_000.0
LATE_MINUTE = 1.0
"""What these weigh in miles: first come the hours, then the road. Of two misses the smaller one is better."""


class Window(NamedTuple):
    """From when to when a visit may begin and must be over."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit to make. `windows` are the office's hours of the day, empty where they aren't known."""

    place: Place | None
    minutes: int = 20
    agreed: int | None = None
    windows: tuple[Window, ...] = ()

    def begins(self, arrives: int) -> tuple[int, float]:
        """When the visit begins for somebody who arrives then, and what that costs where an hour is missed."""
        if self.agreed is not None:
            late = arrives - self.agreed - GRACE_MINUTES
            return max(arrives, self.agreed), (MISSED_AGREED + late * LATE_MINUTE if late > 0 else 0.0)
        for window in self.windows:
            begins = max(arrives, window.opens)
            if begins + self.minutes <= window.closes:
                return begins, 0.0
        if not self.windows:
            return arrives, 0.0
        return arrives, FOUND_CLOSED + max(0, arrives - self.windows[-1].closes) * LATE_MINUTE


class Call(NamedTuple):
    """A stop in its place of the day: `stop` is its number in what was given, times are estimates."""

    stop: int
    leg: Leg
    arrives: int
    begins: int
    leaves: int
    is_late: bool = False
    is_shut: bool = False

    @property
    def waits(self) -> int:
        """Minutes between arriving and beginning."""
        return self.begins - self.arrives


@dataclass(frozen=True, slots=True)
class Route:
    """A day on the road. `back` is the way from the last stop to the end, where there is one.

    `is_exact`: no order is better; else it is a good one, or one that was given.
    """

    calls: tuple[Call, ...]
    leaves_at: int
    back: Leg | None
    cost: float
    is_exact: bool = False

    @property
    def order(self) -> tuple[int, ...]:
        """The numbers of the stops in the order in which they are made."""
        return tuple(call.stop for call in self.calls)

    @property
    def miles(self) -> float:
        """All the way."""
        return sum(call.leg.miles for call in self.calls) + (self.back.miles if self.back else 0.0)

    @property
    def drive_minutes(self) -> int:
        """At the wheel and parking."""
        return sum(call.leg.minutes for call in self.calls) + (self.back.minutes if self.back else 0)

    @property
    def ends_at(self) -> int:
        """When it is over."""
        last = self.calls[-1].leaves if self.calls else self.leaves_at
        return last + (self.back.minutes if self.back else 0)


def order(start: Place | None, stops: Sequence[Stop], end: Place | None, *, leaves_at: int = 540) -> Route:
    """The best order. No `start`: the day begins at the first stop; no `end`: it is over at the last.

    Stops whose place isn't known come last, as they were given.
    """
    from crm.domain import routing_exact, routing_search

    known = [number for number, stop in enumerate(stops) if stop.place is not None]
    lost = [number for number, stop in enumerate(stops) if stop.place is None]
    day = Day(start, [stops[number] for number in known], end, leaves_at)
    few = len(known) <= EXACT_STOPS
    best, is_exact = routing_exact.best(day) if few else (routing_search.best(day), False)
    return along(start, stops, end, [known[each] for each in best] + lost, leaves_at=leaves_at, is_exact=is_exact)


def along(
    start: Place | None,
    stops: Sequence[Stop],
    end: Place | None,
    numbers: Sequence[int] | None = None,
    *,
    leaves_at: int = 540,
    is_exact: bool = False,
) -> Route:
    """The day in a given order, by default that of `stops`."""
    calls: list[Call] = []
    clock, here, cost, at_start = leaves_at, start, 0.0, True
    for number in range(len(stops)) if numbers is None else numbers:
        stop = stops[number]
        way = HERE if at_start and start is None else leg(here, stop.place)
        arrives = clock + way.minutes
        begins, penalty = stop.begins(arrives)
        missed = penalty >= MISSED_AGREED
        clock = begins + stop.minutes
        calls.append(Call(number, way, arrives, begins, clock, missed, penalty > 0 and not missed))
        here, at_start, cost = stop.place or here, False, cost + way.miles + penalty
    back = leg(here, end, parking=False) if end is not None and calls else None
    cost += back.miles if back else 0.0
    ends_at = clock + (back.minutes if back else 0)
    return Route(tuple(calls), leaves_at, back, cost + ends_at / 60 * MILES_PER_HOUR_SAVED, is_exact)


class Day:
    """Stops with all ways between them, worked out once."""

    def __init__(self, start: Place | None, stops: Sequence[Stop], end: Place | None, leaves_at: int) -> None:
        self.stops, self.leaves_at = stops, leaves_at
        self.first = [leg(start, stop.place) for stop in stops]
        self.between = [[leg(one.place, other.place) for other in stops] for one in stops]
        self.last = [leg(stop.place, end, parking=False) for stop in stops]

    @property
    def is_timed(self) -> bool:
        """Whether any hour is to be kept."""
        return any(stop.agreed is not None or stop.windows for stop in self.stops)

    def cost(self, numbers: Sequence[int]) -> float:
        """What an order costs; the same figure as `Route.cost`."""
        cost, clock, here = 0.0, self.leaves_at, -1
        for number in numbers:
            miles, minutes = self.first[number] if here < 0 else self.between[here][number]
            begins, penalty = self.stops[number].begins(clock + minutes)
            cost, clock, here = cost + miles + penalty, begins + self.stops[number].minutes, number
        if here >= 0:
            cost, clock = cost + self.last[here].miles, clock + self.last[here].minutes
        return cost + clock / 60 * MILES_PER_HOUR_SAVED
