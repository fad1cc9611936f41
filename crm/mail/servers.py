"""Where a mailbox signs in, and how it says who it is without a password."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Protocol


class TokenSource(Protocol):
    """Gives the access token that a mailbox signs in with."""

    def __call__(self, refused: str = "") -> str:
        """A token that is still good; it is renewed first when it is about to run out.

        `refused` is a token that the mail server has just turned down: another one is fetched unless that has
        happened meanwhile. May take as long as one exchange with the sign-in service, and opens short transactions.
        Raises SenderProblem when a person has to sign in again, Unreachable when it is worth trying later.
        """
        ...


@dataclass(frozen=True)
class ImapServer:
    """Where and how a mailbox is read. `security` is tls (implicit), starttls or none; certificates are always checked.

    With `token` the mailbox signs in by XOAUTH2 (`xoauth2`), else by user name and password.
    """

    host: str
    port: int = 993
    security: str = "tls"
    username: str = ""
    password: str = field(default="", repr=False)
    token: TokenSource | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def xoauth2(username: str, token: str) -> str:
    """The answer to AUTH XOAUTH2 (before base64): the same on SMTP and IMAP."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01"
