"""Referrals of a period by specialty, service, practice, source and so on: a statement each, names in a few."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.results import SHOWN, Dimension
from crm.models.accounts import User
from crm.models.practices import Practice
from crm.models.templates import Template, TemplateVersion
from crm.store.results_terms import Condition, Scope, counted, not_lost, once, provider, referral
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

    value: str
    received: int
    started: int
    expected: int
    booked: int
    groups: int


def ranking(session: Session, scope: Scope, dimension: Dimension, *, many: bool) -> list[GroupCounts]:
    """The values of a dimension with the most referrals. `many` says that the period has very many of them."""
    is_theirs = dimension is Dimension.SPECIALTY
    some = _by_specialty(scope, many=many) if is_theirs else _by(scope, COLUMNS[dimension], many=many)
    found = some.subquery("found")
    query = sa.select(*found.c, sa.func.count().over()).order_by(found.c.received.desc(), found.c.value).limit(SHOWN)
    rows = session.execute(query)
    return [GroupCounts("" if value is None else str(value), *sums) for value, *sums in rows]


def largest(session: Session, scope: Scope, *, many: bool) -> tuple[int, int] | None:
    """The source with the most referrals, and how many."""
    count, source = sa.func.count(), referral.c.provider_id
    query = sa.select(source, count).where(_received(scope, many=many)).group_by(source)
    row = session.execute(query.order_by(count.desc(), source).limit(1)).first()
    return (row[0], row[1]) if row else None


def value_of(dimension: Dimension) -> sa.ColumnElement[str]:
    """What a referral is counted under, as text; "" where it isn't known."""
    return sa.func.coalesce(sa.cast(COLUMNS[dimension], sa.String), "")


def _by(scope: Scope, column: sa.ColumnElement[Any], *, many: bool) -> sa.Select[Any]:
    columns: list[Any] = [
        column.label("value"),
        sa.func.count().label("received"),
        sa.func.count(referral.c.started_on).label("started"),
        _cents(sa.case((not_lost(), referral.c.expected_cents))).label("expected"),
        _cents(referral.c.booked_cents).label("booked"),
    ]
    return sa.select(*columns).where(_received(scope, many=many)).group_by(column)


def _by_specialty(scope: Scope, *, many: bool) -> sa.Select[Any]:
    """By source first: there are far fewer of them than referrals to look a specialty up for."""
    source = once(_by(scope, referral.c.provider_id, many=many), "source")
    sums = (sa.cast(sa.func.sum(source.c[name]), sa.BigInteger).label(name) for name in GroupCounts._fields[1:-1])
    joined = sa.join(source, provider, provider.c.id == source.c.value)
    query = sa.select(provider.c.specialty.label("value"), *sums).select_from(joined)
    return query.group_by(provider.c.specialty)


def _received(scope: Scope, *, many: bool) -> Condition:
    """Where nearly all were received in the period, SQLite does better not to look them up by day."""
    if not (many and scope.is_sqlite):
        return scope.received()
    day = sa.type_coerce(sa.func.coalesce(referral.c.received_on, ""), sa.Date)
    return sa.and_(counted(scope.sample), day.between(scope.period.first_on, scope.period.last_on))


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
