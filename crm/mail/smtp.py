"""Sending by SMTP: one connection, kept while it is in use, with a limit of time on every phase.

What matters is *when* it breaks. Everything before the final dot of DATA is sent without it, so an error there means
that the server cannot have taken the message; from the dot on, only an answer tells.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from crm.mail.answers import refusal
from crm.mail.lines import Lines
from crm.mail.ports import Envelope, InDoubt, MailError, Phase, Receipt, Retryable, SenderProblem, Unreachable
from crm.mail.servers import TokenSource, xoauth2

BROKEN = (OSError, smtplib.SMTPException, ValueError)
"""How a connection that broke, timed out or talks nonsense shows itself in smtplib."""

MAX_MESSAGES = 100
"""Per connection; then a new one, as many servers ask for."""


@dataclass(frozen=True)
class Patience:
    """Seconds that each phase may take in all, however slowly the server drips. Their sum is below a lease."""

    connect: float = 20
    session: float = 30
    command: float = 45
    content: float = 120
    verdict: float = 300


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to sign in. `security` is tls (implicit), starttls or none; certificates are always checked.

    With `token` the mailbox signs in by XOAUTH2, else by user name and password, where there is a user name.
    """

    host: str
    port: int
    security: str = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    hello_name: str = ""
    patience: Patience = Patience()
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    token: TokenSource | None = field(default=None, repr=False)


class Session(smtplib.SMTP):
    """smtplib's client with a deadline, and TLS from the first byte where asked for."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self.ends_at = time.monotonic() + server.patience.connect
        self.messages = 0
        super().__init__(local_hostname=server.hello_name or None, timeout=server.patience.connect)
        self._host = server.host  # what STARTTLS checks the certificate against

    def allow(self, seconds: float) -> None:
        """Give the next exchange this long, in all."""
        self.ends_at = time.monotonic() + seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            assert self.sock is not None
            self.file = Lines(self.sock, lambda: self.ends_at)
        return super().getreply()

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        sock = socket.create_connection((host, port), timeout)
        # The dot leaves as a packet of its own; without this it would wait 40 ms for the text's acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.security != "tls":
            return sock
        context = self.server.tls or ssl.create_default_context()
        return context.wrap_socket(sock, server_hostname=host)


class SmtpTransport:
    """Delivers through one server."""

    name = "smtp"

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._session: Session | None = None

    def send(self, envelope: Envelope, before_data: Callable[[], None]) -> Receipt:
        """See `ports.Transport`. The connection stays open for the next message when this one went well."""
        session = self._named(envelope)
        try:
            before_data()
        except BaseException:
            self.close()
            raise
        return self._content(session, envelope)

    def check(self) -> None:
        """Connect and sign in, without sending anything. Raises a MailError."""
        self.close()
        try:
            self._opened()
        finally:
            self.close()

    def close(self) -> None:
        """See `ports.Transport`."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.allow(2)
            session.quit()
        except BROKEN:
            session.close()

    def _named(self, envelope: Envelope) -> Session:
        """A session that has accepted sender and recipient. One that went stale since the last message is replaced."""
        if self._session is not None and self._session.messages < MAX_MESSAGES:
            try:
                return self._addressed(self._session, envelope)
            except Retryable as error:
                if error.code not in (None, 421) or error.phase is not Phase.MAIL:
                    raise
        self.close()
        return self._addressed(self._opened(), envelope)

    def _opened(self) -> Session:
        self._session = session = self._connected()
        patience = self._server.patience
        self._step(session, Phase.HELLO, patience.session, session.ehlo_or_helo_if_needed)
        if self._server.security == "starttls":
            self._start_tls(session)
        if self._server.username:
            self._step(session, Phase.AUTH, patience.session, self._sign_in, session)
        return session

    def _connected(self) -> Session:
        session = Session(self._server)
        try:
            code, reply = session.connect(self._server.host, self._server.port)
        except ssl.SSLCertVerificationError as error:
            raise SenderProblem(Phase.TLS, None, f"certificate: {error.verify_message}") from error
        except BROKEN as error:
            session.close()
            raise Unreachable(Phase.CONNECT, None, _said(error)) from error
        if code != 220:
            session.close()
            raise refusal(Phase.CONNECT, code, _words(reply))
        return session

    def _start_tls(self, session: Session) -> None:
        if not session.has_extn("starttls"):
            self._drop()
            raise SenderProblem(Phase.TLS, None, "the server offers no encryption (STARTTLS)")
        context = self._server.tls or ssl.create_default_context()
        patience = self._server.patience.session
        self._step(session, Phase.TLS, patience, lambda: session.starttls(context=context))
        self._step(session, Phase.HELLO, patience, session.ehlo_or_helo_if_needed)

    def _sign_in(self, session: Session) -> None:
        try:
            if self._server.token is not None:
                self._sign_in_by_token(session, self._server.token)
            else:
                session.login(self._server.username, self._server.password)
        except smtplib.SMTPNotSupportedError as error:
            raise SenderProblem(
                Phase.AUTH, None, "the server offers no sign-in; try another security setting"
            ) from error

    def _sign_in_by_token(self, session: Session, token: TokenSource) -> None:
        """A token that was withdrawn before its time is renewed once. Fetching one doesn't count against the server."""
        given = token()
        try:
            self._show(session, given)
        except smtplib.SMTPAuthenticationError:
            fresh = token(refused=given)
            if fresh == given:
                raise
            self._show(session, fresh)

    def _show(self, session: Session, token: str) -> None:
        """AUTH XOAUTH2; a refusal comes as a challenge that wants an empty answer before the code."""
        first = xoauth2(self._server.username, token)
        session.allow(self._server.patience.session)
        session.auth("XOAUTH2", lambda challenge=None: first if challenge is None else "")

    def _step(self, session: Session, phase: Phase, seconds: float, do: Callable[..., Any], *args: Any) -> None:
        """One exchange before any message is named, with smtplib's many exceptions told apart."""
        session.allow(seconds)
        try:
            do(*args)
        except MailError:
            self._drop()
            raise
        except smtplib.SMTPResponseException as error:
            self._drop()
            raise refusal(phase, error.smtp_code, _words(error.smtp_error)) from error
        except ssl.SSLCertVerificationError as error:
            self._drop()
            raise SenderProblem(Phase.TLS, None, f"certificate: {error.verify_message}") from error
        except BROKEN as error:
            self._drop()
            raise Unreachable(phase, None, _said(error)) from error

    def _addressed(self, session: Session, envelope: Envelope) -> Session:
        size = f" SIZE={len(envelope.content)}" if session.has_extn("size") else ""
        limit = session.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < len(envelope.content):
            raise refusal(Phase.MAIL, 552, f"5.3.4 too large: this server takes {int(limit) // 1000} kB")
        self._command(session, Phase.MAIL, f"MAIL FROM:<{envelope.sender}>{size}", (250,))
        self._command(session, Phase.RCPT, f"RCPT TO:<{envelope.recipient}>", (250, 251))
        return session

    def _command(self, session: Session, phase: Phase, command: str, wanted: tuple[int, ...]) -> None:
        """A command about this message. Refused: the transaction is reset, the connection stays for the next."""
        session.allow(self._server.patience.command)
        try:
            code, reply = session.docmd(command)
        except BROKEN as error:
            self._drop()
            raise Retryable(phase, None, _said(error)) from error
        if code not in wanted:
            self._reset(session, code)
            raise refusal(phase, code, _words(reply))

    def _content(self, session: Session, envelope: Envelope) -> Receipt:
        self._command(session, Phase.DATA, "DATA", (354,))
        try:
            session.allow(self._server.patience.content)
            session.send(_stuffed(envelope.content))
        except BROKEN as error:
            self._drop()
            raise Retryable(Phase.DATA, None, _said(error)) from error
        return self._verdict(session)

    def _verdict(self, session: Session) -> Receipt:
        """The final dot. From here on only an answer can tell whether the server has the message."""
        try:
            session.allow(self._server.patience.verdict)
            session.send(b".\r\n")
            code, reply = session.getreply()
        except BROKEN as error:
            self._drop()
            raise InDoubt(Phase.AFTER_DOT, None, _said(error)) from error
        if 200 <= code < 300:
            session.messages += 1
            return Receipt(code, _words(reply))
        if not 400 <= code < 600:
            self._drop()
            raise InDoubt(Phase.AFTER_DOT, code, _words(reply))
        self._reset(session, code)
        raise refusal(Phase.AFTER_DOT, code, _words(reply))

    def _reset(self, session: Session, code: int) -> None:
        if code == 421 or not 400 <= code < 600:
            self._drop()
            return
        try:
            session.allow(self._server.patience.command)
            if session.docmd("RSET")[0] != 250:
                self._drop()
        except BROKEN:
            self._drop()

    def _drop(self) -> None:
        """Leave without a word: there is nobody to say goodbye to."""
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _stuffed(content: bytes) -> bytes:
    """The content with CRLF at its end and a dot before every line that begins with one."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    doubled = whole.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled


def _words(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())[:500]


def _said(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "the server took too long to answer"
    return " ".join(str(error).split())[:500] or type(error).__name__
