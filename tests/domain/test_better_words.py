import pytest

from crm.domain.better_words import options
from crm.domain.text_checks import TextFinding

SAY = "Say “train”, “work with” or “progress exercise for”."


def finding(text: str, suggestion: str, replacement: str | None = None) -> TextFinding:
    return TextFinding(1, 0, len(text), "treat", "blocks", "", suggestion, text, "scope", replacement)


@pytest.mark.parametrize(
    ("text", "suggestion", "instead"),
    [
        ("treat", SAY, ["train", "work with", "progress exercise for"]),
        ("treating", SAY, ["training", "working with", "progressing exercise for"]),
        ("Treats", SAY, ["Trains", "Works with", "Progresses exercise for"]),
        ("treated", "Say “plan”.", ["planned"]),
        ("therapy session", "Say “exercise session” or “medical exercise”.", ["exercise session", "medical exercise"]),
        ("therapy", "That is “theirs” to do.", []),
    ],
)
def test_the_better_words_take_the_form_of_the_old(text: str, suggestion: str, instead: list[str]) -> None:
    assert options(finding(text, suggestion)) == instead


def test_a_replacement_that_is_given_is_the_only_one() -> None:
    assert options(finding("treat", SAY, "coach")) == ["coach"]
