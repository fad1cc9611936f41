"""Reading mailboxes: who is due, one worker at a time, a folder after the other, a message after the other.

No transaction is open while the server is asked. Each message is stored in a transaction of its own that also notes
how far the folder has been read, so that a kill at any moment loses and doubles nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlmodel import Session

from crm.domain.errors import HandoffError
from crm.mail.ports import Fetched, Folder, Mailbox, MailError, NoFolder, SenderProblem, Unreachable
from crm.models.accounts import MailAccount
from crm.models.inbound import MailFolder, MailReading
from crm.services import doubts, inbox
from crm.services.inbox import Arrived
from crm.services.mailboxes import Post, can_be_read
from crm.services.reading_folders import chosen, sent_folder
from crm.store import inbound as store
from crm.store import mail_accounts
from crm.store.engine import Database

log = logging.getLogger("handoff.mail")

Clock = Callable[[], datetime]

POLL = timedelta(minutes=2)
LEASE_TIME = timedelta(minutes=10)
"""Longer than the longest exchange with the server; prolonged while messages come in."""

RENEW = timedelta(minutes=1)
RESTS = (timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1))
"""After the first, second … failure in a row. It never gives up by itself."""

REFUSED_REST = timedelta(hours=6)
"""After a refused sign-in: a person has to do something, and many tries would lock the mailbox."""

MARGIN = timedelta(days=1)
"""A server's days are those of its own zone."""


class LeaseLostError(Exception):
    """Another worker reads this mailbox now."""


class StoppedError(Exception):
    """The worker is to stop: what isn't stored yet is read next time."""


@dataclass
class Round:
    """One reading of one mailbox."""

    db: Database
    post: Post
    account: MailAccount
    settings: MailReading
    clock: Clock
    me: str
    stopping: Callable[[], bool]
    count: int = 0
    troubles: list[str] = field(default_factory=list)
    renewed_at: datetime | None = None

    @property
    def id(self) -> int:
        assert self.account.id is not None
        return self.account.id

    def go_on(self) -> None:
        """Asked before each message: raise when the reading is to end here."""
        if self.stopping():
            raise StoppedError
        now = self.clock()
        if self.renewed_at is None:
            self.renewed_at = now
        if now - self.renewed_at < RENEW:
            return
        self.renewed_at = now
        with self.db.write() as session:
            if not store.keep_lease(session, self.id, me=self.me, lease_until=now + LEASE_TIME):
                raise LeaseLostError


def read_due(db: Database, post: Post, *, clock: Clock, me: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """Read every mailbox that is due, unless asked to stop. Returns how many messages were taken in."""
    _begin_new_ones(db, clock())
    with db.read() as session:
        due = store.due(session, clock())
    return sum(read_one(db, post, each, clock=clock, me=me, stopping=stopping) for each in due if not stopping())


def read_one(
    db: Database,
    post: Post,
    account_id: int,
    *,
    clock: Clock,
    me: str,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Read one mailbox if it is due and free, and say when it is next due."""
    now = clock()
    with db.write() as session:
        if not store.claim(session, account_id, me=me, now=now, lease_until=now + LEASE_TIME):
            return 0
        account = mail_accounts.by_id(session, account_id)
        settings = store.reading_of(session, account_id)
    if account is None or settings is None:
        return 0
    one = Round(db, post, account, settings, clock, me, stopping)
    _settle(one, **_tried(one))
    return one.count


def _begin_new_ones(db: Database, now: datetime) -> None:
    """A mailbox that can be read and isn't yet gets its row."""
    with db.read() as session:
        missing = [each.id for each, reading in store.readable(session) if reading is None and can_be_read(each)]
    for account_id in missing:
        try:
            with db.write() as session:
                session.add(MailReading(mail_account_id=account_id or 0, due_at=now))
        except IntegrityError:
            continue  # another worker was faster


def _settle(one: Round, **values: object) -> None:
    """Give the mailbox back. If the database is away, its lease ends by itself."""
    try:
        with one.db.write() as session:
            store.give_back(session, one.id, me=one.me, **values)
    except (OperationalError, InterfaceError):
        log.warning("event=read_mail account=%d error=database", one.id)


def _tried(one: Round) -> dict[str, object]:
    """Read the mailbox; what its row says afterwards."""
    try:
        _read(one)
    except StoppedError:
        return {"due_at": one.clock()}
    except LeaseLostError:
        return {}
    except SenderProblem as error:
        return _put_off(one, _what_to_do(one.account, error), REFUSED_REST)
    except MailError as error:
        return _put_off(one, _what_broke(error))
    except HandoffError as error:
        return _put_off(one, str(error), REFUSED_REST)
    except OSError as error:
        what = error.strerror or type(error).__name__
        return _put_off(one, f"Mail can't be kept on disk ({what}). Nothing is lost: it is read again later.")
    except (OperationalError, InterfaceError):
        return _put_off(one, "The database could not be written to. Nothing is lost: the mail is read again.")
    except Exception as error:
        log.error("event=read_mail account=%d error=%r", one.id, inbox.where(error))
        return _put_off(one, f"Something unforeseen went wrong while reading ({type(error).__name__}).")
    now = one.clock()
    return {"due_at": now + POLL, "read_at": now, "failures": 0, "error": " ".join(one.troubles)}


def _put_off(one: Round, said: str, rest: timedelta | None = None) -> dict[str, object]:
    failures = one.settings.failures + 1
    after = rest or RESTS[min(failures, len(RESTS)) - 1]
    log.info("event=read_mail account=%d failures=%d", one.id, failures)
    return {"due_at": one.clock() + after, "failures": failures, "error": said[:500]}


def _what_to_do(account: MailAccount, error: MailError) -> str:
    if error.reply.endswith("."):  # our own words already
        return error.reply
    how = "sign in again" if account.auth == "xoauth2" else "check the user name and the password"
    return f"The mail server lets nobody read {account.address}: {error.reply}. In mail settings, {how}."


def _what_broke(error: MailError) -> str:
    if isinstance(error, Unreachable):
        return f"The mail server could not be reached ({error.reply}). It is tried again by itself."
    return f"Reading was interrupted ({error.reply}). It goes on by itself."


def _read(one: Round) -> None:
    box = one.post.open_imap(one.post.imap_server_of(one.account))
    try:
        found = box.folders()
        for folder in chosen(found, one.settings):
            _read_folder(one, box, folder)
        sent = sent_folder(found, one.settings)
        if sent is not None:
            one.go_on()
            doubts.search(one.db, box, one.id, sent.name, now=one.clock())
    finally:
        box.close()


def _read_folder(one: Round, box: Mailbox, folder: Folder) -> None:
    one.go_on()
    try:
        state = box.open(folder.name)
    except NoFolder as error:
        one.troubles.append(f"{error.reply[:1].upper()}{error.reply[1:]}."[:300])
        return
    row = _folder_row(one, folder.name, state.uid_validity)
    assert row.id is not None
    uids = box.uids(above=row.last_uid, since=_since(one, row))
    for fetched in box.fetch(uids, inbox.LARGEST):
        one.go_on()
        _take_in(one, row, folder, fetched)
    _finish_folder(one, row.id, max([row.last_uid, state.uid_next - 1, *uids[-1:]]))


def _take_in(one: Round, row: MailFolder, folder: Folder, fetched: Fetched) -> None:
    arrived = Arrived(
        account_id=one.id,
        folder=folder.name,
        uid_validity=row.uid_validity,
        uid=fetched.uid,
        raw=fetched.raw,
        received_at=fetched.received_at,
        size=fetched.size,
        is_whole=fetched.is_whole,
        role=folder.role,
        is_backlog=row.read_at is None,
    )
    assert row.id is not None
    advance = partial(store.advance, folder_id=row.id, uid_validity=row.uid_validity, uid=fetched.uid)
    inbox.take_in(one.db, one.post.files, arrived, now=one.clock(), advance=advance)
    one.count += 1


def _folder_row(one: Round, name: str, uid_validity: int) -> MailFolder:
    """How far the folder has been read. With another UIDVALIDITY it begins again: what is here stays one."""
    with one.db.write() as session:
        row = store.folder(session, one.id, name) or MailFolder(mail_account_id=one.id, name=name)
        if row.uid_validity != uid_validity:
            row.uid_validity, row.last_uid = uid_validity, 0
        session.add(row)
        session.flush()
        return row


def _since(one: Round, row: MailFolder) -> date | None:
    """At the beginning not the whole past: some days, or since it was last read if that is longer ago."""
    if row.last_uid:
        return None
    first = one.clock() - timedelta(days=one.settings.look_back_days)
    return (min(first, row.read_at or first) - MARGIN).date()


def _finish_folder(one: Round, folder_id: int, uid: int) -> None:
    with one.db.write() as session:
        row = session.get(MailFolder, folder_id)
        if row is not None:
            row.last_uid, row.read_at, row.error = max(uid, row.last_uid), one.clock(), ""
            session.add(row)


def next_due(session: Session) -> datetime | None:
    """When the next mailbox is to be read."""
    return store.next_due(session)
