"""Whatever the bytes, there is a verdict, soon. Time is judged generously: a test machine may be busy."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.domain.inbound import Verdict
from crm.domain.kinds import InboundKind
from crm.mail.classify import classify

MESSAGES = sorted((Path(__file__).parent.parent / "data" / "mail").glob("*.eml"))
HEAD = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Re: x\r\n"
BOUNCE = b"From: MAILER-DAEMON@x.example\nReturn-Path: <>\nSubject: failure notice\n\n"
FULL = 10_000_000
SECONDS = 2
"""Of this process's CPU, far above what is measured (below 0.5)."""

MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
PART = b"--b\nContent-Type: "


def parts(kind: bytes, content: bytes) -> bytes:
    """A hundred parts, ten megabytes together."""
    return MIXED + (PART + kind + b"\n\n" + content * (FULL // 100 // len(content)) + b"\n") * 100 + b"--b--\n"


#: Made only when asked for: together they would fill the memory.
TRAPS: dict[str, Callable[[], bytes]] = {
    "one line": lambda: HEAD + b"\r\n" + b"a" * FULL,
    "only line ends": lambda: HEAD + b"\r\n" + b"\n" * FULL,
    "quoted lines": lambda: HEAD + b"\r\n" + b"> \n" * (FULL // 3),
    "a header": lambda: b"Subject: " + b"a\n " * (FULL // 3),
    "headers": lambda: b"X: y\n" * (FULL // 5),
    "encoded words": lambda: b"From: a@b.c\nSubject: " + b"=?utf-8?q?a?= " * (FULL // 14) + b"\n\nx",
    "comments in an address": lambda: b"From: " + b"(" * FULL + b"\n\nx",
    "open references": lambda: HEAD + b"References: " + b"<" * FULL + b"\n\nx",
    "parts in parts": lambda: b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (i, i) for i in range(5000)
    ),
    "messages in messages": lambda: b"Content-Type: message/rfc822\nFrom: a@b\n\n" * 100_000,
    "parts": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (FULL // 7),
    "reports": lambda: HEAD + b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 5.1.1\n\n" * 140_000,
    "tags": lambda: HEAD + b"Content-Type: text/html\n\n" + b"<div>" * (FULL // 5),
    "angles": lambda: HEAD + b"Content-Type: text/html\n\n" + b"<" * FULL,
    "open comments": lambda: HEAD + b"Content-Type: text/html\n\n" + b"<!--" * (FULL // 4),
    "slow codec": lambda: HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-b\xff" * (FULL // 4),
    "recipients": lambda: BOUNCE + b"".join(b"<u%d@b%d.example>:\n" % (i, i) for i in range(400_000)),
    "codes": lambda: BOUNCE + b"550 5.1.1 " * (FULL // 10),
    "quotes in addresses": lambda: BOUNCE + b'"a' * (FULL // 2),
    "half addresses": lambda: BOUNCE + b"a.b=c/d@e." * (FULL // 10),
    "words of servers": lambda: BOUNCE + b"user mailbox not exceeds message " * (FULL // 33),
    "announcements": lambda: HEAD + b"\n" + b"On Monday 2026 10:00\n" * (FULL // 21),
    "dates": lambda: HEAD + b"Auto-Submitted: auto-replied\n\n" + b"back until July 5 to " * (FULL // 21),
    "HTML in parts": lambda: parts(b"text/html", b"<p>user unknown 550 <b>a@b.example</b></p>\n"),
    "texts in parts": lambda: parts(b"text/plain", b"Action: failed user unknown 550 a@b.example\n"),
    "reports in parts": lambda: parts(
        b"message/delivery-status", b"Final-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 5.1.1\n\n"
    ),
    "base64 in parts": lambda: parts(
        b"text/plain\nContent-Transfer-Encoding: base64", base64.b64encode(b"On Monday you wrote:\n" * 4000)
    ),
    "quoted-printable HTML": lambda: HEAD
    + b"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
    + b"=3Cdiv=3E" * (FULL // 9),
    "nearly boundaries": lambda: MIXED + b"--bx\n" * (FULL // 5),
    "the same boundary in itself": lambda: MIXED
    + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * (FULL // 48),
    "much in many layers": lambda: b"Subject: x\n"
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(13))
    + (b"x" * 70 + b"\n") * (FULL // 71),
    "a packed message in a message": lambda: b"Content-Type: message/rfc822\n"
     b"Content-Transfer-Encoding: base64\nFrom: a@b\n\n"
    + base64.encodebytes(b"Content-Type: message/rfc822\nFrom: a@b\n\n" + b"x" * (FULL // 2)),
    "UTF-7": lambda: HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+AGE-" * (FULL // 5),
    "dashes": lambda: BOUNCE + (b"-" * 190 + b"\n") * (FULL // 191),
    "signature marks": lambda: HEAD + b"\n" + b"-- \n" * (FULL // 4),
    "spaces": lambda: HEAD + b"\n" + b" " * FULL,
    "who wrote when": lambda: HEAD + b"\n" + b"On Mon, Jan 1, 2026 at 10:00 AM, a b c d e f g <x@y.z>\n" * (FULL // 56),
    "open JSON": lambda: HEAD + b"\n" + b'notificationType {"a":[[[[[[' * (FULL // 28),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_ten_megabytes_made_to_hurt_are_read_in_time(name: str) -> None:
    trap = TRAPS[name]()
    before = time.process_time()
    verdict = classify(trap)
    assert time.process_time() - before < SECONDS
    assert verdict.kind in set(InboundKind)


def test_what_is_longer_than_the_limit_is_read_so_far_and_says_so() -> None:
    assert classify(HEAD + b"\r\nHello\n" + b"x" * 12_000_000).error == "only the first 11 MB were read"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_get_a_verdict(raw: bytes) -> None:
    assert isinstance(classify(raw), Verdict)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(MESSAGES),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 80), st.binary(max_size=20)), min_size=1, max_size=4),
    st.sampled_from([(b"\n", b"\n"), (b"\n", b"\r\n"), (b"\n", b"\r"), (b"utf-8", b"utf-16"), (b"=_b", b"=_c")]),
    st.floats(0, 1),
)
def test_a_spoilt_message_gets_a_verdict(
    path: Path, cuts: list[tuple[float, int, bytes]], swap: tuple[bytes, bytes], end: float
) -> None:
    raw = bytearray(path.read_bytes())
    for place, length, put in cuts:
        at = int(place * len(raw))
        raw[at : at + length] = put
    verdict = classify(
        bytes(raw.replace(*swap))[: max(int(end * len(raw)), 1)], ours=frozenset({"dana@trainer.example"})
    )
    assert isinstance(verdict, Verdict)
    assert "Error" not in verdict.error


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["utf-8", "utf-16", "iso-2022-jp", "x-none", "idna", "zlib", ""]))
def test_any_text_in_any_character_set_gets_a_verdict(text: str, charset: str) -> None:
    head = HEAD + b"Content-Type: text/html; charset=" + charset.encode() + b"\n\n"
    assert "Error" not in classify(head + text.encode("utf-8", "replace")).error
