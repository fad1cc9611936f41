"""The Results page: what the outreach was worth in a period, every figure with the rows behind it.

What each figure means is written at its dataclass in `crm.domain.results` and `crm.domain.funnels`.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from crm.domain import periods
from crm.domain.conversion import Rate
from crm.domain.figures import Count, Part, key
from crm.domain.periods import Compared, Period
from crm.domain.results import QUIET_CAP, Cohort, Overview, SequenceLine, Sources
from crm.domain.results_asked import EVERYTHING, Asked, Piece
from crm.services import results_figures, results_rankings
from crm.store import results as store
from crm.store import results_terms, results_work
from crm.store.results import CohortCounts
from crm.store.results_terms import Scope

COHORTS = 12
"""At least so many months are shown as cohorts, since one says little by itself."""

COHORTS_AT_MOST = 36


def overview(
    session: Session, period: Period, compared: Compared, *, today: date, zone: str, asked: Asked = EVERYTHING
) -> Overview:
    """The figures of the page that are asked for; `before` only where anything of it is.

    `zone` is the business's, `today` the day it is there.
    """
    scope = scope_of(session, period, today=today, zone=zone)
    other = periods.compared_with(period, compared, today) if asked.before else None
    before = results_terms.scope(session, other, today=today, zone=zone, sample=scope.sample) if other else None
    found = results_figures.both(session, scope, before, asked)
    tally, many = found.tally, found.are_many
    overall = Rate(tally.started, tally.received)
    rankings = results_rankings.rankings(session, scope, overall, asked.rankings, many=many)
    return Overview(
        compared=compared,
        now=found.now,
        before=found.before,
        cohorts=cohorts(session, scope) if Piece.COHORTS in asked.now else (),
        rankings=rankings,
        sequences=_sequences(session, scope) if Piece.SEQUENCES in asked.now else (),
        sources=results_rankings.sources(session, scope, tally.received, rankings, many=many)
        if Piece.SOURCES in asked.now
        else Sources.none(tally.received),
        quiet=Count(key("quiet"), results_work.quiet(session, scope, QUIET_CAP)),
        is_sample=scope.sample,
    )


def scope_of(session: Session, period: Period, *, today: date, zone: str) -> Scope:
    """What is counted: real rows, or samples as long as there is no real referral but sample ones."""
    real = store.has_referrals(session, sample=False)
    sample = not real and store.has_referrals(session, sample=True)
    return results_terms.scope(session, period, today=today, zone=zone, sample=sample)


def has_any(session: Session, *, sample: bool) -> bool:
    """Whether there is anything that could be shown for some period."""
    return any(one(session, sample=sample) for one in (store.has_referrals, store.has_contacts, store.has_sessions))


def cohorts(session: Session, scope: Scope) -> tuple[Cohort, ...]:
    """By month received, the oldest first; months without a referral too, from the first one on."""
    last_on = min(scope.period.last_on, periods.month_of(scope.today).last_on)
    last_on = periods.month_of(last_on).last_on
    wanted = min(scope.period.first_on, periods.months_before(last_on, COHORTS - 1))
    first_on = max(wanted.replace(day=1), periods.months_before(last_on, COHORTS_AT_MOST - 1))
    found = {row.month: row for row in store.cohorts(session, scope, first_on, last_on)}
    months = [f"{month:%Y-%m}" for month in periods.months(first_on, last_on)]
    shown = months[next((n for n, month in enumerate(months) if month in found), len(months)) :]
    return tuple(_cohort(found.get(month, CohortCounts(month, 0, 0, 0, 0, 0, 0))) for month in shown)


def _cohort(row: CohortCounts) -> Cohort:
    def count(name: str, value: int) -> Count:
        return Count(key(f"cohort.{name}", row.month), value)

    return Cohort(
        month=date.fromisoformat(f"{row.month}-01"),
        received=count("received", row.received),
        started=count("started", row.started),
        started_30=Part(count("started_30", row.in_30), count("ripe_30", row.ripe_30)),
        open_30=count("open_30", row.received - row.ripe_30),
        started_90=Part(count("started_90", row.in_90), count("ripe_90", row.ripe_90)),
        open_90=count("open_90", row.received - row.ripe_90),
    )


def _sequences(session: Session, scope: Scope) -> tuple[SequenceLine, ...]:
    def line(row: results_work.SequenceCounts) -> SequenceLine:
        def count(name: str, value: int) -> Count:
            return Count(key(f"sequence.{name}", row.sequence_id), value)

        enrolled = count("enrolled", row.enrolled)
        replied, referred = count("replied", row.replied), count("referred", row.referred)
        return SequenceLine(row.sequence_id, row.name, Part(replied, enrolled), Part(referred, enrolled))

    return tuple(line(row) for row in results_work.sequences(session, scope))
