"""The Results page: what the outreach was worth in a period, every figure with the rows behind it.

What each figure means is written at its dataclass in `crm.domain.results` and `crm.domain.funnels`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from crm.domain import periods
from crm.domain.conversion import spread
from crm.domain.figures import Count, Money, Part, key
from crm.domain.funnels import Funnel, FunnelStep, Reason, ReferralStep, Relations, StageStep
from crm.domain.partners import Arrival
from crm.domain.periods import Compared, Period
from crm.domain.pipeline import PATH, Stage
from crm.domain.results import (
    QUIET_CAP,
    Arrivals,
    Cohort,
    Figures,
    FirstReferrals,
    Overview,
    Reports,
    SequenceLine,
    Visiting,
    Worth,
)
from crm.services import results_rankings
from crm.store import results as store
from crm.store import results_relations, results_terms, results_work
from crm.store.results import CohortCounts
from crm.store.results_terms import Scope

COHORTS = 12
"""At least so many months are shown as cohorts, since one says little by itself."""

COHORTS_AT_MOST = 36


def overview(
    session: Session, period: Period, compared: Compared, *, today: date, zone: str, with_relations: bool = True
) -> Overview:
    """All figures of the page. `zone` is the business's, `today` the day it is there.

    The funnel of relationships takes longer than all others together: a page that doesn't show it leaves it out.
    """
    scope = scope_of(session, period, today=today, zone=zone)
    other = periods.compared_with(period, compared, today)
    before = results_terms.scope(session, other, today=today, zone=zone, sample=scope.sample) if other else None
    rankings, sources = results_rankings.rankings(session, scope)
    return Overview(
        compared=compared,
        now=figures(session, scope, with_relations=with_relations),
        before=figures(session, before, with_relations=with_relations) if before else None,
        cohorts=cohorts(session, scope),
        rankings=rankings,
        sequences=_sequences(session, scope),
        sources=sources,
        quiet=Count(key("quiet"), results_work.quiet(session, scope, QUIET_CAP)),
        is_sample=scope.sample,
    )


def scope_of(session: Session, period: Period, *, today: date, zone: str) -> Scope:
    """What is counted: real rows, or samples as long as there is no real referral but sample ones."""
    real = store.has_referrals(session, sample=False)
    sample = not real and store.has_referrals(session, sample=True)
    return results_terms.scope(session, period, today=today, zone=zone, sample=sample)


def figures(session: Session, scope: Scope, *, with_relations: bool = True) -> Figures:
    """What is counted for a period and for the one it is compared with."""
    visiting, worth = _worth(session, scope)
    return Figures(
        period=scope.period,
        funnel=_funnel(session, scope),
        relations=relations(session, scope) if with_relations else Relations(()),
        first=_first(session, scope),
        visiting=visiting,
        reports=_reports(session, scope),
        arrivals=_arrivals(session, scope),
        worth=worth,
    )


def _funnel(session: Session, scope: Scope) -> Funnel:
    found = store.funnel(session, scope)
    order = tuple(ReferralStep)
    stopped = {step: found.waiting[step] + sum(found.lost[step].values()) for step in order}
    steps = tuple(
        FunnelStep(
            step=step,
            reached=Count(key(f"referral.{step}"), sum(stopped[later] for later in order[order.index(step) :])),
            lost=Count(key(f"referral.lost.{step}"), sum(found.lost[step].values())),
            waiting=Count(key(f"referral.waiting.{step}"), found.waiting[step]),
            reasons=_reasons(step, found.lost[step]),
            days=spread(found.days[step]),
        )
        for step in order
    )
    return Funnel(steps, days_to_contact=steps[1].days, days_to_start=spread(found.days_to_start))


def _reasons(step: ReferralStep, lost: Mapping[str, int]) -> tuple[Reason, ...]:
    """The commonest first."""
    ordered = sorted(lost.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Reason(reason, Count(key(f"referral.because.{step}", reason), n)) for reason, n in ordered)


def relations(session: Session, scope: Scope) -> Relations:
    """How far the providers first contacted in the period have come."""
    found = results_relations.relations(session, scope)

    def reached(stage: Stage) -> int:
        return sum(found.furthest.get(further, 0) for further in PATH[PATH.index(stage) :])

    return Relations(
        tuple(
            StageStep(stage, Count(key(f"stage.{stage}"), reached(stage)), spread(found.days[stage]))
            for stage in results_relations.WAY
        )
    )


def _first(session: Session, scope: Scope) -> FirstReferrals:
    found = store.first(session, scope)
    return FirstReferrals(
        count=Count(key("first"), found.touched + found.untouched),
        touched=Count(key("first.touched"), found.touched),
        untouched=Count(key("first.untouched"), found.untouched),
        touches=spread(found.spreads["touches"]),
        conversations=spread(found.spreads["conversations"]),
        days=spread(found.spreads["days_to_it"]),
    )


def _worth(session: Session, scope: Scope) -> tuple[Visiting, Worth]:
    found = store.worth(session, scope)
    sessions, held = store.sessions(session, scope)
    visiting = Visiting(
        visits=Count(key("visits"), results_work.visits(session, scope)),
        referrals=Count(key("visited"), found.visited),
        expected=Money(key("visited.expected"), found.visited_expected),
        booked=Money(key("visited.booked"), found.visited_booked),
    )
    worth = Worth(
        expected=Money(key("worth.expected"), found.expected),
        booked=Money(key("worth.booked"), found.booked),
        sessions=Count(key("sessions"), sessions),
        held=Money(key("sessions"), held),
    )
    return visiting, worth


def _reports(session: Session, scope: Scope) -> Reports:
    on_time, judged = results_work.reports(session, scope)
    return Reports(Part(Count(key("reports.on_time"), on_time), Count(key("reports.judged"), judged)))


def _arrivals(session: Session, scope: Scope) -> Arrivals:
    found = store.arrivals(session, scope)
    return Arrivals(*(Count(key(f"arrival.{kind}"), found[kind]) for kind in Arrival))


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
