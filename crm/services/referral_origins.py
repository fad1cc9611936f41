"""A referral that came with something else: said on the phone, handed over at a visit, written in a reply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import privacy
from crm.domain.calendar import local_day
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.inbox import InboxVerdict
from crm.domain.kinds import ActivityKind, ReferralHow
from crm.domain.mail_kinds import InboundState
from crm.models.inbound import InboundMessage
from crm.models.providers import Provider
from crm.services import acts, referrals, touches
from crm.services.days import zone_of
from crm.services.next_steps import NextStep
from crm.services.referrals import Logged, NewReferral
from crm.services.touches import Touch
from crm.store import inbound as inbound_store
from crm.store.engine import Database

HOW = {ActivityKind.CALL: ReferralHow.CALL, ActivityKind.EMAIL: ReferralHow.EMAIL, ActivityKind.FAX: ReferralHow.FAX}
"""How a referral came that was told during such a touch; the others are in person."""

LONGEST = 300


@dataclass(frozen=True)
class Reply:
    """A message that brings a referral. `reason` are its words where they name nobody, else `found` says what does."""

    provider: Provider
    message: InboundMessage
    received_on: date
    reason: str = ""
    found: str = ""


def log_with(
    db: Database,
    provider_id: int,
    touch: Touch,
    new: NewReferral,
    *,
    next_step: NextStep | None = None,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> tuple[touches.Logged, Logged]:
    """Log a touch and the referral that came with it, in one step that is undone as one.

    The touch comes first, so that it counts among what led to the referral. The calls to make are the next steps.
    """
    touches.check(touch, now)
    if touch.day and touch.day > today:
        raise Invalid({"happened_on": touches.TO_COME})
    with db.write() as session:
        repeat = referrals.arrived_before(session, new.client_key)
        if repeat is not None:
            return touches.Logged(0, None, is_repeat=True), repeat
        provider = touches.get_provider(session, provider_id)
        new = replace(new, received_on=touch.day or today, how=HOW.get(touch.kind, ReferralHow.IN_PERSON))
        checked = referrals.check(session, provider, new, today)
        label = f"Referral {checked.code} from {provider.display_name}"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        logged = touches.log_in(act, provider, touch, next_step=next_step, propose=False)
        session.flush()
        return logged, referrals.log_in(act, provider, replace(checked, origin_activity_id=logged.activity_id))


def reply(session: Session, inbound_id: int, user_id: int | None) -> Reply:
    """A received message as a referral to log: whose, on which day, in which words. Refused while it is nobody's."""
    row = _message(session, inbound_id)
    if row.provider_id is None:
        raise Refused("unassigned", "Say first whose message this is.")
    provider = touches.get_provider(session, row.provider_id)
    received_on = local_day(row.received_at, zone_of(session, user_id))
    said = " ".join(row.reply_text.split())[:LONGEST].strip()
    own = (provider.display_name, provider.phone, provider.fax, provider.email, provider.practice_name)
    found = privacy.identifiers(said, allowed=own)
    return Reply(provider, row, received_on, "" if found else said, privacy.sentence(found))


def log_reply(
    db: Database, inbound_id: int, new: NewReferral, *, actor_id: int | None, now: datetime, today: date
) -> Logged:
    """Log the referral that a message brought; the message is settled with it, and undo opens it again."""
    with db.write() as session:
        row = _message(session, inbound_id)
        repeat = referrals.arrived_before(session, new.client_key)
        if repeat is not None:
            return repeat
        provider = reply(session, inbound_id, actor_id).provider
        new = replace(new, inbound_message_id=row.id, origin_activity_id=row.activity_id)
        checked = referrals.check(session, provider, new, today)
        label = f"Referral {checked.code} from {provider.display_name}"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        logged = referrals.log_in(act, provider, checked)
        if row.state is InboundState.OPEN:
            act.update(
                row,
                state=InboundState.DONE,
                verdict=InboxVerdict.POSITIVE.value,
                settled_at=now,
                settled_by=actor_id,
            )
        return logged


def _message(session: Session, inbound_id: int) -> InboundMessage:
    row = inbound_store.by_id(session, inbound_id)
    if row is None:
        raise NotFound("This message is gone.")
    return row
