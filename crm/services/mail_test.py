"""Trying the mailbox: a short message to a person of one's own choice."""

from __future__ import annotations

import secrets
from datetime import datetime

from crm.domain.errors import NotFound
from crm.domain.kinds import MessageKind
from crm.models.messages import Message
from crm.services import messages
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.store import messages as store
from crm.store.engine import Database

SUBJECT = "Test from Handoff"
TEXT = """This is a test message from Handoff.

If you can read it where you expected it, mail works. There is nothing to do.
"""


def queue(
    db: Database, post: Post, *, to: str, account_id: int | None = None, actor_id: int | None, now: datetime
) -> int:
    """Put a test message into the outbox, due at once, by that mailbox or the usual one. Returns its id."""
    draft = Draft(
        MessageKind.TEST,
        SUBJECT,
        TEXT,
        f"test:{secrets.token_hex(8)}",
        to_address=to,
        user_id=actor_id,
        mail_account_id=account_id,
    )
    message = messages.queue(db, post, draft, actor_id=actor_id, now=now)
    assert message.id is not None
    return message.id


def result(db: Database, message_id: int) -> Message:
    """What became of it."""
    with db.read() as session:
        message = store.by_id(session, message_id)
    if message is None:
        raise NotFound("The test message is gone.")
    return message
