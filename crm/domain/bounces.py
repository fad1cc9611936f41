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
#: Of a link its host stays, which names block lists, and the reason that Google gives in it.
_LINKS = re.compile(r"https?://([\w.-]{1,200})\S{0,500}?(?:\?p=(\w{1,60})\S{0,200}|(?=\s|$))")
_ADDRESSES = re.compile(
    r"(?:rfc822; ?)?[<\[(]?(?:\"[^\"\n]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})@[\w.-]{1,255}[>\])]?"
)
#: An answer of class 4 concerns the address only if it says that nobody is there, and not that this may change.
_GONE = re.compile(
    r"unknown|n[o'’]t exist|no such|not (?:be )?found|non-?exist|disabled|inactive|invalid|null ?mx|no mx|no longer"
)
_PASSES = re.compile(r"temporar|gr[ea]y|try again|later|unverified|defer|lookup")
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
    **dict.fromkeys("34", TEMPORARY),
    **dict.fromkeys("567", SENDER),
}
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
    rule = rule_for(words)
    said, reported = enhanced_code(refusal.words), enhanced_code(refusal.status)
    if (said or reported)[2:] in {"2.2", "2.3"}:
        return TEMPORARY
    code = smtp_code(refusal.words) or refusal.code
    if rule is None or (rule.vague and (_is_exact(said or reported) or _at_the_door(refusal, code))):
        return _by_codes(said, reported, code, refusal)
    if rule.cause is not ADDRESS:
        return rule.cause
    if refusal.command in _SENDER_COMMANDS or (said or reported)[2:] in {"1.7", "1.8"}:
        return SENDER
    passing = code.startswith("4") or said.startswith("4")
    return TEMPORARY if passing and (_PASSES.search(words) or not _GONE.search(words)) else ADDRESS


def _at_the_door(refusal: Refusal, code: str) -> bool:
    """Refused for good before any recipient was named."""
    return refusal.command in _SENDER_COMMANDS and code.startswith("5")


def _is_exact(status: str) -> bool:
    return status.startswith("5") and not status.endswith(".0")


def _by_codes(said: str, reported: str, code: str, refusal: Refusal) -> BounceCause:
    """By the exact codes of the answer and the report; then by who was refused; then by what codes are left."""
    for status in (said, reported):
        if _is_exact(status):
            return _of_status(status)
    if _at_the_door(refusal, code):
        return SENDER
    for status in (said, reported):
        if status and status[2:] != "0.0":
            return _of_status(status)
    return _of_smtp(code, refusal)


def _of_status(status: str) -> BounceCause:
    """By RFC 3463. Class 4 passes by definition, unless it is about us."""
    detail = status[2:]
    cause = _BY_CODE.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0], TEMPORARY)
    return TEMPORARY if status.startswith("4") and cause is ADDRESS else cause


def _of_smtp(code: str, refusal: Refusal) -> BounceCause:
    if not code.startswith("5") or refusal.delayed or code == "552":
        return TEMPORARY
    if code in {"521", "525", "542", "550", "551", "553", "556"}:
        return ADDRESS if refusal.command in {"RCPT", ""} else SENDER
    return SENDER


def plain_words(text: str) -> str:
    """The words of a server's answer, lower-case and in one line, without codes, links and addresses."""
    text = _ADDRESSES.sub(" ", _LINKS.sub(r" \1 \2 ", text[:LIMIT]))
    return _SPACES.sub(" ", _CODES.sub(" ", _SPACES.sub(" ", text))).lower().strip()


def tells(text: str) -> bool:
    """Whether the words name a reason at all."""
    return rule_for(plain_words(text)) is not None


def enhanced_code(text: str) -> str:
    """The RFC 3463 code in a text: the first that says something, else the first."""
    found = [".".join(each) for each in _ENHANCED.findall(text[:LIMIT])]
    return next((each for each in found if each[2:] != "0.0" and each[0] != "2"), found[0] if found else "")


def smtp_code(text: str) -> str:
    """The first SMTP reply code of class 4 or 5 in a text."""
    found = _SMTP.search(text[:LIMIT])
    return found[1] if found else ""
