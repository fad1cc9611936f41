"""flufl.bounce is asked last, and only where it can't do harm."""

from __future__ import annotations

import pytest

from crm.mail.bounce_signs import Sign
from crm.mail.reading import read
from crm.mail.second_opinion import LIMIT, second_opinion

FROM = b"From: Mail Delivery System <mailer-daemon@mx.example>\n"
LIST = b"\nhere is your list of failed recipients\n<p.moss@clinic.example>\nhere is your returned mail\n"


def opinion(raw: bytes) -> Sign | None:
    return second_opinion(raw, read(raw))


def test_a_form_that_it_knows_gives_the_recipients() -> None:
    sign = opinion(FROM + LIST)
    assert sign is not None
    assert sign.recipients == ("p.moss@clinic.example",)


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: no sender\n" + LIST,
        b"From: Paula <p.moss@clinic.example>\n" + LIST,
        FROM + b"\nNothing failed.\n",
        FROM + b"\nI am out of the office.\n" + LIST,
        FROM + LIST + b"\n" * LIMIT,
    ],
)
def test_it_is_not_asked_or_finds_nothing(raw: bytes) -> None:
    assert opinion(raw) is None
