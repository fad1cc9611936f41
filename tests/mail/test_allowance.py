"""A message is worth so much work and no more, counted the same on every machine."""

from __future__ import annotations

from crm.domain.kinds import InboundKind
from crm.mail.allowance import SPENT, Allowance
from crm.mail.classify import classify
from crm.mail.reading import read

HEAD = b"From: ana@clinic.example\nSubject: Re: Hello\nContent-Type: multipart/mixed; boundary=b\n\n"
WORDS = b"--b\nContent-Type: text/plain\n\nThursday at nine is good.\n"
HEAVY = b"--b\nContent-Type: text/csv\n\n" + b"1,2,3\n" * 200_000 + b"\n"


def test_whoever_asks_for_more_than_is_left_gets_what_is_left() -> None:
    work = Allowance(100)
    assert (work.bytes_at(2, 40), work.is_spent) == (40, False)
    assert (work.bytes_at(2, 40), work.is_spent) == (10, True)
    assert (work.covers(1), work.left) == (False, 0)


def test_what_is_covered_is_taken_from_the_allowance() -> None:
    work = Allowance(5)
    assert work.covers(5)
    assert not work.covers(1)


def test_a_message_too_heavy_to_read_whole_is_judged_by_its_beginning_and_says_so() -> None:
    verdict = classify(HEAD + WORDS + HEAVY * 8 + b"--b--\n")
    assert verdict.kind is InboundKind.REPLY
    assert verdict.reply_text.startswith("Thursday at nine is good.")
    assert verdict.error == SPENT
    assert SPENT in verdict.evidence


def test_a_heavy_attachment_that_is_no_text_costs_next_to_nothing() -> None:
    pdf = b"--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + b"A" * 9_000_000 + b"\n"
    verdict = classify(HEAD + WORDS + pdf + b"--b--\n")
    assert (verdict.reply_text, verdict.error) == ("Thursday at nine is good.", "")


def test_the_words_are_taken_from_html_once() -> None:
    reading = read(b"From: a@b.example\nContent-Type: text/html\n\n<p>Hello</p>")
    left = reading.work.left
    assert reading.body() == "Hello"
    after = reading.work.left
    assert after < left
    assert (reading.body(), reading.work.left) == ("Hello", after)
