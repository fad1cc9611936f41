"""What a person is told when signing in fails."""

from __future__ import annotations

import pytest

from crm.mail.ports import MailError, Phase, SenderProblem, Unreachable
from crm.models.accounts import MailAccount
from crm.services.mailbox_checks import IN, OUT, advice
from tests.factories import NOW


def mailbox(preset: str = "other", auth: str = "password") -> MailAccount:
    return MailAccount(address="dana@stride.example", preset=preset, auth=auth, created_at=NOW)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unreachable(Phase.CONNECT, None, "[Errno -2] Name or service not known"), "spelling of the host"),
        (Unreachable(Phase.CONNECT, None, "[Errno 111] Connection refused"), "Check host and port"),
        (Unreachable(Phase.CONNECT, None, "the server took too long to answer"), "Check host and port"),
        (Unreachable(Phase.CONNECT, None, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "STARTTLS with 587"),
        (Unreachable(Phase.HELLO, 421, "busy"), "Try again in a few minutes"),
        (SenderProblem(Phase.TLS, None, "the server offers no encryption (STARTTLS)"), "Choose TLS"),
        (SenderProblem(Phase.TLS, None, "certificate: hostname mismatch"), "certificate is not for this name"),
        (SenderProblem(Phase.AUTH, 535, "5.7.8 bad credentials"), "Check user name and password"),
        (SenderProblem(Phase.AUTH, None, "[AUTHENTICATIONFAILED] Authentication failed."), "Check user name"),
        (SenderProblem(Phase.AUTH, None, "Enter it again in mail settings: sign in"), ""),
    ],
)
def test_each_failure_says_what_to_do(error: MailError, said: str) -> None:
    found = advice(error, mailbox(), OUT)
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("preset", "auth", "server", "said"),
    [
        ("google", "password", OUT, "app password"),
        ("icloud", "password", IN, "app-specific password"),
        ("microsoft", "password", OUT, "takes no password"),
        ("microsoft", "xoauth2", OUT, "SMTP may be switched off"),
        ("google", "xoauth2", IN, "IMAP may be switched off"),
    ],
)
def test_a_refused_sign_in_says_what_that_service_wants(preset: str, auth: str, server: str, said: str) -> None:
    refused = SenderProblem(Phase.AUTH, 535, "5.7.8 not accepted")
    assert said in advice(refused, mailbox(preset, auth), server)
