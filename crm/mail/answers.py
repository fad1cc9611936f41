"""What a server's refusal means: about the message, about us, or only for now. Pure.

smtplib raises one exception for 451 and 550 alike, so the code and the words decide here.
"""

from __future__ import annotations

import re

from crm.mail.ports import MailError, Permanent, Phase, Retryable, SenderProblem, Unreachable

SESSION = frozenset({Phase.CONNECT, Phase.HELLO, Phase.TLS, Phase.AUTH})
"""Phases in which no message has been named yet: what goes wrong here goes wrong for every message."""

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")

CLOSED_RECIPIENT = frozenset({"5.7.124", "5.7.129", "5.7.133", "5.7.134", "5.7.135", "5.7.136"})
"""Microsoft's codes for a group or mailbox that takes mail from its own people only: about them, not about us."""

ABOUT_US = re.compile(
    r"block ?list|black ?list|\bdnsbl\b|\brbl\b|spamhaus|barracuda|spam|reputation|blocked|banned|not authori[sz]ed"
    r"|authentication (?:is )?required|relay|\bspf\b|\bdkim\b|\bdmarc\b|sender (?:address )?rejected|policy",
    re.IGNORECASE,
)


def refusal(phase: Phase, code: int, reply: str) -> MailError:
    """The error that an answer of 4xx or 5xx (or a senseless one) in this phase stands for."""
    if phase in SESSION:
        return SenderProblem(phase, code, reply) if 500 <= code < 600 else Unreachable(phase, code, reply)
    if not 500 <= code < 600:
        return Retryable(phase, code, reply)
    return SenderProblem(phase, code, reply) if _about_us(phase, reply) else Permanent(phase, code, reply)


def _about_us(phase: Phase, reply: str) -> bool:
    found = ENHANCED.search(reply)
    number = found.group(0) if found else ""
    if number.startswith("5.3.4") or number in CLOSED_RECIPIENT:
        return False
    if phase is Phase.MAIL:
        return True
    return number.startswith("5.7.") or (not number.startswith("5.1.") and bool(ABOUT_US.search(reply)))
