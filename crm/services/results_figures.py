"""What is counted for a period and, in the same way, for the one it is compared with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sqlmodel import Session

from crm.domain.conversion import spread
from crm.domain.figures import Count, Money, Part, key
from crm.domain.funnels import Funnel, FunnelStep, Reason, ReferralStep, Relations, StageStep
from crm.domain.partners import Arrival
from crm.domain.pipeline import PATH, Stage
from crm.domain.results import Arrivals, Figures, FirstReferrals, Reports, Visiting, Worth
from crm.domain.results_asked import Asked, Piece
from crm.store import results as store
from crm.store import results_arrivals, results_relations, results_steps, results_work
from crm.store.results import Tally
from crm.store.results_steps import StepCounts
from crm.store.results_terms import Scope

MANY = 3000
"""With more referrals than these in a period, going through all of them is faster than looking each up."""

ORDER = tuple(ReferralStep)
NOTHING = Tally(*(0 for _ in Tally._fields))


@dataclass(frozen=True, slots=True)
class Both:
    """The figures, and what all referrals of the period come to."""

    now: Figures
    before: Figures | None
    tally: Tally

    @property
    def are_many(self) -> bool:
        """Whether the period has very many referrals."""
        return self.tally.received > MANY


def both(session: Session, scope: Scope, before: Scope | None, asked: Asked) -> Both:
    """A period and, if there is one, the period it is compared with."""
    scopes = [scope, before] if before else [scope]
    wanted = [asked.now, asked.before][: len(scopes)]
    tallies = [store.tally(session, scope)]
    if before:
        tallies.append(store.tally(session, before) if Piece.TALLY in asked.before else NOTHING)
    any_of = asked.now | asked.before
    firsts = results_steps.firsts(session, scopes) if Piece.FIRST in any_of else [0] * len(scopes)
    arrived = results_arrivals.arrivals(session, scopes) if Piece.ARRIVALS in any_of else [{}] * len(scopes)
    found = [
        _figures(session, one, pieces, tally, first, _arrived(arrivals))
        for one, pieces, tally, first, arrivals in zip(scopes, wanted, tallies, firsts, arrived, strict=True)
    ]
    return Both(found[0], found[1] if before else None, tallies[0])


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


def _figures(
    session: Session, scope: Scope, pieces: Collection[Piece], tally: Tally, first: int, arrivals: Arrivals
) -> Figures:
    return Figures(
        period=scope.period,
        funnel=_funnel(tally, results_steps.steps(session, scope) if Piece.STEPS in pieces else None),
        relations=relations(session, scope) if Piece.RELATIONS in pieces else Relations(()),
        first=_until_first(session, scope) if Piece.UNTIL_FIRST in pieces else FirstReferrals.only(first),
        visiting=_visiting(tally, results_work.visits(session, scope) if Piece.VISITS in pieces else 0),
        reports=_reports(results_work.reports(session, scope) if Piece.REPORTS in pieces else (0, 0)),
        arrivals=arrivals,
        worth=_worth(tally, store.sessions(session, scope) if Piece.SESSIONS in pieces else (0, 0)),
    )


def _funnel(tally: Tally, counts: StepCounts | None) -> Funnel:
    reached = tally[: len(ORDER)]
    if counts is None:
        steps = (FunnelStep.only(step, count) for step, count in zip(ORDER, reached, strict=True))
        return Funnel(tuple(steps))
    stopped = [one - beyond for one, beyond in pairwise((*reached, 0))]
    found = tuple(_step(step, reached[n], stopped[n], counts) for n, step in enumerate(ORDER))
    return Funnel(found, days_to_contact=found[1].days, days_to_start=spread(counts.days[results_steps.TO_START]))


def _step(step: ReferralStep, reached: int, stopped: int, counts: StepCounts) -> FunnelStep:
    lost = sum(counts.lost[step].values())
    return FunnelStep(
        step=step,
        reached=Count(key(f"referral.{step}"), reached),
        lost=Count(key(f"referral.lost.{step}"), lost),
        waiting=Count(key(f"referral.waiting.{step}"), stopped - lost),
        reasons=_reasons(step, counts.lost[step]),
        days=spread(counts.days.get(step, {})),
    )


def _reasons(step: ReferralStep, lost: Mapping[str, int]) -> tuple[Reason, ...]:
    """The commonest first."""
    ordered = sorted(lost.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Reason(reason, Count(key(f"referral.because.{step}", reason), n)) for reason, n in ordered)


def _until_first(session: Session, scope: Scope) -> FirstReferrals:
    found = results_steps.until_first(session, scope)
    return FirstReferrals(
        count=Count(key("first"), found.touched + found.untouched),
        touched=Count(key("first.touched"), found.touched),
        untouched=Count(key("first.untouched"), found.untouched),
        touches=spread(found.spreads["touches"]),
        conversations=spread(found.spreads["conversations"]),
        days=spread(found.spreads["days_to_it"]),
    )


def _visiting(tally: Tally, visits: int) -> Visiting:
    return Visiting(
        visits=Count(key("visits"), visits),
        referrals=Count(key("visited"), tally.visited),
        expected=Money(key("visited.expected"), tally.visited_expected),
        booked=Money(key("visited.booked"), tally.visited_booked),
    )


def _worth(tally: Tally, sessions: tuple[int, int]) -> Worth:
    count, held = sessions
    return Worth(
        expected=Money(key("worth.expected"), tally.expected),
        booked=Money(key("worth.booked"), tally.booked),
        sessions=Count(key("sessions"), count),
        held=Money(key("sessions"), held),
    )


def _reports(counts: tuple[int, int]) -> Reports:
    on_time, judged = counts
    return Reports(Part(Count(key("reports.on_time"), on_time), Count(key("reports.judged"), judged)))


def _arrived(counts: Mapping[Arrival, int]) -> Arrivals:
    return Arrivals(*(Count(key(f"arrival.{kind}"), counts.get(kind, 0)) for kind in Arrival))
