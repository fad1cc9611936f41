"""Referrals of a period by specialty, service, practice, source and so on: in one statement, names in a few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.conversion import Rate
from crm.domain.results import SHOWN, Dimension
from crm.models.accounts import User
from crm.models.practices import Practice
from crm.models.templates import Template, TemplateVersion
from crm.store.results_terms import Scope, not_lost, provider, referral
from crm.store.results_work import sequence

practice: sa.Table = Practice.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
user: sa.Table = User.__table__  # type: ignore[attr-defined]
template: sa.Table = Template.__table__  # type: ignore[attr-defined]
version: sa.Table = TemplateVersion.__table__  # type: ignore[attr-defined]

COLUMNS: Mapping[Dimension, sa.Column[Any]] = {
    Dimension.SPECIALTY: provider.c.specialty,
    Dimension.SERVICE: referral.c.service_key,
    Dimension.PRACTICE: referral.c.practice_id,
    Dimension.SOURCE: referral.c.provider_id,
    Dimension.CHANNEL: referral.c.last_touch_kind,
    Dimension.HOW: referral.c.how,
    Dimension.SEQUENCE: referral.c.sequence_id,
    Dimension.VERSION: referral.c.template_version_id,
    Dimension.PERSON: referral.c.credited_id,
}


class GroupCounts(NamedTuple):
    """One value of a dimension; `groups` is how many values there are. Money in cents."""

    dimension: str
    value: str
    received: int
    started: int
    expected: int
    booked: int
    groups: int


def rankings(session: Session, scope: Scope) -> tuple[Rate, dict[Dimension, list[GroupCounts]]]:
    """Started of received, and for each dimension the values with the most referrals."""
    some = _received(scope)
    query = sa.union_all(*(_grouped(some, dimension) for dimension in Dimension), _overall(some))
    found: dict[Dimension, list[GroupCounts]] = defaultdict(list)
    overall = Rate(0, 0)
    for row in session.execute(query):
        if row[0]:
            found[Dimension(row[0])].append(GroupCounts(*row))
        else:
            overall = Rate(row[3], row[2])
    return overall, found


def value_of(dimension: Dimension) -> sa.ColumnElement[str]:
    """What a referral is counted under, as text; "" where it isn't known."""
    return sa.func.coalesce(sa.cast(COLUMNS[dimension], sa.String), "")


def _received(scope: Scope) -> sa.CTE:
    columns = (
        *(column.label(dimension.value) for dimension, column in COLUMNS.items()),
        sa.case((referral.c.started_on.is_not(None), 1), else_=0).label("is_started"),
        sa.case((not_lost(), referral.c.expected_cents), else_=0).label("expected"),
        referral.c.booked_cents.label("booked"),
    )
    joined = referral.join(provider, provider.c.id == referral.c.provider_id)
    return sa.select(*columns).select_from(joined).where(scope.received()).cte("some")


def _grouped(some: sa.CTE, dimension: Dimension) -> sa.Select[Any]:
    value, count = some.c[dimension.value], sa.func.count()
    grouped = (
        sa.select(
            sa.literal(dimension.value).label("dimension"),
            sa.func.coalesce(sa.cast(value, sa.String), "").label("value"),
            count.label("received"),
            sa.func.sum(some.c.is_started).label("started"),
            _cents(some.c.expected).label("expected"),
            _cents(some.c.booked).label("booked"),
            sa.func.count().over().label("groups"),
        )
        .group_by(value)
        .order_by(count.desc(), value)
        .limit(SHOWN)
        .subquery()
    )
    return sa.select(*grouped.c)


def _overall(some: sa.CTE) -> sa.Select[Any]:
    started: Any = sa.func.coalesce(sa.func.sum(some.c.is_started), 0)
    nothing: list[Any] = [sa.literal(0)] * 3
    columns: list[Any] = [sa.literal(""), sa.literal(""), sa.func.count(), started, *nothing]
    return sa.select(*columns).select_from(some)


def _cents(amount: Any) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(amount), 0), sa.BigInteger)


def names(session: Session, wanted: Mapping[Dimension, Collection[str]]) -> dict[Dimension, dict[str, str]]:
    """What these practices, sources, sequences, versions and people are called."""
    versions = sa.select(version.c.id, template.c.title, version.c.number).join_from(
        version, template, template.c.id == version.c.template_id
    )
    asked: dict[Dimension, tuple[sa.Select[Any], sa.Column[Any]]] = {
        Dimension.PRACTICE: (sa.select(practice.c.id, practice.c.name), practice.c.id),
        Dimension.SOURCE: (sa.select(provider.c.id, provider.c.display_name), provider.c.id),
        Dimension.SEQUENCE: (sa.select(sequence.c.id, sequence.c.name), sequence.c.id),
        Dimension.VERSION: (versions, version.c.id),
        Dimension.PERSON: (sa.select(user.c.id, user.c.name), user.c.id),
    }
    found: dict[Dimension, dict[str, str]] = {}
    for dimension, (query, column) in asked.items():
        ids = sorted(int(value) for value in wanted.get(dimension, ()) if value)
        rows = session.execute(query.where(column.in_(ids))).all() if ids else []
        found[dimension] = {str(row[0]): _name(row[1:]) for row in rows}
    return found


def _name(parts: Any) -> str:
    title, *number = parts
    return f"{title}, version {number[0]}" if number else str(title)
