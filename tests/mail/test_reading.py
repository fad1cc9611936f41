"""Taking messages apart and decoding them."""

from __future__ import annotations

import pytest

from crm.mail.decoding import decode_bytes, decode_header
from crm.mail.mentions import addresses_in, header_addresses, message_ids, tidy
from crm.mail.mime import MOST_PARTS
from crm.mail.reading import read

HEAD = b"From: a@b.example\nSubject: x\n"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?q?Paula_Mo=C3=9F?=", "Paula Moß"),
        ("=?utf-8?b?w5xi?=\n =?utf-8?q?ung?= now", "Übung now"),
        ("=?iso-8859-1*de?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?x-unknown?q?Z=C3=BCrich?=", "Zürich"),
        ("=?utf-8?b?####?=", "=?utf-8?b?####?="),
        ("folded\n\tvalue", "folded value"),
        ("injected\r\nBcc: x", "injected Bcc: x"),
    ],
)
def test_headers_are_decoded_into_one_line(raw: str, text: str) -> None:
    assert decode_header(raw) == text


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("宛先".encode("iso2022_jp"), "iso-2022-jp", "宛先"),
        (b"Z\xfcrich", "punycode", "Zürich"),
        (b"one\r\ntwo\rthree\0", "", "one\ntwo\nthree"),
        (b"\xff\xff", "utf-8", "ÿÿ"),
        (b"\x1b$B\xff", "iso-2022-jp", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_bytes_become_text_whatever_set_they_claim(raw: bytes, charset: str, text: str) -> None:
    assert decode_bytes(raw, charset) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"Content-Transfer-Encoding: base64\n\nWWVzLg==\n", "Yes."),
        (b"Content-Transfer-Encoding: base64\n\nWWVzLg\n", "Yes."),
        (b"Content-Transfer-Encoding: quoted-printable\n\nZ=C3=BCrich =\nnow\n", "Zürich now\n"),
        (b"Content-Transfer-Encoding: 8bit\n\nPlain\n", "Plain\n"),
        (b"\nPlain\n", "Plain\n"),
        (b"A line that is no header\nand more\n", "A line that is no header\nand more\n"),
    ],
)
def test_transfer_encodings(body: bytes, text: str) -> None:
    assert read(HEAD + body).body() == text


def test_line_ends_of_any_system() -> None:
    for end in (b"\r\n", b"\n", b"\r"):
        assert read(HEAD.replace(b"\n", end) + end + b"Yes." + end).body() == "Yes.\n"


def multipart(kind: bytes, *parts: bytes) -> bytes:
    """A message whose parts stand between a preamble and an epilogue that nobody reads."""
    body = b"".join(b"--b\n" + part + b"\n" for part in parts)
    return HEAD + b"Content-Type: multipart/" + kind + b'; boundary="b"\n\nignored\n' + body + b"--b--\nignored\n"


def test_parts_keep_their_order_and_attachments_stay_closed() -> None:
    image = b"Content-Type: image/png\n\nPNG"
    file = b'Content-Type: text/plain\nContent-Disposition: attachment; filename="x.txt"\n\nFile'
    reading = read(multipart(b"mixed", b"\nOne", image, file, b"\nTwo"))
    assert [part.kind for part in reading.parts] == ["text/plain", "image/png", "text/plain", "text/plain"]
    assert reading.texts() == ["One", "Two"]
    assert (reading.parts[1].text, reading.parts[2].filename) == ("", "x.txt")


def test_plain_text_is_preferred_to_html() -> None:
    html = b"Content-Type: text/html\n\n<p>HTML</p>"
    assert read(multipart(b"alternative", b"\nPlain", html)).body() == "Plain"
    assert read(multipart(b"alternative", html)).body() == "HTML"


def test_a_boundary_that_begins_like_another_is_not_that_other() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nOne\n--bb\nstill one\n--b--\n"
    assert read(raw).body() == "One\n--bb\nstill one"


def test_a_multipart_without_its_boundary_is_text() -> None:
    assert read(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--other\n\nOne\n").body() == "--other\n\nOne\n"


def test_what_was_sent_back_is_nobodys_text() -> None:
    raw = HEAD + b"Content-Type: message/rfc822\n\nFrom: me@b.example\nMessage-ID: <1@b>\n\nMine\n"
    reading = read(raw)
    assert reading.body() == ""
    assert [part.returned for part in reading.parts] == [True, True]


def test_the_number_of_parts_has_an_end() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 500
    assert len(read(raw).parts) == MOST_PARTS


def test_addresses_are_found_in_running_text() -> None:
    text = 'Ask <p.moss@Clinic.example>, "odd one"@clinic.example or SRS0=x=y@relay.example. Not @this or a@.'
    assert addresses_in(text) == ["p.moss@clinic.example", '"odd one"@clinic.example', "SRS0=x=y@relay.example"]


def test_addresses_are_tidied() -> None:
    assert tidy("<P.Moss@Clinic.EXAMPLE>.") == "P.Moss@clinic.example"
    assert tidy("\\x{e9}t@clinic.example") == "ét@clinic.example"
    assert tidy("nobody") == ""


def test_address_headers_may_be_nested_or_broken() -> None:
    assert header_addresses(("Paula Moss <p.moss@clinic.example>, desk@clinic.example",)) == [
        ("Paula Moss", "p.moss@clinic.example"),
        ("", "desk@clinic.example"),
    ]
    assert header_addresses(("(" * 5_000 + " a@b.example",)) == [("", "a@b.example")]


def test_message_ids_lose_their_brackets() -> None:
    assert message_ids("<a@b.example> <c@d.example>\t<a@b.example>") == ("a@b.example", "c@d.example")
    assert message_ids("a@b.example") == ("a@b.example",)
    assert message_ids("no id at all") == ()
