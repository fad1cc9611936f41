"""Logging what happened with a provider: the timeline, the stage it shows, the follow-ups it settles, the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from crm.domain.cadence import Proposal
from crm.domain.errors import Invalid, NotFound
from crm.domain.followups import OUTCOMES, SPOKEN, Fate, fate
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome, TaskKind, TaskState
from crm.domain.pipeline import Stage, implied_stage
from crm.domain.sequences import StopReason
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import acts, next_steps, planned_visits, sequence_stops, stages
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.store import enrollments
from crm.store import tasks as store
from crm.store.engine import Database
from crm.store.tasks import PastTouch
from crm.store.touches import last_touches

TO_COME = "This day is still to come. Plan it as a follow-up instead."
IN_PERSON = frozenset({ActivityKind.MEETING, ActivityKind.IN_SERVICE})
BY_HAND = frozenset({*OUTCOMES, ActivityKind.NOTE, ActivityKind.REPLY})


@dataclass(frozen=True)
class Touch:
    """What happened. `day` is its day in the person's zone (default: today), `client_key` the phone's own key."""

    kind: ActivityKind
    outcome: Outcome | None = None
    body: str = ""
    summary: str = ""
    happened_at: datetime | None = None
    day: date | None = None
    contact_id: int | None = None
    client_key: str | None = None
    sample_sent: bool = False


@dataclass(frozen=True)
class Logged:
    """What logging did. `is_repeat` means that the same entry had arrived before and nothing was written."""

    activity_id: int
    change_set_id: int | None
    stage: Stage | None = None
    next_task: Task | None = None
    is_repeat: bool = False


@dataclass(frozen=True)
class Known:
    """What logging asks about a provider, read for many at once: their open follow-ups and their earlier touches."""

    in_sequence: bool
    live: Sequence[Task]
    before: Sequence[PastTouch]


def known(session: Session, provider_ids: Sequence[int], *, but: Sequence[int]) -> dict[int, Known]:
    """The same for each of these providers; `but` are lines of touches that are only being logged."""
    running = enrollments.running_among(session, provider_ids)
    live = store.live_among(session, provider_ids)
    before = last_touches(session, provider_ids, next_steps.LOOK_BACK, but=but)
    return {each: Known(each in running, live[each], before[each]) for each in provider_ids}


def log(
    db: Database,
    provider_id: int,
    touch: Touch,
    *,
    next_step: NextStep | None = None,
    propose: bool = True,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> Logged:
    """Log a call, visit, note, meeting, in-service talk, letter or reply, and plan the next step.

    Without a `next_step` the cadence's proposal is planned, unless `propose` is False.
    """
    check(touch, now)
    if touch.day and touch.day > today:
        raise Invalid({"happened_on": TO_COME})
    with db.write() as session:
        if repeat := _arrived_before(session, touch.client_key):
            return repeat
        provider = get_provider(session, provider_id)
        label = f"Logged with {provider.display_name}"
        act = acts.begin(session, "log", label, actor_id=actor_id, now=now, today=today)
        return log_in(act, provider, touch, next_step=next_step, propose=propose)


def log_in(
    act: Act,
    provider: Provider,
    touch: Touch,
    *,
    next_step: NextStep | None = None,
    propose: bool = True,
    task: Task | None = None,
    line: Activity | None = None,
    known: Known | None = None,
    visit: Visit | None = None,
) -> Logged:
    """As `log`, in the caller's transaction. `task` is the follow-up that this completes; `line` the touch's line
    where it is on the timeline already; `known` what was read before, so that nothing more need be asked; `visit` the
    one that this was, where it is known.
    """
    after = implied_stage(provider.stage, touch.kind, touch.outcome, sample_sent=_sample_sent(touch, task))
    # Proposed before the touch is written, so that it doesn't count among the earlier ones.
    proposes = propose and not (_goes_on(act, provider, known) and _ends_sequence(touch) is None)
    step = next_step or (_proposal(act, provider, touch, after, task, line, known) if proposes else None)
    activity = line or _record(act, provider, touch, task)
    moved = after if after is not provider.stage else None
    if moved:
        stages.move_in(act.session, provider, moved, act.recorder, actor_id=act.actor_id, now=act.now)
    settle(act, provider, touch.kind, touch.outcome, but=task, live=known.live if known else None)
    _end_sequence(act, provider, touch, activity)
    planned_visits.made(act, provider, activity, visit=visit, task=task, day=touch.day)
    owner_id = (task.owner_id if task else None) or provider.owner_id or act.actor_id
    planned = next_steps.plan(act, provider, step, owner_id=owner_id, activity_id=activity.id) if step else None
    open_now = None if known is None else [*known.live, *([planned] if planned else [])]
    next_steps.keep_next_due(act, provider, open_now)
    assert activity.id is not None
    return Logged(activity.id, act.id, moved, planned)


def settle(
    act: Act,
    provider: Provider,
    kind: ActivityKind,
    outcome: Outcome | None = None,
    *,
    but: Task | None = None,
    live: Sequence[Task] | None = None,
) -> None:
    """Close the open follow-ups (`live`, else asked for) that this touch does or makes out of date. `but` is the one
    being completed.
    """
    assert provider.id is not None
    if kind not in TOUCHES and kind is not ActivityKind.REFERRAL:
        return
    for task in store.live_of(act.session, provider.id) if live is None else live:
        if but is not None and task.id == but.id:
            continue
        what = fate(task.kind, task.origin, task.due_on, kind, act.today)
        if what is Fate.DONE:
            act.close(task, state=TaskState.DONE, outcome=outcome)
        elif what is Fate.OUTDATED:
            act.close(task, state=TaskState.CANCELLED)


def _goes_on(act: Act, provider: Provider, known: Known | None) -> bool:
    """Whether a sequence has the next step already, so that none need be proposed."""
    assert provider.id is not None
    if known is not None:
        return known.in_sequence
    return sequence_stops.running_of(act.session, provider.id) is not None


def _ends_sequence(touch: Touch) -> StopReason | None:
    """They answered, or we spoke: from here on a person decides what comes next."""
    if touch.kind is ActivityKind.REPLY:
        return StopReason.REPLIED
    in_person = touch.kind in IN_PERSON and touch.outcome in (None, Outcome.DONE)
    return StopReason.CONVERSATION if touch.outcome in SPOKEN or in_person else None


def _end_sequence(act: Act, provider: Provider, touch: Touch, activity: Activity) -> None:
    reason = _ends_sequence(touch)
    if reason is None:
        return
    assert provider.id is not None
    evidence = {"activity_id": activity.id, "outcome": touch.outcome.value if touch.outcome else ""}
    sequence_stops.stop_for_provider(
        act.session,
        provider.id,
        reason,
        evidence=evidence,
        actor_id=act.actor_id,
        now=act.now,
        recorder=act.recorder,
    )


def correct(act: Act, provider: Provider, touch: Touch, line: Activity) -> None:
    """A touch that is on the timeline went otherwise than was said first: what follows from that, follows now.

    The stage only ever goes forward; `line` is brought to what the touch says.
    """
    stages.advance(act.session, provider, touch.kind, touch.outcome, act.recorder, actor_id=act.actor_id, now=act.now)
    _end_sequence(act, provider, touch, line)
    act.update(line, outcome=touch.outcome, body=touch.body, contact_id=touch.contact_id)


def take(act: Act, task_id: int | None) -> Task | None:
    """Close the follow-up that a sent message was written for; None where it is gone or closed already."""
    task = act.session.get(Task, task_id) if task_id else None
    if task is None or task.state not in (TaskState.OPEN, TaskState.WAITING):
        return None
    act.close(task, state=TaskState.DONE, outcome=Outcome.DONE)
    return task


def check(touch: Touch, now: datetime) -> None:
    """Invalid for what can't be logged by hand."""
    if touch.kind not in BY_HAND:
        raise Invalid({"kind": "Choose what happened: a call, a visit, a note or one of the others."})
    if touch.kind is ActivityKind.NOTE and not touch.body.strip():
        raise Invalid({"body": "Write the note."})
    if touch.outcome and touch.outcome not in (*OUTCOMES.get(touch.kind, ()), Outcome.DONE):
        raise Invalid({"outcome": "Choose how it went."})
    if touch.happened_at and touch.happened_at > now:
        raise Invalid({"happened_on": TO_COME})


def get_provider(session: Session, provider_id: int) -> Provider:
    """A provider by id; a merged one leads to the one it was merged into. NotFound when there is none."""
    provider = session.get(Provider, provider_id)
    while provider is not None and provider.merged_into_id is not None:
        provider = session.get(Provider, provider.merged_into_id)
    if provider is None:
        raise NotFound("This provider isn't here any more.")
    return provider


def _arrived_before(session: Session, client_key: str | None) -> Logged | None:
    if not client_key:
        return None
    found = session.exec(select(Activity).where(Activity.client_key == client_key)).first()
    if found is None:
        return None
    assert found.id is not None
    return Logged(found.id, found.change_set_id, is_repeat=True)


def _proposal(
    act: Act,
    provider: Provider,
    touch: Touch,
    after: Stage,
    task: Task | None,
    line: Activity | None,
    known: Known | None,
) -> Proposal | None:
    return next_steps.propose(
        act.session,
        provider,
        touch.kind,
        touch.outcome,
        today=act.today,
        touched_on=touch.day,
        task_kind=TaskKind.SAMPLE if _sample_sent(touch, task) else task.kind if task else None,
        stage=after,
        line_id=line.id if line else None,
        before=known.before if known else None,
    )


def _record(act: Act, provider: Provider, touch: Touch, task: Task | None) -> Activity:
    return act.record(
        provider,
        touch.kind,
        happened_at=_when(act, touch),
        outcome=touch.outcome,
        summary=touch.summary or (task.title if task else ""),
        body=touch.body.strip(),
        contact_id=touch.contact_id,
        task_id=task.id if task else None,
        referral_id=task.referral_id if task else None,
        client_key=touch.client_key or None,
    )


def _when(act: Act, touch: Touch) -> datetime:
    """The instant: the one given, else now or, for an earlier day, the same time on that day."""
    if touch.happened_at is not None or touch.day is None:
        return touch.happened_at or act.now
    return act.now - max(act.today - touch.day, timedelta(0))


def _sample_sent(touch: Touch, task: Task | None) -> bool:
    return touch.sample_sent or (task is not None and task.kind is TaskKind.SAMPLE and touch.kind in TOUCHES)
