from __future__ import annotations

from datetime import date

import pytest

from crm.domain.client_kinds import EventKind
from crm.domain.errors import Invalid
from crm.domain.form_reading import Reading

TODAY = date(2026, 3, 4)


def read(**form: str) -> Reading:
    return Reading(form, today=TODAY)


def test_what_is_typed_becomes_what_it_is_meant_to_be() -> None:
    form = read(day=" 2026-03-04 ", number="12", words=" a\r\nb ", kind="fall", box="1", off="0")
    assert form.day("day", future=False) == TODAY
    assert form.number("number", 5, 300) == 12
    assert form.words("words") == "a\nb"
    assert form.one_of(EventKind, "kind") is EventKind.FALL
    assert (form.ticked("box"), form.ticked("off"), form.ticked("none")) == (True, False, False)
    form.finish()


def test_an_empty_field_is_nothing() -> None:
    form = read()
    assert (form.day("a"), form.number("b", 1, 2), form.words("c"), form.one_of(EventKind, "d", needed="")) == (
        None,
        None,
        "",
        None,
    )
    form.finish()


def test_every_error_is_told_at_once_each_at_its_field() -> None:
    form = read(a="4 March", b="0", c="Mrs. Ellen Park", d="x", e="2026-03-05", f="1899-01-01", g="x" * 11)
    form.day("a")
    form.number("b", 1, 5)
    form.words("c")
    form.one_of(EventKind, "d", needed="")
    form.day("e", future=False)
    form.day("f")
    form.words("g", longest=10)
    form.day("h", needed="Which day?")
    form.words("i", needed="Say what.")
    with pytest.raises(Invalid) as error:
        form.finish()
    assert list(error.value.errors) == list("abcdefghi")
    assert error.value.errors["b"] == "Type a whole number between 1 and 5."
    assert error.value.errors["h"] == "Which day?"


def test_a_day_before_another_is_refused_and_the_name_of_a_provider_may_stand() -> None:
    form = read(day="2026-02-01", words="Dr. Ada Stone called")
    form.day("day", since=date(2026, 2, 2))
    form.words("words", allowed=["Ada Stone"])
    assert form.errors == {"day": "This is before February 2, 2026."}
