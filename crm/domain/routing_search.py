"""A good order of many stops: built from several starts, then mended by turning and moving parts while it helps."""

from __future__ import annotations

from collections.abc import Iterator

from crm.domain.routing import Day

STARTS = 4
LONGEST_PART = 3


def best(day: Day) -> list[int]:
    """The best of several orders, each mended as far as it goes."""
    if len(day.stops) < 2:
        return list(range(len(day.stops)))
    return min((_mended(day, each) for each in _starts(day)), key=day.cost)


def _starts(day: Day) -> Iterator[list[int]]:
    """The nearest next, from the few stops nearest to the start; by the clock; and each put where it costs least."""
    count = len(day.stops)
    near = sorted(range(count), key=lambda number: day.first[number].miles)
    for first in near[:STARTS]:
        yield _nearest_next(day, first)
    if day.is_timed:
        yield sorted(range(count), key=lambda number: _hour(day, number))
    yield _inserted(day)


def _hour(day: Day, number: int) -> tuple[float, float]:
    stop = day.stops[number]
    closes = stop.windows[-1].closes if stop.windows else 24 * 60
    return (closes if stop.agreed is None else stop.agreed), day.first[number].miles


def _nearest_next(day: Day, first: int) -> list[int]:
    found, left = [first], set(range(len(day.stops))) - {first}
    while left:
        here = day.between[found[-1]]
        found.append(min(sorted(left), key=lambda number: here[number].miles))
        left.discard(found[-1])
    return found


def _inserted(day: Day) -> list[int]:
    """The farthest first, so that the day's outline stands before its details."""
    found: list[int] = []
    for number in sorted(range(len(day.stops)), key=lambda each: -day.first[each].miles):
        places = [[*found[:at], number, *found[at:]] for at in range(len(found) + 1)]
        found = min(places, key=day.cost)
    return found


def _mended(day: Day, order: list[int]) -> list[int]:
    cost = day.cost(order)
    better: list[int] | None = order
    while better is not None:
        order, better = better, None
        for tried in _neighbors(order):
            found = day.cost(tried)
            if found < cost - 1e-9:
                cost, better = found, tried
                break
    return order


def _neighbors(order: list[int]) -> Iterator[list[int]]:
    """Every order with one part turned round, or one short part put elsewhere, as it is or turned."""
    count = len(order)
    for low in range(count - 1):
        for high in range(low + 2, count + 1):
            yield order[:low] + order[low:high][::-1] + order[high:]
    for length in range(1, min(LONGEST_PART, count - 1) + 1):
        for low in range(count - length + 1):
            part, rest = order[low : low + length], order[:low] + order[low + length :]
            for at in range(len(rest) + 1):
                if at != low:
                    yield rest[:at] + part + rest[at:]
                    if length > 1:
                        yield rest[:at] + part[::-1] + rest[at:]
