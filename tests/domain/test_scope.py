import csv
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import scope
from crm.domain.scope_text import OurName

LABELLED = Path(__file__).parents[1] / "data" / "scope_sentences.csv"
with LABELLED.open(encoding="utf-8", newline="") as opened:
    SENTENCES = list(csv.DictReader(opened))


@cache
def _stopped(sentence: str) -> bool:
    """Whether the sentence is stopped; asked once, however many tests want to know."""
    return bool(scope.blocks(scope.check(sentence)))


def _judged(row: dict[str, str]) -> bool:
    return _stopped(row["sentence"])


def _figures(rows: list[dict[str, str]], stopped: Callable[[dict[str, str]], bool]) -> tuple[float, float]:
    """Precision and recall of stopping."""
    right = sum(1 for row in rows if stopped(row) and row["expected"] == "blocks")
    return right / sum(1 for row in rows if stopped(row)), right / sum(1 for row in rows if row["expected"] == "blocks")


def _at_first(row: dict[str, str]) -> bool:
    """What was said when the sentence was read for the first time, before any rule was changed for it."""
    return (row["first"] == "right") == (row["expected"] == "blocks")


def test_no_labelled_sentence_that_is_fine_is_stopped() -> None:
    assert [row["sentence"] for row in SENTENCES if row["expected"] == "fine" and _judged(row)] == []


def test_nearly_every_labelled_sentence_out_of_scope_is_stopped(record_property: Callable[[str, object], None]) -> None:
    precision, recall = _figures(SENTENCES, _judged)
    record_property("precision", precision)
    record_property("recall", recall)
    print(f"{len(SENTENCES)} sentences: precision {precision:.3f}, recall {recall:.3f}")
    assert recall >= 0.94


def test_the_rounds_of_sentences_were_judged_at_first_sight_as_reported() -> None:
    """Each round was written without asking the rules, and kept with how it was judged before they were tuned on it.

    This is what a sentence that nobody has seen yet can count on. No part is left that no rule was tuned on.
    """
    fresh = [row for row in SENTENCES if row["part"] == "fresh"]
    precision, recall = _figures(fresh, _at_first)
    print(f"{len(fresh)} sentences at first sight: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.95
    assert recall >= 0.77


def test_the_labelled_set_is_large_and_covers_both_halves() -> None:
    fine = sum(1 for row in SENTENCES if row["expected"] == "fine")
    assert len(SENTENCES) >= 1000
    assert 0.4 <= fine / len(SENTENCES) <= 0.6


def test_a_finding_names_line_columns_rule_and_better_words() -> None:
    [finding] = scope.check("Hello.\n\nAnd then I treat pain.")
    assert (finding.line, finding.start, finding.end, finding.text) == (3, 11, 16, "treat")
    assert finding.rule == "treat"
    assert finding.severity == "blocks"
    assert finding.why
    assert finding.suggestion


def test_a_denial_on_the_line_before_reaches_a_wrapped_sentence() -> None:
    assert scope.check("I measure and report. I do not\ntreat or diagnose anybody.") == []


@pytest.mark.parametrize(
    "text",
    [
        "I treat pain\nI don't diagnose.",
        "We treat pain\nWe never diagnose",
        "I rehabilitate knees and do not diagnose.",
        "I treat pain\nand don't diagnose",
    ],
)
def test_a_denial_of_something_else_behind_a_claim_covers_nothing(text: str) -> None:
    assert [finding.line for finding in scope.check(text)] == [1]


@pytest.mark.parametrize(
    "text",
    [
        "“I treat pain”, said Dr. Lee.",
        "Dr. Lee says: “I treat my patients' back pain.”",
        "As Dr. Lee wrote: “We diagnose and treat.”",
        "“We treat the knee first,” wrote her physical therapist.",
    ],
)
def test_what_a_provider_said_about_themselves_is_fine(text: str) -> None:
    assert scope.check(text) == []


def test_an_injury_that_we_claim_to_have_found_is_a_diagnosis() -> None:
    assert scope.blocks(scope.check("I found a rotator cuff tear in your patient."))


def test_what_a_client_said_of_us_is_our_claim() -> None:
    assert scope.blocks(scope.check("“She cured my back”, said the client."))


def test_an_empty_text_has_nothing_to_find() -> None:
    assert scope.check("") == []


def test_the_start_counts_code_points_not_bytes() -> None:
    [finding] = scope.check("José: I treat pain.")
    assert (finding.start, finding.end) == (8, 13)


def test_a_long_text_without_a_full_stop_takes_little_time() -> None:
    text = "and therapy or my treatment of the patients " * 400
    began = time.process_time()
    scope.check(text)
    assert time.process_time() - began < 5


@given(st.text(alphabet=st.sampled_from("I treat. not therapy,;“”'\n-you my patients"), max_size=200))
def test_any_text_is_judged_and_every_finding_lies_in_its_line(text: str) -> None:
    lines = text.split("\n")
    for finding in scope.check(text):
        assert lines[finding.line - 1][finding.start : finding.end] == finding.text
        assert finding.text


def test_the_name_of_a_practice_claims_nothing_for_us() -> None:
    text = "I help people at Houston Treatment and Rehab. We offer Houston Treatment and Rehab one page a month."
    assert scope.check(text, names=["Houston Treatment and Rehab"]) == []
    assert scope.check("I treat people at Houston Rehab.", names=["Houston Rehab"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<p>We don&rsquo;t treat pain.</p><p>I <b>treat</b> pain.</p>", [(1, 41, 46, "treat")]),
        ("I **treat** pain.", [(1, 4, 9, "treat")]),
        ("I tre\u00adat pain.", [(1, 2, 8, "tre\u00adat")]),
        ("{{ provider.name }} treats pain.", []),
        ("{{ trainer.name }} treats pain.", [(1, 19, 25, "treats")]),
        ("{# I treat #}{% if I treat %}All is well.{% endif %}", []),
        ("<I treat pain>", [(1, 3, 8, "treat")]),
    ],
)
def test_markup_is_passed_over_and_places_stay_those_of_the_text(
    text: str, said: list[tuple[int, int, int, str]]
) -> None:
    assert [(each.line, each.start, each.end, each.text) for each in scope.check(text)] == said


def test_a_megabyte_without_a_line_end_takes_bounded_time() -> None:
    began = time.process_time()
    scope.check("After your therapy ends, I train your patients safely. You treat, I coach. " * 13_000)
    scope.check("a" * 300_000)
    scope.check("<" * 300_000)
    assert time.process_time() - began < 20


def test_what_a_business_of_ours_does_is_our_act_and_its_name_claims_nothing() -> None:
    ours = [OurName("Bayou Rehab Fitness"), OurName("Dana Whitfield")]
    assert scope.check("Bayou Rehab Fitness is on Main Street. Dana Whitfield doesn't treat.", names=ours) == []
    assert scope.blocks(scope.check("Bayou Rehab Fitness treats arthritis.", names=ours))
    assert scope.blocks(scope.check("Dana Whitfield diagnoses knees.", names=ours))
