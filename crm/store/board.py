"""The board's queries: the first cards of each stage, capped counts, conversion counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import ActivityKind, ReferralStatus
from crm.domain.pipeline import ASIDE, PATH, Stage
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.referrals import Referral

COUNT_CAP = 1000

provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
activity: sa.Table = Activity.__table__  # type: ignore[attr-defined]
referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]
ALIVE = provider.c.archived_at.is_(None)


class Card(NamedTuple):
    """What a card shows."""

    id: int
    display_name: str
    stage: Stage
    specialty: str
    practice_name: str
    city: str
    fit: int
    next_due_on: date | None
    last_touch_at: datetime | None
    last_touch_kind: ActivityKind | None
    last_referral_on: date | None
    return_on: date | None
    is_peer: bool


class Mark(NamedTuple):
    """Where a column's page ended: the due day of its last card (None once those with a next step are through)."""

    due_on: date | None
    fit: int
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some cards of a column, and where the next ones begin (None at the end)."""

    cards: Sequence[Card]
    after: Mark | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many providers got at least so far, each stopped at COUNT_CAP; `started` counts clients."""

    contacted: int
    introduced: int
    sample_sent: int
    referred: int
    started: int


COLUMNS = [provider.c[name] for name in Card._fields]


def first_pages(session: Session, limit: int, limit_aside: int) -> Mapping[Stage, Page]:
    """The top of every column in two queries: those with a next step, then the best of the rest where there is room."""
    limits = {stage: limit_aside if stage in ASIDE else limit for stage in Stage}
    found: dict[Stage, list[Card]] = {stage: [] for stage in Stage}
    _collect(session, found, limits, tuple(Stage), is_planned=True)
    _collect(session, found, limits, tuple(s for s in Stage if len(found[s]) <= limits[s]), is_planned=False)
    return {stage: _page(cards, limits[stage]) for stage, cards in found.items()}


def _collect(
    session: Session,
    found: dict[Stage, list[Card]],
    limits: Mapping[Stage, int],
    stages: tuple[Stage, ...],
    *,
    is_planned: bool,
) -> None:
    """Fill columns up to one card more than their limit."""
    if not stages:
        return
    for row in session.execute(_tops(stages, tuple(limits[stage] + 1 for stage in stages), is_planned)):
        card = Card(*row)
        if len(found[card.stage]) <= limits[card.stage]:
            found[card.stage].append(card)


@lru_cache(maxsize=256)
def _tops(stages: tuple[Stage, ...], limits: tuple[int, ...], is_planned: bool) -> sa.CompoundSelect[Any]:
    """Made once for each set of columns: building it takes longer than running it."""
    query = _planned if is_planned else _unplanned
    tops = [query(stage).limit(sa.literal_column(str(some))) for stage, some in zip(stages, limits, strict=True)]
    return sa.union_all(*(sa.select(top.subquery()) for top in tops))


def column(session: Session, stage: Stage, limit: int, after: Mark | None = None) -> Page:
    """Cards of a stage: first those with a next step, the most urgent on top, then the rest by fit."""
    cards = [] if after and after.due_on is None else _with_next_step(session, stage, limit + 1, after)
    if len(cards) <= limit:
        rest = after if after and after.due_on is None else None
        cards += _without(session, stage, limit + 1 - len(cards), rest)
    return _page(cards, limit)


def _page(cards: Sequence[Card], limit: int) -> Page:
    shown = cards[:limit]
    last = shown[-1] if len(cards) > limit else None
    return Page(shown, last and Mark(last.next_due_on, last.fit, last.id))


def _planned(stage: Stage) -> sa.Select[Any]:
    query = sa.select(*COLUMNS).where(provider.c.stage == _plain(stage), ALIVE, provider.c.next_due_on.is_not(None))
    return query.order_by(provider.c.next_due_on, provider.c.id)


def _unplanned(stage: Stage) -> sa.Select[Any]:
    query = sa.select(*COLUMNS).where(provider.c.stage == _plain(stage), ALIVE, provider.c.next_due_on.is_(None))
    return query.order_by(provider.c.fit.desc(), provider.c.id.desc())


def _plain(stage: Stage) -> sa.ColumnElement[str]:
    """The stage written into the statement, so that it needs no parameter. Values are ours, never a person's."""
    return sa.literal_column(f"'{stage.value}'", sa.String)


def _with_next_step(session: Session, stage: Stage, limit: int, after: Mark | None) -> list[Card]:
    query = _planned(stage)
    if after is not None:
        mark = sa.tuple_(sa.literal(after.due_on), sa.literal(after.id))
        query = query.where(sa.tuple_(provider.c.next_due_on, provider.c.id) > mark)
    return _cards(session, query.limit(limit))


def _without(session: Session, stage: Stage, limit: int, after: Mark | None) -> list[Card]:
    query = _unplanned(stage)
    if after is not None:
        mark = sa.tuple_(sa.literal(after.fit), sa.literal(after.id))
        query = query.where(sa.tuple_(provider.c.fit, provider.c.id) < mark)
    return _cards(session, query.limit(limit))


def _cards(session: Session, query: sa.Select[Any]) -> list[Card]:
    return [Card(*row) for row in session.execute(query)]


def counts(session: Session) -> Mapping[Stage, int]:
    """Providers in each stage, stopped at COUNT_CAP."""
    return {Stage(name): count for name, count in session.execute(_counts())}


@cache
def _counts() -> sa.CompoundSelect[Any]:
    some = {stage: _one().where(provider.c.stage == _plain(stage), ALIVE) for stage in Stage}
    return sa.union_all(*(sa.select(_plain(stage), _capped(query, COUNT_CAP)) for stage, query in some.items()))


def funnel(session: Session, counts: Mapping[Stage, int]) -> Funnel:
    """The plain conversion counts, from the counts by stage. Who stands aside counts for what they had reached."""
    further = [PATH[PATH.index(stage) :] for stage in (Stage.CONTACTED, Stage.INTRODUCED, Stage.SAMPLE_SENT)]
    reached = [sum(counts[stage] for stage in stages) for stages in further]
    if min(reached) < COUNT_CAP and any(counts[stage] for stage in ASIDE):
        left = _reached_before(session).values()
        reached = [n + sum(not was.isdisjoint(to) for was in left) for n, to in zip(reached, further, strict=True)]
    contacted, introduced, sample_sent = (min(COUNT_CAP, n) for n in reached)
    referred, started = (count for _, count in sorted(session.execute(_referred_and_started())))
    return Funnel(contacted, introduced, sample_sent, referred, started)


def _reached_before(session: Session) -> dict[int, set[Stage]]:
    """The stages that those who stand aside have left."""
    found: dict[int, set[Stage]] = {}
    for provider_id, stage in session.execute(_LEFT):
        found.setdefault(provider_id, set()).add(stage)
    return found


_SOME_ASIDE = sa.select(provider.c.id).where(provider.c.stage.in_(ASIDE), ALIVE).limit(COUNT_CAP).subquery()
_LEFT = (
    sa.select(activity.c.provider_id, activity.c.stage_from)
    .select_from(_SOME_ASIDE.join(activity, activity.c.provider_id == _SOME_ASIDE.c.id))
    .where(sa.text("activity.kind = 'stage'"), activity.c.stage_from.in_(PATH[1:]), activity.c.undone_at.is_(None))
)


@cache
def _referred_and_started() -> sa.CompoundSelect[Any]:
    steps = (_referred(), _started())
    return sa.union_all(
        *(sa.select(sa.literal_column(str(n)), _capped(step, COUNT_CAP)) for n, step in enumerate(steps))
    )


def _referred() -> sa.Select[Any]:
    return _one().where(provider.c.last_referral_on.is_not(None), ALIVE)


def _started() -> sa.Select[Any]:
    statuses = (ReferralStatus.STARTED, ReferralStatus.COMPLETED, ReferralStatus.CONTINUING, ReferralStatus.LOST)
    started = referral.c.started_on.is_not(None)
    return _one().where(referral.c.status.in_(statuses), started, referral.c.archived_at.is_(None))


def _one() -> sa.Select[Any]:
    return sa.select(sa.literal(1).label("one"))


def _capped(query: sa.Select[Any], cap: int) -> sa.ScalarSelect[int]:
    some = query.limit(sa.literal_column(str(cap))).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()
