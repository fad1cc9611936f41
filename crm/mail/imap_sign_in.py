"""Encryption and sign-in of an IMAP connection, with refusals told apart from trouble that passes."""

from __future__ import annotations

import ipaddress
import ssl
from typing import TYPE_CHECKING

from crm.mail.ports import Phase, SenderProblem, Unreachable
from crm.mail.servers import ImapServer, TokenSource, xoauth2

if TYPE_CHECKING:
    from crm.mail.imap import Client

PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
"""Answers to a sign-in that say nothing against the password (RFC 5530)."""


def is_loopback(host: str) -> bool:
    """Whether nothing that is said to this host leaves the computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def start_tls(client: Client, context: ssl.SSLContext) -> None:
    """Encrypt. A server that offers none might be somebody in between: SenderProblem."""
    if "STARTTLS" not in client.capabilities:
        raise SenderProblem(Phase.TLS, None, "the server offers no encryption (STARTTLS)")
    client.starttls(context)


def sign_in(client: Client, server: ImapServer) -> None:
    """By token, else by password. A refusal is for a person to look at, unless the server says that it passes."""
    try:
        if server.token is not None:
            _by_token(client, server.username, server.token)
        else:
            _by_password(client, server.username, server.password)
    except client.abort:
        raise
    except client.error as error:
        words = said(error)
        if any(each in words.upper() for each in PASSING):
            raise Unreachable(Phase.AUTH, None, words) from error
        raise SenderProblem(Phase.AUTH, None, words) from error


def said(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, TimeoutError):
        return "the server took too long to answer"
    words = error.args[0] if error.args and not isinstance(error, OSError) else ""  # an OSError's first is its number
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words or error)
    return " ".join(text.split())[:300] or type(error).__name__


def _by_password(client: Client, username: str, password: str) -> None:
    if "AUTH=PLAIN" in client.capabilities:
        client.authenticate("PLAIN", lambda _: f"\0{username}\0{password}".encode())
    elif "LOGINDISABLED" in client.capabilities or not f"{username}{password}".isprintable():
        raise SenderProblem(Phase.AUTH, None, "the server takes no password this way; try another security setting")
    else:
        client.login(username, password)


def _by_token(client: Client, username: str, token: TokenSource) -> None:
    """A token that was withdrawn before its time is renewed once."""
    given = token()
    try:
        _show(client, username, given)
    except client.abort:
        raise
    except client.error:
        fresh = token(refused=given)
        if fresh == given:
            raise
        _show(client, username, fresh)


def _show(client: Client, username: str, token: str) -> None:
    """AUTHENTICATE XOAUTH2; a refusal comes as a challenge, which an empty answer ends."""
    words = iter([xoauth2(username, token).encode()])
    client.authenticate("XOAUTH2", lambda _: next(words, b""))
