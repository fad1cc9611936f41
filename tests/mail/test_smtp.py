"""Delivery by SMTP against a server that misbehaves at every point."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from crm.mail.ports import (
    Envelope,
    InDoubt,
    MailError,
    Permanent,
    Phase,
    Retryable,
    SenderProblem,
    Unreachable,
)
from crm.mail.smtp import Patience, SmtpServer, SmtpTransport
from tests.mail.smtp_server import DRIP, DROP, DROP_MIDWAY, SILENCE, SmtpStandIn, smtp_stand_in

HASTY = Patience(connect=1, session=1, command=1, content=1, verdict=1)
PATIENT = Patience(connect=30, session=30, command=30, content=30, verdict=30)
SLOW = (SILENCE, DRIP)


@pytest.fixture
def server() -> Iterator[SmtpStandIn]:
    with smtp_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
def transport(server: SmtpStandIn) -> Iterator[SmtpTransport]:
    with opened(server, PATIENT) as found:
        yield found


@contextmanager
def opened(server: SmtpStandIn, patience: Patience) -> Iterator[SmtpTransport]:
    found = SmtpTransport(SmtpServer("127.0.0.1", server.port, "none", hello_name="here", patience=patience))
    yield found
    found.close()


def envelope(number: int = 1, body: str = "Hello") -> Envelope:
    content = f"Message-ID: <{number}@a.test>\r\n\r\n{body}\r\n".encode()
    return Envelope("me@a.test", "you@b.test", f"<{number}@a.test>", content)


def nothing() -> None:
    """No transaction to make."""


def failure(transport: SmtpTransport) -> MailError:
    with pytest.raises(MailError) as caught:
        transport.send(envelope(), nothing)
    return caught.value


def test_a_message_arrives_and_the_connection_is_kept(server: SmtpStandIn, transport: SmtpTransport) -> None:
    for number in range(3):
        receipt = transport.send(envelope(number), nothing)
        assert (receipt.code, receipt.reply) == (250, "2.0.0 taken")
    assert server.message_ids() == ["<0@a.test>", "<1@a.test>", "<2@a.test>"]
    assert server.connections == 1


def test_lines_that_begin_with_a_dot_arrive_as_they_are(server: SmtpStandIn, transport: SmtpTransport) -> None:
    transport.send(envelope(body=".\r\n..two\r\nend."), nothing)
    assert server.taken[0].endswith(b"\r\n\r\n..\r\n...two\r\nend.\r\n")


def test_data_is_announced_only_after_the_recipient_was_accepted(server: SmtpStandIn, transport: SmtpTransport) -> None:
    seen: list[list[str]] = []
    transport.send(envelope(), lambda: seen.append(list(server.commands)))
    assert seen[0][-1].startswith("RCPT TO")
    assert "DATA" not in seen[0]


def test_what_the_announcement_raises_stops_the_delivery(server: SmtpStandIn, transport: SmtpTransport) -> None:
    def cancelled() -> None:
        raise LookupError("cancelled meanwhile")

    with pytest.raises(LookupError):
        transport.send(envelope(), cancelled)
    transport.send(envelope(2), nothing)
    assert server.message_ids() == ["<2@a.test>"]


@pytest.mark.parametrize(
    ("point", "answer", "kind", "phase"),
    [
        ("greeting", "421 busy", Unreachable, Phase.CONNECT),
        ("greeting", "554 no service for you", SenderProblem, Phase.CONNECT),
        ("greeting", DROP, Unreachable, Phase.CONNECT),
        ("greeting", SILENCE, Unreachable, Phase.CONNECT),
        ("greeting", DRIP, Unreachable, Phase.CONNECT),
        ("EHLO", DROP, Unreachable, Phase.HELLO),
        ("EHLO", DRIP, Unreachable, Phase.HELLO),
        ("MAIL", "451 4.3.0 later", Retryable, Phase.MAIL),
        ("MAIL", "550 5.1.8 sender unknown", SenderProblem, Phase.MAIL),
        ("MAIL", "552 5.3.4 too big", Permanent, Phase.MAIL),
        ("RCPT", "450 4.2.1 greylisted", Retryable, Phase.RCPT),
        ("RCPT", "550 5.1.1 no such user", Permanent, Phase.RCPT),
        ("RCPT", "550 5.7.1 blocked by Spamhaus", SenderProblem, Phase.RCPT),
        ("RCPT", "550 5.7.133 only for members of the group", Permanent, Phase.RCPT),
        ("RCPT", DROP, Retryable, Phase.RCPT),
        ("RCPT", SILENCE, Retryable, Phase.RCPT),
        ("DATA", "451 4.3.2 not now", Retryable, Phase.DATA),
        ("DATA", "554 5.5.1 no valid recipients", Permanent, Phase.DATA),
        ("CONTENT", DROP_MIDWAY, MailError, None),
        ("DOT", "451 4.3.0 disk full over here", Retryable, Phase.AFTER_DOT),
        ("DOT", "550 5.7.1 looks like spam", SenderProblem, Phase.AFTER_DOT),
        ("DOT", "552 5.2.2 mailbox full for ever", Permanent, Phase.AFTER_DOT),
        ("DOT", DROP, InDoubt, Phase.AFTER_DOT),
        ("DOT", SILENCE, InDoubt, Phase.AFTER_DOT),
        ("DOT", DRIP, InDoubt, Phase.AFTER_DOT),
        ("DOT", "nonsense", InDoubt, Phase.AFTER_DOT),
    ],
)
def test_every_failure_is_told_apart(
    server: SmtpStandIn, point: str, answer: str, kind: type[MailError], phase: Phase | None
) -> None:
    with opened(server, HASTY if answer in SLOW else PATIENT) as transport:
        server.plan(point, answer)
        error = failure(transport)
        assert isinstance(error, kind)
        if phase is not None:
            assert type(error) is kind
            assert error.phase is phase
        if isinstance(error, InDoubt) or point == "CONTENT":
            return
        transport.send(envelope(2), nothing)  # and the next message goes through
        assert server.message_ids() == ["<2@a.test>"]


def test_a_refused_recipient_does_not_cost_the_connection(server: SmtpStandIn, transport: SmtpTransport) -> None:
    server.plan("RCPT", "550 5.1.1 no such user")
    assert isinstance(failure(transport), Permanent)
    transport.send(envelope(2), nothing)
    assert server.connections == 1


def test_a_connection_that_went_stale_is_replaced_without_a_word(server: SmtpStandIn, transport: SmtpTransport) -> None:
    transport.send(envelope(1), nothing)
    server.plan("MAIL", "421 4.4.2 idle too long")
    transport.send(envelope(2), nothing)
    server.plan("MAIL", DROP)
    transport.send(envelope(3), nothing)
    assert server.message_ids() == ["<1@a.test>", "<2@a.test>", "<3@a.test>"]
    assert server.connections == 3


def test_a_wrong_password_is_about_us(server: SmtpStandIn) -> None:
    server.plan("AUTH", "535 5.7.8 bad credentials", "535 5.7.8 bad credentials")
    login = SmtpServer("127.0.0.1", server.port, "none", "dana", "wrong", patience=PATIENT)
    error = failure(SmtpTransport(login))
    assert isinstance(error, SenderProblem)
    assert (error.phase, error.code) == (Phase.AUTH, 535)
    assert "wrong" not in repr(login)


def test_a_server_without_encryption_is_refused_when_encryption_is_asked_for(server: SmtpStandIn) -> None:
    error = failure(SmtpTransport(SmtpServer("127.0.0.1", server.port, "starttls", patience=PATIENT)))
    assert isinstance(error, SenderProblem)
    assert error.phase is Phase.TLS


def test_a_dead_server_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(SmtpTransport(SmtpServer("127.0.0.1", port, "none", patience=HASTY)))
    assert isinstance(error, Unreachable)


def test_check_signs_in_and_sends_nothing(server: SmtpStandIn) -> None:
    SmtpTransport(SmtpServer("127.0.0.1", server.port, "none", "dana", "secret", patience=PATIENT)).check()
    assert any(command.startswith("AUTH") for command in server.commands)
    assert server.taken == []
