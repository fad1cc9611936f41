"""The conditions that figures are counted by, for both databases. Whoever counts and whoever lists use the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from crm.domain.funnels import ReferralStep
from crm.domain.kinds import ReferralStatus
from crm.domain.periods import Period, offsets
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.referrals import Referral

referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
activity: sa.Table = Activity.__table__  # type: ignore[attr-defined]

Condition = sa.ColumnElement[bool]
KEPT = (ReferralStatus.COMPLETED, ReferralStatus.CONTINUING)


@dataclass(frozen=True)
class Scope:
    """What is counted: a period in the business's zone, as seen on a day, of real rows or of samples."""

    period: Period
    today: date
    zone: str
    sample: bool
    is_sqlite: bool

    def received(self) -> Condition:
        """Counted referrals received in the period."""
        return sa.and_(counted(self.sample), referral.c.received_on.between(self.period.first_on, self.period.last_on))

    def within(self, column: sa.ColumnElement[datetime]) -> Condition:
        """Whether an instant is of one of the days."""
        start, end = self.period.bounds(self.zone)
        return sa.and_(column >= start, column < end)

    def day_of(self, column: sa.ColumnElement[datetime]) -> sa.ColumnElement[date]:
        """The day that an instant is in the business's zone."""
        if not self.is_sqlite:
            return sa.cast(sa.func.timezone(self.zone, column), sa.Date)
        spans = offsets(self.zone, self.period.first_on, max(self.today, self.period.last_on))
        return sa.type_coerce(sa.func.date(column, _moved(column, spans)), sa.Date)


def scope(session: Session, period: Period, *, today: date, zone: str, sample: bool) -> Scope:
    """What is counted, for this session's database."""
    return Scope(period, today, zone, sample, session.get_bind().dialect.name == "sqlite")


def counted(sample: bool) -> Condition:
    """Referrals that count at all."""
    return sa.and_(referral.c.archived_at.is_(None), referral.c.sample.is_(sample))


def there_is(*conditions: Condition) -> Condition:
    """EXISTS that asks for no column, so that an index can answer it alone."""
    return sa.exists(sa.select(sa.literal_column("1")).where(*conditions))


def said(column: sa.ColumnElement[Any], value: Any) -> Condition:
    """Equal to a value that stands in the statement itself: an index of some rows only serves those who say so."""
    return column == sa.literal(value, column.type, literal_execute=True)


def once(query: sa.Select[Any], name: str) -> sa.CTE:
    """What is worked out once, however often its columns are asked for afterwards."""
    return query.cte(name).prefix_with("MATERIALIZED")


class days_between(sa.sql.functions.FunctionElement[int]):  # noqa: N801  (reads as a function)
    """`days_between(later, earlier)`: whole days from one date to another."""

    type = sa.Integer()
    name = "days_between"
    inherit_cache = True


@compiles(days_between, "sqlite")
def _sqlite_days(element: days_between, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _postgres_days(element: days_between, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


class elapsed_days(sa.sql.functions.FunctionElement[float]):  # noqa: N801
    """`elapsed_days(later, earlier)`: days of 24 hours from one instant to another."""

    type = sa.Float()
    name = "elapsed_days"
    inherit_cache = True


@compiles(elapsed_days, "sqlite")
def _sqlite_elapsed(element: elapsed_days, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(julianday({later}) - julianday({earlier}))"


@compiles(elapsed_days, "postgresql")
def _postgres_elapsed(element: elapsed_days, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(extract(epoch FROM {later} - {earlier}) / 86400.0)"


class day_numbered(sa.sql.functions.FunctionElement[date]):  # noqa: N801
    """`day_numbered(number)`: the day so many days after the first of 1970."""

    type = sa.Date()
    name = "day_numbered"
    inherit_cache = True


@compiles(day_numbered, "sqlite")
def _sqlite_day(element: day_numbered, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)} * 86400, 'unixepoch')"


@compiles(day_numbered, "postgresql")
def _postgres_day(element: day_numbered, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(DATE '1970-01-01' + CAST({compiler.process(element.clauses, **kw)} AS INTEGER))"


class listed(sa.sql.functions.FunctionElement[str]):  # noqa: N801
    """`listed(number)`: all numbers that aren't null, in any order, with commas between them; null without any.

    For histograms: to group by a number SQLite has to sort all rows first, which takes three times as long.
    """

    type = sa.String()
    name = "listed"
    inherit_cache = True


@compiles(listed, "sqlite")
def _sqlite_listed(element: listed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **kw)})"


@compiles(listed, "postgresql")
def _postgres_listed(element: listed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"string_agg(CAST({compiler.process(element.clauses, **kw)} AS TEXT), ',')"


def _moved(column: sa.ColumnElement[datetime], spans: Sequence[tuple[datetime | None, int]]) -> Any:
    """By how much to move an instant so that UTC reads as the local time; the latest span is asked for first."""
    changes = [(spans[n][0], spans[n + 1][1]) for n in reversed(range(len(spans) - 1))]
    first = f"{spans[0][1]:+d} seconds"
    if not changes:
        return first
    return sa.case(*((column >= change, f"{offset:+d} seconds") for change, offset in changes), else_=first)


# --- a referral's way ------------------------------------------------------------------------------------------------

_ORDER = tuple(ReferralStep)
_IS_LOST = referral.c.status == ReferralStatus.LOST


_IS_KEPT = referral.c.status.in_(KEPT)

SIGNS: dict[ReferralStep, sa.ColumnElement[date]] = {
    ReferralStep.RECEIVED: referral.c.received_on,
    ReferralStep.CONTACTED: sa.func.coalesce(referral.c.contacted_on, referral.c.scheduled_on, referral.c.started_on),
    ReferralStep.SCHEDULED: sa.func.coalesce(referral.c.scheduled_on, referral.c.started_on),
    ReferralStep.STARTED: referral.c.started_on,
    ReferralStep.KEPT: sa.case((_IS_KEPT, referral.c.started_on)),
}
"""The day by which a referral shows that it came as far as a step: there is one. Each implies that of the step before,
so the funnel never grows."""

REACHED: dict[ReferralStep, Condition] = {
    step: sa.true() if step is ReferralStep.RECEIVED else sign.is_not(None) for step, sign in SIGNS.items()
}
"""Whether it came as far."""

PLACE = sa.case(*((REACHED[step], _ORDER.index(step)) for step in reversed(_ORDER)))
"""The number of the furthest step that a referral has reached."""


def stopped_at(step: ReferralStep, *, lost: bool) -> Condition:
    """Whether a referral came as far as a step and no further: lost there, or there still."""
    beyond = [sa.not_(REACHED[later]) for later in _ORDER[_ORDER.index(step) + 1 :][:1]]
    return sa.and_(REACHED[step], *beyond, _IS_LOST if lost else sa.not_(_IS_LOST))


def started_within(days: int) -> Condition:
    """Started at most so many days after it was received."""
    return days_between(referral.c.started_on, referral.c.received_on) <= days


def not_lost() -> Condition:
    """Whether it may still bring what was expected of it."""
    return sa.not_(_IS_LOST)


# --- a referral among those of its source ----------------------------------------------------------------------------


def is_before(other: sa.FromClause) -> Condition:
    """Whether another referral came before this one."""
    same_day = sa.and_(other.c.received_on == referral.c.received_on, other.c.id < referral.c.id)
    # Said once more by itself, so that an index on the days can be used.
    return sa.and_(
        other.c.received_on <= referral.c.received_on, sa.or_(other.c.received_on < referral.c.received_on, same_day)
    )


def is_first(sample: bool) -> Condition:
    """Whether it is the first referral of its source."""
    before = referral.alias("before")
    same = before.c.provider_id == referral.c.provider_id
    return sa.not_(there_is(same, before.c.archived_at.is_(None), before.c.sample.is_(sample), is_before(before)))
