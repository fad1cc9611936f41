"""What a server's refusal means."""

from __future__ import annotations

import pytest

from crm.mail.answers import refusal
from crm.mail.ports import MailError, Permanent, Phase, Retryable, SenderProblem, Unreachable


@pytest.mark.parametrize(
    ("phase", "code", "reply", "kind"),
    [
        (Phase.CONNECT, 421, "too many connections", Unreachable),
        (Phase.CONNECT, 554, "your address is blocked", SenderProblem),
        (Phase.AUTH, 454, "4.7.0 temporary authentication failure", Unreachable),
        (Phase.AUTH, 535, "5.7.8 bad credentials", SenderProblem),
        (Phase.MAIL, 451, "4.3.0 try later", Retryable),
        (Phase.MAIL, 550, "sender not allowed", SenderProblem),
        (Phase.MAIL, 552, "5.3.4 message too big", Permanent),
        (Phase.RCPT, 451, "4.7.1 greylisted", Retryable),
        (Phase.RCPT, 550, "5.1.1 user unknown", Permanent),
        (Phase.RCPT, 550, "5.1.1 mailbox blocked for good", Permanent),
        (Phase.RCPT, 550, "No such user here", Permanent),
        (Phase.RCPT, 550, "5.7.1 Message rejected due to policy", SenderProblem),
        (Phase.RCPT, 554, "Relay access denied", SenderProblem),
        (Phase.RCPT, 550, "5.7.133 sender not authenticated for group", Permanent),
        (Phase.AFTER_DOT, 554, "5.7.1 DMARC failure", SenderProblem),
        (Phase.AFTER_DOT, 550, "5.6.0 malformed", Permanent),
        (Phase.RCPT, -1, "", Retryable),
    ],
)
def test_each_refusal_is_about_the_message_about_us_or_only_for_now(
    phase: Phase, code: int, reply: str, kind: type[MailError]
) -> None:
    error = refusal(phase, code, reply)
    assert type(error) is kind
    assert (error.phase, error.code, error.reply) == (phase, code, reply)
