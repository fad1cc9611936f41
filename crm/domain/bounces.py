"""Why a message came back: the address, us as its sender, or something that passes. Words first, then codes.

Servers choose codes carelessly (a third of real bounces is sorted right by their RFC 3463 codes alone) and words with
care, since people read those. Where neither tells, the cause is temporary: nothing is suppressed on a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crm.domain.bounce_words import rule_for
from crm.domain.kinds import BounceCause

ADDRESS, SENDER, TEMPORARY = BounceCause.ADDRESS, BounceCause.SENDER, BounceCause.TEMPORARY

#: Words longer than this are cut: the reason stands at their beginning.
LIMIT = 4_000

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_SMTP = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ \-:;,#]|$)")
_CODES = re.compile(
    r"#?\b[245]\d\d[- ](?:#?\(?#?[245]\.\d{1,3}\.\d{1,3}\)?)?|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])"
)
_LINKS = re.compile(r"https?://\S{1,500}|www\.\S{1,300}")
_ADDRESSES = re.compile(
    r"(?:rfc822; ?)?[<\[(]?(?:\"[^\"\n]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})@[\w.-]{1,255}[>\])]?"
)
_SPACES = re.compile(r"\s+")

#: RFC 3463 and its registry, by the whole code first and then by subject. Codes of class 4 use the same table.
_BY_CODE: Mapping[str, BounceCause] = {
    **dict.fromkeys(("1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.0", "2.1", "2.4", "3.2", "4.4"), ADDRESS),
    **dict.fromkeys(("7.13", "7.17", "7.18", "7.27"), ADDRESS),
    **dict.fromkeys(("1.7", "1.8", "3.4", "5.2", "5.6"), SENDER),
    **dict.fromkeys(("1.9", "2.2", "2.3"), TEMPORARY),
}
_BY_SUBJECT: Mapping[str, BounceCause] = {
    **dict.fromkeys("12", ADDRESS),
    **dict.fromkeys("345", TEMPORARY),
    **dict.fromkeys("67", SENDER),
}
_VAGUE = frozenset({"0.0"})
_SENDER_COMMANDS = frozenset({"CONN", "HELO", "EHLO", "MAIL"})


@dataclass(frozen=True)
class Refusal:
    """What one server said about one recipient. `command` is the SMTP verb it answered, upper-case, where known."""

    words: str
    status: str = ""
    code: str = ""
    command: str = ""
    delayed: bool = False


def cause_of(refusal: Refusal) -> BounceCause:
    """Whom the refusal concerns."""
    words = plain_words(refusal.words)
    status = enhanced_code(refusal.words) or enhanced_code(refusal.status)
    code = smtp_code(refusal.words) or refusal.code
    if status and status[2:] in {"2.2", "2.3"}:
        return TEMPORARY
    by_words = _by_words(words)
    if by_words is ADDRESS and refusal.command in _SENDER_COMMANDS:
        return SENDER
    return by_words or _by_codes(status, enhanced_code(refusal.status), code, refusal)


def _by_words(words: str) -> BounceCause | None:
    rule = rule_for(words)
    return rule.cause if rule else None


def _by_codes(status: str, reported: str, code: str, refusal: Refusal) -> BounceCause:
    for each in (status, reported):
        detail = each[2:]
        if detail and not detail.endswith(".0") and detail not in _VAGUE:
            return _of_status(detail)
    if refusal.command in _SENDER_COMMANDS and code.startswith("5"):
        return SENDER
    for each in (status, reported):
        if each and each[2:] not in _VAGUE:
            return _of_status(each[2:])
    return _of_smtp(code, refusal)


def _of_status(detail: str) -> BounceCause:
    return _BY_CODE.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0], TEMPORARY)


def _of_smtp(code: str, refusal: Refusal) -> BounceCause:
    if not code.startswith("5") or refusal.delayed or code == "552":
        return TEMPORARY
    if code in {"550", "551", "553", "521", "556", "525"}:
        return ADDRESS if refusal.command in {"RCPT", ""} else SENDER
    return SENDER


def plain_words(text: str) -> str:
    """The words of a server's answer, lower-case and in one line, without codes, links and addresses."""
    text = _ADDRESSES.sub(" ", _LINKS.sub(" ", text[:LIMIT]))
    return _SPACES.sub(" ", _CODES.sub(" ", _SPACES.sub(" ", text))).lower().strip()


def tells(text: str) -> bool:
    """Whether the words name a reason at all."""
    return _by_words(plain_words(text)) is not None


def enhanced_code(text: str) -> str:
    """The RFC 3463 code in a text: the first that says something, else the first."""
    found = [".".join(each) for each in _ENHANCED.findall(text[:LIMIT])]
    return next((each for each in found if each[2:] not in _VAGUE and each[0] != "2"), found[0] if found else "")


def smtp_code(text: str) -> str:
    """The first SMTP reply code of class 4 or 5 in a text."""
    found = _SMTP.search(text[:LIMIT])
    return found[1] if found else ""
