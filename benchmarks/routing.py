"""How long the order of a day takes, and how much longer than the shortest it is.

    .venv/bin/python -m benchmarks.routing [--days 60]

Milliseconds of the processor in the middle and at worst, and as a ratio to the floor: reading every pair of stops of
every set once, which the exact order can't do without. "hours" are days on which four of five offices have hours, every
fifth visit is agreed, and a good third can't be kept.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from crm.domain.driving import Place
from crm.domain.routing import Day, Route, Stop, Window, order
from crm.domain.routing_search import best

T = TypeVar("T")
HOME = Place(29.70, -95.40, "home")
LUNCH = (Window(510, 720), Window(780, 1020))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=60)
    days = parser.parse_args().days
    floor = min(_taken(lambda: _floor(12))[0] for _ in range(3))
    print(f"{'12 stops':24}{'middle, ms':>12}{'worst, ms':>12}{'ratio':>8}{'certain':>10}")
    print(f"{'floor':24}{floor:12.1f}{'':12}{1:8.1f}")
    for name, timed in (("exact", False), ("exact, hours", True)):
        found = [_ordered(_stops(seed, 12, timed)) for seed in range(days)]
        taken = [milliseconds for milliseconds, _ in found]
        certain = sum(route.is_exact for _, route in found)
        middle = statistics.median(taken)
        print(f"{name:24}{middle:12.1f}{max(taken):12.1f}{middle / floor:8.1f}{certain:6} of {days}")
    _search(days)


def _search(days: int) -> None:
    excess = []
    for seed in range(days):
        stops = _stops(seed, 4 + seed % 9, timed=False)
        day = Day(HOME, stops, HOME, 540)
        excess.append(day.cost(best(day)) / order(HOME, stops, HOME).cost - 1)
    print(
        f"\nLocal search on 4 to 12 stops: {statistics.mean(excess):.2%} above the best on average, {max(excess):.2%} at worst"
    )
    for count in (20, 30):
        taken, _ = _ordered(_stops(1, count, timed=False))
        print(f"{count} stops by local search: {taken:.0f} ms")


def _ordered(stops: list[Stop]) -> tuple[float, Route]:
    return _taken(lambda: order(HOME, stops, HOME))


def _floor(count: int) -> float:
    """Every set of stops, every last one, every one before it: read and compared, nothing kept."""
    row = [float(number) for number in range(count)]
    members = [tuple(bit for bit in range(count) if subset >> bit & 1) for subset in range(1 << count)]
    total = 0.0
    for subset in range(1, 1 << count):
        mine = [row[number] for number in members[subset]]
        for here in range(count):
            if not subset >> here & 1:
                total += min(mine)
    return total


def _stops(seed: int, count: int, timed: bool) -> list[Stop]:
    chance = random.Random(seed)
    hours = list(range(9 * 60, 16 * 60, 60))
    chance.shuffle(hours)
    found = []
    for number in range(count):
        where = Place(HOME.lat + chance.uniform(-0.2, 0.2), HOME.lon + chance.uniform(-0.25, 0.25), f"stop {number}")
        agreed = hours.pop() if timed and hours and chance.random() < 0.2 else None
        windows = (LUNCH if chance.random() < 0.5 else (Window(540, 990),)) if timed and chance.random() < 0.8 else ()
        found.append(Stop(where, 20, agreed, windows))
    return found


def _taken(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.process_time()
    found = work()
    return (time.process_time() - begun) * 1000, found


if __name__ == "__main__":
    main()
