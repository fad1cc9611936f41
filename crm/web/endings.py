"""How follow-ups can end, each with the next step that the cadence would plan: two taps, and no surprise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import Session

from crm.domain.followups import ACTIVITY_OF, outcomes_of
from crm.domain.kinds import ActivityKind, Outcome, TaskKind
from crm.domain.pipeline import implied_stage
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


def endings_of(session: Session, lines: Sequence[Line], today: date) -> dict[int, list[Ending]]:
    """The endings of every follow-up on a page, by its id; one query for all."""
    ids = list({line.provider_id for line in lines if line.provider_id is not None})
    before = store.recent_touches(session, ids)
    return {line.id: _endings(line, before.get(line.provider_id or 0, []), today) for line in lines}


def _endings(line: Line, before: Sequence[PastTouch], today: date) -> list[Ending]:
    if line.kind is TaskKind.CALL_CLIENT:
        return [Ending(outcome, *CLIENT[outcome]) for outcome in outcomes_of(line.kind)]
    return [Ending(outcome, _words(line.kind, outcome), _follows(line, outcome, before, today))
            for outcome in outcomes_of(line.kind)]  # fmt: skip


def _follows(line: Line, outcome: Outcome, before: Sequence[PastTouch], today: date) -> str:
    activity = ACTIVITY_OF.get(line.kind)
    if activity is None or line.stage is None:
        return ""
    stage = implied_stage(line.stage, activity, outcome, sample_sent=line.kind is TaskKind.SAMPLE)
    event = next_steps.happened(activity, outcome, before, line.kind)
    step = next_steps.from_event(stage, event, today=today, return_on=line.return_on)
    return f"{step.title} · {filters.near_day(step.due_on, today)}" if step else "No next step"


def _words(kind: TaskKind, outcome: Outcome) -> str:
    if outcome is Outcome.DONE and ACTIVITY_OF.get(kind) in WRITTEN:
        return "Sent"
    return labels.label(outcome)
