"""Agreements with organizations: proposed, agreed, renewed, ended, each step dated, undoable and reminded of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import agreements as rules
from crm.domain import money
from crm.domain.agreements import AgreementState, Dates
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, TaskKind, TaskOrigin, TaskState
from crm.models.agreements import Agreement, AgreementStep
from crm.models.providers import Provider
from crm.services import acts, agreement_terms, next_steps, touches
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.store import agreements as store
from crm.store import tasks
from crm.store.engine import Database

S = AgreementState
SAID: Mapping[AgreementState, str] = {
    S.IDEA: "noted",
    S.PROPOSED: "proposed",
    S.ACTIVE: "agreed",
    S.ENDED: "ended",
    S.DECLINED: "declined",
}


@dataclass(frozen=True)
class Move:
    """A change of state as somebody enters it. `value_cents` only where it changes.

    `seen` is how many steps there were when it was entered: a second press, or a second window, takes none.
    """

    state: AgreementState
    happened_on: date | None = None
    reason: str = ""
    ends_on: date | None = None
    renews_on: date | None = None
    value_cents: int | None = None
    seen: int | None = None


def get(session: Session, agreement_id: int) -> Agreement:
    """An agreement by id, put away or not; NotFound when there is none."""
    found = session.get(Agreement, agreement_id)
    if found is None:
        raise NotFound("This agreement isn't here any more.")
    return found


def create(
    db: Database,
    provider_id: int,
    form: Mapping[str, str],
    days: Mapping[str, date | None],
    move: Move,
    *,
    client_key: str | None = None,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> tuple[int, int | None]:
    """Note an agreement and where it stands. Gives its id and the change set; None when it was saved before."""
    with db.write() as session:
        if client_key and (known := store.by_client_key(session, client_key)):
            assert known.id is not None
            return known.id, None
        provider = touches.get_provider(session, provider_id)
        terms = agreement_terms.read(session, provider, form, days)
        act = acts.begin(session, "agreement", f"Agreement: {terms.title}", actor_id=actor_id, now=now, today=today)
        row = Agreement(
            provider_id=provider_id,
            **terms.columns,
            owner_id=provider.owner_id or actor_id,
            client_key=client_key,
            sample=provider.sample,
            created_by=actor_id,
            created_at=now,
            updated_at=now,
        )
        act.insert(row)
        assert row.id is not None
        if move.state is S.IDEA:
            _step(act, row, None, S.IDEA, today, "")
            _say(act, row, S.IDEA, "")
        else:
            move_in(act, row, move)
        return row.id, act.id


def update(
    db: Database,
    agreement_id: int,
    form: Mapping[str, str],
    days: Mapping[str, date | None],
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int | None:
    """Correct what it says; the reminder follows the days. None when nothing differs."""
    with db.write() as session:
        row = get(session, agreement_id)
        provider = touches.get_provider(session, row.provider_id)
        terms = agreement_terms.read(session, provider, form, {**days, "starts_on": row.starts_on})
        act = acts.begin(session, "agreement", f"Changed: {row.title}", actor_id=actor_id, now=now, today=today)
        before = _reminder(row)
        if not act.update(row, **terms.columns):
            act.drop()
            return None
        act.update(row, updated_at=now)
        _remind(act, row, before)
        act.record(provider, ActivityKind.AGREEMENT, summary=f"Corrected the agreement “{row.title}”")
        return act.id


def move(db: Database, agreement_id: int, move: Move, *, actor_id: int | None, now: datetime, today: date) -> int:
    """Take an agreement a step further; gives the change set to undo."""
    with db.write() as session:
        row = get(session, agreement_id)
        if move.seen is not None and move.seen != len(store.steps(session, agreement_id)):
            raise Invalid({"state": "A step was saved meanwhile: see below, and save again only if more happened."})
        label = f"{row.title}: {SAID[move.state]}"
        act = acts.begin(session, "agreement", label, actor_id=actor_id, now=now, today=today)
        move_in(act, row, move)
        return act.id


def move_in(act: Act, row: Agreement, move: Move) -> None:
    """As `move`, in the caller's transaction."""
    day = move.happened_on or act.today
    rules.check_move(row.state, move.state, reason=move.reason, starts_on=day)
    if move.state is not S.ACTIVE and day > act.today:
        raise Invalid({"happened_on": "This day is still to come."})
    before_state, before = row.state, _reminder(row)
    act.update(row, state=move.state, updated_at=act.now, **_columns(row, move, day))
    errors = rules.check_dates(_dates(row))
    if errors:
        raise Invalid(errors)
    _step(act, row, before_state, move.state, day, move.reason.strip())
    _remind(act, row, before)
    renewed = before_state is S.ACTIVE and move.state is S.ACTIVE
    _say(act, row, move.state, move.reason.strip(), renewed=renewed)


def archive(db: Database, agreement_id: int, *, away: bool, actor_id: int | None, now: datetime, today: date) -> int:
    """Put an agreement away with its reminder, or bring it back."""
    with db.write() as session:
        row = get(session, agreement_id)
        label = f"Put away: {row.title}" if away else f"Brought back: {row.title}"
        act = acts.begin(session, "agreement", label, actor_id=actor_id, now=now, today=today)
        before = _reminder(row)
        act.update(row, archived_at=now if away else None)
        _remind(act, row, before)
        summary = f"Agreement “{row.title}” {'put away' if away else 'brought back'}"
        act.record(act.session.get_one(Provider, row.provider_id), ActivityKind.AGREEMENT, summary=summary)
        return act.id


def _columns(row: Agreement, move: Move, day: date) -> dict[str, object]:
    """What a step sets beside the state."""
    value = {"value_cents": move.value_cents} if move.value_cents is not None else {}
    if move.state is S.PROPOSED:
        return {**value, "proposed_on": day, "closed_on": None, "closed_reason": ""}
    if move.state is S.ACTIVE:
        first = row.starts_on if row.state is S.ACTIVE and row.starts_on else day
        days = {"starts_on": first, "ends_on": move.ends_on, "renews_on": move.renews_on}
        return {**value, **days, "closed_on": None, "closed_reason": ""}
    return {"closed_on": day, "closed_reason": move.reason.strip()}


def _dates(row: Agreement) -> Dates:
    return Dates(row.starts_on, row.ends_on, row.renews_on, row.notice_days)


def _reminder(row: Agreement) -> rules.Reminder | None:
    return None if row.archived_at else rules.reminder(row.state, _dates(row), row.proposed_on)


def _remind(act: Act, row: Agreement, before: rules.Reminder | None) -> None:
    """Where what to be reminded of has changed, the old follow-up goes and the new one comes."""
    wanted = _reminder(row)
    if wanted == before:
        return
    assert row.id is not None
    for task in tasks.live_about(act.session, agreement_id=row.id):
        act.close(task, state=TaskState.CANCELLED)
    provider = act.session.get_one(Provider, row.provider_id)
    if wanted is not None:
        step = NextStep(TaskKind.AGREEMENT, max(wanted.due_on, act.today), f"{wanted.title}: {row.title}", wanted.why)
        task = next_steps.plan(act, provider, step, owner_id=row.owner_id, origin=TaskOrigin.CADENCE)
        act.update(task, agreement_id=row.id)
    next_steps.keep_next_due(act, provider)


def _step(
    act: Act, row: Agreement, before: AgreementState | None, after: AgreementState, day: date, reason: str
) -> None:
    assert row.id is not None
    act.insert(
        AgreementStep(
            agreement_id=row.id,
            state_from=before,
            state_to=after,
            happened_on=day,
            value_cents=row.value_cents,
            reason=reason,
            actor_id=act.actor_id,
            created_at=act.now,
        )
    )


def _say(act: Act, row: Agreement, state: AgreementState, reason: str, *, renewed: bool = False) -> None:
    provider = act.session.get_one(Provider, row.provider_id)
    worth = f", {money.show(row.value_cents)}" if row.value_cents and state in (S.PROPOSED, S.ACTIVE) else ""
    what = "renewed" if renewed else SAID[state]
    act.record(provider, ActivityKind.AGREEMENT, summary=f"Agreement “{row.title}” {what}{worth}", reason=reason)
