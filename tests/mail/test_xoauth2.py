"""Signing in by token: to a scripted SMTP server, and to a real IMAP server that asks the sign-in service itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from crm.mail.imap import ImapMailbox
from crm.mail.ports import Envelope, Phase, SenderProblem, Unreachable
from crm.mail.servers import ImapServer, TokenSource, xoauth2
from crm.mail.smtp import Patience, SmtpServer, SmtpTransport
from tests.mail.identity_server import IdentityStandIn, identity_stand_in
from tests.mail.imap_server import Dovecot, NoDovecot, dovecot
from tests.mail.smtp_server import SmtpStandIn, smtp_stand_in

HASTY = Patience(connect=2, session=2, command=2, content=2, verdict=2)
LETTER = Envelope("me@a.test", "you@b.test", "<1@a.test>", b"Message-ID: <1@a.test>\r\n\r\nHello\r\n")


@dataclass
class Tokens:
    """A token source that gives these in turn, the next when one was turned down."""

    left: list[str]
    refused: list[str] = field(default_factory=list)
    error: Exception | None = None

    def __call__(self, refused: str = "") -> str:
        if self.error is not None:
            raise self.error
        if refused:
            self.refused.append(refused)
            if len(self.left) > 1 and refused == self.left[0]:
                self.left.pop(0)
        return self.left[0]


@pytest.fixture
def smtp() -> Iterator[SmtpStandIn]:
    with smtp_stand_in() as server:
        server.takes_token = lambda token: token == "good"
        yield server


def transport(smtp: SmtpStandIn, token: TokenSource) -> SmtpTransport:
    return SmtpTransport(SmtpServer("127.0.0.1", smtp.port, "none", "dana@stride.example", token=token, patience=HASTY))


def test_the_answer_has_the_form_that_both_services_document() -> None:
    """Google's documentation shows this example."""
    wanted = (
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0"
        "Q2cBAQ=="
    )
    given = xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
    assert base64.b64encode(given.encode()).decode() == wanted


def test_a_good_token_lets_mail_leave(smtp: SmtpStandIn) -> None:
    sender = transport(smtp, Tokens(["good"]))
    assert sender.send(LETTER, lambda: None).code == 250
    sender.close()
    assert smtp.message_ids() == ["<1@a.test>"]
    assert "good" not in " ".join(smtp.commands), "it goes encoded"


def test_a_token_that_was_turned_down_is_renewed_once_on_the_same_connection(smtp: SmtpStandIn) -> None:
    tokens = Tokens(["stale", "good"])
    transport(smtp, tokens).check()
    assert (tokens.refused, smtp.connections) == (["stale"], 1)
    assert "" in smtp.commands, "the challenge with the reason is answered with an empty line"


def test_a_mailbox_that_takes_no_token_is_the_senders_problem(smtp: SmtpStandIn) -> None:
    tokens = Tokens(["stale", "stale too"])
    with pytest.raises(SenderProblem) as caught:
        transport(smtp, tokens).check()
    assert (caught.value.phase, caught.value.code, len(tokens.refused)) == (Phase.AUTH, 535, 1)
    assert "stale" not in str(caught.value)


@pytest.mark.parametrize("kind", [SenderProblem, Unreachable])
def test_trouble_with_the_token_itself_comes_through(smtp: SmtpStandIn, kind: type[Exception]) -> None:
    error = kind(Phase.AUTH, None, "Sign in again.")
    with pytest.raises(kind, match="Sign in again"):
        transport(smtp, Tokens([""], error=error)).check()


# --- IMAP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def identity() -> Iterator[IdentityStandIn]:
    with identity_stand_in() as found:
        found.valid = {"good"}
        yield found


@pytest.fixture
def imap(identity: IdentityStandIn) -> Iterator[Dovecot]:
    try:
        with dovecot(token_check=f"{identity.url}/info?access_token=") as found:
            yield found
    except NoDovecot as error:
        pytest.skip(str(error))


def reader(imap: Dovecot, token: TokenSource) -> ImapMailbox:
    server: ImapServer = imap.server("dana@stride.example", password="")
    return ImapMailbox(replace(server, token=token))


def test_a_real_imap_server_takes_the_token(imap: Dovecot) -> None:
    mailbox = reader(imap, Tokens(["stale", "good"]))
    assert "INBOX" in [each.name for each in mailbox.folders()]
    mailbox.close()


def test_a_real_imap_server_turns_a_bad_token_down(imap: Dovecot) -> None:
    with pytest.raises(SenderProblem) as caught:
        reader(imap, Tokens(["stale", "stale too"])).folders()
    assert caught.value.phase is Phase.AUTH
    assert "stale" not in str(caught.value)
