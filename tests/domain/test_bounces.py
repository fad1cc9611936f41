"""Whom a refusal concerns: by the words of the server, then by its codes."""

from __future__ import annotations

import pytest

from crm.domain.bounce_words import rules
from crm.domain.bounces import Refusal, cause_of, enhanced_code, plain_words, smtp_code, tells
from crm.domain.kinds import BounceCause

ADDRESS, SENDER, TEMPORARY = BounceCause.ADDRESS, BounceCause.SENDER, BounceCause.TEMPORARY


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in table", ADDRESS),
        ("550 No such user here", ADDRESS),
        ("550 5.7.1 <a@b.example>: Recipient address rejected: User unknown", ADDRESS),
        ("554 delivery error: This user doesn't have an account", ADDRESS),
        ("550-5.2.1 The email account that you tried to reach is disabled", ADDRESS),
        ("Host or domain name not found. Name service error for name=b.example type=A: Host not found", ADDRESS),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", ADDRESS),
        ("all relevant MX records point to non-existent hosts", ADDRESS),
        ("552 5.2.2 Mailbox full", TEMPORARY),
        ("550 5.1.1 The user you are trying to contact is over quota", TEMPORARY),
        ("452 4.3.1 Insufficient system storage", TEMPORARY),
        ("450 4.7.1 Greylisted, please try again in 300 seconds", TEMPORARY),
        ("450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted, see postgrey", TEMPORARY),
        ("450 4.1.1 <a@b.example>: Recipient address rejected: unverified address", TEMPORARY),
        ("451 4.1.1 mailbox temporarily unavailable", TEMPORARY),
        ("450 4.1.1 <a@b.example>: user unknown", ADDRESS),
        ("421 4.7.0 Too many connections from your host", TEMPORARY),
        ("Host not found, try again", TEMPORARY),
        ("connect to b.example[192.0.2.1]:25: Connection timed out", TEMPORARY),
        ("retry timeout exceeded", TEMPORARY),
        ("554 5.4.6 Too many hops", TEMPORARY),
        ("550 5.7.26 This mail has been blocked because the sender is unauthenticated", SENDER),
        ("550 5.7.1 Message content rejected", SENDER),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", SENDER),
        ("550 5.7.25 The IP address sending this message does not have a PTR record", SENDER),
        ("554 5.7.1 <a@b.example>: Relay access denied", SENDER),
        ("553 5.1.8 <me@c.example>: Sender address rejected: Domain not found", SENDER),
        ("552 5.3.4 Message size exceeds fixed limit", SENDER),
        ("550 RESOLVER.RST.AuthRequired; authentication required", SENDER),
    ],
)
def test_words_tell_the_cause(words: str, cause: BounceCause) -> None:
    assert cause_of(Refusal(words)) is cause


@pytest.mark.parametrize(
    ("refusal", "cause"),
    [
        (Refusal("", "5.1.1"), ADDRESS),
        (Refusal("", "5.2.2"), TEMPORARY),
        (Refusal("", "5.7.1"), SENDER),
        (Refusal("", "4.4.7"), TEMPORARY),
        (Refusal("", "4.1.1"), TEMPORARY),
        (Refusal("550", command="RCPT"), ADDRESS),
        (Refusal("550", command="MAIL"), SENDER),
        (Refusal("554", command="CONN"), SENDER),
        (Refusal("552"), TEMPORARY),
        (Refusal("451"), TEMPORARY),
        (Refusal(""), TEMPORARY),
    ],
)
def test_codes_decide_where_words_are_missing(refusal: Refusal, cause: BounceCause) -> None:
    assert cause_of(refusal) is cause


def test_words_win_over_the_code_of_the_report() -> None:
    assert cause_of(Refusal("550 5.7.1 IP address blacklisted by recipient", "5.1.1")) is SENDER


def test_an_exact_code_wins_over_words_that_any_refusal_may_hold() -> None:
    assert cause_of(Refusal("550 5.1.6 please try again later", "5.1.6")) is ADDRESS
    assert cause_of(Refusal("service unavailable, try again later", "5.0.0")) is TEMPORARY


def test_who_is_refused_before_a_recipient_was_named_is_the_sender() -> None:
    assert cause_of(Refusal("550 5.1.7 No such domain", command="MAIL")) is SENDER


def test_a_guess_never_suppresses() -> None:
    assert cause_of(Refusal("Something went wrong")) is TEMPORARY


def test_addresses_and_links_are_no_words() -> None:
    words = "550 <userunknown@spam.example>: see https://help.example/user-unknown for the reason"
    assert plain_words(words) == ": see help.example for the reason"
    assert not tells(words)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550 5.7.1 blocked", "5.7.1"),
        ("smtp; 550-5.2.1 The", "5.2.1"),
        ("#5.1.1 bad address", "5.1.1"),
        ("5.0.0 then 5.1.2", "5.1.2"),
        ("host [192.5.1.1] said", ""),
        ("version 5.2", ""),
    ],
)
def test_enhanced_codes_are_told_from_addresses_and_versions(text: str, code: str) -> None:
    assert enhanced_code(text) == code


@pytest.mark.parametrize(("text", "code"), [("550 no", "550"), ("said: 421-busy", "421"), ("port :25, 1550 bytes", "")])
def test_smtp_codes(text: str, code: str) -> None:
    assert smtp_code(text) == code


def test_every_rule_has_words_and_only_the_last_is_vague() -> None:
    found = rules()
    assert [rule.about for rule in found if rule.vague] == [found[-1].about]
    assert len({rule.about for rule in found}) == len(found)
