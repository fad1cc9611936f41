"""The first thing Results says: one sentence, and the few numbers that one looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crm.domain.figures import Count, Money, Part
from crm.domain.results import Figures, Overview
from crm.services.partners import QuietPartner
from crm.web import filters
from crm.web.results_partners import days_quiet


class Stat(NamedTuple):
    """A number with its name, what it is compared with, and the key of the rows behind it."""

    value: str
    name: str
    before: str
    key: str
    kind: str = ""


def sentence(found: Overview, quiet: Sequence[QuietPartner]) -> str:
    """ "Received 7, started 5; Dr. Shah quiet for 104 days"."""
    rate = found.now.funnel.started.rate
    said = f"Received {rate.whole:,}, started {rate.part:,}" if rate.whole else "No referral received"
    if not quiet:
        return f"{said}."
    others = f" and {filters.plural(found.quiet.value - 1, 'other')}" if found.quiet.value > 1 else ""
    return f"{said}; {days_quiet(quiet[0])}{others}."


def stats(found: Overview) -> list[Stat]:
    """The tiles."""
    now, before = found.now, found.before
    started, on_time = now.funnel.started, now.reports.on_time
    tiles = [
        _count("received", now.funnel.started.whole, before.funnel.started.whole if before else None),
        Stat(
            started.rate.words if started.whole.value else "0",
            "started",
            _rate(before.funnel.started) if before else "",
            started.part.key,
            "good" if started.part.value else "",
        ),
        _count("first referrals from a provider", now.first.count, before.first.count if before else None),
        _count("visits", now.visiting.visits, before.visiting.visits if before else None),
        _money("expected", now.worth.expected, before.worth.expected if before else None),
        _money("in sessions held", now.worth.held, before.worth.held if before else None),
    ]
    if on_time.whole.value:
        late = on_time.part.value < on_time.whole.value
        said = _on_time(before) if before else ""
        tiles.append(Stat(on_time.rate.words, "reports on time", said, on_time.whole.key, "warm" if late else "good"))
    return tiles


def _count(name: str, now: Count, before: Count | None) -> Stat:
    return Stat(f"{now.value:,}", name, f"{before.value:,}" if before else "", now.key if now.value else "")


def _money(name: str, now: Money, before: Money | None) -> Stat:
    said = filters.money(before.cents) if before else ""
    return Stat(filters.money(now.cents), name, said, now.key if now.cents else "")


def _on_time(before: Figures) -> str:
    return _rate(before.reports.on_time)


def _rate(found: Part) -> str:
    return found.rate.words if found.whole.value else "none"
