import csv
from pathlib import Path

import pytest

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
