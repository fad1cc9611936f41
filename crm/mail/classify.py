"""What a received message is: bytes in, verdict out. Pure, bounded, and it never raises.

Reports come before automatic answers, since half of all bounces carry Auto-Submitted too; what is left and isn't bulk
mail was written by a person.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from crm.domain.away import automatic, from_a_program
from crm.domain.inbound import Verdict
from crm.domain.kinds import InboundKind
from crm.domain.replies import reply_text, subject_wants_out, wants_out
from crm.domain.return_dates import return_date
from crm.mail.allowance import SPENT
from crm.mail.bounced import bounce_of
from crm.mail.complaints import complaint_of
from crm.mail.mentions import addresses_in, header_addresses, message_ids
from crm.mail.notifications import notification_of
from crm.mail.reading import Reading, read

_FIELD = re.compile(r"^([a-z-]{3,40}):[ \t]*(.*)$", re.MULTILINE)
_TO_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


def classify(raw: bytes, *, ours: frozenset[str] = frozenset(), received_on: date | None = None) -> Verdict:
    """The verdict on one message. `ours` are our own addresses in lower case; `received_on` dates "back on Monday".

    Bytes that can't be read as a message at all give `other` with `error`.
    """
    try:
        reading = read(raw)
        verdict = _judged(raw, reading, ours, received_on)
        return _read_in_part(verdict) if reading.work.is_spent else verdict
    except (Exception, RecursionError) as error:  # the one place where any fault of any message ends
        return Verdict(
            InboundKind.OTHER, evidence="it could not be read", error=f"{type(error).__name__}: {error}"[:300]
        )


def _judged(raw: bytes, reading: Reading, ours: frozenset[str], received_on: date | None) -> Verdict:
    verdict = _envelope(reading)
    return (
        _complaint(reading, verdict)
        or _bounce(raw, reading, verdict)
        or _receipt(reading, verdict)
        or _own(verdict, ours)
        or _unsubscribing(reading, verdict)
        or _automatic(reading, verdict, received_on)
        or _personal(reading, verdict)
    )


def _read_in_part(verdict: Verdict) -> Verdict:
    """What was known when the allowance was spent, and that it was."""
    return replace(verdict, error=verdict.error or SPENT, evidence=f"{verdict.evidence} ({SPENT})")


def _complaint(reading: Reading, verdict: Verdict) -> Verdict | None:
    found = complaint_of(reading)
    if found is None:
        return None
    return replace(
        verdict,
        kind=InboundKind.COMPLAINT,
        recipients=found.recipients,
        original_message_id=found.original_message_id,
        feedback=found.feedback,
        evidence=found.evidence,
    )


def _bounce(raw: bytes, reading: Reading, verdict: Verdict) -> Verdict | None:
    found = notification_of(reading) or bounce_of(raw, reading)
    if found is None:
        return None
    return replace(
        verdict,
        kind=found.kind,
        cause=found.causes[0] if found.causes else None,
        causes=found.causes,
        recipients=found.recipients,
        original_message_id=found.original_message_id,
        enhanced_code=found.enhanced_code,
        smtp_code=found.smtp_code,
        diagnostic=found.diagnostic,
        evidence=found.evidence,
    )


def _receipt(reading: Reading, verdict: Verdict) -> Verdict | None:
    """A read receipt (RFC 8098): the message has arrived, whatever was done with it."""
    part = next((part for part in reading.parts if part.kind.endswith("disposition-notification")), None)
    if part is None or part.returned:
        return None
    fields = dict(_FIELD.findall(part.text[:20_000].lower()))
    ids = message_ids(fields.get("original-message-id", "")) or verdict.in_reply_to
    return replace(
        verdict,
        kind=InboundKind.DELIVERED,
        recipients=tuple(addresses_in(fields.get("final-recipient", ""))[:1]),
        original_message_id=ids[0] if ids else "",
        evidence=f"Disposition: {fields.get('disposition', '')}"[:200],
    )


def _own(verdict: Verdict, ours: frozenset[str]) -> Verdict | None:
    if verdict.from_address not in ours:
        return None
    return replace(verdict, kind=InboundKind.OWN, evidence=f"From: {verdict.from_address}")


def _unsubscribing(reading: Reading, verdict: Verdict) -> Verdict | None:
    """The mail that a program sends for its user, by `List-Unsubscribe`: the user's wish, however it is marked."""
    if not verdict.from_address or not subject_wants_out(verdict.subject):
        return None
    return replace(
        verdict,
        kind=InboundKind.REPLY,
        original_message_id=_answered(verdict),
        reply_text=reply_text(reading.body()),
        wants_out=True,
        evidence=f"Subject: {verdict.subject[:120]}",
    )


def _automatic(reading: Reading, verdict: Verdict, received_on: date | None) -> Verdict | None:
    body = reading.body()
    why = automatic(reading.headers, body)
    if not why:
        return None
    day = received_on or (verdict.date.date() if verdict.date else None)
    own = reply_text(body)
    return replace(
        verdict,
        kind=InboundKind.AUTO_REPLY,
        original_message_id=_answered(verdict),
        reply_text=own,
        return_on=return_date(f"{verdict.subject}\n\n{own or body}", day) if day else None,
        evidence=why,
    )


def _personal(reading: Reading, verdict: Verdict) -> Verdict:
    program = from_a_program(reading.headers)
    if program:
        return replace(verdict, evidence=program)
    body = reading.body()
    if not body and not verdict.from_address:
        return replace(verdict, evidence="it has no sender and no text", error=verdict.error or "nothing to read")
    own = reply_text(body)
    return replace(
        verdict,
        kind=InboundKind.REPLY,
        original_message_id=_answered(verdict),
        reply_text=own,
        wants_out=wants_out(own, verdict.subject),
        evidence=_why_personal(verdict),
    )


def _why_personal(verdict: Verdict) -> str:
    if verdict.in_reply_to:
        return f"In-Reply-To: <{verdict.in_reply_to[0]}>"
    if verdict.references:
        return f"References: <{verdict.references[-1]}>"
    return "nothing marks it as automatic"


def _answered(verdict: Verdict) -> str:
    return next(iter(verdict.in_reply_to), "") or next(iter(verdict.references[-1:]), "")


def _envelope(reading: Reading) -> Verdict:
    name, address = next(iter(header_addresses(reading.headers.get("from", ()))), ("", ""))
    to = [each for header in _TO_HEADERS for _, each in header_addresses(reading.headers.get(header, ()))]
    return Verdict(
        InboundKind.OTHER,
        from_address=address.lower(),
        from_name=name,
        to_addresses=tuple(dict.fromkeys(to)),
        subject=reading.header("subject"),
        date=_date(reading.header("date")),
        message_id=next(iter(message_ids(reading.header("message-id"))), ""),
        in_reply_to=message_ids(reading.header("in-reply-to")),
        references=message_ids(reading.header("references")),
        error=reading.error,
    )


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:200])
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
