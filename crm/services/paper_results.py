"""Results on paper: what stands on the page for oneself, and on the page for a provider about their own clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from crm.documents import paper_results
from crm.documents.paper_results import Month, Monthly, Standing, Tile
from crm.documents.pdf import Sheet
from crm.domain import calendar, money, periods, results_words
from crm.domain.conversion import Rate
from crm.domain.figures import Part
from crm.domain.funnels import Funnel, FunnelStep, ReferralStep
from crm.domain.papers import TITLES, DocumentKind
from crm.domain.periods import Compared, Period, Preset
from crm.domain.results import Dimension, Figures, Overview
from crm.models.accounts import Business
from crm.services import partner_summaries, partners, results
from crm.services.paper_desk import Desk
from crm.services.partner_summaries import Entry, Summary
from crm.services.partners import QuietPartner

USUAL = {DocumentKind.MONTHLY_RESULTS: Preset.THIS_MONTH, DocumentKind.PARTNER_SUMMARY: Preset.THIS_QUARTER}
"""The period of a paper where none was asked for."""

MOST_SOURCES, MOST_QUIET, MONTHS = 7, 5, 12
ZONE = "America/Chicago"
STEPS = {
    ReferralStep.RECEIVED: "Received",
    ReferralStep.CONTACTED: "Contacted",
    ReferralStep.SCHEDULED: "Scheduled",
    ReferralStep.STARTED: "Started",
    ReferralStep.KEPT: "Completed or continuing",
}


def monthly(desk: Desk, slug: str) -> Sheet:
    """What a month or another period came to, on one page for oneself."""
    zone, today = _where(desk)
    period = _period(desk, today)
    found = results.overview(desk.session, period, Compared.BEFORE, today=today, zone=zone)
    quiet = partners.gone_quiet(desk.session, today, zone=zone, sample=found.is_sample, limit=MOST_QUIET)
    desk.facts |= {"period": period.slug, "days": period.label}
    return paper_results.monthly_sheet(
        desk.words(slug), desk.sender, desk.fields.trainer, _monthly(found, quiet), title=_title(desk, period)
    )


def partner(desk: Desk, slug: str) -> Sheet:
    """A provider's clients of a period, those who permit it. Refused where there are none."""
    _, today = _where(desk)
    period = _period(desk, today)
    assert desk.wish.provider_id is not None
    found = partner_summaries.of(desk.session, desk.wish.provider_id, period, today)
    desk.facts |= {"period": period.slug, "days": period.label, "clients": [entry.code for entry in found.entries]}
    standing = Standing(
        period=period.label,
        provider=desk.fields.provider.formal_name,
        made_on=_day(today),
        lines=[_client(entry) for entry in found.entries],
        withheld=withheld(found),
    )
    return paper_results.partner_sheet(
        desk.words(slug), desk.sender, desk.fields.trainer, standing, title=_title(desk, period)
    )


def withheld(found: Summary) -> str:
    """How many clients are left out, and why; empty where nobody is."""
    if not found.withheld:
        return ""
    who = "1 more client isn’t" if found.withheld == 1 else f"{found.withheld} more clients aren’t"
    return f"{who} listed: without a signed authorization to you, nothing about them leaves here."


def _where(desk: Desk) -> tuple[str, date]:
    """The business's zone, and the day it is there."""
    business = desk.session.get(Business, 1)
    zone = business.zone if business else ZONE
    return zone, calendar.local_day(desk.wish.now, zone)


def _period(desk: Desk, today: date) -> Period:
    return periods.read(desk.wish.period, today) if desk.wish.period else periods.of(USUAL[desk.kind], today)


def _title(desk: Desk, period: Period) -> str:
    return f"{TITLES[desk.kind]}: {period.label}"


def _monthly(found: Overview, quiet: Sequence[QuietPartner]) -> Monthly:
    first = next(((one.partner.display_name, one.quiet.days) for one in quiet), None)
    others = max(found.quiet.value - 1, 0)
    sources = sorted(found.ranking(Dimension.SOURCE).lines, key=lambda one: -one.started.whole.value)
    return Monthly(
        period=_compared(found),
        sentence=results_words.sentence(found.now.funnel.started.rate, first, others),
        tiles=_tiles(found.now, found.before),
        months=[Month(f"{one.month:%b}", one.received.value, one.started.value) for one in found.cohorts[-MONTHS:]],
        funnel=[_step(found.now.funnel, step) for step in found.now.funnel.steps],
        sources=[_source(one.label, one.started.rate) for one in sources[:MOST_SOURCES]],
        quiet=[(one.partner.display_name, f"{one.quiet.days:,}", one.action.title) for one in quiet],
        owed=_owed(found.now, found.before),
        notes=_notes(found),
        more_sources=_more(len(sources) + found.ranking(Dimension.SOURCE).rest_lines - MOST_SOURCES),
        more_quiet=_more(found.quiet.value - len(quiet)),
        is_sample=found.is_sample,
    )


def _compared(found: Overview) -> str:
    before = f", before: {found.before.period.label}" if found.before else ""
    return f"{found.period.label}{before}"


def _tiles(now: Figures, before: Figures | None) -> list[Tile]:
    received, started = now.funnel.started.whole, now.funnel.started
    return [
        Tile(f"{received.value:,}", "referrals received", f"{before.funnel.started.whole.value:,}" if before else ""),
        Tile(_rate(started), "started", _rate(before.funnel.started) if before else ""),
        Tile(
            f"{now.first.count.value:,}",
            "referred for the first time",
            f"{before.first.count.value:,}" if before else "",
        ),
        Tile(f"{now.visiting.visits.value:,}", "visits", f"{before.visiting.visits.value:,}" if before else ""),
        Tile(
            money.show(now.worth.expected.cents), "expected", money.show(before.worth.expected.cents) if before else ""
        ),
        Tile(
            money.show(now.worth.held.cents), "in sessions held", money.show(before.worth.held.cents) if before else ""
        ),
    ]


def _step(funnel: Funnel, step: FunnelStep) -> tuple[str, str, str, str]:
    whole = funnel.started.whole.value
    reached = f"{step.reached.value:,} of {whole:,}" if whole else "0"
    median = step.days.median
    return STEPS[step.step], reached, f"{step.lost.value:,}", f"{median:g}" if median is not None else ""


def _source(label: str, rate: Rate) -> tuple[str, str, str]:
    return label or "Not known", f"{rate.whole:,}", f"{rate.part:,}"


def _owed(now: Figures, before: Figures | None) -> list[tuple[str, str, str]]:
    """Reports on time, and what the period's referrals have brought."""
    return [
        ("Reports on time", _rate(now.reports.on_time), _rate(before.reports.on_time) if before else ""),
        (
            "Booked of referrals received",
            money.show(now.worth.booked.cents),
            money.show(before.worth.booked.cents) if before else "",
        ),
        ("Sessions held", f"{now.worth.sessions.value:,}", f"{before.worth.sessions.value:,}" if before else ""),
    ]


def _notes(found: Overview) -> list[str]:
    """What to bear in mind: too much from one source."""
    if not found.sources.share.is_risk:
        return []
    said = f"{found.sources.largest_count.value} of {found.sources.whole.value} referrals came from "
    return [f"{said}{found.sources.largest}: more than a quarter from one source is a risk."]


def _more(count: int) -> str:
    return f"and {count:,} more" if count > 0 else ""


def _rate(found: Part) -> str:
    return found.rate.words if found.whole.value else "none"


def _client(entry: Entry) -> tuple[str, str, str, str, str]:
    since = f" since {_day(entry.since_on)}" if entry.since_on and entry.stands == "In the program" else ""
    on = f", {_day(entry.since_on)}" if entry.since_on and not since else ""
    count = len(entry.delivered)
    delivered = f"{count}, the last on {_day(max(day for _, day in entry.delivered))}" if count else "none"
    upcoming = f"{entry.next_report[0]} {_day(entry.next_report[1])}" if entry.next_report else ""
    return entry.code, f"{entry.stands}{since}{on}", entry.sessions.words or "none", delivered, upcoming


def _day(value: date) -> str:
    return f"{value:%b} {value.day}"
