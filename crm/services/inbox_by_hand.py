"""Mail taken in from files, for those whose mailbox can't be read from here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm.models.inbound import InboundMessage
from crm.services import inbox, mailboxes
from crm.services.inbox import Arrived
from crm.services.mailboxes import Post
from crm.store import inbound as store
from crm.store.engine import Database

FOLDER = "files"
HEADER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Taken:
    """What became of one file: the message as it is here, or why the file could not be read."""

    path: Path
    message: InboundMessage | None = None
    was_here: bool = False
    error: str = ""


def take_in(db: Database, post: Post, paths: Sequence[Path], *, now: datetime) -> list[Taken]:
    """Take in messages (`.eml` files) as if the mailbox that sends had received them. One after the other."""
    with db.write() as session:
        account = mailboxes.current(session, post, now=now)
        assert account.id is not None
    return [_taken(db, post, account.id, path, now) for path in paths]


def _taken(db: Database, post: Post, account_id: int, path: Path, now: datetime) -> Taken:
    try:
        with path.open("rb") as file:
            raw = file.read(inbox.LARGEST + 1)
    except OSError as error:
        return Taken(path, error=f"It can't be read: {error.strerror}.")
    is_whole = len(raw) <= inbox.LARGEST
    head = raw if is_whole else re.split(rb"\r?\n\r?\n", raw[:HEADER_BYTES], maxsplit=1)[0]
    arrived = Arrived(account_id, FOLDER, 0, 0, head, size=path.stat().st_size, is_whole=is_whole)
    with db.read() as session:
        before = store.latest_id(session)
    message = inbox.take_in(db, post.files, arrived, now=now)
    return Taken(path, message, was_here=message is not None and (message.id or 0) <= before)
