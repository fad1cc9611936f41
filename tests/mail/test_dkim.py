"""Signatures, verified by the library's own verifier with a key that a stand-in for DNS gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import dkim as verifier
import pytest

from crm.mail.compose import Letter, OptOut, compose
from crm.mail.dkim import SIGNED, Signer, new_key, record_name, record_text, tags

PRIVATE, PUBLIC = new_key()
SIGNER = Signer("stride.example", "handoff", PRIVATE)
LETTER = Letter(
    message_id="<abc@stride.example>",
    sent_at=datetime(2026, 3, 4, 16, 0, tzinfo=UTC),
    from_address="dana@stride.example",
    from_name="Dana Ruiz",
    to_address="g.okafor@bayou.example",
    to_name="Grace Okafor",
    subject="After therapy ends",
    text="Hello\n\n.\nA line that ends in spaces   \n",
    html="<p>Hello</p>",
    reply_to="office@stride.example",
    in_reply_to="<first@stride.example>",
    opt_out=OptOut("dana@stride.example", "unsubscribe t0ken", "https://handoff.example/u/t0ken"),
)


def dns(name: bytes, timeout: int = 5) -> bytes:
    assert name == b"handoff._domainkey.stride.example."
    return record_text(PUBLIC).encode()


def signed_headers(content: bytes) -> list[str]:
    header = content.partition(b"\r\nFrom:")[0].decode().replace("\r\n", "")
    return tags(header.partition(":")[2])["h"].lower().split(":")


def test_the_signature_holds_and_covers_every_header_that_matters() -> None:
    content = SIGNER.signed(compose(LETTER))
    assert verifier.verify(content, dnsfunc=dns)
    covered = signed_headers(content)
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(covered)
    assert covered.count("from") == 2
    assert set(covered) == {name.decode() for name in SIGNED} - {"auto-submitted", "content-transfer-encoding"}


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Clicks"),
        (b"https://handoff.example/u/t0ken", b"https://elsewhere.example/u/0"),
        (b"Subject: After", b"Subject: Before"),
        (b"<p>Hello</p>", b"<p>Goodbye</p>"),
        (b"From: Dana", b"From: Someone <x@y.example>\r\nFrom: Dana"),
    ],
)
def test_whatever_is_changed_on_the_way_shows(was: bytes, becomes: bytes) -> None:
    content = SIGNER.signed(compose(LETTER))
    assert was in content
    assert not verifier.verify(content.replace(was, becomes), dnsfunc=dns)


def test_a_mail_without_a_page_to_unsubscribe_is_signed_too() -> None:
    plain = replace(LETTER, opt_out=OptOut("dana@stride.example", "unsubscribe t0ken"), html="", in_reply_to="")
    content = SIGNER.signed(compose(plain))
    assert verifier.verify(content, dnsfunc=dns)
    assert "list-unsubscribe-post" not in signed_headers(content)


def test_the_signature_leaves_the_message_as_it_is() -> None:
    content = compose(LETTER)
    assert SIGNER.signed(content).endswith(content)


def test_a_key_that_is_none_says_whose_it_is() -> None:
    with pytest.raises(ValueError, match=r"stride\.example"):
        Signer("stride.example", "handoff", "no key").signed(compose(LETTER))


def test_the_private_key_is_not_shown() -> None:
    assert "PRIVATE" not in repr(SIGNER)


def test_a_record_is_read_with_the_spaces_that_dns_pages_put_in() -> None:
    assert tags(" v=DKIM1;k=rsa; p=AB CD\tEF") == {"v": "DKIM1", "k": "rsa", "p": "ABCDEF"}
    assert record_name("stride.example", "handoff") == "handoff._domainkey.stride.example"
