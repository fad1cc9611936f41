import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import scope

LABELLED = Path(__file__).parents[1] / "data" / "scope_sentences.csv"
SENTENCES = list(csv.DictReader(LABELLED.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["sentence"])
def test_a_labelled_sentence_is_judged_by_its_meaning(row: dict[str, str]) -> None:
    blocking = scope.blocks(scope.check(row["sentence"]))
    assert bool(blocking) == (row["expected"] == "blocks"), blocking


def test_a_finding_names_line_columns_rule_and_better_words() -> None:
    [finding] = scope.check("Hello.\n\nAnd then I treat pain.")
    assert (finding.line, finding.start, finding.end, finding.text) == (3, 11, 16, "treat")
    assert finding.rule == "treat"
    assert finding.severity == "blocks"
    assert finding.why
    assert finding.suggestion


def test_a_denial_on_the_line_before_reaches_a_wrapped_sentence() -> None:
    assert scope.check("I measure and report. I do not\ntreat or diagnose anybody.") == []


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
