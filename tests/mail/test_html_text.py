"""HTML mail as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail.html_text import LIMIT, html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<br/><br>Four", "One\nTwo\n\nFour"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("a   b\n c", "a b c"),
        ("Z&uuml;rich &amp; &lt;tea&gt; &#9749;", "Zürich & <tea> ☕"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>Name</td><td>Dana</td></tr></table>", "Name Dana"),
        (
            "Yes<blockquote>Would you?<blockquote>Earlier</blockquote></blockquote>",
            "Yes\n\n> Would you?\n\n> > Earlier",
        ),
        ("<head><title>x</title></head><style>p{}</style><script>if (a<b) {}</script>Seen", "Seen"),
        ("a<!-- hidden <b> -->b<!doctype html><?xml ?>c", "abc"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("above<hr>below", "above\n" + "_" * 32 + "\nbelow"),
        ("3 < 4 and <5", "3 < 4 and <5"),
        ("cut off <a href='x", "cut off"),
        ("cut off <!-- for ever", "cut off"),
        ("</p></blockquote>closed too often", "closed too often"),
        ("<o:p>&nbsp;</o:p>Word", "Word"),
    ],
)
def test_html_becomes_lines(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_long_html_is_cut() -> None:
    assert len(html_to_text("a" * (LIMIT + 100))) == LIMIT


@given(st.text(alphabet="<>/!-pdivbrhlocqute =\"'&;#x1 \n", max_size=300))
def test_any_html_can_be_read(html: str) -> None:
    html_to_text(html)
