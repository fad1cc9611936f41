"""The next follow-up with a provider: proposed by cadence, planned, and kept in `provider.next_due_on`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from crm.domain import cadence
from crm.domain.cadence import Happened, Proposal
from crm.domain.calendar import business_day_from
from crm.domain.followups import MISSED, SPOKEN, TITLES
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskOrigin, TaskState
from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services.acts import Act
from crm.store import tasks as store
from crm.store.tasks import PastTouch

LIVE = frozenset({TaskState.OPEN, TaskState.WAITING})
LOOK_BACK = 30
"""Touches that the cadence looks back over."""


@dataclass(frozen=True)
class NextStep:
    """What to do next. Without a title it gets the usual one of its kind."""

    kind: TaskKind
    due_on: date
    title: str = ""
    why: str = ""
    remarks: str = ""
    template_slug: str = ""


def happened(
    kind: ActivityKind, outcome: Outcome | None, before: Sequence[PastTouch], task_kind: TaskKind | None = None
) -> Happened:
    """What the cadence needs to know: the touch itself and its place among the earlier ones (newest first)."""
    since = next((n for n, touch in enumerate(before) if _was_conversation(touch)), None)
    unanswered = 0
    if outcome in MISSED:
        unanswered = 1 + next((n for n, touch in enumerate(before) if touch.outcome not in MISSED), len(before))
    return Happened(kind, outcome, task_kind, since, unanswered)


def propose(
    session: Session,
    provider: Provider,
    kind: ActivityKind,
    outcome: Outcome | None,
    *,
    today: date,
    touched_on: date | None = None,
    task_kind: TaskKind | None = None,
    stage: Stage | None = None,
    line_id: int | None = None,
    before: Sequence[PastTouch] | None = None,
) -> Proposal | None:
    """What to do next once this has happened. `stage` is the stage after it (default: the provider's).

    `line_id` is the touch's own line when it has been written already: it doesn't count among the earlier ones, which
    are read unless given as `before`.
    """
    assert provider.id is not None
    if before is None:
        before = store.recent_touches(session, [provider.id], limit=LOOK_BACK, but=line_id)[provider.id]
    event = happened(kind, outcome, before, task_kind)
    return from_event(stage or provider.stage, event, today=today, touched_on=touched_on, return_on=provider.return_on)


def from_event(
    stage: Stage, event: Happened, *, today: date, touched_on: date | None = None, return_on: date | None = None
) -> Proposal | None:
    """The same from values already read. A touch logged late never proposes a day in the past."""
    found = cadence.propose(stage, event, touched_on or today, return_on=return_on)
    if found is None or found.due_on >= today:
        return found
    return replace(found, due_on=business_day_from(today))


def plan(
    act: Act,
    provider: Provider,
    step: NextStep | Proposal,
    *,
    owner_id: int | None,
    origin: TaskOrigin = TaskOrigin.CADENCE,
    referral_id: int | None = None,
    activity_id: int | None = None,
) -> Task:
    """Put a follow-up on the list. Call `keep_next_due` when all are planned."""
    task = Task(
        provider_id=provider.id,
        practice_id=provider.practice_id,
        referral_id=referral_id,
        kind=step.kind,
        title=step.title.strip() or TITLES[step.kind],
        why=step.why,
        remarks=step.remarks if isinstance(step, NextStep) else "",
        due_on=step.due_on,
        first_due_on=step.due_on,
        origin=origin,
        origin_activity_id=activity_id,
        template_slug=step.template_slug,
        owner_id=owner_id,
        created_by=act.actor_id,
        created_at=act.now,
        sample=provider.sample,
    )
    act.insert(task)
    return task


def keep_next_due(act: Act, provider: Provider, tasks: Iterable[Task] | None = None) -> None:
    """Bring `provider.next_due_on` up to date with the tasks, which are asked for unless all open ones are given."""
    assert provider.id is not None
    if tasks is not None:
        act.update(provider, next_due_on=min((each.due_on for each in tasks if each.state in LIVE), default=None))
        return
    act.session.flush()
    act.update(provider, next_due_on=store.next_due_on(act.session, provider.id))


def _was_conversation(touch: PastTouch) -> bool:
    in_person = touch.kind in (ActivityKind.MEETING, ActivityKind.IN_SERVICE, ActivityKind.REPLY)
    return touch.outcome in SPOKEN or (in_person and touch.outcome in (None, Outcome.DONE))
