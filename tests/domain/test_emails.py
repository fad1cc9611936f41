from __future__ import annotations

import pytest

from crm.domain import emails
from crm.domain.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Maria.Lopez@Clinic.Example.com ", "maria.lopez@clinic.example.com"),
        ("mailto:a@b.org", "a@b.org"),
        ("<a+news@b.org>", "a+news@b.org"),
        ("o'neill@clinic.org", "o'neill@clinic.org"),
        ("ana@sample.test", "ana@sample.test"),
        ("", ""),
    ],
)
def test_addresses_are_lower_case_and_trimmed(typed: str, stored: str) -> None:
    assert emails.normalise(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["maria", "maria@", "@clinic.org", "a b@clinic.org", "a@clinic", "a@@b.org", "a@b..org", "a@b.org\nBcc: x@y.z"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        emails.normalise(typed, field="work_email")
    assert "isn't an e-mail address" in caught.value.errors["work_email"]
    assert not emails.is_valid(typed)


def test_a_good_address_is_valid() -> None:
    assert emails.is_valid("a@b.org")
    assert not emails.is_valid("")
