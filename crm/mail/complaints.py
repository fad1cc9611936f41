"""Complaints: feedback reports in the abuse reporting format (RFC 5965), and the older forms of Hotmail and Apple."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.mail.mentions import addresses_in, first_address, header_addresses, message_ids, unique
from crm.mail.notices import notice_of
from crm.mail.reading import Reading

_FIELD = re.compile(r"^[ \t]{0,4}([A-Za-z][A-Za-z-]{2,40})[ \t]*:[ \t]{0,8}(.*)$", re.MULTILINE)
_RECIPIENTS = ("original-rcpt-to", "redacted-address", "removal-recipient", "original-recipient")
_HOTMAIL = re.compile(r"^x-hmxmroriginalrecipient:\s{0,8}(.{3,300})$", re.IGNORECASE | re.MULTILINE)
_HOTMAIL_SUBJECT = re.compile(r"^complaint about message from\b", re.IGNORECASE)
_APPLE = re.compile(r"apple mail sent this email to unsubscribe", re.IGNORECASE)


@dataclass(frozen=True)
class Complaint:
    """Who complained of which message. `feedback` is the report's type: abuse, fraud, opt-out, auth-failure …"""

    evidence: str
    recipients: tuple[str, ...]
    original_message_id: str
    feedback: str


def complaint_of(reading: Reading) -> Complaint | None:
    """The complaint in a message; None where there is none."""
    for part in reading.parts:
        if not part.returned and (part.kind == "message/feedback-report" or _looks_like_report(part.text)):
            return _from_report(reading, part.text)
    if _HOTMAIL_SUBJECT.search(reading.header("subject")):
        return _from_hotmail(reading)
    if reading.header("x-apple-unsubscribe").lower() == "true" or _APPLE.search(reading.body()[:500]):
        sender = [address for _, address in header_addresses(reading.headers.get("from", ()))]
        ids = message_ids(reading.header("in-reply-to"))
        return Complaint(
            "Apple Mail's unsubscribe button was used", tuple(sender[:1]), ids[0] if ids else "", "opt-out"
        )
    return None


def _from_hotmail(reading: Reading) -> Complaint:
    notice = notice_of(reading)
    found = _HOTMAIL.search(notice.original)
    recipients = addresses_in(found[1]) if found else notice.original_recipients()
    return Complaint(f"Subject: {reading.header('subject')[:120]}", tuple(recipients), notice.message_id(), "abuse")


def _looks_like_report(text: str) -> bool:
    head = text[:4_000].lower()
    return head.lstrip().startswith("feedback-type:") or ("\nfeedback-type:" in head and "\nuser-agent:" in head)


def _from_report(reading: Reading, text: str) -> Complaint:
    fields: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(text[:20_000]):
        fields.setdefault(name.lower(), []).append(value.strip())
    named = unique(first_address(value) for name in _RECIPIENTS for value in fields.get(name, []))
    notice = notice_of(reading)
    feedback = next(iter(fields.get("feedback-type", [])), "abuse").lower()
    ids = message_ids(notice.message_id() or next(iter(fields.get("message-id", [])), ""))
    return Complaint(
        f"Feedback-Type: {feedback}", tuple(named or notice.original_recipients()), ids[0] if ids else "", feedback
    )
