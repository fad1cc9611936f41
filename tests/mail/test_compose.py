"""Messages as bytes: headers that can't be injected, bodies that survive, unsubscribe headers as RFC 8058 has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail.compose import Attachment, Letter, OptOut, compose, new_message_id

LETTER = Letter(
    message_id="<abc@stride.example>",
    sent_at=datetime(2026, 3, 4, 16, 0, tzinfo=UTC),
    from_address="dana@stride.example",
    from_name="Dana Whitfield",
    to_address="g.okafor@bayou.example",
    to_name="Okafor, Grace",
    subject="After therapy ends",
    text="Dear Dr. Okafor,\n\nHello.\n",
    html="<p>Hello.</p>",
)
WAYS_OUT = OptOut("dana@stride.example", "unsubscribe tok", "https://handoff.example/u/tok")


def parsed(letter: Letter) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(compose(letter))


def test_a_message_has_what_rfc_5322_asks_for() -> None:
    message = parsed(LETTER)
    assert message["Message-ID"] == "<abc@stride.example>"
    assert message["Date"].datetime == LETTER.sent_at
    assert message["From"].addresses[0].display_name == "Dana Whitfield"
    assert message["To"].addresses[0].display_name == "Okafor, Grace"
    assert message["MIME-Version"] == "1.0"
    assert message.defects == []
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_same_letter_is_the_same_bytes_with_crlf_throughout() -> None:
    whole = compose(LETTER)
    assert whole == compose(LETTER)
    assert b"\n" not in whole.replace(b"\r\n", b"")


def test_without_html_there_is_one_plain_part() -> None:
    message = parsed(replace(LETTER, html=""))
    assert message.get_content_type() == "text/plain"
    assert message.get_content() == "Dear Dr. Okafor,\r\n\r\nHello.\r\n"


def test_letters_beyond_ascii_and_long_lines_arrive_as_written() -> None:
    text = "Señora López-Ruiz — “gern”\n" + "a" * 2000 + "\n.\nFrom here\n"
    message = parsed(replace(LETTER, subject="Für Dr. Müller: " + "lang " * 30, from_name="Dana Ñ", text=text))
    assert message["Subject"] == ("Für Dr. Müller: " + "lang " * 30).strip()
    assert message["From"].addresses[0].display_name == "Dana Ñ"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text.rstrip("\n")  # the last break is the boundary's
    assert max(map(len, compose(replace(LETTER, text=text)).split(b"\r\n"))) < 999


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
def test_a_line_break_in_a_value_adds_no_header(break_: str) -> None:
    evil = f"Hi{break_}Bcc: all@world.example"
    message = parsed(replace(LETTER, subject=evil, from_name=evil, to_name=evil))
    assert message["Bcc"] is None
    assert message["Subject"] == "Hi Bcc: all@world.example"


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=400))
def test_no_text_at_all_adds_a_header_or_loses_the_body(subject: str, name: str, text: str) -> None:
    message = parsed(replace(LETTER, subject=subject, from_name=name, to_name=name, text=text, html=""))
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert message["To"].addresses[0].addr_spec == "g.okafor@bayou.example"


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: x@y", "two@a.example, b@c.example", "", "nobody", "a b@c", "ä@b.de"]
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        compose(replace(LETTER, to_address=address))


def test_what_is_no_message_id_is_refused() -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(replace(LETTER, message_id="<a@b>\r\nX: y"))


def test_unsubscribe_headers_with_a_public_page() -> None:
    message = parsed(replace(LETTER, opt_out=WAYS_OUT))
    assert message["List-Unsubscribe"] == (
        "<https://handoff.example/u/tok>, <mailto:dana@stride.example?subject=unsubscribe%20tok>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("url", ["", "http://10.0.0.7:8000/u/tok"])
def test_without_https_only_the_address_is_offered(url: str) -> None:
    message = parsed(replace(LETTER, opt_out=replace(WAYS_OUT, url=url)))
    assert message["List-Unsubscribe"] == "<mailto:dana@stride.example?subject=unsubscribe%20tok>"
    assert message["List-Unsubscribe-Post"] is None


def test_a_follow_up_threads() -> None:
    message = parsed(replace(LETTER, in_reply_to="<two@a>", references=["<one@a>", "<two@a>"]))
    assert message["In-Reply-To"] == "<two@a>"
    assert str(message["References"]).split() == ["<one@a>", "<two@a>"]


def test_only_notices_say_that_they_are_automatic() -> None:
    assert parsed(LETTER)["Auto-Submitted"] is None
    assert parsed(replace(LETTER, automatic=True))["Auto-Submitted"] == "auto-generated"


def test_attachments_keep_name_kind_and_content() -> None:
    files = [Attachment("Söme.pdf", "application/pdf", b"\x00\xff" * 500), Attachment('a"\r\n/b.txt', "bad type", b"x")]
    message = parsed(replace(LETTER, attachments=files))
    found = list(message.iter_attachments())
    assert [(each.get_filename(), each.get_content_type()) for each in found] == [
        ("Söme.pdf", "application/pdf"),
        ("a' -b.txt", "application/octet-stream"),
    ]
    assert found[0].get_content() == b"\x00\xff" * 500


def test_a_new_message_id_is_at_the_senders_domain() -> None:
    assert new_message_id("t0ken", "dana@Stride.Example") == "<t0ken@stride.example>"
