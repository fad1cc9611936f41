"""What a received message brings about, in the transaction that stores it. Nothing here ever sends."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid
from crm.domain.inbox import LinkedBy
from crm.domain.kinds import ActivityKind, BounceCause, InboundKind, SuppressionReason
from crm.domain.mail_kinds import InboundState
from crm.domain.sequences import StopReason
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import acts, doubts, mail_effects, mailboxes, sequence_stops, suppressions, touches
from crm.services import inbound_timeline as timeline
from crm.services.acts import Act
from crm.services.days import today_of
from crm.services.touches import Touch
from crm.store import inbound as store
from crm.store import mail_accounts
from crm.store import mail_effects as owed

QUOTE = 300
IN_THREAD = frozenset({LinkedBy.MESSAGE_ID, LinkedBy.THREAD})
SHORT = 200
"""A request to be left alone this short needs no eyes; a longer one may say more than that."""

NEWS = timedelta(days=1)
"""A refusal of us as sender pauses the mailbox only while it is news."""

ABSENCE = timedelta(days=7)
"""An automatic answer without a day that is older than this says nothing about now."""

NO_COMPLAINTS = frozenset({"auth-failure", "not-spam", "virus"})
"""Feedback that doesn't come from a reader who had enough."""


def apply(
    session: Session,
    row: InboundMessage,
    *,
    kind: InboundKind | None = None,
    feedback: str = "",
    actor_id: int | None = None,
    now: datetime,
    act: Act | None = None,
) -> None:
    """Record, stop, pause, suppress, settle; say in `row.effect` what was done and in `row.state` whether a person is
    to look at it.

    `kind` is given where the row has another one (a reply too large to be read), `act` where a person can undo it.
    """
    message = session.get(Message, row.answers_id) if row.answers_id is not None else None
    what = kind or row.kind
    said = []
    if message is not None:
        _catch_up(session, message, now)
    if message is not None and doubts.settle(session, message, doubts.SHOWN_BY.get(what, "it was read"), now=now):
        said.append("It shows that our mail arrived.")
    if what is InboundKind.REPLY:
        said += _reply(session, row, message, actor_id, now, act)
    elif what is InboundKind.AUTO_REPLY:
        said += _auto_reply(session, row, message, now)
    elif what is InboundKind.BOUNCE:
        said += _bounce(session, row, message, now)
    elif what is InboundKind.COMPLAINT:
        said += _complaint(session, row, message, feedback, now)
    elif what is InboundKind.OWN:
        said += _written_elsewhere(session, row, now)
    elif what is InboundKind.OTHER and row.linked_by in IN_THREAD:
        row.state = InboundState.OPEN
        said.append("It answers our mail, but doesn't look as if a person had written it.")
    row.effect = " ".join(each for each in said if each)
    session.add(row)
    session.flush()


def _catch_up(session: Session, message: Message, now: datetime) -> None:
    """What follows from a sent message comes before what follows from its answer, however fast that was."""
    assert message.id is not None
    if message.effects_due_at is not None and owed.still_owes(session, message.id):
        mail_effects.follow(session, message, now=now)
        owed.owe(session, [message.id], None)


def opt_out(session: Session, row: InboundMessage, *, actor_id: int | None, now: datetime) -> list[str]:
    """No more mail to whoever asked: the address that was written to, the one that asks, and the one that we would
    write to next. Returns those it ended.
    """
    message = session.get(Message, row.answers_id) if row.answers_id is not None else None
    provider = _provider(session, row)
    asked = [message.to_address if message is not None else "", row.from_address, provider.email if provider else ""]
    return _suppress(session, asked, SuppressionReason.UNSUBSCRIBED, row, message, actor_id=actor_id, now=now)


def evidence_of(row: InboundMessage) -> dict[str, object]:
    """What is kept with a stop: which message, and its words."""
    return {"inbound_id": row.id, "subject": row.subject[:QUOTE], "quote": _quote(row)}


def _reply(
    session: Session,
    row: InboundMessage,
    message: Message | None,
    actor_id: int | None,
    now: datetime,
    act: Act | None,
) -> list[str]:
    provider = _provider(session, row)
    if row.wants_out:
        gone = opt_out(session, row, actor_id=actor_id, now=now)
        if provider is not None:
            timeline.reply_plainly(session, row, provider, message, now)
        row.state = InboundState.OPEN if len(row.reply_text) > SHORT else InboundState.DONE
        return [f"Asked for no more mail: {', '.join(gone)}." if gone else "Asked for no more mail, as before."]
    row.state = InboundState.OPEN
    if provider is None:
        return []
    if not _is_after_enrolment(session, row, provider, message):
        timeline.reply_plainly(session, row, provider, message, now)
        return ["On the timeline."]
    stopped = _stop(session, row, provider, actor_id, now, act)
    timeline.reply(session, row, provider, message, now, act)
    return ["On the timeline.", *stopped]


def _stop(
    session: Session, row: InboundMessage, provider: Provider, actor_id: int | None, now: datetime, act: Act | None
) -> list[str]:
    evidence = evidence_of(row)
    assert provider.id is not None
    ended = sequence_stops.stop_for_provider(
        session,
        provider.id,
        StopReason.REPLIED,
        evidence=evidence,
        actor_id=actor_id,
        now=now,
        recorder=act.recorder if act is not None else None,
    )
    colleagues = sequence_stops.stop_colleagues(session, provider, evidence=evidence, now=now)
    said = ["The sequence is stopped."] if ended else []
    return said + ([f"Sequences of {len(colleagues)} colleagues are stopped."] if colleagues else [])


def _is_after_enrolment(session: Session, row: InboundMessage, provider: Provider, message: Message | None) -> bool:
    """What was written before a sequence began is no answer to it."""
    running = sequence_stops.running_of(session, provider.id or 0)
    if running is None or row.received_at >= running.enrolled_at:
        return True
    return message is not None and message.created_at >= running.enrolled_at  # clocks differ


def _auto_reply(session: Session, row: InboundMessage, message: Message | None, now: datetime) -> list[str]:
    provider = _provider(session, row)
    if provider is None:
        return []
    until = f" until {row.return_on:%b} {row.return_on.day}" if row.return_on else ""
    timeline.note(session, row, provider, message, f"Automatic answer: away{until}", now, body=row.reply_text)
    if _is_back(session, row, provider, now) or not _is_after_enrolment(session, row, provider, message):
        return ["On the timeline."]
    paused = sequence_stops.pause_away(
        session, provider.id or 0, return_on=row.return_on, evidence=evidence_of(row), now=now
    )
    return [f"The sequence is paused{until}." if paused else "On the timeline."]


def _is_back(session: Session, row: InboundMessage, provider: Provider, now: datetime) -> bool:
    """The absence is over by now; one without a day ends after a while."""
    if row.return_on is None:
        return now - row.received_at > ABSENCE
    return row.return_on <= today_of(session, provider.owner_id, now)


def _bounce(session: Session, row: InboundMessage, message: Message | None, now: datetime) -> list[str]:
    """Only what concerns a message of ours has an effect: anybody can send something that looks like a bounce."""
    if message is None:
        return []
    provider = _provider(session, row)
    if row.cause is BounceCause.ADDRESS:
        _suppress(session, [message.to_address], SuppressionReason.BOUNCED, row, message, actor_id=None, now=now)
        row.state = InboundState.OPEN if provider is not None else InboundState.DONE
        return [f"{message.to_address} doesn't work and gets no more mail."]
    if row.cause is BounceCause.SENDER:
        if provider is not None:
            timeline.note(session, row, provider, message, "E-mail refused because of us, not of them", now)
        return [_pause_mailbox(session, row, message, now)]
    if provider is not None:
        timeline.note(session, row, provider, message, "E-mail put off by the receiving server", now)
    if row.cause is None:
        row.state = InboundState.OPEN if provider is not None else InboundState.DONE
        return ["It came back, and doesn't say why."]
    return ["A passing trouble: nothing is to be done."]


def _pause_mailbox(session: Session, row: InboundMessage, message: Message, now: datetime) -> str:
    account = mail_accounts.by_id(session, message.mail_account_id)
    if account is None or now - row.received_at > NEWS:
        return "The receiving server refused us as sender."
    if account.paused_at is None:
        mailboxes.pause(session, account, f"A receiving server refused our mail: {row.evidence}", now=now)
    return f"The mailbox {account.address} is paused: a receiving server refused us as sender."


def _complaint(
    session: Session, row: InboundMessage, message: Message | None, feedback: str, now: datetime
) -> list[str]:
    if message is None:
        return []
    if feedback in NO_COMPLAINTS:
        return ["A report about our mail, not a complaint of its reader."]
    reason = SuppressionReason.UNSUBSCRIBED if feedback == "opt-out" else SuppressionReason.COMPLAINED
    _suppress(session, [message.to_address], reason, row, message, actor_id=None, now=now)
    return [f"{message.to_address} gets no more mail."]


def _written_elsewhere(session: Session, row: InboundMessage, now: datetime) -> list[str]:
    """The user answered from another mail program: whatever it answers here is answered."""
    provider = _provider(session, row)
    if provider is None or store.sent_by_message_ids(session, [row.message_id]):
        return []
    happened_at = min(row.received_at, now)
    today = today_of(session, provider.owner_id, happened_at)
    label = f"Wrote to {provider.display_name}"
    act = acts.begin(session, "log", label, actor_id=None, now=now, today=today_of(session, provider.owner_id, now))
    touch = Touch(ActivityKind.EMAIL, summary=row.subject, body=row.reply_text, happened_at=happened_at, day=today)
    row.activity_id = touches.log_in(act, provider, touch).activity_id
    for each in store.by_message_ids(session, [row.in_reply_to, *row.references.split()]):
        if each.state is InboundState.OPEN and each.kind is InboundKind.REPLY:
            each.state, each.verdict, each.settled_at = InboundState.DONE, "answered", now
            session.add(each)
    return ["Answered from another mail program."]


def _suppress(
    session: Session,
    addresses: list[str],
    reason: SuppressionReason,
    row: InboundMessage,
    message: Message | None,
    *,
    actor_id: int | None,
    now: datetime,
) -> list[str]:
    """Suppress these, but never ourselves. Returns those that weren't suppressed before."""
    ours = {each.address.lower() for each in mail_accounts.all_of_them(session)}
    done = []
    for address in dict.fromkeys(each.lower() for each in addresses if each):
        if address in ours or not _is_address(address):
            continue
        if suppressions.suppress(
            session,
            address,
            reason,
            evidence=_proof(row),
            message_id=message.id if message is not None else None,
            actor_id=actor_id,
            now=now,
        ):
            done.append(address)
    return done


def _is_address(text: str) -> bool:
    try:
        return bool(emails.normalise(text))
    except Invalid:
        return False


def _provider(session: Session, row: InboundMessage) -> Provider | None:
    return session.get(Provider, row.provider_id) if row.provider_id is not None else None


def _proof(row: InboundMessage) -> str:
    """What shows it: their words, else what decided about the message."""
    words = _quote(row) or row.evidence
    return f"E-mail of {row.received_at:%Y-%m-%d}: {words}".strip()


def _quote(row: InboundMessage) -> str:
    return " ".join(row.reply_text.split())[:QUOTE]
