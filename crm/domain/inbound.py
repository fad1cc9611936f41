"""What a received message turned out to be. The classifier in `crm.mail.classify` makes it, ingestion acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from crm.domain.kinds import BounceCause, InboundKind


@dataclass(frozen=True)
class Verdict:
    """One received message, read. Whatever the bytes were there is a verdict; what is not known is empty.

    Addresses are lower-cased in the domain only; Message-IDs carry no angle brackets.
    """

    kind: InboundKind
    #: For a bounce whom it concerns: the address, us, or nobody for good. None for every other kind.
    cause: BounceCause | None = None
    #: Whom a bounce, complaint or delivery notice is about, in the order in which they were named.
    recipients: tuple[str, ...] = ()
    #: A cause for each of a bounce's recipients, in the same order; `cause` is the first of them.
    causes: tuple[BounceCause, ...] = ()
    #: The message that this one reports on (bounce, complaint, delivered) or answers (reply, auto-reply).
    original_message_id: str = ""
    #: The first day on which an absent person is back; only for auto-replies that say so.
    return_on: date | None = None
    #: What the person wrote, without quotation and signature; only for replies and auto-replies.
    reply_text: str = ""
    #: Why: the header or the line that decided.
    evidence: str = ""
    #: A reply whose writer wants no more mail.
    wants_out: bool = False
    from_address: str = ""
    from_name: str = ""
    #: Addresses of To and Cc, and where the message was delivered: plus-addresses and VERP are found here.
    to_addresses: tuple[str, ...] = ()
    subject: str = ""
    #: The Date header, aware; None where it is missing or can't be read.
    date: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    #: RFC 3463 status and SMTP code of a bounce, as far as they are named.
    enhanced_code: str = ""
    smtp_code: str = ""
    #: What a complaint is about: abuse, fraud, opt-out …; `auth-failure` is about our mail server, not from a reader.
    feedback: str = ""
    #: The server's own words about a bounce, at most 500 characters.
    diagnostic: str = ""
    #: What was wrong with a message that could not be read whole.
    error: str = ""
