"""What all clients together reached: counts and middle values, each change judged for its own client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlmodel import Session

from crm.documents.paper_sheet import Reached
from crm.domain import comparisons, populations
from crm.domain.comparisons import Point, Series
from crm.domain.errors import Refused
from crm.domain.measures import Change, measure
from crm.domain.report import Row
from crm.store import documents as store
from crm.store.documents import Taken

FEWEST = 5
"""Clients measured twice in the same thing: with fewer, somebody could be recognised and a middle value says little."""

_JUDGED = frozenset({Change.BETTER, Change.WORSE, Change.BELOW, Change.WITHIN_ERROR})


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the sheet shows. `clients` are those who were measured twice in anything."""

    reached: tuple[Reached, ...]
    clients: int
    first_on: date | None = None
    last_on: date | None = None


def outcomes(session: Session, today: date) -> Outcomes:
    """Every client is counted once in each measure: by the side that was measured most often. Raises Refused."""
    found = store.taken(session)
    by_client: dict[int, list[Taken]] = defaultdict(list)
    for each in found:
        by_client[each.client_id].append(each)
    rows = {client_id: _rows(values, today) for client_id, values in by_client.items()}
    repeated = {client_id: kept for client_id, kept in rows.items() if kept}
    by_measure: dict[str, list[Row]] = defaultdict(list)
    for kept in repeated.values():
        for row in kept:
            by_measure[row.key].append(row)
    reached = tuple(_reached(key, of) for key, of in by_measure.items() if len(of) >= FEWEST)
    if not reached:
        raise Refused("few_clients", _too_few(len(repeated)))
    days = [each.measured_on for each in found if each.client_id in repeated]
    return Outcomes(tuple(sorted(reached, key=lambda one: -one.clients)), len(repeated), min(days), max(days))


def _too_few(count: int) -> str:
    so_far = f"So far there {'is' if count == 1 else 'are'} {count}. " if count else ""
    return (
        f"The outcomes sheet shows counts and middle values over all clients, without persons. It needs one measure "
        f"taken twice with at least {FEWEST} clients. {so_far}Enter measures on the clients’ pages."
    )


def _rows(values: Iterable[Taken], today: date) -> list[Row]:
    """One line for each measure that was taken at least twice with a client."""
    series: dict[tuple[str, str, str], list[Taken]] = defaultdict(list)
    for each in values:
        series[each.measure_key, each.side.value, each.motion.value].append(each)
    best: dict[str, list[Taken]] = {}
    for (key, _, _), of in series.items():
        if len(of) > max(1, len(best.get(key, ()))):
            best[key] = of
    return [_row(of, today) for of in best.values()]


def _row(of: list[Taken], today: date) -> Row:
    one = of[0]
    age = today.year - one.birth_year if one.birth_year else None
    person = populations.person(one.condition, sex=one.sex, ages=(age, age) if age is not None else None)
    points = tuple(Point(each.measured_on.isoformat(), each.value, each.tester, each.device) for each in of)
    return comparisons.row(Series(one.measure_key, points, None, one.side, one.motion), person)


def _reached(key: str, rows: list[Row]) -> Reached:
    one = measure(key)
    judged = [row for row in rows if row.change in _JUDGED or (row.change is Change.NONE and row.basis)]
    return Reached(
        label=f"{one.label} ({one.unit})" if one.unit else one.label,
        clients=len(rows),
        first=one.number(median(row.baseline or 0 for row in rows)),
        latest=one.number(median(row.now or 0 for row in rows)),
        better=sum(row.change is Change.BETTER for row in judged),
        worse=sum(row.change is Change.WORSE for row in judged),
        judged=len(judged),
    )
