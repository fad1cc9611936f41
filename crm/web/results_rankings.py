"""What to do more of: conversion by specialty, service, source and the like, never 1 of 1 over 8 of 10."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from crm.charts import ranking as chart
from crm.domain.figures import FEW
from crm.domain.results import Dimension, Line, Ranking, SequenceLine
from crm.web.results_tables import Cell, Head, Kind, Section, count, money, part, share, words

D = Dimension
NAMES = {
    D.SPECIALTY: "Specialty",
    D.SERVICE: "Service",
    D.SOURCE: "Provider",
    D.PRACTICE: "Practice",
    D.CHANNEL: "Last touch",
    D.HOW: "How it came",
    D.SEQUENCE: "Sequence",
    D.VERSION: "Wording",
    D.PERSON: "Person",
}
DRAWN = 8
"""Bars in a picture; the table has more."""


def ranking(found: Ranking) -> Section:
    """One breakdown: raw counts, and beside them the estimate by which it is ordered."""
    name = NAMES[found.dimension]
    bars = [chart.Bar(one.label, one.estimate, one.started.rate.words, one.is_few) for one in found.lines[:DRAWN]]
    heads = (Head(name), Head("Started", Kind.RATE), Head("Estimate"), Head("Expected", Kind.MONEY))
    return Section(
        f"by-{found.dimension.value}",
        f"By {name[0].lower()}{name[1:]}",
        (*heads, Head("Booked", Kind.MONEY)),
        tuple(_line(found.dimension, one) for one in found.lines),
        chart.svg(bars, f"Started of received, by {name.lower()}", most=1) if bars else chart.svg([], name),
        means=_means(found),
        notes=_rest(found),
        empty="No referral was received in this period.",
    )


def sequences(found: Sequence[SequenceLine]) -> Section:
    """What came of those who were enrolled."""
    heads = (Head("Sequence"), Head("Enrolled", Kind.NUMBER), Head("Replied", Kind.RATE), Head("Referred", Kind.RATE))
    lines = tuple(
        (
            words(one.name, href=url_for("sequences.show", sequence_id=one.sequence_id)),
            count(one.enrolled),
            part(one.replied),
            part(one.referred),
        )
        for one in found
    )
    return Section(
        "sequences",
        "Sequences",
        heads,
        lines,
        means="Providers enrolled in the period: who replied within 90 days, and who has referred since because of it.",
        empty="Nobody was enrolled in a sequence in this period.",
    )


def _line(dimension: Dimension, one: Line) -> tuple[Cell, ...]:
    name = words(one.label or "Not known", "few" if one.is_few else "", _href(dimension, one))
    return name, part(one.started), share(one.estimate), money(one.expected), money(one.booked)


def _href(dimension: Dimension, one: Line) -> str:
    if not one.value.isdecimal():
        return ""
    where = {D.SOURCE: ("providers.show", "provider_id"), D.PRACTICE: ("practices.show", "practice_id")}
    endpoint, name = where.get(dimension, ("", ""))
    which: dict[str, Any] = {name: int(one.value)}
    return url_for(endpoint, **which) if endpoint else ""


def _means(found: Ranking) -> str:
    if not found.overall.whole:
        return ""
    return (
        f"Started of received; {found.overall.words} in all. The estimate draws each share towards that, as if "
        f"{found.prior} more of the usual kind had come, so that 1 of 1 doesn’t stand above 8 of 10. "
        f"Fewer than {FEW} aren’t ranked: they come last."
    )


def _rest(found: Ranking) -> tuple[str, ...]:
    return (f"{found.rest_lines:,} more with {found.rest.words} started aren’t shown.",) if found.rest_lines else ()
