"""Does this message report on one that we sent? Reports in fields first, then notices in prose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.domain.bounces import Refusal, cause_of, enhanced_code, plain_words, smtp_code, tells
from crm.domain.kinds import BounceCause, InboundKind
from crm.mail.bounce_signs import Sign, sign_of
from crm.mail.mentions import addresses_in, header_addresses, message_ids, unique
from crm.mail.notices import Notice, notice_of, recipients_in
from crm.mail.reading import Reading
from crm.mail.reports import DELAYED, DELIVERED, Group, Report, report_of
from crm.mail.second_opinion import second_opinion

#: How servers tell at which step they were refused, as Postfix, Exim, qmail, sendmail and appliances put it.
_STEPS = (
    ("CONN", r"refused to talk to me|after initial connection|but greeting failed|while talking to .{1,80}:\s+<<<"),
    ("EHLO", r"in reply to (?:ehlo|helo)|after (?:ehlo|helo)|my name was rejected|(?:>>>|<<<|=>)\s?(?:ehlo|helo)\b"),
    ("MAIL", r"in reply to mail|after mail from|but sender was rejected|(?:>>>|<<<|=>)\s?mail from"),
    (
        "RCPT",
        r"in reply to rcpt|after rcpt to|does not like recipient|following rcpt|\[rcpt_to\]|(?:>>>|<<<|=>)\s?rcpt to",
    ),
    (
        "DATA",
        r"in reply to (?:end|data)|after (?:end of )?data|after i sent the message|(?:>>>|<<<|=>)\s?data\b",
    ),
)
_STEP = re.compile("|".join(f"(?P<{verb}>{words})" for verb, words in _STEPS), re.IGNORECASE)
DIAGNOSTIC_LIMIT = 500


@dataclass(frozen=True)
class Bounce:
    """A bounce or a notice of delivery, read. `causes` stands beside `recipients`."""

    kind: InboundKind
    evidence: str
    recipients: tuple[str, ...] = ()
    causes: tuple[BounceCause, ...] = ()
    original_message_id: str = ""
    enhanced_code: str = ""
    smtp_code: str = ""
    diagnostic: str = ""


def bounce_of(raw: bytes, reading: Reading) -> Bounce | None:
    """What the message reports about one of ours; None where it doesn't."""
    report = report_of(reading)
    notice = notice_of(reading)
    if report is not None and report.groups:
        return _from_report(report, notice, reading)
    sign = sign_of(reading, notice.words, has_report=report is not None) or second_opinion(raw, reading)
    return _from_notice(sign, notice, reading) if sign else None


def _from_report(report: Report, notice: Notice, reading: Reading) -> Bounce:
    failed = [group for group in report.groups if not _is_delivered(group)]
    groups = failed or list(report.groups)
    first = groups[0]
    evidence = "; ".join(
        part
        for part in (
            f"Action: {first.action}" if first.action else "",
            f"Status: {first.status}" if first.status else "",
            first.diagnostic,
        )
        if part
    )
    return Bounce(
        InboundKind.BOUNCE if failed else InboundKind.DELIVERED,
        evidence[:DIAGNOSTIC_LIMIT],
        tuple(group.recipient for group in groups),
        tuple(cause_of(_refusal(group, notice)) for group in failed),
        report.original_message_id or notice.message_id() or _referred(reading),
        enhanced_code(first.diagnostic) or enhanced_code(first.status),
        smtp_code(first.diagnostic),
        (first.diagnostic or notice.words.strip())[:DIAGNOSTIC_LIMIT],
    )


def _is_delivered(group: Group) -> bool:
    return group.action in DELIVERED or (not group.action and group.status.startswith("2."))


def _refusal(group: Group, notice: Notice) -> Refusal:
    """A diagnostic that says nothing is helped by the notice, which often quotes the whole answer."""
    words = group.words
    about = _about(group.recipient, notice.words)
    if not tells(words):
        words = f"{words} {about}"
    return Refusal(words, group.status, smtp_code(words), _command(about), group.action in DELAYED)


def _about(recipient: str, text: str) -> str:
    """What the notice says from the last line that begins with the recipient on; else all of it."""
    lower, wanted = text.lower(), recipient.lower()
    at = max(lower.rfind(f"\n<{wanted}>"), lower.rfind(f"\n{wanted}"), lower.rfind(f"\n  {wanted}"))
    if at < 0:
        return text
    end = lower.find("\n<", at + 1)
    return text[at : end if end > 0 else None]


def _command(text: str) -> str:
    """The SMTP verb that was refused: the last one of a transcript, which went on until then."""
    found = [match.lastgroup or "" for match in _STEP.finditer(" ".join(text[:8_000].split()))]
    return found[-1] if found else ""


def _from_notice(sign: Sign, notice: Notice, reading: Reading) -> Bounce:
    recipients = (
        _failed_recipients(reading)
        or sign.recipients
        or recipients_in(
            notice,
            sender=_addresses(reading, "from", "sender"),
            reader=_addresses(reading, "to", "delivered-to", "x-original-to", "reply-to"),
        )
    )
    causes = tuple(_cause(each, notice, sign) for each in recipients) or (_cause("", notice, sign),)
    return Bounce(
        InboundKind.DELIVERED if sign.delivered else InboundKind.BOUNCE,
        sign.evidence,
        tuple(recipients),
        () if sign.delivered else causes,
        sign.original_message_id or notice.message_id() or _referred(reading),
        enhanced_code(notice.words),
        smtp_code(plain_lines(notice.words)),
        (sign.diagnostic or notice.words.strip())[:DIAGNOSTIC_LIMIT],
    )


def plain_lines(text: str) -> str:
    """Only the lines in which a server seems to speak: they hold a reply code and words."""
    return "\n".join(line for line in text.split("\n")[:400] if smtp_code(line[:300]) and plain_words(line[:300]))


def _cause(recipient: str, notice: Notice, sign: Sign) -> BounceCause:
    """By the lines after the recipient, the whole notice, its subject; a Google group refuses who may not post."""
    about = _about(recipient, notice.words) if recipient else notice.words
    if recipient.endswith("@googlegroups.com") and not smtp_code(plain_lines(notice.words)):
        return BounceCause.SENDER
    for words in (sign.diagnostic, about, notice.words, sign.subject):
        answer = plain_lines(words)
        if tells(answer):
            return cause_of(Refusal(answer, command=_command(about), delayed=sign.delayed))
        if tells(words):
            return cause_of(Refusal(words, command=_command(about), delayed=sign.delayed))
    return cause_of(Refusal(about, command=_command(about), delayed=sign.delayed))


def _failed_recipients(reading: Reading) -> list[str]:
    values = reading.headers.get("x-failed-recipients", ())[:20]
    return unique(each for value in values for each in addresses_in(value[:8_000]))


def _addresses(reading: Reading, *names: str) -> frozenset[str]:
    return frozenset(
        address.lower() for name in names for _, address in header_addresses(reading.headers.get(name, ()))
    )


def _referred(reading: Reading) -> str:
    ids = message_ids(reading.header("in-reply-to")) or message_ids(reading.header("references"))
    return ids[-1] if ids else ""
