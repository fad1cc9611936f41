from hypothesis import given
from hypothesis import strategies as st

from crm.domain.text_merge import bring_together

THEN = "one\ntwo\nthree\nfour\nfive\n"
TEXTS = st.lists(st.sampled_from("abc"), max_size=6).map("\n".join)


def test_changes_in_different_lines_come_together() -> None:
    found = bring_together(THEN, THEN.replace("two", "mine"), THEN.replace("four", "theirs"))
    assert (found.text, found.clashes) == ("one\nmine\nthree\ntheirs\nfive\n", 0)


def test_where_both_changed_a_line_mine_stands_and_is_counted() -> None:
    found = bring_together(THEN, THEN.replace("two", "mine"), THEN.replace("two", "theirs").replace("five", "5"))
    assert (found.text, found.clashes) == ("one\nmine\nthree\nfour\n5\n", 1)


def test_the_same_change_is_made_once() -> None:
    both = THEN.replace("two\n", "two\nmore\n")
    assert bring_together(THEN, both, both).text == both


def test_lines_that_came_and_went_come_together() -> None:
    found = bring_together(THEN, THEN.replace("one\n", "zero\none\n"), THEN.replace("four\n", ""))
    assert (found.text, found.clashes) == ("zero\none\ntwo\nthree\nfive\n", 0)


@given(TEXTS, TEXTS)
def test_with_one_side_unchanged_the_other_one_is_the_answer(then: str, other: str) -> None:
    assert bring_together(then, other, then).text.rstrip() == other.rstrip()
    assert bring_together(then, then, other).text.rstrip() == other.rstrip()


@given(TEXTS, TEXTS, TEXTS)
def test_any_three_texts_come_together(then: str, mine: str, theirs: str) -> None:
    assert bring_together(then, mine, theirs).clashes >= 0
