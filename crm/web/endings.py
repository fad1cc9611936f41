"""How follow-ups can end, each with the next step that the cadence would plan: two taps, and no surprise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlmodel import Session

from crm.domain.followups import ACTIVITY_OF, outcomes_of
from crm.domain.kinds import ActivityKind, Outcome, TaskKind
from crm.domain.pipeline import Stage, implied_stage
from crm.services import next_steps
from crm.store import tasks as store
from crm.store.tasks import Line, PastTouch
from crm.web import filters, labels

WRITTEN = frozenset({ActivityKind.EMAIL, ActivityKind.LETTER})
CLIENT = {
    Outcome.CONVERSATION: ("Spoke with the client", "The referral moves on to contacted"),
    Outcome.LEFT_MESSAGE: ("Left a message", "Call again next business day"),
    Outcome.NO_ANSWER: ("No answer", "Call again next business day"),
}


class Ending(NamedTuple):
    """A button that closes a follow-up: the outcome, its words, and what comes next."""

    outcome: Outcome
    words: str
    follows: str


CLEARANCE = Ending(Outcome.DONE, "Asked again", "Comes back in five business days, until it is returned")
Endings = tuple[Ending, ...]


def endings_of(session: Session, lines: Sequence[Line], today: date) -> dict[int, Endings]:
    """The endings of every follow-up on a page, by its id; one query for all."""
    ids = list({line.provider_id for line in lines if line.provider_id is not None})
    before = store.recent_touches(session, ids)
    pasts = {provider_id: tuple(touches) for provider_id, touches in before.items()}
    return {
        line.id: _endings(line.kind, line.stage, line.return_on, pasts.get(line.provider_id or 0, ()), today)
        for line in lines
    }


class Sets(NamedTuple):
    """The different groups of endings on a page, and which of them each follow-up has, by its id."""

    groups: tuple[Endings, ...]
    of: dict[int, int]


def sets_of(endings: Mapping[int, Endings]) -> Sets:
    """Most follow-ups of a page end in the same few ways, so each way is printed once."""
    places: dict[Endings, int] = {}
    of = {key: places.setdefault(group, len(places)) for key, group in endings.items()}
    return Sets(tuple(places), of)


@lru_cache(maxsize=1024)
def _endings(
    kind: TaskKind, stage: Stage | None, return_on: date | None, before: tuple[PastTouch, ...], today: date
) -> Endings:
    """All that a follow-up's endings depend on: those with the same past share them."""
    if kind is TaskKind.CALL_CLIENT:
        return tuple(Ending(outcome, *CLIENT[outcome]) for outcome in outcomes_of(kind))
    if kind is TaskKind.CLEARANCE:
        return (CLEARANCE,)
    return tuple(
        Ending(outcome, _words(kind, outcome), _follows(kind, stage, return_on, outcome, before, today))
        for outcome in outcomes_of(kind)
    )


def _follows(
    kind: TaskKind,
    stage: Stage | None,
    return_on: date | None,
    outcome: Outcome,
    before: Sequence[PastTouch],
    today: date,
) -> str:
    activity = ACTIVITY_OF.get(kind)
    if activity is None or stage is None:
        return ""
    after = implied_stage(stage, activity, outcome, sample_sent=kind is TaskKind.SAMPLE)
    event = next_steps.happened(activity, outcome, before, kind)
    step = next_steps.from_event(after, event, today=today, return_on=return_on)
    return f"{step.title} · {filters.near_day(step.due_on, today)}" if step else "No next step"


def _words(kind: TaskKind, outcome: Outcome) -> str:
    if outcome is Outcome.DONE and ACTIVITY_OF.get(kind) in WRITTEN:
        return "Sent"
    return labels.label(outcome)
