"""Reasons are values with a sentence each."""

from __future__ import annotations

from enum import StrEnum

import pytest

from crm.domain.kinds import SuppressionReason
from crm.domain.sequences import (
    NOT_ENROLLED,
    PAUSED,
    STEPS,
    STOPPED,
    SUPPRESSION_STOPS,
    NotEnrolled,
    PauseReason,
    StepReason,
    StopReason,
    paused_words,
    sentence,
    stopped_words,
)


@pytest.mark.parametrize(
    ("reasons", "words"),
    [(NotEnrolled, NOT_ENROLLED), (StopReason, STOPPED), (PauseReason, PAUSED), (StepReason, STEPS)],
)
def test_every_reason_has_a_sentence(reasons: type[StrEnum], words: dict[StrEnum, str]) -> None:
    assert set(words) == set(reasons)
    assert all(each[0].isupper() and not each.endswith(".") for each in words.values())
    assert all(len(each.value) <= 24 for each in reasons)


def test_a_text_that_may_not_leave_pauses_for_the_reason_it_may_not_be_enrolled_with() -> None:
    for reason in (NotEnrolled.MISSING_FIELD, NotEnrolled.SCOPE_WARNING, NotEnrolled.TEMPLATE_FAULT):
        assert PauseReason(reason.value) in PauseReason


def test_every_suppression_ends_a_sequence_for_a_reason() -> None:
    assert set(SUPPRESSION_STOPS) == set(SuppressionReason)


def test_a_reason_of_another_version_is_shown_as_it_is_stored() -> None:
    assert [shown("from_the_future") for shown in (sentence, stopped_words, paused_words)] == ["from the future"] * 3
    assert sentence("person_gap") == STEPS[StepReason.PERSON_GAP]
    assert (stopped_words("replied"), paused_words("away")) == ("They replied", "Out of office")
