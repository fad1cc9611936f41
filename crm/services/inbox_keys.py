"""Whether a received message is here already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import Session

from crm.domain.inbox import LONGEST_TEXT, clean
from crm.models.inbound import InboundMessage
from crm.store import inbound as store

if TYPE_CHECKING:
    from crm.services.inbox import Read


def first_key(read: Read) -> str:
    """The Message-ID, or the content's hash where it has none that can be kept."""
    message_id = clean(read.verdict.message_id, 300)
    return message_id if 0 < len(message_id) <= 255 else f"sha256:{read.sha256}"


def new_key(session: Session, read: Read) -> str | None:
    """The key to store it under, or None when it is here. Two messages under one Message-ID are two."""
    key, other = first_key(read), f"sha256:{read.sha256}"
    found = store.by_key(session, read.arrived.account_id, key)
    if found is None:
        return key
    if key == other or _is_same(session, found, read):
        return None
    return None if store.by_key(session, read.arrived.account_id, other) else other


def _is_same(session: Session, found: InboundMessage, read: Read) -> bool:
    """The same bytes, or the same words of the same person: copies differ in the traces of their ways."""
    if found.size == (read.arrived.size or len(read.arrived.raw)) and store.hash_of(session, found) == read.sha256:
        return True
    verdict = read.verdict
    return (found.from_address, found.subject, found.reply_text) == (
        clean(verdict.from_address, 254).lower(),
        clean(verdict.subject, 1000),
        clean(verdict.reply_text, LONGEST_TEXT),
    )


def read_elsewhere(session: Session, row: InboundMessage) -> InboundMessage | None:
    """The same message in another mailbox of the team has had its effects."""
    if not row.message_id:
        return None
    others = store.by_message_ids(session, [row.message_id])
    same = (
        each
        for each in others
        if each.mail_account_id != row.mail_account_id
        and (each.from_address, each.reply_text) == (row.from_address, row.reply_text)
    )
    return next(same, None)
