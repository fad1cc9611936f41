"""Reports that mail services send as JSON in a message: Amazon SES through its notification service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crm.domain.bounces import Refusal, cause_of, enhanced_code, smtp_code
from crm.domain.kinds import BounceCause, InboundKind
from crm.mail.bounced import DIAGNOSTIC_LIMIT, Bounce
from crm.mail.mentions import first_address
from crm.mail.reading import Reading

LIMIT = 200_000
_KINDS = {"bounce": InboundKind.BOUNCE, "complaint": InboundKind.COMPLAINT, "delivery": InboundKind.DELIVERED}
_LISTS = ("bouncedRecipients", "complainedRecipients", "recipients", "delayedRecipients")


def notification_of(reading: Reading) -> Bounce | None:
    """The notification in a message; None where there is none."""
    for text in reading.texts()[:2]:
        if "otificationType" in text[:LIMIT] or "eventType" in text[:LIMIT]:
            found = _read(text[:LIMIT])
            if found:
                return found
    return None


def _read(text: str) -> Bounce | None:
    body = _object(text)
    if isinstance(body.get("Message"), str):
        body = _object(body["Message"])
    name = str(body.get("notificationType") or body.get("eventType") or "").lower()
    kind = _KINDS.get(name)
    event = body.get(name)
    if kind is None or not isinstance(event, dict):
        return None
    return _bounce(kind, event, body.get("mail") if isinstance(body.get("mail"), dict) else {})


def _object(text: str) -> dict[str, Any]:
    """The JSON object that a text begins with. Line breaks inside strings, which mail adds, are taken out."""
    start = text.find("{")
    for candidate in (text[start:], text[start:].replace("\n", "")) if start >= 0 else ():
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return {}


def _bounce(kind: InboundKind, event: Mapping[str, Any], mail: Any) -> Bounce:
    entries = [each for name in _LISTS if isinstance(event.get(name), list) for each in event[name]]
    named = [(first_address(_text(each, "emailAddress")), each) for each in entries[:100]]
    first = named[0][1] if named else {}
    words = _text(first, "diagnosticCode")
    bounced = kind is InboundKind.BOUNCE
    return Bounce(
        kind,
        " ".join(part for part in (str(event.get("bounceType", "")), words) if part)[:DIAGNOSTIC_LIMIT] or kind.value,
        tuple(address for address, _ in named if address),
        tuple(_cause(each, event) for address, each in named if address) if bounced else (),
        _original_id(mail),
        enhanced_code(words) or enhanced_code(_text(first, "status")),
        smtp_code(words),
        words[:DIAGNOSTIC_LIMIT],
    )


def _cause(entry: Any, event: Mapping[str, Any]) -> BounceCause:
    words = _text(entry, "diagnosticCode") or str(event.get("bounceSubType", ""))
    delayed = str(event.get("bounceType", "")).lower() == "transient"
    return cause_of(Refusal(words, _text(entry, "status"), delayed=delayed))


def _text(entry: Any, name: str) -> str:
    if isinstance(entry, dict):
        return str(entry.get(name) or "")
    return str(entry) if name == "emailAddress" else ""


def _original_id(mail: Any) -> str:
    headers = mail.get("commonHeaders") if isinstance(mail, dict) else None
    found = headers.get("messageId") if isinstance(headers, dict) else None
    return str(found or "").strip("<> ")
