"""Log lines."""

from __future__ import annotations

from crm.jobs.log import line


def test_a_line_is_key_value_with_quotes_where_needed() -> None:
    assert line(job="send_mail", n=3, error=None) == "job=send_mail n=3"
    assert line(error='bad "thing"\nhere') == 'error="bad \\"thing\\" here"'
    assert line(empty="") == 'empty=""'
