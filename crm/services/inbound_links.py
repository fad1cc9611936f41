"""To whom a received message belongs: the surest sign first, and how it was found is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain.inbound import Verdict
from crm.domain.inbox import LinkedBy, tokens_in
from crm.domain.kinds import InboundKind
from crm.models.messages import Message
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.store import inbound as store
from crm.store import messages

REPORT_DAYS = timedelta(days=30)
"""How long after it was sent a report without a Message-ID can be about a message to the same address."""

ANSWER_DAYS = timedelta(days=180)
"""The same for mail from the address itself; servers give up after days, people answer after months."""

SKEW = timedelta(minutes=15)
"""Clocks differ: an answer can seem to have come before its question."""

REPORTS = frozenset({InboundKind.BOUNCE, InboundKind.COMPLAINT, InboundKind.DELIVERED})


@dataclass(frozen=True)
class Link:
    """What a received message belongs to. `answers` is the outbox message that it answers or reports on."""

    by: LinkedBy | None = None
    answers: Message | None = None
    provider_id: int | None = None
    contact_id: int | None = None


NOTHING = Link()


def find(session: Session, verdict: Verdict, *, received_at: datetime) -> Link:
    """The link of a message: by Message-ID, by a token or plus-address, else by address and date."""
    found = _by_message_id(session, verdict)
    if found is None and verdict.kind is not InboundKind.OWN:
        found = _by_token(session, verdict)
    if found is None and verdict.kind in REPORTS:
        found = _by_recipient(session, verdict, received_at)
    elif found is None and verdict.kind in (InboundKind.REPLY, InboundKind.AUTO_REPLY):
        found = _by_sender(session, verdict.from_address, received_at)
    if found is None:
        return NOTHING
    return Link(found.by, found.answers, _alive(session, found.provider_id), found.contact_id or _who(session, verdict))


def guesses(session: Session, address: str, limit: int = 8) -> list[Provider]:
    """Providers to whom mail from this address may belong: theirs, their practice's, the same organization's."""
    found = {provider.id: provider for provider in store.providers_at(session, address)}
    places = [each.practice_id for each in store.contacts_at(session, address)]
    places += [each.id or 0 for each in store.practices_at(session, address)]
    for provider in store.providers_of_practices(session, places, limit):
        found.setdefault(provider.id, provider)
    if len(found) < limit and not is_public_domain(address):
        for provider in store.providers_of_domain(session, address.rpartition("@")[2], limit):
            found.setdefault(provider.id, provider)
    return list(found.values())[:limit]


def is_public_domain(address: str) -> bool:
    """Whether everybody can have an address there, so that it says nothing about the organization."""
    return address.rpartition("@")[2] in PUBLIC


PUBLIC = frozenset(
    """gmail.com googlemail.com yahoo.com ymail.com outlook.com hotmail.com live.com msn.com aol.com icloud.com me.com
    mac.com comcast.net att.net sbcglobal.net verizon.net bellsouth.net cox.net charter.net earthlink.net juno.com
    protonmail.com proton.me pm.me fastmail.com gmx.com gmx.net gmx.de web.de mail.com zoho.com yandex.com mail.ru
    qq.com 163.com""".split()
)


def _by_message_id(session: Session, verdict: Verdict) -> Link | None:
    """Our own message among those that it names, the nearest first; or a message of theirs that we know.

    What we wrote ourselves, here or elsewhere, answers none of our messages: it is one, or belongs to its thread.
    """
    named = _named(verdict)
    is_own = verdict.kind is InboundKind.OWN
    sent = store.sent_by_message_ids(session, [verdict.message_id, *named] if is_own else named)
    ours = {message.message_id.strip("<>"): message for message in sent}
    if is_own and verdict.message_id in ours:
        return Link(LinkedBy.MESSAGE_ID, ours[verdict.message_id], ours[verdict.message_id].provider_id)
    for each in named:
        if each in ours:
            by, answers = (LinkedBy.THREAD, None) if is_own else (LinkedBy.MESSAGE_ID, ours[each])
            return Link(by, answers, ours[each].provider_id)
    return _by_thread(session, named, is_own=is_own)


def _by_thread(session: Session, named: list[str], *, is_own: bool) -> Link | None:
    theirs = {row.message_id: row for row in store.by_message_ids(session, named) if row.provider_id is not None}
    row = next((theirs[each] for each in named if each in theirs), None)
    if row is None:
        return None
    answered = session.get(Message, row.answers_id) if row.answers_id is not None and not is_own else None
    return Link(LinkedBy.THREAD, answered, row.provider_id, row.contact_id)


def _named(verdict: Verdict) -> list[str]:
    chain = [verdict.original_message_id, *verdict.in_reply_to, *reversed(verdict.references)]
    return [each for each in dict.fromkeys(chain) if each][:40]


def _by_token(session: Session, verdict: Verdict) -> Link | None:
    for token in tokens_in(verdict.subject, verdict.to_addresses):
        message = messages.by_token(session, token)
        if message is not None:
            return Link(LinkedBy.TOKEN, message, message.provider_id)
    return None


def _by_recipient(session: Session, verdict: Verdict, received_at: datetime) -> Link | None:
    """A report that names nothing but an address: the last message to it."""
    for address in verdict.recipients:
        message = store.last_sent_to(
            session, address.lower(), since=received_at - REPORT_DAYS, until=received_at + SKEW
        )
        if message is not None:
            return Link(LinkedBy.RECIPIENT, message, message.provider_id)
    return None


def _by_sender(session: Session, address: str, received_at: datetime) -> Link | None:
    """The last message to this address; else the one provider, or the one practice, whose address it is."""
    address = address.lower()
    if not address:
        return None
    message = store.last_sent_to(session, address, since=received_at - ANSWER_DAYS, until=received_at + SKEW)
    if message is not None and message.provider_id is not None:
        return Link(LinkedBy.SENDER, message, message.provider_id)
    people = store.providers_at(session, address)
    if people:
        return Link(LinkedBy.SENDER, None, people[0].id) if len(people) == 1 else None
    return _by_practice(session, address, received_at)


def _by_practice(session: Session, address: str, received_at: datetime) -> Link | None:
    """Somebody at the practice: it is about whoever there was written to last."""
    contacts: Sequence[Contact] = store.contacts_at(session, address)
    places = {each.practice_id: each.id for each in contacts}
    places |= {each.id or 0: None for each in store.practices_at(session, address) if each.id not in places}
    for practice_id, contact_id in places.items():
        message = store.last_sent_at_practice(session, practice_id, since=received_at - ANSWER_DAYS)
        if message is not None:
            return Link(LinkedBy.CONTACT, message, message.provider_id, contact_id)
    return None


def _who(session: Session, verdict: Verdict) -> int | None:
    """The contact who wrote, where it wasn't the provider."""
    found = store.contacts_at(session, verdict.from_address.lower()) if verdict.from_address else []
    return found[0].id if found else None


def _alive(session: Session, provider_id: int | None) -> int | None:
    """Of a merged provider, the one that is left."""
    provider = session.get(Provider, provider_id) if provider_id is not None else None
    while provider is not None and provider.merged_into_id is not None:
        provider = session.get(Provider, provider.merged_into_id)
    return provider.id if provider is not None else None
