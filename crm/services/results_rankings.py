"""Conversion by specialty, service, practice and so on, ranked so that small numbers don't lead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session

from crm.domain.conversion import PRIOR, Rate, shrunken
from crm.domain.figures import Count, Money, Part, key
from crm.domain.partners import Share
from crm.domain.results import Dimension, Line, Ranking, Sources, ranked
from crm.domain.services import service_label
from crm.domain.taxonomy import specialties
from crm.store import results_rankings as store
from crm.store.results_rankings import GroupCounts
from crm.store.results_terms import Scope

UNKNOWN: Mapping[Dimension, str] = {
    Dimension.PRACTICE: "No practice",
    Dimension.CHANNEL: "No touch before",
    Dimension.SEQUENCE: "No sequence",
    Dimension.VERSION: "No template",
    Dimension.PERSON: "Nobody",
}


def rankings(
    session: Session, scope: Scope, overall: Rate, wanted: Collection[Dimension], *, many: bool
) -> tuple[Ranking, ...]:
    """Those of the rankings that are wanted. `overall` is started of received."""
    found = {each: store.ranking(session, scope, each, many=many) for each in Dimension if each in wanted}
    known = store.names(session, {dimension: [row.value for row in rows] for dimension, rows in found.items()})
    return tuple(_ranking(dimension, rows, overall, known.get(dimension, {})) for dimension, rows in found.items())


def sources(session: Session, scope: Scope, received: int, made: Collection[Ranking], *, many: bool) -> Sources:
    """Where the referrals come from: as the ranking by source says, if that was made."""
    ranking = next((one for one in made if one.dimension is Dimension.SOURCE), None)
    value, label, count = _first(ranking) if ranking else _largest(session, scope, many=many)
    return Sources(
        largest=label,
        largest_id=int(value) if value else None,
        share=Share(count, received),
        largest_count=Count(key(f"by.{Dimension.SOURCE}", value), count),
        whole=Count(key("referral.received"), received),
    )


def _first(ranking: Ranking) -> tuple[str, str, int]:
    """Of those with as many referrals the one that was there first."""
    counts = ((one.started.whole.value, -int(one.value), one) for one in ranking.lines)
    count, _, line = max(counts, default=(0, 0, None), key=lambda each: each[:2])
    return (line.value, line.label, count) if line else ("", "", 0)


def _largest(session: Session, scope: Scope, *, many: bool) -> tuple[str, str, int]:
    found = store.largest(session, scope, many=many)
    if found is None:
        return "", "", 0
    source_id, count = found
    known = store.names(session, {Dimension.SOURCE: [str(source_id)]})[Dimension.SOURCE]
    return str(source_id), known.get(str(source_id), ""), count


def _ranking(dimension: Dimension, rows: Sequence[GroupCounts], overall: Rate, known: Mapping[str, str]) -> Ranking:
    lines = ranked(_line(dimension, row, overall, known) for row in rows)
    started, received = sum(row.started for row in rows), sum(row.received for row in rows)
    return Ranking(
        dimension=dimension,
        lines=tuple(lines),
        overall=overall,
        rest=Rate(overall.part - started, overall.whole - received),
        rest_lines=rows[0].groups - len(rows) if rows else 0,
        prior=PRIOR,
    )


def _line(dimension: Dimension, row: GroupCounts, overall: Rate, known: Mapping[str, str]) -> Line:
    started = Part(
        Count(key(f"by.{dimension}.started", row.value), row.started),
        Count(key(f"by.{dimension}", row.value), row.received),
    )
    return Line(
        value=row.value,
        label=_label(dimension, row.value, known),
        started=started,
        estimate=shrunken(started.rate, overall),
        expected=Money(key(f"by.{dimension}.expected", row.value), row.expected),
        booked=Money(key(f"by.{dimension}.booked", row.value), row.booked),
    )


def _label(dimension: Dimension, value: str, known: Mapping[str, str]) -> str:
    if not value:
        return UNKNOWN.get(dimension, "Not known")
    if dimension is Dimension.SERVICE:
        return service_label(value)
    if dimension is Dimension.SPECIALTY and value in specialties():
        return specialties()[value].label
    return known.get(value) or value.replace("_", " ").capitalize()
