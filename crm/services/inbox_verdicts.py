"""What a person says about a received message, each in one step and, where that can be, with a way back."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from crm.domain import emails, pipeline
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.inbox import InboxVerdict, LinkedBy
from crm.domain.kinds import ActivityKind, InboundKind, Outcome
from crm.domain.mail_kinds import InboundState
from crm.domain.pipeline import Stage
from crm.domain.sequences import StopReason
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import acts, inbound_effects, sequence_stops, stages, standing_aside, touches
from crm.services.acts import Act
from crm.services.days import today_of
from crm.store import inbound as store
from crm.store import suppressions
from crm.store.engine import Database

LEFT_BY_EFFECTS = ("effect", "state", "activity_id", "settled_at", "settled_by")


def positive(db: Database, inbound_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """They are interested: a real conversation, so the stage moves on and a sequence ends. Gives the change set."""
    with db.write() as session:
        act, row, provider = _begin(session, inbound_id, "Marked a reply as positive", actor_id, now)
        after = pipeline.implied_stage(provider.stage, ActivityKind.REPLY, Outcome.CONVERSATION)
        if after is not provider.stage:
            stages.move_in(session, provider, after, act.recorder, actor_id=actor_id, now=now)
        _stop(act, row, provider, StopReason.REPLIED)
        _note(act, row, provider, "Positive reply")
        _settle(act, row, InboxVerdict.POSITIVE)
        return act.id


def not_now(
    db: Database, inbound_id: int, return_on: date | None, *, actor_id: int | None, now: datetime
) -> int | None:
    """They ask to be left alone until a day: they stand aside until then. Raises Invalid for the day."""
    with db.write() as session:
        act, row, provider = _begin(session, inbound_id, "Marked a reply as “not now”", actor_id, now)
        reason = "Asked by e-mail to come back later"
        pipeline.check_move(Stage.NOT_NOW, reason=reason, return_on=return_on, today=act.today)
        _stop(act, row, provider, StopReason.STAGE_ASIDE)
        stages.move_in(
            session,
            provider,
            Stage.NOT_NOW,
            act.recorder,
            reason=reason,
            return_on=return_on,
            actor_id=actor_id,
            now=now,
        )
        standing_aside.settle(act, provider)
        _settle(act, row, InboxVerdict.NOT_NOW)
        return act.id


def wrong_person(db: Database, inbound_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """The address is not the provider's: it is taken off, and the sequence ends. Gives the change set."""
    with db.write() as session:
        act, row, provider = _begin(session, inbound_id, "Marked a reply as from the wrong person", actor_id, now)
        _stop(act, row, provider, StopReason.REPLIED)
        wrong = {row.from_address, _written_to(session, row)}
        if provider.email and provider.email in wrong:
            gone = provider.email
            _set_address(act, provider, "", f"The wrong person's e-mail taken off: {gone}")
        else:
            _note(act, row, provider, f"Not the right person: {row.from_address}")
        _settle(act, row, InboxVerdict.WRONG_PERSON)
        return act.id


def unsubscribe(db: Database, inbound_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """They want no more mail: the address is suppressed for good, so there is no undo. Works unassigned as well."""
    with db.write() as session:
        row = _get(session, inbound_id)
        inbound_effects.opt_out(session, row, actor_id=actor_id, now=now)
        row.wants_out, row.state, row.verdict = True, InboundState.DONE, InboxVerdict.UNSUBSCRIBE
        row.settled_at, row.settled_by = now, actor_id
        session.add(row)
        return None


def done(db: Database, inbound_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """Nothing is to be done. Said of unassigned mail, later mail of the same sender doesn't ask again."""
    with db.write() as session:
        act, row = _open(session, inbound_id, "Settled a message", actor_id, now)
        _settle(act, row, InboxVerdict.DONE)
        return act.id


def reopen(db: Database, inbound_id: int, *, actor_id: int | None, now: datetime) -> int | None:
    """Put it among those that wait for a person again."""
    with db.write() as session:
        act, row = _open(session, inbound_id, "Opened a message again", actor_id, now)
        act.update(row, state=InboundState.OPEN, verdict="", settled_at=None, settled_by=None)
        return act.id


def assign(
    db: Database,
    inbound_id: int,
    provider_id: int,
    *,
    keep_address: bool = False,
    actor_id: int | None,
    now: datetime,
) -> int | None:
    """Say whose message it is; what it means for them happens now. `keep_address` makes the sender's address theirs
    where they have none. Gives the change set that undoes it, as far as that goes."""
    with db.write() as session:
        row = _get(session, inbound_id)
        if row.provider_id is not None:
            raise Refused("assigned", "This message belongs to somebody already.")
        provider = touches.get_provider(session, provider_id)
        act, row = _open(session, inbound_id, f"Assigned a message to {provider.display_name}", actor_id, now)
        act.update(
            row, provider_id=provider.id, linked_by=LinkedBy.HAND.value, answers_id=_reported_on(session, row, provider)
        )
        if keep_address and not provider.email and _is_address(row.from_address):
            _set_address(act, provider, row.from_address, f"E-mail found: {row.from_address}")
        _apply(act, row)
        return act.id


def correct_address(db: Database, inbound_id: int, address: str, *, actor_id: int | None, now: datetime) -> int | None:
    """Another address for one that bounced; the old one stays suppressed. Raises Invalid for `address`."""
    with db.write() as session:
        act, row, provider = _begin(session, inbound_id, "Corrected an e-mail address", actor_id, now)
        normal = emails.normalise(address, field="address")
        if not normal:
            raise Invalid({"address": "Write the address that works."})
        if suppressions.by_address(session, normal) is not None:
            raise Invalid({"address": f"{normal} gets no mail from you any more; give another one."})
        _set_address(act, provider, normal, f"E-mail corrected: {provider.email or 'none'} is now {normal}")
        _settle(act, row, InboxVerdict.CORRECTED)
        return act.id


def _begin(
    session: Session, inbound_id: int, label: str, actor_id: int | None, now: datetime
) -> tuple[Act, InboundMessage, Provider]:
    row = _get(session, inbound_id)
    if row.provider_id is None:
        raise Refused("unassigned", "Say first whose message this is.")
    provider = touches.get_provider(session, row.provider_id)
    act, row = _open(session, inbound_id, f"{label}: {provider.display_name}", actor_id, now)
    return act, row, provider


def _open(
    session: Session, inbound_id: int, label: str, actor_id: int | None, now: datetime
) -> tuple[Act, InboundMessage]:
    row = _get(session, inbound_id)
    today = today_of(session, actor_id, now)
    return acts.begin(session, "inbox", label, actor_id=actor_id, now=now, today=today), row


def _settle(act: Act, row: InboundMessage, verdict: InboxVerdict) -> None:
    act.update(row, state=InboundState.DONE, verdict=verdict.value, settled_at=act.now, settled_by=act.actor_id)


def _stop(act: Act, row: InboundMessage, provider: Provider, reason: StopReason) -> None:
    assert provider.id is not None
    sequence_stops.stop_for_provider(
        act.session,
        provider.id,
        reason,
        evidence=inbound_effects.evidence_of(row),
        actor_id=act.actor_id,
        now=act.now,
        recorder=act.recorder,
    )


def _apply(act: Act, row: InboundMessage) -> None:
    """The effects, with what they leave in the row noted so that it can be undone."""
    before = {name: getattr(row, name) for name in LEFT_BY_EFFECTS}
    kind = InboundKind.REPLY if row.wants_out else None
    row.state = InboundState.DONE
    inbound_effects.apply(act.session, row, kind=kind, actor_id=act.actor_id, now=act.now, act=act)
    after = {name: getattr(row, name) for name in LEFT_BY_EFFECTS}
    for name, value in before.items():
        setattr(row, name, value)
    act.update(row, **after)


def _reported_on(session: Session, row: InboundMessage, provider: Provider) -> int | None:
    """A report that was assigned by hand is about the last message to that provider before it came."""
    if row.answers_id is not None or row.kind is InboundKind.REPLY:
        return row.answers_id
    assert provider.id is not None
    sent, _ = store.thread(session, provider.id)
    left = (each for each in sent if each.sent_at is not None and each.sent_at <= row.received_at)
    return next((each.id for each in left), None)


def _note(act: Act, row: InboundMessage, provider: Provider, summary: str) -> None:
    act.record(provider, ActivityKind.MESSAGE, summary=summary, evidence={"inbound_id": row.id})


def _set_address(act: Act, provider: Provider, address: str, said: str) -> None:
    edited = sorted({*provider.edited_fields, "email"})
    act.update(provider, email=address, edited_fields=edited, updated_at=act.now)
    act.record(provider, ActivityKind.EDIT, summary=said)


def _written_to(session: Session, row: InboundMessage) -> str:
    message = session.get(Message, row.answers_id) if row.answers_id is not None else None
    return message.to_address if message is not None else ""


def _is_address(text: str) -> bool:
    try:
        return bool(emails.normalise(text))
    except Invalid:
        return False


def _get(session: Session, inbound_id: int) -> InboundMessage:
    row = store.by_id(session, inbound_id)
    if row is None:
        raise NotFound("This message is gone.")
    return row
