"""`handoff results`: what a period brought, in a few lines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.domain.conversion import Spread
    from crm.domain.results import Figures, Overview


PERIODS = (
    "this-month, last-month, this-quarter, last-quarter, this-year, last-year, last-12-months, all, "
    "2026-03 or 2026-01-01..2026-03-31."
)


@click.command(name="results")
@click.option("--period", "wanted", default="this-month", show_default=True, help=PERIODS)
@click.option("--compared", type=click.Choice(["before", "year", "none"]), default="before", show_default=True,
              help="With the period before, the same a year earlier, or nothing.")  # fmt: skip
@json_option
def command(wanted: str, compared: str, as_json: bool) -> None:
    """Show what a period brought: referrals, conversion, relationships, reports, money."""
    from crm.domain import calendar, periods
    from crm.domain.periods import Compared
    from crm.services import attribution, results

    with opened() as handoff, handoff.db.read() as session:
        zone = attribution.zone_of(session)
        today = calendar.local_day(clock(), zone)
        found = results.overview(session, periods.read(wanted, today), Compared(compared), today=today, zone=zone)
    if as_json:
        print_json(asdict(found))
        return
    for line in lines(found):
        click.echo(line)


def lines(found: Overview) -> list[str]:
    """The main figures, each with what it was in the period compared with."""
    title = f"{found.period.label}{', sample data' if found.is_sample else ''}"
    other = f" (in brackets: {found.before.period.label})" if found.before else ""
    now, before = _figures(found.now), _figures(found.before) if found.before else {}
    told = [f"  {name:34}{value}{f'  ({before[name]})' if before else ''}" for name, value in now.items()]
    return [title + other, *told, f"  {'Partners quiet today':34}{found.quiet.value}", *_warning(found)]


def _figures(figures: Figures) -> dict[str, str]:
    funnel = figures.funnel
    lost = sum(step.lost.value for step in funnel.steps)
    return {
        "Referrals received": str(funnel.steps[0].reached.value),
        "Contacted": str(funnel.steps[1].reached.value),
        "Scheduled": str(funnel.steps[2].reached.value),
        "Started": funnel.started.rate.words,
        "Completed or continuing": str(funnel.steps[4].reached.value),
        "Lost": str(lost),
        "Days to the first contact": _middle(funnel.days_to_contact),
        "Days to the start": _middle(funnel.days_to_start),
        "Providers first contacted": str(figures.relations.steps[0].reached.value),
        "of them partners by now": str(figures.relations.steps[-1].reached.value),
        "Touches to the first referral": _middle(figures.first.touches),
        "Visits": str(figures.visiting.visits.value),
        "Reports on time": figures.reports.on_time.rate.words,
        "Expected": _dollars(figures.worth.expected.cents),
        "Booked": _dollars(figures.worth.booked.cents),
    }


def _middle(spread: Spread) -> str:
    return "none" if spread.median is None else f"{spread.median:g} (median of {spread.n})"


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.0f}"


def _warning(found: Overview) -> list[str]:
    sources = found.sources
    if not sources.share.is_risk:
        return []
    return [f"  {sources.largest} sent {sources.share.largest} of {sources.share.whole}: a risk if they stop."]
