"""The first thing Results says: one sentence, and the few numbers that one looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crm.domain import results_words
from crm.domain.figures import Count, Money, Part
from crm.domain.results import Figures, Overview
from crm.services.partners import QuietPartner
from crm.web import filters


class Stat(NamedTuple):
    """A number with its name, what it is compared with, and the key of the rows behind it."""

    value: str
    name: str
    before: str
    key: str
    kind: str = ""


def sentence(found: Overview, quiet: Sequence[QuietPartner]) -> str:
    """ "Received 7, started 5; Dr. Shah quiet for 104 days"."""
    first = next(((one.partner.display_name, one.quiet.days) for one in quiet), None)
    return results_words.sentence(found.now.funnel.started.rate, first, max(found.quiet.value - 1, 0))


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
