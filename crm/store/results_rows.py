"""The rows behind a figure, keyset-paged, the latest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.figures import RowKind
from crm.domain.result_rows import (
    EnrollmentRow,
    ProviderRow,
    ReferralRow,
    ReportRow,
    ResultRow,
    SessionRow,
    VisitRow,
)
from crm.models.clients import Client
from crm.store import results_relations
from crm.store.results import session_row
from crm.store.results_figures import Wanted
from crm.store.results_terms import Scope, activity, day_numbered, provider, referral
from crm.store.results_work import ONE_VISIT, enrollment, report, sequence

client: sa.Table = Client.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


class Mark(NamedTuple):
    """Where a page ended."""

    at: date | datetime
    id: int


class Listed(NamedTuple):
    """Rows to be: what to make of each, the query, and by which column and id they are ordered."""

    make: Callable[..., ResultRow]
    query: sa.Select[Any]
    at: sa.ColumnElement[Any]
    id: sa.ColumnElement[int]


def page(
    session: Session, wanted: Wanted, *, after: Mark | None, limit: int | None
) -> tuple[list[ResultRow], Mark | None]:
    """Some of the rows, and where they go on."""
    listed = LISTS[wanted.kind](session, wanted)
    query = listed.query.add_columns(listed.at.label("mark_at")).order_by(listed.at.desc(), listed.id.desc())
    if after is not None:
        mark = sa.tuple_(sa.literal(after.at, listed.at.type), sa.literal(after.id))
        query = query.where(sa.tuple_(listed.at, listed.id) < mark)
    found = session.execute(query.limit(limit + 1) if limit else query).all()
    rows = [listed.make(*row[:-1]) for row in found[: limit or len(found)]]
    more = limit is not None and len(found) > limit
    return rows, Mark(found[len(rows) - 1][-1], rows[-1].id) if more else None


def is_dated(kind: RowKind) -> bool:
    """Whether rows of this kind are ordered by days; the others by instants."""
    return kind not in (RowKind.VISIT, RowKind.ENROLLMENT)


def _referrals(_session: Session, wanted: Wanted) -> Listed:
    columns: dict[str, Any] = {
        **dict(referral.c.items()),
        "code": client.c.code,
        "provider_name": provider.c.display_name,
        "practice_name": provider.c.practice_name,
        "specialty": provider.c.specialty,
    }
    names = [one.name for one in fields(ReferralRow)]
    joined = referral.join(client, client.c.id == referral.c.client_id).join(
        provider, provider.c.id == referral.c.provider_id
    )
    query = (
        sa.select(*(columns[name] for name in names))
        .select_from(joined)
        .where(wanted.scope.received(), wanted.condition)
    )
    return Listed(ReferralRow, query, referral.c.received_on, referral.c.id)


def _providers(session: Session, wanted: Wanted) -> Listed:
    if wanted.furthest is None:
        at: sa.ColumnElement[Any] = provider.c.last_referral_on
        return Listed(ProviderRow, sa.select(*_of_provider(at)).where(wanted.condition), at, provider.c.id)
    contacted = results_relations.contacted(session, wanted.scope).subquery("contacted")
    at = day_numbered(contacted.c[results_relations.WAY[0].value])
    query = sa.select(*_of_provider(at)).join_from(contacted, provider, provider.c.id == contacted.c.provider_id)
    return Listed(ProviderRow, query.where(contacted.c.furthest >= wanted.furthest), at, provider.c.id)


def _of_provider(at: sa.ColumnElement[Any]) -> list[Any]:
    names = "display_name", "practice_name", "specialty", "stage", "referral_count", "last_referral_on"
    return [provider.c.id, at, *(provider.c[name] for name in names)]


def _visits(_session: Session, wanted: Wanted) -> Listed:
    lines = (
        sa.select(sa.func.min(activity.c.id).label("id"), sa.func.count().label("people"))
        .where(wanted.condition)
        .group_by(ONE_VISIT)
        .subquery("visit")
    )
    query = (
        sa.select(
            activity.c.id,
            wanted.scope.day_of(activity.c.happened_at),
            *_whose(activity),
            *(activity.c[name] for name in ("kind", "outcome", "summary")),
            lines.c.people,
        )
        .join_from(lines, activity, activity.c.id == lines.c.id)
        .join(provider, provider.c.id == activity.c.provider_id)
    )
    return Listed(VisitRow, query, activity.c.happened_at, activity.c.id)


def _whose(table: sa.Table) -> list[Any]:
    return [table.c.provider_id, provider.c.display_name, provider.c.practice_name]


def _reports(_session: Session, wanted: Wanted) -> Listed:
    query = (
        sa.select(
            *(report.c[name] for name in ("id", "due_on", "delivered_on", "kind")),
            client.c.code,
            *(report.c[name] for name in ("client_id", "provider_id")),
            provider.c.display_name,
        )
        .join_from(report, client, client.c.id == report.c.client_id)
        .join(provider, provider.c.id == report.c.provider_id)
        .where(wanted.condition)
    )
    return Listed(ReportRow, query, report.c.due_on, report.c.id)


def _sessions(_session: Session, wanted: Wanted) -> Listed:
    query = (
        sa.select(
            session_row.c.id,
            session_row.c.happened_on,
            client.c.code,
            *(session_row.c[name] for name in ("client_id", "referral_id", "charge_cents")),
        )
        .join_from(session_row, client, client.c.id == session_row.c.client_id)
        .where(wanted.condition)
    )
    return Listed(SessionRow, query, session_row.c.happened_on, session_row.c.id)


def _enrollments(_session: Session, wanted: Wanted) -> Listed:
    scope: Scope = wanted.scope
    query = (
        sa.select(
            enrollment.c.id,
            scope.day_of(enrollment.c.enrolled_at),
            *_whose(enrollment),
            enrollment.c.sequence_id,
            sequence.c.name,
        )
        .join_from(enrollment, provider, provider.c.id == enrollment.c.provider_id)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(wanted.condition)
    )
    return Listed(EnrollmentRow, query, enrollment.c.enrolled_at, enrollment.c.id)


LISTS: Mapping[RowKind, Callable[[Session, Wanted], Listed]] = {
    RowKind.REFERRAL: _referrals,
    RowKind.PROVIDER: _providers,
    RowKind.VISIT: _visits,
    RowKind.REPORT: _reports,
    RowKind.SESSION: _sessions,
    RowKind.ENROLLMENT: _enrollments,
}
