"""The best order of a dozen stops: Held and Karp's table of subsets, with the clock where hours are to be kept."""

from __future__ import annotations

from heapq import nsmallest
from typing import NamedTuple

from crm.domain import routing_search
from crm.domain.routing import MILES_PER_HOUR_SAVED, Day

_PER_MINUTE = MILES_PER_HOUR_SAVED / 60
_MEMBERS: list[tuple[int, ...]] = [()]


MOST_KEPT = 3_000
"""Ways that are followed at the same time. Only days on which many hours can't be kept anyway come to more."""


class _Label(NamedTuple):
    """One way to have made a set of stops, the last of them `stop`: what it cost, and when one leaves there.

    `least` is what the whole day costs at the very least, when it begins like this.
    """

    least: float
    cost: float
    clock: int
    stop: int
    before: _Label | None


def best(day: Day) -> tuple[list[int], bool]:
    """The order that costs least, and whether that is certain."""
    if len(day.stops) < 2:
        return list(range(len(day.stops))), True
    table = _table(day)
    if not day.is_timed:
        return _plain(day, table), True
    timed = _Timed(day, table)
    return timed.best(), timed.is_exact


def _table(day: Day) -> list[list[float]]:
    """By the set of stops still to make and the one where one is: what the rest of the way costs, hours aside.

    Every minute at the wheel counts as it does for the day's end.
    """
    stops = range(len(day.stops))
    ways = [[each.miles + each.minutes * _PER_MINUTE for each in row] for row in day.between]
    table = [[each.miles + each.minutes * _PER_MINUTE for each in day.last]]
    for rest in range(1, 1 << len(stops)):
        members = _members(rest)
        onward = [(number, table[rest ^ (1 << number)][number]) for number in members]
        row = [0.0] * len(stops)
        for here in stops:
            if not rest >> here & 1:
                way = ways[here]
                row[here] = min([way[number] + cost for number, cost in onward])
        table.append(row)
    return table


def _members(subset: int) -> tuple[int, ...]:
    """The numbers in a set, written down once for all."""
    while len(_MEMBERS) <= subset:
        number = len(_MEMBERS)
        _MEMBERS.append(tuple(bit for bit in range(number.bit_length()) if number >> bit & 1))
    return _MEMBERS[subset]


def _plain(day: Day, table: list[list[float]]) -> list[int]:
    """Without hours only the ways count: the table says at every stop where to go on."""
    found: list[int] = []
    rest, ways = len(table) - 1, day.first
    while rest:
        costs = [
            (ways[number].miles + ways[number].minutes * _PER_MINUTE + table[rest ^ (1 << number)][number], number)
            for number in _members(rest)
        ]
        found.append(min(costs)[1])
        rest, ways = rest ^ (1 << found[-1]), day.between[found[-1]]
    return found


class _Timed:
    """With hours a longer way may be the earlier one: of each set and last stop all that may still win are kept.

    What can't beat the order that local search finds is dropped at once. The least that is still to come: the table's
    ways, and the hours that are missed even by going there straight away. `is_exact` is False when too many ways were
    open at once and the least promising of them had to go.
    """

    def __init__(self, day: Day, table: list[list[float]]) -> None:
        self.day, self.table = day, table
        self.is_exact = True
        self.found = routing_search.best(day)
        self.ceiling = day.cost(self.found) - 1e-9
        self.doors: list[dict[int, tuple[int, float]]] = [{} for _ in day.stops]
        self.visiting = [sum(day.stops[number].minutes for number in _members(rest)) for rest in range(len(table))]

    def best(self) -> list[int]:
        """The cheapest order, level by level: all sets of one stop, of two, and so on."""
        level = {len(self.table) - 1: [_Label(0.0, 0.0, self.day.leaves_at, -1, None)]}
        for _ in self.day.stops:
            level = self._next(level)
        ends = [(self._whole(label), label) for label in level.get(0, [])]
        return _order_of(min(ends)[1]) if ends else self.found

    def _next(self, level: dict[int, list[_Label]]) -> dict[int, list[_Label]]:
        following: dict[tuple[int, int], list[_Label]] = {}
        for rest, labels in level.items():
            for label in labels:
                self._extend(rest, label, following)
        kept = [(rest, label) for (rest, _), row in following.items() for label in row]
        if len(kept) > MOST_KEPT:
            self.is_exact = False
            kept = nsmallest(MOST_KEPT, kept, key=lambda each: each[1].least)
        found: dict[int, list[_Label]] = {}
        for rest, label in kept:
            found.setdefault(rest, []).append(label)
        return found

    def _extend(self, rest: int, label: _Label, following: dict[tuple[int, int], list[_Label]]) -> None:
        _, cost, clock, here, _ = label
        ways = self.day.first if here < 0 else self.day.between[here]
        steps, missed = [], 0.0
        for number in _members(rest):
            miles, minutes = ways[number]
            leaves, penalty = self.doors[number].get(clock + minutes) or self._through(number, clock + minutes)
            steps.append((number, cost + miles + penalty, leaves, penalty))
            missed += penalty
        for number, paid, leaves, penalty in steps:
            left = rest ^ (1 << number)
            to_come = self.table[left][number] + (leaves + self.visiting[left]) * _PER_MINUTE
            least = paid + missed - penalty + to_come
            if least < self.ceiling:
                _keep(following.setdefault((left, number), []), _Label(least, paid, leaves, number, label))

    def _through(self, number: int, arrives: int) -> tuple[int, float]:
        """When one leaves a stop, and what a missed hour costs there; each minute is asked for many times."""
        stop = self.day.stops[number]
        begins, penalty = stop.begins(arrives)
        self.doors[number][arrives] = found = begins + stop.minutes, penalty
        return found

    def _whole(self, label: _Label) -> float:
        way = self.day.last[label.stop]
        return label.cost + way.miles + (label.clock + way.minutes) * _PER_MINUTE


def _keep(row: list[_Label], label: _Label) -> None:
    """Add a way unless another is as cheap and as early; drop those that it beats."""
    for other in row:
        if other.cost <= label.cost and other.clock <= label.clock:
            return
    row[:] = [other for other in row if other.cost < label.cost or other.clock < label.clock]
    row.append(label)


def _order_of(label: _Label) -> list[int]:
    found = []
    step: _Label | None = label
    while step is not None and step.stop >= 0:
        found.append(step.stop)
        step = step.before
    return found[::-1]
