"""How a mailbox is read: switched on or off, which folders; trying it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.domain.errors import Invalid, NotFound
from crm.mail.ports import Folder
from crm.models.inbound import MailFolder, MailReading
from crm.services import audit
from crm.services.mailboxes import Post
from crm.store import inbound as store
from crm.store import mail_accounts
from crm.store.engine import Database

MOST_FOLDERS = 20
LONGEST_LOOK_BACK = 365


@dataclass(frozen=True)
class ReadingSettings:
    """How a mailbox is read, and how far that has come."""

    reading: MailReading
    folders: Sequence[MailFolder]


def settings_of(session: Session, account_id: int) -> MailReading | None:
    """None for a mailbox that was never read."""
    return store.reading_of(session, account_id)


def standing_of(session: Session, account_id: int) -> ReadingSettings | None:
    """With the folders; None for a mailbox that was never read."""
    found = store.reading_of(session, account_id)
    return ReadingSettings(found, store.folders(session, account_id)) if found is not None else None


def change_settings(
    db: Database,
    account_id: int,
    *,
    enabled: bool,
    folders: Sequence[str] = (),
    sent_folder: str = "",
    look_back_days: int = 30,
    idle: bool = True,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Switch reading on or off, choose folders besides inbox, junk and sent. Read again at once. Raises Invalid."""
    with db.write() as session:
        configure(
            session,
            account_id,
            enabled=enabled,
            folders=folders,
            sent_folder=sent_folder,
            look_back_days=look_back_days,
            idle=idle,
            now=now,
        )
        account = mail_accounts.by_id(session, account_id)
        name = account.address if account is not None else ""
        audit.note(session, "mail_reading_changed", name, actor_id=actor_id, now=now, enabled=enabled)


def configure(
    session: Session,
    account_id: int,
    *,
    enabled: bool,
    folders: Sequence[str] = (),
    sent_folder: str = "",
    look_back_days: int = 30,
    idle: bool = True,
    now: datetime,
) -> MailReading:
    """As `change_settings`, in the caller's transaction and without a line in the audit trail."""
    names = list(dict.fromkeys(each.strip() for each in folders if each.strip()))
    if len(names) > MOST_FOLDERS or any(len(each) > 255 for each in (*names, sent_folder)):
        raise Invalid({"folders": f"Choose at most {MOST_FOLDERS} folders."})
    if not 0 <= look_back_days <= LONGEST_LOOK_BACK:
        raise Invalid({"look_back_days": f"Give 0 to {LONGEST_LOOK_BACK} days."})
    row = store.reading_of(session, account_id) or MailReading(mail_account_id=account_id)
    row.enabled, row.idle = enabled, idle
    row.folders, row.sent_folder, row.look_back_days = names, sent_folder.strip(), look_back_days
    row.due_at, row.failures, row.error = (now if enabled else None), 0, ""
    session.add(row)
    session.flush()
    return row


def read_now(db: Database, account_id: int, *, now: datetime) -> bool:
    """Have a mailbox read with the next round. False when it is due already, or isn't read at all."""
    with db.write() as session:
        return store.bring_forward(session, account_id, now)


def check(db: Database, post: Post, account_id: int) -> list[Folder]:
    """Connect, sign in and list the folders. Raises a MailError, Refused or NotFound."""
    with db.read() as session:
        account = mail_accounts.by_id(session, account_id)
    if account is None:
        raise NotFound("This mailbox is gone.")
    box = post.open_imap(post.imap_server_of(account))
    try:
        return box.folders()
    finally:
        box.close()
