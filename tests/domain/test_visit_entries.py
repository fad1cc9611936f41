from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm.domain.kinds import Outcome, TaskKind
from crm.domain.visit_entries import FIELDS, Word, in_words, next_of, outcome_of, weigh
from crm.domain.visit_kinds import Met

NOON = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
words = st.builds(
    Word,
    st.sampled_from("abcdef"),
    st.integers(0, 3).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([1, 2, 3])),
)


def word(key: str, minutes: int = 0, **fields: str | int | bool) -> Word:
    return Word(key, NOON + timedelta(minutes=minutes), fields)


def test_the_newer_word_on_each_field_stands() -> None:
    found = weigh([word("phone", 1, met="provider", said="Friendly"), word("tablet", 2, said="Friendly, in a hurry")])
    assert found.values == {"met": "provider", "said": "Friendly, in a hurry"}
    assert found.kept == {"phone": ("met",), "tablet": ("said",)}
    assert found.overruled == {"phone": ("said",), "tablet": ()}


def test_what_was_not_said_overrules_nothing() -> None:
    assert weigh([word("a", 1, met="provider"), word("b", 2)]).values == {"met": "provider"}


def test_who_says_the_same_is_not_overruled() -> None:
    assert weigh([word("a", 1, met="staff"), word("b", 2, met="staff")]).overruled == {"a": (), "b": ()}


@given(st.lists(words, max_size=6, unique_by=lambda each: each.client_key), st.randoms(use_true_random=False))
def test_the_same_stands_in_any_order_and_with_any_repetition(said: list[Word], chance: object) -> None:
    again = [*said, *said]
    chance.shuffle(again)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert weigh(again) == weigh(said)


def test_how_it_went_follows_from_the_taps() -> None:
    assert outcome_of({"met": Met.PROVIDER, "wants_sample": True}) is Outcome.WANTS_SAMPLE
    assert outcome_of({"met": "provider"}) is Outcome.CONVERSATION
    assert outcome_of({"met": "staff", "wants_sample": True}) is Outcome.STAFF_ONLY
    assert outcome_of({"met": "materials"}) is Outcome.LEFT_MATERIALS
    assert outcome_of({"met": "not_possible"}) is Outcome.NOT_POSSIBLE
    assert outcome_of({"said": "Closed for lunch"}) is None


def test_a_next_step_is_read_back() -> None:
    assert next_of("call 2026-03-10") == (TaskKind.CALL, date(2026, 3, 10))
    assert next_of("none") is None
    assert next_of(None) is None


def test_what_was_said_reads_as_a_line() -> None:
    fields = {"met": "staff", "wants_sample": True, "interest": "warm", "said": "Busy", "contact": 3, "next": "none"}
    assert in_words(fields, FIELDS, {3: "Marlene"}) == (
        "Met the staff only; wants a sample; interest: warm; “Busy”; spoke with Marlene; no next step"
    )
    assert in_words({"wants_sample": False, "said": "", "contact": 9}, FIELDS, {}) == (
        "No sample wanted; no note; spoke with somebody at the desk"
    )
    assert in_words({"next": "call 2026-03-10"}, ["next"], {}) == "Next: call on Tue, Mar 10"
