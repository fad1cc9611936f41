import time

from hypothesis import given
from hypothesis import strategies as st

from crm.domain.text_diff import Piece, compare

WORDS = st.text(st.sampled_from("ab {}%\n"), max_size=40)


def test_a_changed_word_is_marked_on_both_sides_and_in_one_line() -> None:
    found = compare("Hello\nMay I send a sample?", "Hello\nMay I send my sample?")
    assert not found.rows[0].changed
    changed = found.rows[1]
    assert changed.before == (Piece("same", "May I send "), Piece("removed", "a"), Piece("same", " sample?"))
    assert changed.after == (Piece("same", "May I send "), Piece("added", "my"), Piece("same", " sample?"))
    assert [piece.kind for piece in changed.inline] == ["same", "removed", "added", "same"]
    assert (found.removed, found.added, found.same) == (1, 1, False)


def test_a_merge_field_is_one_word() -> None:
    row = compare("Dear {{ provider.dear }},", "Dear {{ provider.name }},").rows[0]
    assert Piece("removed", "{{ provider.dear }}") in row.before
    assert Piece("added", "{{ provider.name }}") in row.after


def test_lines_with_nothing_in_common_are_not_mixed() -> None:
    row = compare("one two three", "quite another sentence here").rows[0]
    assert [piece.kind for piece in row.inline] == ["removed", "added"]


def test_added_and_removed_lines_stand_alone() -> None:
    found = compare("a\nb", "a\nx\ny\nb")
    assert [row.before == () for row in found.rows] == [False, True, True, False]


def test_what_stays_comes_in_stretches() -> None:
    found = compare("a\nb\nc\nd\ne\nx\nf", "a\nb\nc\nd\ne\ny\nf")
    assert [(changed, len(rows)) for changed, rows in found.stretches] == [(False, 5), (True, 1), (False, 1)]


def test_equal_texts_do_not_differ() -> None:
    assert compare("a\nb\n", "a\nb").same


@given(before=WORDS, after=WORDS)
def test_both_sides_can_be_read_back(before: str, after: str) -> None:
    found = compare(before, after)
    olds = ["".join(piece.text for piece in row.before) for row in found.rows if row.before]
    news = ["".join(piece.text for piece in row.after) for row in found.rows if row.after]
    assert [line for line in olds if line] == [line for line in before.rstrip().splitlines() if line]
    assert [line for line in news if line] == [line for line in after.rstrip().splitlines() if line]


def test_long_texts_are_compared_soon() -> None:
    began = time.process_time()
    compare("word " * 9_000, "other " * 9_000)
    compare("a b c d\n" * 3_000, "a b c e\n" * 3_000)
    assert time.process_time() - began < 5
