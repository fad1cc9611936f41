"""What was done in a period and what it brought: visits, sequences, reports; who has gone quiet. One statement each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.client_kinds import ReportState
from crm.domain.kinds import ActivityKind
from crm.domain.pipeline import QUIET_AFTER, Stage
from crm.domain.sequence_results import HORIZON
from crm.domain.sequences import StopReason
from crm.models.reports import DueReport
from crm.models.sequences import Enrollment
from crm.models.sequences import Sequence as SequenceRow
from crm.store.results_terms import (
    Condition,
    Scope,
    activity,
    counted,
    days_between,
    elapsed_days,
    provider,
    referral,
    said,
    there_is,
)

report: sa.Table = DueReport.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
enrollment: sa.Table = Enrollment.__table__  # type: ignore[attr-defined]
sequence: sa.Table = SequenceRow.__table__  # type: ignore[attr-defined]

VISITS = (ActivityKind.VISIT, ActivityKind.IN_SERVICE)
ONE_VISIT = sa.func.coalesce(activity.c.group_key, sa.cast(activity.c.id, sa.String))
"""Lines logged at once for several people are one visit."""


class SequenceCounts(NamedTuple):
    """Enrolments of the period in one sequence."""

    sequence_id: int
    name: str
    enrolled: int
    replied: int
    referred: int


def visits(session: Session, scope: Scope) -> int:
    """How many visits and talks were made in the period: what was logged at once for several people is one."""
    counts = [count for kind in VISITS for count in _counted(scope, kind)]
    return int(session.execute(sa.select(sum(counts[1:], counts[0]))).scalar_one())


def _counted(scope: Scope, kind: ActivityKind) -> list[sa.ScalarSelect[int]]:
    group, at = activity.c.group_key, activity.c.happened_at
    alone = sa.select(sa.func.count()).where(_visited(scope, kind, at), group.is_(None))
    # By the group, of which there are few; else SQLite would go through all visits of the period once more.
    together = sa.select(sa.func.count(sa.distinct(group)))
    together = together.where(_visited(scope, kind, sa.func.coalesce(at, at)), group > "")
    return [alone.scalar_subquery(), together.scalar_subquery()]


def visited(scope: Scope) -> Condition:
    """The timeline's lines of visits and talks in the period."""
    return sa.or_(*(_visited(scope, kind, activity.c.happened_at) for kind in VISITS))


def _visited(scope: Scope, kind: ActivityKind, at: sa.ColumnElement[datetime]) -> Condition:
    return sa.and_(
        said(activity.c.kind, kind),
        scope.within(at),
        activity.c.undone_at.is_(None),
        activity.c.sample.is_(scope.sample),
    )


def sequences(session: Session, scope: Scope) -> list[SequenceCounts]:
    """Each sequence that somebody was enrolled in in the period, the most used first."""
    some = (
        sa.select(
            enrollment.c.sequence_id,
            sa.case((replied(), 1), else_=0).label("replied"),
            sa.case((referred(scope), 1), else_=0).label("referred"),
        )
        .where(enrolled(scope))
        .subquery("some")
    )
    count = sa.func.count()
    query = (
        sa.select(some.c.sequence_id, sequence.c.name, count, sa.func.sum(some.c.replied), sa.func.sum(some.c.referred))
        .join_from(some, sequence, sequence.c.id == some.c.sequence_id)
        .group_by(some.c.sequence_id, sequence.c.name)
        .order_by(count.desc(), sequence.c.name, some.c.sequence_id)
    )
    return [SequenceCounts(*row) for row in session.execute(query)]


def enrolled(scope: Scope) -> Condition:
    """Enrolments of the period that took place."""
    return sa.and_(
        scope.within(enrollment.c.enrolled_at),
        enrollment.c.state_reason != StopReason.UNDONE.value,
        enrollment.c.sample.is_(scope.sample),
    )


def replied() -> Condition:
    """Whether an answer came within 90 days of the enrolment."""
    answer = activity.alias("answer")
    return there_is(
        answer.c.provider_id == enrollment.c.provider_id,
        said(answer.c.kind, ActivityKind.REPLY),
        answer.c.undone_at.is_(None),
        answer.c.happened_at >= enrollment.c.enrolled_at,
        elapsed_days(answer.c.happened_at, enrollment.c.enrolled_at) <= HORIZON / timedelta(days=1),
    )


def referred(scope: Scope) -> Condition:
    """Whether a referral came since the enrolment that is put down to the sequence."""
    return there_is(
        referral.c.provider_id == enrollment.c.provider_id,
        referral.c.sequence_id == enrollment.c.sequence_id,
        counted(scope.sample),
        referral.c.received_on >= scope.day_of(enrollment.c.enrolled_at),
    )


def reports(session: Session, scope: Scope) -> tuple[int, int]:
    """Reports due in the period that can be judged by now: on time, and all of them."""
    on_time = sa.func.count(sa.case((is_on_time(), 1)))
    part, whole = session.execute(sa.select(on_time, sa.func.count()).where(judged(scope))).one()
    return part, whole


def judged(scope: Scope) -> Condition:
    """Delivered, or overdue. What isn't wanted any more, or is due today or later, says nothing."""
    delivered = sa.and_(report.c.state == ReportState.DELIVERED, report.c.delivered_on.is_not(None))
    overdue = sa.and_(report.c.state == ReportState.OPEN, report.c.due_on < scope.today)
    return sa.and_(
        report.c.due_on.between(scope.period.first_on, scope.period.last_on),
        report.c.archived_at.is_(None),
        report.c.sample.is_(scope.sample),
        sa.or_(delivered, overdue),
    )


def is_on_time() -> Condition:
    """Delivered on its day or before."""
    return sa.and_(report.c.state == ReportState.DELIVERED, report.c.delivered_on <= report.c.due_on)


def quiet(session: Session, scope: Scope, cap: int) -> int:
    """How many partners are quiet today, at most `cap`."""
    some = sa.select(provider.c.id).where(is_quiet(scope.today, sample=scope.sample)).limit(cap).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def is_quiet(today: date, *, sample: bool) -> Condition:
    """As `pipeline.quiet_since`: silent for longer than 90 days, and than the partner's own rhythm."""
    now: Any = sa.literal(today, sa.Date)
    silent = days_between(now, provider.c.last_referral_on)
    own = silent * (provider.c.referral_count - 1) > days_between(
        provider.c.last_referral_on, provider.c.first_referral_on
    )
    return sa.and_(
        provider.c.archived_at.is_(None),
        provider.c.last_referral_on.is_not(None),
        provider.c.last_referral_on < today - QUIET_AFTER,
        # Not the bare column, or SQLite goes through all partners instead of those who were silent first.
        sa.func.coalesce(provider.c.stage, "") == Stage.PARTNER.value,
        provider.c.sample.is_(sample),
        sa.or_(provider.c.referral_count < 2, own),
    )
