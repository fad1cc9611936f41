"""The rows behind a figure as a table, for each kind of row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from crm.domain.figures import RowKind
from crm.domain.papers import TITLES
from crm.domain.result_rows import ResultRow
from crm.domain.services import service_label
from crm.domain.taxonomy import specialty
from crm.web import filters, labels
from crm.web.presentation import at, today
from crm.web.results_tables import Cell, Head, Kind, Section, cents, number, words

Make = Callable[[Any], Cell]
N, M = Kind.NUMBER, Kind.MONEY


class Column(NamedTuple):
    """A column; `exported` ones are in spreadsheets only, where there is room."""

    head: Head
    cell: Make
    exported: bool = False


def section(kind: RowKind, rows: Sequence[ResultRow], title: str, *, exported: bool = False) -> Section:
    """The table of some rows."""
    columns = [one for one in COLUMNS[kind] if exported or not one.exported]
    lines = tuple(tuple(one.cell(row) for one in columns) for row in rows)
    return Section("rows", title, tuple(one.head for one in columns), lines, empty="No rows here.")


def _day(value: date | None) -> Cell:
    return Cell(filters.day(value, today()), (value,))


def _provider(row: Any) -> Cell:
    return words(row.provider_name, href=at("providers.show", row.provider_id))


def _client(row: Any) -> Cell:
    return words(row.code, href=at("clients.show", row.client_id))


def _referral(row: Any) -> Cell:
    return words(row.code, href=at("referrals.show", row.id))


def _touch(row: Any) -> Cell:
    return words(labels.label(row.last_touch_kind) if row.last_touch_kind else "")


def _at(name: str, many: bool = False) -> Make:
    """A column of plain words or of a day, as it stands in the row."""
    return (lambda row: _day(getattr(row, name))) if many else (lambda row: words(getattr(row, name)))


def _number(name: str) -> Make:
    return lambda row: number(getattr(row, name))


def _money(name: str) -> Make:
    return lambda row: cents(getattr(row, name))


def _label(name: str) -> Make:
    return lambda row: words(labels.label(getattr(row, name)))


_PRACTICE = Column(Head("Practice"), _at("practice_name"), exported=True)
_HAPPENED = Column(Head("Day"), _at("happened_on", many=True))
_SPECIALTY = Column(Head("Specialty"), lambda row: words(specialty(row.specialty).label))

COLUMNS: Mapping[RowKind, tuple[Column, ...]] = {
    RowKind.REFERRAL: (
        Column(Head("Client"), _referral),
        Column(Head("From"), _provider),
        _PRACTICE,
        _SPECIALTY._replace(exported=True),
        Column(Head("Service"), lambda row: words(service_label(row.service_key))),
        Column(Head("Received"), _at("received_on", many=True)),
        Column(Head("How it came"), _label("how"), exported=True),
        Column(Head("Status"), lambda row: words(labels.label(row.status), row.lost_reason)),
        Column(Head("Contacted"), _at("contacted_on", many=True), exported=True),
        Column(Head("Scheduled"), _at("scheduled_on", many=True), exported=True),
        Column(Head("Started"), _at("started_on", many=True)),
        Column(Head("Ended"), _at("ended_on", many=True), exported=True),
        Column(Head("Lost because"), _at("lost_reason"), exported=True),
        Column(Head("Last touch before"), _touch, exported=True),
        Column(Head("Touches before", N), _number("touches"), exported=True),
        Column(Head("Visits before", N), _number("visits"), exported=True),
        Column(Head("Days since the first touch", N), _number("days_to_it"), exported=True),
        Column(Head("Expected", M), _money("expected_cents")),
        Column(Head("Booked", M), _money("booked_cents")),
    ),
    RowKind.PROVIDER: (
        Column(
            Head("Provider"),
            lambda row: words(row.name, row.practice_name, at("providers.show", row.id)),
        ),
        _PRACTICE,
        _SPECIALTY,
        _HAPPENED,
        Column(Head("Stage"), _label("stage")),
        Column(Head("Referrals", N), _number("referral_count")),
        Column(Head("Last referral"), _at("last_referral_on", many=True)),
    ),
    RowKind.VISIT: (
        Column(Head("Provider"), _provider),
        _PRACTICE,
        _HAPPENED,
        Column(Head("Kind"), _label("kind")),
        Column(Head("What came of it"), lambda row: words(labels.label(row.outcome), row.summary)),
        Column(Head("People", N), _number("people")),
    ),
    RowKind.REPORT: (
        Column(Head("Client"), _client),
        Column(Head("Report"), lambda row: words(TITLES[row.kind])),
        Column(Head("To"), _provider),
        Column(Head("Due"), _at("due_on", many=True)),
        Column(Head("Delivered"), _at("delivered_on", many=True)),
    ),
    RowKind.SESSION: (
        Column(Head("Client"), _client),
        _HAPPENED,
        Column(Head("Charge", M), _money("charge_cents")),
    ),
    RowKind.ENROLLMENT: (
        Column(Head("Provider"), _provider),
        _PRACTICE,
        _HAPPENED._replace(head=Head("Enrolled")),
        Column(
            Head("Sequence"),
            lambda row: words(row.sequence_name, href=at("enrollments.show", row.id)),
        ),
    ),
}
