"""Mail that came in, one of each kind that the inbox shows differently."""

from __future__ import annotations

from email.utils import format_datetime

from sqlmodel import col, select

from crm.domain.kinds import MessageKind
from crm.models.messages import Message
from crm.services import inbox
from tests.e2e.house import House

REPORT = """--b
Content-Type: text/plain

User unknown
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.clinic.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
--b
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: When therapy ends

Text
--b--
"""
DAEMON = {
    "From": "Mail Delivery System <mailer-daemon@clinic.example>",
    "Subject": "Undelivered Mail Returned to Sender",
    "In-Reply-To": "",
    "Content-Type": 'multipart/report; report-type=delivery-status; boundary="b"',
}
STRANGER = {"From": "Pat Lindqvist <pat@elsewhere.example>", "Subject": "Your letter", "In-Reply-To": ""}
AWAY = {"Auto-Submitted": "auto-replied", "Subject": "Automatic reply: When therapy ends"}


def read_mail(house: House) -> None:
    """Answers to the last outreach mail: a reply, an absence, a bounce; and a letter from a stranger."""
    with house.handoff.db.read() as session:
        wanted = select(Message).where(Message.kind == MessageKind.OUTREACH, col(Message.sample).is_(False))
        message = session.exec(wanted.order_by(col(Message.id).desc()).limit(1)).one()
    report = REPORT.format(address=message.to_address, message_id=message.message_id)
    _arrive(house, message, 1, "Yes, please send me the sample.\n\nAmos\n\n> may I send you a sample?\n", {})
    _arrive(house, message, 2, "I am back on October 26.\n", AWAY)
    _arrive(house, message, 3, "Who should I send patients to?\n", STRANGER)
    _arrive(house, message, 4, report, DAEMON)


def _arrive(house: House, message: Message, number: int, text: str, headers: dict[str, str]) -> None:
    now = house.clock.now
    head = {
        "From": f"Amos Ferrell <{message.to_address}>",
        "To": message.from_address,
        "Subject": f"Re: {message.subject}",
        "Message-ID": f"<came-{number}@clinic.example>",
        "In-Reply-To": message.message_id,
        "Date": format_datetime(now),
    } | headers
    raw = "".join(f"{name}: {value}\n" for name, value in head.items() if value) + "\n" + text
    arrived = inbox.Arrived(message.mail_account_id, "INBOX", 1, number, raw.replace("\n", "\r\n").encode(), now)
    assert inbox.take_in(house.handoff.db, house.handoff.post.files, arrived, now=now) is not None
