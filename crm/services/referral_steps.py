"""A referral's way from received to started, continuing, completed or lost: each step with its day and who took it."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from crm.domain import referrals as rules
from crm.domain.calendar import next_business_day
from crm.domain.errors import NotFound
from crm.domain.kinds import ActivityKind, Outcome, ReferralStatus, TaskKind, TaskState
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep
from crm.models.tasks import Task
from crm.services import acts, next_steps
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.store import tasks as task_store
from crm.store.engine import Database

ENDED = frozenset({ReferralStatus.LOST, ReferralStatus.COMPLETED})


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
    """As `change`, in the caller's transaction."""
    day = happened_on or max(act.today, referral.received_on)
    before = referral.status
    rules.check_change(
        before, status, reason=reason, happened_on=day, received_on=referral.received_on, today=act.today
    )
    said = rules.check_reason(reason)
    lost = {"lost_reason": said} if status is ReferralStatus.LOST else {"lost_reason": ""}
    act.update(referral, status=status, **lost, **_dates(referral, before, status, day))
    assert referral.id is not None
    act.insert(
        ReferralStep(
            referral_id=referral.id,
            status_from=before,
            status_to=status,
            happened_on=day,
            reason=said,
            actor_id=act.actor_id,
            created_at=act.now,
        )
    )
    _close_client_call(act, referral)
    _say(act, referral, f"is now {status.value}", said)


def mark_written(
    db: Database, referral_id: int, *, written_on: date, actor_id: int | None, now: datetime, today: date
) -> int:
    """The written referral is in hand."""
    with db.write() as session:
        referral = get(session, referral_id)
        rules.check_received(written_on, today)
        act = acts.begin(session, "referral", "Written referral in hand", actor_id=actor_id, now=now, today=today)
        act.update(referral, written_on=written_on)
        _say(act, referral, "is in writing now")
        return act.id


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


def _dates(referral: Referral, before: ReferralStatus, status: ReferralStatus, day: date) -> dict[str, date | None]:
    dates: dict[str, date | None] = {"ended_on": None} if before in ENDED else {}
    if column := rules.DATED.get(status):
        dates[column] = day
    if status in (ReferralStatus.SCHEDULED, ReferralStatus.STARTED) and referral.contacted_on is None:
        # Nobody is scheduled without having been spoken with.
        dates["contacted_on"] = day
    return dates


def _close_client_call(act: Act, referral: Referral) -> None:
    """Once a referral has moved on, nobody has to call the client for the first time."""
    assert referral.id is not None
    for task in task_store.live_of_referral(act.session, referral.id, TaskKind.CALL_CLIENT):
        act.close(task, state=TaskState.DONE)
    provider = act.session.get(Provider, referral.provider_id)
    if provider is not None:
        next_steps.keep_next_due(act, provider)


def _say(act: Act, referral: Referral, what: str, reason: str = "") -> None:
    provider = act.session.get_one(Provider, referral.provider_id)
    client = act.session.get_one(Client, referral.client_id)
    summary = f"Referral {client.code} {what}"
    act.record(provider, ActivityKind.REFERRAL, summary=summary, reason=reason, referral_id=referral.id)
