"""How referrals became clients and providers became partners: funnels, months, and what a first referral took."""

from __future__ import annotations

from collections.abc import Sequence

from crm.charts import cohorts as cohort_chart
from crm.charts import columns as column_chart
from crm.charts import funnel as funnel_chart
from crm.domain.figures import Count, Part
from crm.domain.funnels import Funnel, FunnelStep, ReferralStep, Relations
from crm.domain.results import Cohort, FirstReferrals, Visiting
from crm.web import filters
from crm.web.labels import label
from crm.web.results_tables import Cell, Head, Kind, Section, count, number, part, spread, words

STEPS = {
    ReferralStep.RECEIVED: "Received",
    ReferralStep.CONTACTED: "Contacted",
    ReferralStep.SCHEDULED: "Scheduled",
    ReferralStep.STARTED: "Started",
    ReferralStep.KEPT: "Completed or continuing",
}
MONTHS = 12
"""Months in a picture; the table has them all."""

N, R, S = Kind.NUMBER, Kind.RATE, Kind.SPREAD


def referrals(found: Funnel) -> Section:
    """From received to completed or continuing."""
    received = found.step(ReferralStep.RECEIVED).reached
    steps = [funnel_chart.Step(STEPS[one.step], one.reached.value, _remark(one)) for one in found.steps]
    heads = (Head("Step"), Head("Came as far", R), Head("Lost here", N), Head("Why"), Head("Waiting here", N))
    lines = tuple(
        (
            words(STEPS[one.step]),
            part(Part(one.reached, received)),
            count(one.lost),
            _reasons(one),
            count(one.waiting) if one.step is not ReferralStep.KEPT else number(None),
            spread(one.days),
        )
        for one in found.steps
    )
    return Section(
        "referrals",
        "From referral to client",
        (*heads, Head("Since the step before", S)),
        lines if received.value else (),
        funnel_chart.svg(steps, "From referral to client") if received.value else funnel_chart.svg([], "Referrals"),
        means="Referrals received in the period, as far as they have come until today.",
        empty="No referral was received in this period.",
    )


def relations(found: Relations) -> Section:
    """From the first contact to partner."""
    first = found.steps[0].reached if found.steps else Count("", 0)
    steps = [funnel_chart.Step(label(one.stage), one.reached.value) for one in found.steps]
    lines = tuple(
        (words(label(one.stage)), part(Part(one.reached, first)), number(_dropped(found, n)), spread(one.days))
        for n, one in enumerate(found.steps)
    )
    heads = (Head("Stage"), Head("Came as far", R), Head("Not so far", N), Head("Since the stage before", S))
    return Section(
        "relations",
        "From first contact to partner",
        heads,
        lines if first.value else (),
        funnel_chart.svg(steps if first.value else [], "From first contact to partner"),
        means="Providers first contacted in the period, by the stages they have reached until today.",
        empty="Nobody was contacted for the first time in this period.",
    )


def months(found: Sequence[Cohort]) -> Section:
    """Received and started, month by month."""
    columns = [column_chart.Column(_short(one), one.received.value, one.started.value) for one in found[-MONTHS:]]
    heads = (Head("Month"), Head("Received", N), Head("Started so far", N))
    return Section(
        "months",
        "Referrals by month",
        heads,
        tuple((words(_long(one)), count(one.received), count(one.started)) for one in reversed(found)),
        column_chart.svg(columns, "Referrals by month", other="started"),
        means="Solid: received in the month. Outlined: those of them who have started since.",
        folded=True,
    )


def cohorts(found: Sequence[Cohort]) -> Section:
    """Started of received by month, within 30 and 90 days and at all."""
    shown = [cohort_chart.Line(_short(one), one.started_90.rate, one.open_90.value) for one in found[-MONTHS:]]
    heads = (
        Head("Month"),
        Head("Received", N),
        Head("Started within 30 days", R),
        Head("30 days not over", N),
        Head("Started within 90 days", R),
        Head("90 days not over", N),
        Head("Started so far", R),
    )
    lines = tuple(
        (
            words(_long(one)),
            count(one.received),
            part(one.started_30),
            count(one.open_30),
            part(one.started_90),
            count(one.open_90),
            part(one.at_all),
        )
        for one in reversed(found)
    )
    return Section(
        "cohorts",
        "Started, by the month received",
        heads,
        lines,
        cohort_chart.svg(shown, "Started within 90 days, by the month received"),
        means="The picture shows who started within 90 days, and how far each share may be off. "
        "A month counts only referrals whose days are over.",
    )


def first(found: FirstReferrals) -> Section:
    """What it took until a provider's first referral."""
    lines = (
        (words("Touches of any kind"), spread(found.touches, "")),
        (words("Conversations"), spread(found.conversations, "")),
        (words("Days since the first touch"), spread(found.days, "")),
    )
    said = f"{filters.plural(found.count.value, 'provider')} referred for the first time"
    untouched = f", {found.untouched.value} of them without a touch before" if found.untouched.value else ""
    return Section(
        "first",
        "Until the first referral",
        (Head("Until then"), Head("Middle", S)),
        lines if found.touched.value else (),
        means=f"{said}{untouched}.",
        empty=f"{said}{untouched}." if found.count.value else "Nobody referred for the first time in this period.",
    )


def visiting(found: Visiting) -> Section:
    """What visits led to."""
    per = found.per_visit
    lines = (
        (words("Visits"), count(found.visits)),
        (words("Referrals with a visit before them"), count(found.referrals)),
        (words("Referrals for each visit"), number(per, f"{per:.2f}" if per is not None else "")),
    )
    return Section(
        "visiting",
        "Visits",
        (Head("Visiting"), Head("In this period", N)),
        lines if found.visits.value or found.referrals.value else (),
        means="A visit logged for several people at once is one visit. Referrals may come from earlier visits.",
        empty="No visit and no referral after one in this period.",
    )


def _reasons(step: FunnelStep) -> Cell:
    said = [f"{one.reason or 'no reason given'} {one.count.value}" for one in step.reasons]
    return words(", ".join(said))


def _remark(step: FunnelStep) -> str:
    lost = f"{step.lost.value:,} lost here" if step.lost.value else ""
    median = step.days.median
    after = f"after {median:g} {'day' if median == 1 else 'days'}" if median is not None else ""
    return ", ".join(filter(None, (lost, after)))


def _dropped(found: Relations, place: int) -> int | None:
    """How many came to the stage before and no further."""
    return found.steps[place - 1].reached.value - found.steps[place].reached.value if place else None


def _short(one: Cohort) -> str:
    return f"{one.month:%b}" if one.month.month != 1 else f"{one.month:%b} ’{one.month:%y}"


def _long(one: Cohort) -> str:
    return f"{one.month:%B} {one.month.year}"
