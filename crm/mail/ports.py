"""What sending mail looks like from inside: a transport takes an envelope, and four kinds of error can come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """How far a delivery had come."""

    CONNECT = "connect"
    HELLO = "hello"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    AFTER_DOT = "after_dot"


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
