"""What mail looks like from inside: a transport takes an envelope, a mailbox gives messages; errors are few kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """How far a delivery had come; `READ` is everything after signing in to a mailbox."""

    CONNECT = "connect"
    HELLO = "hello"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    AFTER_DOT = "after_dot"
    READ = "read"


@dataclass(frozen=True)
class Envelope:
    """One message to one address. `content` is the whole RFC 5322 message with CRLF line ends."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


@dataclass(frozen=True)
class Receipt:
    """The server has taken responsibility for the message."""

    code: int
    reply: str


class MailError(Exception):
    """A delivery that did not end in a receipt. `code` is the server's answer, or None where there was none."""

    def __init__(self, phase: Phase, code: int | None, reply: str) -> None:
        super().__init__(f"{phase.value}: {code or 'no answer'} {reply}".strip())
        self.phase = phase
        self.code = code
        self.reply = reply


class Permanent(MailError):
    """The server refused this message or this recipient for good (5xx)."""


class Retryable(MailError):
    """The server put this message off (4xx), or the connection broke before the final dot: safe to try again."""


class Unreachable(MailError):
    """No session with the server could be made: nothing is wrong with the message, and every other one would wait."""


class SenderProblem(MailError):
    """The refusal concerns us (sign-in, sender address, policy, block list): the mailbox pauses, not the contact."""


class InDoubt(MailError):
    """The connection broke after the final dot: the server may or may not have taken the message."""


class Transport(Protocol):
    """Delivers one envelope at a time; may keep its connection between calls."""

    name: str

    def send(self, envelope: Envelope, before_data: Callable[[], None]) -> Receipt:
        """Deliver. `before_data` is called once, after the server accepted sender and recipient and before DATA;
        what it raises stops the delivery before anything was sent, and passes through.

        Raises a MailError; InDoubt is the only one after which the message may have arrived.
        """
        ...

    def close(self) -> None:
        """End the connection, if one is open. Never raises."""
        ...


@dataclass(frozen=True)
class Folder:
    """A folder of a mailbox. `role` is inbox, sent, junk, another special use in lower case, or empty."""

    name: str
    role: str = ""


@dataclass(frozen=True)
class FolderState:
    """A folder as it was opened. Another `uid_validity` than before means that all UIDs are new."""

    uid_validity: int
    uid_next: int


@dataclass(frozen=True)
class Fetched:
    """A message of the opened folder. Of one that is too large `raw` holds only the header, and `is_whole` is off."""

    uid: int
    raw: bytes
    size: int
    received_at: datetime | None
    is_whole: bool = True


class NoFolder(MailError):
    """The folder isn't there, or can't be opened: the others can still be read."""


class NoWaiting(MailError):
    """The server can't say by itself that something has arrived."""


class Mailbox(Protocol):
    """Reads one mailbox and leaves it as it is. Connects when first needed; every call may raise a MailError."""

    def folders(self) -> list[Folder]:
        """Every folder that can be opened."""
        ...

    def open(self, name: str) -> FolderState:
        """Choose the folder that the calls below are about, read-only. Raises NoFolder."""
        ...

    def uids(self, *, above: int = 0, since: date | None = None) -> list[int]:
        """UIDs greater than `above`, of messages that arrived on that day or later, ascending."""
        ...

    def fetch(self, uids: Sequence[int], largest: int) -> Iterator[Fetched]:
        """These messages, without those that are gone. Above `largest` bytes only the header is fetched."""
        ...

    def find(self, message_id: str) -> int | None:
        """The UID of the message with this Message-ID (with angle brackets), if the folder has it."""
        ...

    def wait(self, seconds: float, ended: Callable[[], bool]) -> bool:
        """Wait (IDLE) until something arrives, at most so long; True when something did.

        `ended` is asked about twice a second. Raises NoWaiting when the server has no IDLE.
        """
        ...

    def close(self) -> None:
        """End the connection, if one is open. Never raises."""
        ...
