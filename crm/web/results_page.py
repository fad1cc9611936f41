"""What Results shows: read once for a period, then cut into tabs, each made of sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for
from sqlmodel import Session

from crm.domain.results import Dimension, Overview
from crm.domain.results_asked import EVERYTHING, Asked, Piece
from crm.domain.services import service_label
from crm.services import agreement_worth, partners, results
from crm.services.partners import QuietPartner, Suggestion
from crm.store import agreements, gifts
from crm.web import results_funnels as funnels
from crm.web import results_money as money
from crm.web import results_partners as sources
from crm.web import results_rankings as rankings
from crm.web.labels import label
from crm.web.results_period import Chosen
from crm.web.results_tables import Section

QUIET = 50
SUGGESTED = 10


@dataclass(frozen=True)
class Found:
    """What was asked for of a period. `has_any`: whether there is anything to show for some period."""

    overview: Overview
    has_any: bool
    quiet: Sequence[QuietPartner]
    suggested: Sequence[Suggestion]
    agreed: Sequence[tuple[str, int, str]]
    given: Mapping[str, int]


@dataclass(frozen=True)
class Tab:
    """A part of the page, what it asks for, how many of the quiet it names, and whether it breaks down by choice."""

    key: str
    text: str
    asked: Asked
    quiet: int = 1
    is_broken_down: bool = False


_TILES = frozenset({Piece.TALLY, Piece.FIRST, Piece.VISITS, Piece.SESSIONS, Piece.REPORTS})
_STANDING = frozenset({Piece.ARRIVALS, Piece.REPORTS})
_HELD = frozenset({Piece.TALLY, Piece.SESSIONS})
TABS = (
    Tab("", "Overview", Asked(_TILES | {Piece.STEPS, Piece.COHORTS, Piece.SOURCES}, _TILES), quiet=5),
    Tab(
        "funnels",
        "Funnels",
        Asked(frozenset({Piece.STEPS, Piece.COHORTS, Piece.RELATIONS, Piece.UNTIL_FIRST})),
    ),
    Tab("ways", "What works", Asked(frozenset({Piece.SEQUENCES, Piece.VISITS})), is_broken_down=True),
    Tab(
        "partners",
        "Partners",
        Asked(_STANDING | {Piece.SOURCES}, _STANDING, frozenset({Dimension.SOURCE})),
        quiet=QUIET,
    ),
    Tab(
        "money",
        "Money",
        Asked(_HELD | {Piece.VISITS}, _HELD, frozenset({Dimension.SOURCE, Dimension.SEQUENCE})),
    ),
)
WHOLE = Tab("", "", EVERYTHING, quiet=QUIET)
"""All parts at once, for exports."""


def read(session: Session, picked: Chosen, tab: Tab = WHOLE, dimension: Dimension | None = None) -> Found:
    """Ask for what a tab shows, `dimension` being the breakdown that was chosen; without a tab for everything."""
    asked = tab.asked
    if tab.is_broken_down and dimension:
        asked = replace(asked, rankings=asked.rankings | {dimension})
    overview = results.overview(
        session, picked.period, picked.compared, today=picked.today, zone=picked.zone, asked=asked
    )
    sample, money_too = overview.is_sample, tab is WHOLE or tab.key == "money"
    return Found(
        overview,
        results.has_any(session, sample=sample),
        partners.gone_quiet(session, picked.today, zone=picked.zone, sample=sample, limit=tab.quiet),
        _suggested(session, picked, sample=sample) if tab is WHOLE or tab.key == "partners" else (),
        _agreed(session, picked, sample=sample) if money_too else (),
        _given(session, picked, sample=sample) if money_too else {},
    )


def tab_of(key: str) -> Tab:
    """The part that an address names."""
    return next((tab for tab in TABS if tab.key == key), TABS[0])


def sections(found: Found) -> Mapping[str, tuple[Section, ...]]:
    """The sections of each tab."""
    return {key: tuple(make(found)) for key, make in _MAKE.items()}


def of_tab(found: Found, tab: Tab) -> Sequence[Section]:
    """What a tab shows."""
    return _MAKE[tab.key](found)


def everything(found: Found) -> list[Section]:
    """Each section once, in the order of the tabs, for a workbook."""
    return list({one.slug: one for made in sections(found).values() for one in made}.values())


def _overview(found: Found) -> list[Section]:
    return [funnels.months(found.overview.cohorts), funnels.referrals(found.overview.now.funnel)]


def _funnels(found: Found) -> list[Section]:
    now = found.overview.now
    return [
        funnels.referrals(now.funnel),
        funnels.cohorts(found.overview.cohorts),
        funnels.relations(now.relations),
        funnels.first(now.first),
    ]


def _ways(found: Found) -> list[Section]:
    ranked = [rankings.ranking(one) for one in found.overview.rankings]
    return [*ranked, rankings.sequences(found.overview.sequences), funnels.visiting(found.overview.now.visiting)]


def _partners(found: Found) -> list[Section]:
    one, before = found.overview, found.overview.before
    return [
        sources.quiet(found.quiet),
        sources.concentration(one.sources, one.ranking(Dimension.SOURCE), one.period.slug),
        sources.arrivals(one.now.arrivals, before.arrivals if before else None),
        sources.reports(one.now.reports, before.reports if before else None),
        sources.suggestions(found.suggested),
    ]


def _money(found: Found) -> list[Section]:
    one, before = found.overview, found.overview.before
    return [
        money.worth(one.now.worth, before.worth if before else None),
        money.visiting(one.now.visiting),
        money.by_provider(one.ranking(Dimension.SOURCE).lines),
        money.by_sequence(one.ranking(Dimension.SEQUENCE).lines),
        money.agreements(found.agreed),
        money.gifts(found.given),
    ]


_MAKE: Mapping[str, Callable[[Found], list[Section]]] = {
    "": _overview,
    "funnels": _funnels,
    "ways": _ways,
    "partners": _partners,
    "money": _money,
}


def _suggested(session: Session, picked: Chosen, *, sample: bool) -> Sequence[Suggestion]:
    return partners.might_refer_next(session, picked.today, limit=SUGGESTED, sample=sample)


def _agreed(session: Session, picked: Chosen, *, sample: bool) -> list[tuple[str, int, str]]:
    """What each running agreement comes to in the period, the largest first."""
    days = picked.period.first_on, min(picked.period.last_on, picked.today)
    if days[0] > days[1]:
        return []
    found = agreement_worth.value_of_each(session, *days, sample=sample)
    named = {one.id: f"{one.title or service_label(one.service_key)}, {one.name}" for one in agreements.lines(session)}
    ordered = sorted(found.items(), key=lambda each: -each[1])
    return [
        (named.get(key, "An agreement"), worth, url_for("agreements.show", agreement_id=key)) for key, worth in ordered
    ]


def _given(session: Session, picked: Chosen, *, sample: bool) -> dict[str, int]:
    """What was given away in the period, by kind, in cents."""
    found = gifts.totals(session, picked.period.first_on, picked.period.last_on, sample=sample)
    return {label(kind): cents for kind, cents in found.items()}
