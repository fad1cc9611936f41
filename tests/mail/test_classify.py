"""What received messages are, on messages of our own: one for each form in which reports and answers come."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crm.domain.inbound import Verdict
from crm.domain.kinds import BounceCause, InboundKind
from crm.mail.classify import classify

MESSAGES = Path(__file__).parent.parent / "data" / "mail"
OURS = frozenset({"dana@trainer.example"})
MOSS = ("p.moss@clinic.example",)
FIRST = "first-contact.77@trainer.example"


def verdict_on(name: str) -> Verdict:
    return classify((MESSAGES / f"{name}.eml").read_bytes(), ours=OURS)


@pytest.mark.parametrize(
    ("name", "cause", "original"),
    [
        ("postfix_unknown_user", "address", FIRST),
        ("null_mx", "address", FIRST),
        ("qmail", "address", FIRST),
        ("old_exchange", "address", ""),
        ("no_from", "address", ""),
        ("forwarded_bounce", "address", ""),
        ("ses_notification", "address", FIRST),
        ("blocked_ip_with_wrong_status", "sender", FIRST),
        ("exim_reverse_dns", "sender", FIRST),
        ("appliance", "sender", ""),
        ("broken_mime", "temporary", FIRST),
        ("delayed", "temporary", FIRST),
        ("dragonfly_expired", "temporary", FIRST),
    ],
)
def test_a_bounce_names_its_recipient_its_cause_and_what_came_back(name: str, cause: str, original: str) -> None:
    verdict = verdict_on(name)
    assert (verdict.kind, verdict.cause) == (InboundKind.BOUNCE, BounceCause(cause))
    assert verdict.recipients == MOSS
    assert verdict.original_message_id == original
    assert verdict.evidence


@pytest.mark.parametrize(
    ("name", "recipient", "cause"),
    [
        ("office365_dmarc", "p.moss@hospital.example", "sender"),
        ("yahoo_full", "p.moss@mail.example", "temporary"),
        ("notes_german", "p.moss@klinik.example", "address"),
    ],
)
def test_bounces_of_other_servers(name: str, recipient: str, cause: str) -> None:
    verdict = verdict_on(name)
    assert (verdict.kind, verdict.recipients, verdict.cause) == (InboundKind.BOUNCE, (recipient,), BounceCause(cause))


def test_each_recipient_of_a_bounce_has_a_cause_of_its_own() -> None:
    verdict = verdict_on("postfix_two_recipients")
    assert verdict.recipients == ("p.moss@clinic.example", "desk@clinic.example")
    assert verdict.causes == (BounceCause.TEMPORARY, BounceCause.ADDRESS)


def test_a_bounce_keeps_the_servers_words_and_codes() -> None:
    verdict = verdict_on("postfix_unknown_user")
    assert (verdict.enhanced_code, verdict.smtp_code) == ("5.1.1", "550")
    assert "User unknown in local recipient table" in verdict.diagnostic


@pytest.mark.parametrize("name", ["delivered", "read_receipt"])
def test_a_notice_of_delivery_is_no_bounce(name: str) -> None:
    verdict = verdict_on(name)
    assert (verdict.kind, verdict.cause, verdict.recipients) == (InboundKind.DELIVERED, None, MOSS)
    assert verdict.original_message_id == FIRST


@pytest.mark.parametrize(
    ("name", "recipient", "feedback"),
    [
        ("complaint", "p.moss@isp.example", "abuse"),
        ("complaint_without_recipient", "p.moss@isp.example", "abuse"),
        ("complaint_authentication", "p.moss@isp.example", "auth-failure"),
        ("apple_unsubscribe", "p.moss@icloud.example", "opt-out"),
    ],
)
def test_a_complaint_is_recognised_before_anything_else(name: str, recipient: str, feedback: str) -> None:
    verdict = verdict_on(name)
    assert (verdict.kind, verdict.recipients) == (InboundKind.COMPLAINT, (recipient,))
    assert (verdict.feedback, verdict.original_message_id) == (feedback, FIRST)


def notification(message: dict[str, object]) -> bytes:
    text = json.dumps({"Type": "Notification", "Message": json.dumps(message)})
    return f"From: no-reply@sns.example\nSubject: Notification\n\n{text}\n".encode()


def test_notifications_in_json_are_complaints_and_deliveries_too() -> None:
    mail = {"commonHeaders": {"messageId": f"<{FIRST}>"}}
    who = [{"emailAddress": MOSS[0]}]
    complaint = classify(
        notification({"notificationType": "Complaint", "complaint": {"complainedRecipients": who}, "mail": mail})
    )
    assert (complaint.kind, complaint.recipients, complaint.causes) == (InboundKind.COMPLAINT, MOSS, ())
    delivery = classify(
        notification({"notificationType": "Delivery", "delivery": {"recipients": [MOSS[0]]}, "mail": mail})
    )
    assert (delivery.kind, delivery.recipients) == (InboundKind.DELIVERED, MOSS)
    assert delivery.original_message_id == FIRST


@pytest.mark.parametrize("text", ["{", "{}", '{"notificationType": "Bounce"}', '{"notificationType": [1]} x', "[[[[[["])
def test_json_that_is_no_notification_is_ordinary_text(text: str) -> None:
    raw = f"From: a@b.example\nSubject: x\n\nnotificationType {text}\n".encode()
    assert classify(raw).kind is InboundKind.REPLY


def test_a_complaint_without_a_report_names_the_original_recipient() -> None:
    raw = (
        "From: staff@hotmail.example\nSubject: complaint about message from 192.0.2.1\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: message/rfc822\n\n'
        f"X-HmXmrOriginalRecipient: p.moss@clinic.example\nMessage-ID: <{FIRST}>\nTo: list@clinic.example\n\nHi\n"
    )
    verdict = classify(raw.encode())
    assert (verdict.kind, verdict.recipients, verdict.original_message_id) == (InboundKind.COMPLAINT, MOSS, FIRST)


@pytest.mark.parametrize(
    ("head", "body", "recipient", "cause"),
    [
        (
            "From: mailer-daemon@mx.example\nSubject: Delivery failed\nX-Failed-Recipients: pts@googlegroups.com",
            "The group you tried to contact may not exist, or you may not have permission to post.",
            "pts@googlegroups.com",
            "sender",
        ),
        (
            "From: pts-admin@list.example\nSubject: NOT MEMBER article from dana@trainer.example\nX-MLServer: fml",
            "You are not a member of this mailing list <pts@list.example>",
            "pts@list.example",
            "sender",
        ),
        (
            "From: no-reply@isp.example\nSubject: Your mail",
            "Your mail sent on: Friday\nCould not be delivered to: <p.moss@clinic.example>\nAs their mailbox is full.",
            "p.moss@clinic.example",
            "temporary",
        ),
        (
            "From: <>\nSubject: failure notice",
            "Mail to p.moss@clinic.example was refused.\n>>> MAIL FROM:<dana@trainer.example>\n<<< 550 No such domain",
            "p.moss@clinic.example",
            "sender",
        ),
    ],
)
def test_notices_in_other_words(head: str, body: str, recipient: str, cause: str) -> None:
    verdict = classify(f"{head}\nTo: dana@trainer.example\n\n{body}\n".encode())
    assert (verdict.kind, verdict.recipients) == (InboundKind.BOUNCE, (recipient,))
    assert verdict.cause == cause


def test_an_out_of_office_answer_says_when_the_person_is_back() -> None:
    verdict = verdict_on("out_of_office")
    assert (verdict.kind, verdict.return_on) == (InboundKind.AUTO_REPLY, date(2026, 7, 20))
    assert verdict.original_message_id == FIRST
    assert verdict.reply_text.startswith("I am out of the office")


def test_a_vacation_notice_without_marks_is_known_by_its_empty_return_path() -> None:
    verdict = verdict_on("vacation_without_marks")
    assert (verdict.kind, verdict.return_on) == (InboundKind.AUTO_REPLY, date(2026, 7, 11))


def test_the_day_of_arrival_dates_an_answer_whose_clock_is_wrong() -> None:
    raw = (MESSAGES / "out_of_office.eml").read_bytes()
    assert classify(raw, received_on=date(2027, 7, 6)).return_on == date(2027, 7, 20)


def test_a_confirmation_of_receipt_is_an_automatic_answer() -> None:
    assert verdict_on("ticket").kind is InboundKind.AUTO_REPLY


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reply_about_being_away", "I'm out of the office next week, but let's talk on the 20th!"),
        ("reply_html_only", "Yes, please send two sample reports.\n\nCafé at noon?\nPaula"),
        ("reply_mislabelled_charset", "Schöne Grüße"),
        ("reply_unsubscribe", "Please remove me from your list."),
        (
            "reply_below_the_quotation",
            "> May I visit you on Thursday?\n\nThursday is fine.\n\n> Should I bring samples?\n\nPlease do.",
        ),
        (
            "reply_with_undeliverable_words",
            "Your attachment could not be delivered, our server says 552 5.3.4 message too big. Could you fax it?",
        ),
    ],
)
def test_a_persons_answer_is_a_reply_with_their_own_words(name: str, text: str) -> None:
    verdict = verdict_on(name)
    assert (verdict.kind, verdict.reply_text) == (InboundKind.REPLY, text)


def test_a_reply_says_what_it_answers() -> None:
    assert verdict_on("reply_unsubscribe").original_message_id == FIRST
    threaded = verdict_on("reply_html_only")
    assert threaded.references == ("older@trainer.example", FIRST)
    assert threaded.original_message_id == FIRST


def test_a_reply_that_wants_no_more_mail_says_so() -> None:
    assert verdict_on("reply_unsubscribe").wants_out
    assert not verdict_on("reply_html_only").wants_out


@pytest.mark.parametrize("marks", ["", "Auto-Submitted: auto-generated\n", "Auto-Submitted: auto-replied\n"])
def test_what_a_mail_program_sends_to_unsubscribe_is_its_users_wish(marks: str) -> None:
    raw = f"From: p.moss@clinic.example\nSubject: unsubscribe q0V8sX2nLk7RtY4aZb\n{marks}\nSent by the mail program.\n"
    verdict = classify(raw.encode())
    assert (verdict.kind, verdict.wants_out) == (InboundKind.REPLY, True)


def test_names_and_subjects_are_decoded() -> None:
    verdict = verdict_on("reply_mislabelled_charset")
    assert (verdict.from_name, verdict.from_address) == ("Paula Moß", "p.moss@clinic.example")
    assert verdict.subject == "Re: Übungen"
    assert verdict.to_addresses == ("dana@trainer.example",)


def test_our_own_copy_is_told_apart_by_its_sender() -> None:
    verdict = verdict_on("own_copy")
    assert (verdict.kind, verdict.message_id) == (InboundKind.OWN, FIRST)
    assert verdict.date == datetime(2026, 7, 6, 13, 0, tzinfo=UTC)


def test_a_newsletter_about_undeliverable_mail_is_neither_bounce_nor_reply() -> None:
    assert verdict_on("newsletter").kind is InboundKind.OTHER


@pytest.mark.parametrize(
    ("sender", "subject", "body"),
    [
        ("FedEx Delivery Service <track@parcels.example>", "Delivery failed", "Your parcel could not be delivered."),
        ("Paula Moss <p.moss@clinic.example>", "Returned mail", "Your letter was returned to us. Call 555-0100."),
        ("Paula Moss <p.moss@clinic.example>", "Mail delivery problem", "The fax could not be sent to 550-0199."),
        ("Clinic <office@clinic.example>", "Delivery status", "The walker has been delayed until Thursday."),
        ("Paula Moss <p.moss@clinic.example>", "Undeliverable?", "I get 550 User unknown when I write to Dr. Hale."),
        ("Bounce Fitness <hello@gym.example>", "Hello", "We could not reach you by phone."),
        ("News <news@pt.example>", "Five delivery errors", "Avoid undeliverable mail and a full mailbox."),
    ],
)
@pytest.mark.parametrize("extra", ["In-Reply-To: <a@trainer.example>", "Return-Path: <bounces+7=a@news.example>"])
def test_people_and_companies_may_write_about_deliveries(sender: str, subject: str, body: str, extra: str) -> None:
    raw = f"From: {sender}\nTo: dana@trainer.example\nSubject: {subject}\n{extra}\n\n{body}\n"
    assert classify(raw.encode()).kind is InboundKind.REPLY


def test_a_person_who_quotes_a_delivery_report_has_answered() -> None:
    quoted = (
        b"From: p.moss@clinic.example\nSubject: Re: Undeliverable: hello\nIn-Reply-To: <a@trainer.example>\n\n"
        b"We had trouble with our server, try again please.\n\n"
        b"On Mon, Jul 6, 2026 at 9:00 AM Dana Reyes <dana@trainer.example> wrote:\n"
        b"> Final-Recipient: rfc822; p.moss@clinic.example\n> Action: failed\n> Status: 5.1.1\n"
        b"> Diagnostic-Code: smtp; 550 5.1.1 user unknown\n"
    )
    verdict = classify(quoted)
    assert (verdict.kind, verdict.reply_text) == (
        InboundKind.REPLY,
        "We had trouble with our server, try again please.",
    )


def test_text_without_any_header_is_a_reply_of_nobody() -> None:
    verdict = classify(b"Just words.\n\nAnd more of them.\n")
    assert (verdict.kind, verdict.from_address, verdict.error) == (InboundKind.REPLY, "", "no headers")
    assert verdict.reply_text == "Just words.\n\nAnd more of them."


@pytest.mark.parametrize("raw", [b"", b"\n", b"\0" * 50, b"Subject:", b"From: \n\n", b"\xff\xfe\xff"])
def test_nearly_nothing_is_still_a_message(raw: bytes) -> None:
    assert classify(raw).kind in {InboundKind.OTHER, InboundKind.REPLY}
