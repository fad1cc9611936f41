"""Subjects, threads, quotations and tokens of received mail."""

from __future__ import annotations

import pytest

from crm.domain.inbox import LINKED, LinkedBy, answer_subject, clean, quoted, thread_of, tokens_in


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("After therapy ends", "Re: After therapy ends"),
        ("RE: re: Re[2]: After", "Re: After"),
        ("AW: After\r\n  therapy", "Re: After therapy"),
        ("Fwd: After", "Re: Fwd: After"),
        ("Regarding you", "Re: Regarding you"),
        ("", "Re: your message"),
    ],
)
def test_an_answer_says_re_once(subject: str, answer: str) -> None:
    assert answer_subject(subject) == answer


@pytest.mark.parametrize(
    "token", ["Ab-_0123456789abcdef", "0123456789abcdef-", "-0123456789abcdef", "_0123456789abcde_"]
)
def test_a_token_is_found_in_the_subject_and_in_plus_addresses(token: str) -> None:
    assert tokens_in(f"unsubscribe {token}", ()) == [token]
    assert tokens_in(f"Re: Unsubscribe {token}", ()) == [token]
    assert tokens_in("Hello", (f"dana+{token}@stride.test", f"bounces+{token}=maria%clinic@stride.test")) == [token]
    assert tokens_in("unsubscribe me please", ("dana+news@stride.test",)) == []


def test_a_long_thread_keeps_its_first_and_its_last_messages() -> None:
    chain = [f"<{number}@x.test>" for number in range(50)]
    found = thread_of(chain, "<last@x.test>")
    assert len(found) == 20
    assert (found[0], found[-1]) == ("<0@x.test>", "<last@x.test>")
    assert thread_of(["<a@x.test>"], "<a@x.test>") == ["<a@x.test>"]


def test_quotations_are_marked_line_by_line() -> None:
    assert quoted("One\n\n> two\n") == "> One\n>\n>> two"


def test_every_way_of_linking_has_its_words() -> None:
    assert set(LINKED) == set(LinkedBy)


def test_text_is_kept_as_every_database_takes_it() -> None:
    assert clean("a\x00b\ud800c", 10) == "ab?c"
    assert clean("words", 3) == "wor"
