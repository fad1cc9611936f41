"""A mailbox without a server, and a Post that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import format_datetime
from pathlib import Path

from sqlmodel import Session

from crm.mail.ports import Fetched, Folder, FolderState, MailError, NoFolder, Phase
from crm.models.accounts import MailAccount
from crm.services.mailboxes import Post
from tests import factories
from tests.factories import NOW
from tests.services.mail import FakeTransport, fake_post


@dataclass
class Lying:
    """A message in a folder."""

    uid: int
    raw: bytes
    received_at: datetime
    size: int


@dataclass
class FakeFolder:
    """A folder with its UIDVALIDITY."""

    role: str = ""
    uid_validity: int = 1
    uid_next: int = 1
    messages: list[Lying] = field(default_factory=list)

    def add(self, raw: bytes, received_at: datetime = NOW, size: int = 0) -> int:
        """Put a message in; gives its UID."""
        self.messages.append(Lying(self.uid_next, raw, received_at, size or len(raw)))
        self.uid_next += 1
        return self.uid_next - 1

    def renumber(self) -> None:
        """Another UIDVALIDITY, other UIDs."""
        self.uid_validity += 1
        self.uid_next = 1
        lying, self.messages = self.messages, []
        for each in lying:
            self.add(each.raw, each.received_at, each.size)


class FakeMailbox:
    """Gives what lies in its folders; raises what it is told to, at the call that is named."""

    def __init__(self) -> None:
        self.there = {"INBOX": FakeFolder("inbox"), "Sent": FakeFolder("sent"), "Junk": FakeFolder("junk")}
        self.errors: dict[str, list[BaseException]] = {}
        self.on_fetch: Callable[[int], None] = lambda uid: None
        self.calls: list[str] = []
        self.fetched: list[int] = []
        self.closed = 0
        self._open = FakeFolder()

    @property
    def inbox(self) -> FakeFolder:
        return self.there["INBOX"]

    @property
    def sent(self) -> FakeFolder:
        return self.there["Sent"]

    def fail(self, call: str, error: BaseException) -> None:
        """Raise this at the next such call."""
        self.errors.setdefault(call, []).append(error)

    def folders(self) -> list[Folder]:
        self._called("folders")
        return [Folder(name, folder.role) for name, folder in self.there.items()]

    def open(self, name: str) -> FolderState:
        self._called("open")
        if name not in self.there:
            raise NoFolder(Phase.READ, None, f"the folder “{name}” can't be opened")
        self._open = self.there[name]
        return FolderState(self._open.uid_validity, self._open.uid_next)

    def uids(self, *, above: int = 0, since: date | None = None) -> list[int]:
        self._called("uids")
        return [
            each.uid
            for each in self._open.messages
            if each.uid > above and (since is None or each.received_at.date() >= since)
        ]

    def fetch(self, uids: Sequence[int], largest: int) -> Iterator[Fetched]:
        for each in list(self._open.messages):
            if each.uid not in uids:
                continue
            self._called("fetch")
            self.on_fetch(each.uid)
            self.fetched.append(each.uid)
            whole = each.size <= largest
            raw = each.raw if whole else each.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            yield Fetched(each.uid, raw, each.size, each.received_at, is_whole=whole)

    def find(self, message_id: str) -> int | None:
        self._called("find")
        found = [each.uid for each in self._open.messages if message_id.encode() in each.raw]
        return found[-1] if found else None

    def wait(self, seconds: float, ended: Callable[[], bool]) -> bool:
        self._called("wait")
        return False

    def close(self) -> None:
        self.closed += 1

    def _called(self, name: str) -> None:
        self.calls.append(name)
        waiting = self.errors.get(name)
        if waiting:
            raise waiting.pop(0)


def reading_post(folder: Path, box: FakeMailbox, wire: FakeTransport | None = None) -> Post:
    """A Post whose mailboxes are all this one."""
    post = fake_post(folder, wire or FakeTransport())
    post.open_imap = lambda server: box
    return post


def make_read_account(session: Session, **given: object) -> MailAccount:
    """A mailbox that can be read."""
    defaults: dict[str, object] = {"address": "dana@stride.test", "imap_host": "imap.stride.test", "preset": "other"}
    return factories.make_mail_account(session, **{**defaults, **given})


def mail(
    text: str = "Thank you, please call me.",
    *,
    sender: str = "Dr. Maria Lopez <maria@clinic.test>",
    to: str = "dana@stride.test",
    subject: str = "Re: After therapy ends",
    message_id: str = "<a1@clinic.test>",
    answers: str = "",
    at: datetime = NOW,
    headers: str = "",
) -> bytes:
    """A message that a person wrote. `answers` is the Message-ID that it answers."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {format_datetime(at)}"]
    lines += [f"Message-ID: {message_id}"] if message_id else []
    lines += [f"In-Reply-To: {answers}", f"References: {answers}"] if answers else []
    lines += [line for line in headers.splitlines() if line]
    return ("\r\n".join(lines) + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n").encode()


def bounce(
    address: str,
    *,
    original: str = "",
    status: str = "5.1.1",
    said: str = "550 5.1.1 No such user here",
    message_id: str = "<b1@mx.test>",
    to: str = "dana@stride.test",
    at: datetime = NOW,
) -> bytes:
    """A delivery status notification (RFC 3464)."""
    about = f"Message-ID: {original}\r\n" if original else ""
    return (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.test>\r\nTo: {to}\r\nDate: {format_datetime(at)}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: {message_id}\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n<{address}>: {said}\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: {to}\r\nTo: {address}\r\n{about}Subject: Hello\r\n\r\n"
        "--b--\r\n"
    ).encode()


__all__ = ["FakeFolder", "FakeMailbox", "MailError", "bounce", "mail", "make_read_account", "reading_post"]
