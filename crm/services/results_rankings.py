"""Conversion by specialty, service, practice and so on, ranked so that small numbers don't lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def rankings(session: Session, scope: Scope) -> tuple[tuple[Ranking, ...], Sources]:
    """All rankings, and where the referrals come from."""
    overall, found = store.rankings(session, scope)
    known = store.names(session, {dimension: [row.value for row in rows] for dimension, rows in found.items()})
    made = tuple(
        _ranking(dimension, found.get(dimension, []), overall, known.get(dimension, {})) for dimension in Dimension
    )
    return made, _sources(found.get(Dimension.SOURCE, []), overall, known[Dimension.SOURCE])


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


def _sources(rows: Sequence[GroupCounts], overall: Rate, known: Mapping[str, str]) -> Sources:
    largest = max(rows, key=lambda row: row.received, default=None)
    count = largest.received if largest else 0
    value = largest.value if largest else ""
    return Sources(
        largest=known.get(value, ""),
        largest_id=int(value) if value else None,
        share=Share(count, overall.whole),
        largest_count=Count(key(f"by.{Dimension.SOURCE}", value), count),
        whole=Count(key("referral.received"), overall.whole),
    )
