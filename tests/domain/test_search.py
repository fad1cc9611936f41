"""Entries, questions and their ranks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from crm.domain import search
from crm.domain.search import Tier


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("O'Brien, M.D.", "obrien md"),
        ("María López-Ruiz", "maria lopez ruiz"),
        ("St. Luke’s / Søren & Łukasz", "st lukes soren lukasz"),
        ("  ", ""),
        ("snake_case", "snake case"),
    ],
)
def test_texts_become_plain_words(text: str, plain: str) -> None:
    assert search.plain(text) == plain


@given(st.text())
def test_plain_words_hold_nothing_that_a_database_reads_as_its_own_language(text: str) -> None:
    assert all(char.isalnum() or char == " " for char in search.plain(text))
    assert all(word.isalnum() for term in search.terms(text) for word in term)


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("(713) 555-0142", (("7135550142",),)),
        ("+1 713.555.0142", (("7135550142",),)),
        ("0142", (("0142",),)),
        ("Dr. Lopez", (("lopez",),)),
        ("Dr", (("dr",),)),
        ("maria maria lopez", (("maria",), ("lopez",))),
        ("--", ()),
        ("", ()),
    ],
)
def test_questions_become_terms(question: str, terms: tuple[tuple[str, ...], ...]) -> None:
    assert search.terms(question) == terms


def test_an_entry_knows_how_phone_numbers_are_remembered() -> None:
    entry = search.entry(
        names=["Luis Ortega"],
        places=["bayou", "katy"],
        phones=["+17135550142"],
        npi="2000000004",
        remarks="",
        worked=True,
    )
    assert entry.name == " luis ortega "
    for asked in ("0142", "5550142", "7135550142", "2000000004", "katy"):
        assert search.tier(((asked,),), entry.name, entry.body) is Tier.EXACT, asked
    assert "0luis" in entry.keys.split()
    assert search.WORKED_KEY in entry.keys.split()


@pytest.mark.parametrize(
    ("asked", "tier"),
    [("ng", Tier.EXACT), ("nguy", Tier.PREFIX), ("guye", Tier.FRAGMENT), ("zz", None)],
)
def test_tiers(asked: str, tier: Tier | None) -> None:
    assert search.tier(((asked,),), " bao nguyen ng ") is tier


def test_the_worst_word_decides_and_the_best_alternative_counts() -> None:
    assert search.tier((("bao",), ("guye",)), " bao nguyen ") is Tier.FRAGMENT
    assert search.tier((("zz", "bao"),), " bao nguyen ") is Tier.EXACT
    assert search.tier((("bao",), ("zz",)), " bao nguyen ") is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [("lopze", ("lopez",)), ("lopes", ("lopez",)), ("gonzalles", ("gonzalez",)), ("ort", ()), ("xxxxxxxx", ())],
)
def test_typos_mean_the_nearest_known_word(word: str, meant: tuple[str, ...]) -> None:
    assert search.likely(word, ["lopez", "gonzalez", "ortega", "smith"]) == meant


@pytest.mark.parametrize("word", ["smith", "smih", "smiith", "smoth", "msith", "smiht"])
def test_one_slip_leads_back_to_the_word(word: str) -> None:
    assert word == "smith" or "smith" in search.one_slip(word)
    assert word not in search.one_slip(word)


@given(
    st.text("abcde", min_size=6, max_size=12),
    st.lists(st.tuples(st.sampled_from("cut swap put add".split()), st.integers(0, 11)), min_size=2, max_size=2),
)
def test_whoever_slips_twice_is_found_by_beginning_or_end(word: str, slipped: list[tuple[str, int]]) -> None:
    typed = word
    for kind, at in slipped:
        left, right = typed[:at], typed[at:]
        typed = {
            "cut": left + right[1:],
            "swap": left + right[1:2] + right[:1] + right[2:],
            "put": left + "e" + right[1:],
            "add": left + "a" + right,
        }[kind]
    if len(typed) < 6 or OSA.distance(word, typed) != 2:
        return
    begins = any(word.startswith(part) for part in search.beginnings(typed))
    assert begins or word.endswith(search.end_of(typed))
