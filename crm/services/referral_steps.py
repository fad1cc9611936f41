"""A referral's way from received to started, continuing, completed or lost: each step with its day and who took it."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from crm.domain import referrals as rules
from crm.domain.calendar import add_business_days, next_business_day
from crm.domain.errors import NotFound
from crm.domain.kinds import ActivityKind, Outcome, ReferralStatus, TaskKind, TaskOrigin, TaskState
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.tasks import Task
from crm.services import acts, next_steps, referral_rows, report_clock
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.store import referral_rows as rows
from crm.store import tasks as task_store
from crm.store.engine import Database

PAPER_DAYS = 3
"""Business days after which a verbal referral is asked for in writing."""


def change(
    db: Database,
    referral_id: int,
    status: ReferralStatus,
    *,
    happened_on: date | None = None,
    reason: str = "",
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Move a referral to another status with its day, and a reason when it is lost; gives the change set to undo."""
    with db.write() as session:
        referral = get(session, referral_id)
        label = f"Referral is {status.value}"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        change_in(act, referral, status, happened_on=happened_on, reason=reason)
        return act.id


def change_in(
    act: Act, referral: Referral, status: ReferralStatus, *, happened_on: date | None = None, reason: str = ""
) -> None:
    """As `change`, in the caller's transaction. The client's first and last day and what is owed follow."""
    day = happened_on or max(act.today, referral.received_on)
    before = referral.status
    rules.check_change(
        before, status, reason=reason, happened_on=day, received_on=referral.received_on, today=act.today
    )
    said = rules.check_reason(reason)
    client = act.session.get_one(Client, referral.client_id)
    act.update(referral, status=status, **_lost(before, status, said), **_dates(referral, before, status, day))
    referral_rows.add_step(act, referral, before, status, day, said)
    _keep_client(act, client, referral, before)
    _close(act, referral, TaskKind.CALL_CLIENT, TaskState.DONE)
    if status is ReferralStatus.LOST:
        _close(act, referral, TaskKind.WRITTEN_REFERRAL, TaskState.CANCELLED)
    elif before is ReferralStatus.LOST and referral.written_on is None:
        _ask_again(act, referral, client)
    _say(act, referral, f"is now {status.value}", said)
    report_clock.wind(act, client)


def correct_day(
    db: Database,
    referral_id: int,
    status: ReferralStatus,
    day: date,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int | None:
    """Put a step that was taken on another day; gives the change set to undo, None when nothing differs."""
    with db.write() as session:
        referral = get(session, referral_id)
        step = rows.last_step_to(session, referral_id, status)
        if step is None:
            raise NotFound("This step isn't there any more.")
        rules.check_day(referral_days(referral), status, day, today)
        if step.happened_on == day:
            return None
        label = f"Corrected the day of {status.value}"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        act.update(step, happened_on=day)
        column = rules.DATED[status]
        act.update(referral, **{column: day})
        client = act.session.get_one(Client, referral.client_id)
        _move_client_days(act, client, status, step_day=day, referral=referral)
        _say(act, referral, f"was {status.value} on {day:%b} {day.day}, {day.year} (corrected)")
        report_clock.wind(act, client)
        return act.id


def mark_written(
    db: Database, referral_id: int, *, written_on: date, actor_id: int | None, now: datetime, today: date
) -> int:
    """The written referral is in hand."""
    with db.write() as session:
        referral = get(session, referral_id)
        rules.check_received(written_on, today)
        act = acts.begin(session, "referral", "Written referral in hand", actor_id=actor_id, now=now, today=today)
        act.update(referral, written_on=written_on)
        _close(act, referral, TaskKind.WRITTEN_REFERRAL, TaskState.DONE)
        _say(act, referral, "is in writing now")
        return act.id


def paper_step(code: str, today: date) -> NextStep:
    """The follow-up that gets a verbal referral in writing."""
    return NextStep(
        TaskKind.WRITTEN_REFERRAL,
        add_business_days(today, PAPER_DAYS),
        f"Get the referral of {code} in writing",
        "It came by word only. The pad or a fax will do.",
    )


def after_call(act: Act, task: Task, outcome: Outcome | None) -> NextStep | None:
    """What follows a call to a referred client: contacted when reached, else another try."""
    referral = act.session.get(Referral, task.referral_id) if task.referral_id else None
    if task.kind is not TaskKind.CALL_CLIENT or referral is None:
        return None
    if outcome in (Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE):
        return NextStep(TaskKind.CALL_CLIENT, next_business_day(act.today), task.title, "Not reached yet: try again.")
    if referral.status is ReferralStatus.RECEIVED:
        change_in(act, referral, ReferralStatus.CONTACTED)
    return None


def get(session: Session, referral_id: int) -> Referral:
    """A referral by id; NotFound when it isn't there or was archived."""
    referral = session.get(Referral, referral_id)
    if referral is None or referral.archived_at is not None:
        raise NotFound("This referral isn't here any more.")
    return referral


def referral_days(referral: Referral) -> dict[ReferralStatus, date | None]:
    """The day of each status that a referral has reached."""
    days = {status: getattr(referral, column) for status, column in rules.DATED.items()}
    lost = referral.status is ReferralStatus.LOST
    days[ReferralStatus.COMPLETED if lost else ReferralStatus.LOST] = None
    return {ReferralStatus.RECEIVED: referral.received_on, **days}


def _lost(before: ReferralStatus, status: ReferralStatus, said: str) -> dict[str, object]:
    """Where it was lost, and why; forgotten when it is taken up again."""
    if status is ReferralStatus.LOST:
        return {"lost_reason": said, "lost_from": before}
    return {"lost_reason": "", "lost_from": None}


def _dates(referral: Referral, before: ReferralStatus, status: ReferralStatus, day: date) -> dict[str, date | None]:
    dates: dict[str, date | None] = {"ended_on": None} if before in rules.ENDED else {}
    if column := rules.DATED.get(status):
        dates[column] = day
    if status in (ReferralStatus.SCHEDULED, ReferralStatus.STARTED) and referral.contacted_on is None:
        # Nobody is scheduled without having been spoken with.
        dates["contacted_on"] = day
    return dates


def _keep_client(act: Act, client: Client, referral: Referral, before: ReferralStatus) -> None:
    """A client's own first and last day, as far as this referral tells."""
    assert referral.id is not None
    assert client.id is not None
    status = referral.status
    if status is ReferralStatus.STARTED and client.started_on is None:
        act.update(client, started_on=referral.started_on)
    if status not in rules.ENDED:
        if before in rules.ENDED or status is ReferralStatus.STARTED:
            act.update(client, ended_on=None)
        return
    was_client = client.started_on is not None and client.ended_on is None
    if was_client and referral.started_on is not None and not rows.open_of_client(act.session, client.id, referral.id):
        act.update(client, ended_on=referral.ended_on)


def _move_client_days(act: Act, client: Client, status: ReferralStatus, *, step_day: date, referral: Referral) -> None:
    """A corrected first or last day is the client's, too, where theirs came from this referral alone."""
    assert client.id is not None
    assert referral.id is not None
    others = rows.other_started(act.session, client.id, referral.id)
    if status is ReferralStatus.STARTED and not others:
        act.update(client, started_on=step_day)
    if status in rules.ENDED and client.ended_on is not None and not others:
        act.update(client, ended_on=step_day)


def _close(act: Act, referral: Referral, kind: TaskKind, state: TaskState) -> None:
    """Close the open follow-ups of a kind about a referral: nobody has to do them any more."""
    assert referral.id is not None
    for task in task_store.live_about(act.session, referral_id=referral.id, kind=kind):
        act.close(task, state=state)
    provider = act.session.get(Provider, referral.provider_id)
    if provider is not None:
        next_steps.keep_next_due(act, provider)


def _ask_again(act: Act, referral: Referral, client: Client) -> None:
    """A verbal referral that is taken up again still wants its paper."""
    provider = act.session.get_one(Provider, referral.provider_id)
    plan_paper(act, provider, referral, client.code)
    next_steps.keep_next_due(act, provider)


def plan_paper(act: Act, provider: Provider, referral: Referral, code: str) -> None:
    """Put the follow-up for the paper on the list."""
    owner_id = provider.owner_id or act.actor_id
    planned = next_steps.plan(
        act,
        provider,
        paper_step(code, act.today),
        owner_id=owner_id,
        origin=TaskOrigin.REFERRAL,
        referral_id=referral.id,
    )
    act.update(planned, client_id=referral.client_id)


def _say(act: Act, referral: Referral, what: str, reason: str = "") -> None:
    provider = act.session.get_one(Provider, referral.provider_id)
    client = act.session.get_one(Client, referral.client_id)
    summary = f"Referral {client.code} {what}"
    act.record(provider, ActivityKind.REFERRAL, summary=summary, reason=reason, referral_id=referral.id)
