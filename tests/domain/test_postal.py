"""Postal addresses on one line."""

from __future__ import annotations

import pytest

from crm.domain.errors import Invalid
from crm.domain.postal import PostalAddress, parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2400 Main St, Houston, TX 77002", ("2400 Main St", "", "Houston", "TX", "77002")),
        ("2400 Main St, Houston, TX, 77002", ("2400 Main St", "", "Houston", "TX", "77002")),
        ("2400 Main St, Houston TX 77002-1234", ("2400 Main St", "", "Houston", "TX", "77002")),
        ("2400 Main St, Suite 4, Houston, tx 770021234", ("2400 Main St", "Suite 4", "Houston", "TX", "77002")),
        ("2400 Main St\n#12\nHouston, TX 77002\nUSA", ("2400 Main St", "#12", "Houston", "TX", "77002")),
        ("Bayou Tower, 2400 Main St, Houston, TX 77002", ("Bayou Tower, 2400 Main St", "", "Houston", "TX", "77002")),
        ("PO Box 12, Salt Lake City, UT 84101", ("PO Box 12", "", "Salt Lake City", "UT", "84101")),
        ("1 A St,  St. Louis ,  MO 63101", ("1 A St", "", "St. Louis", "MO", "63101")),
    ],
)
def test_addresses_are_taken_apart_however_they_are_written(text: str, found: tuple[str, ...]) -> None:
    assert parse(text) == PostalAddress(*found)


@pytest.mark.parametrize(
    "text", ["", "Houston", "2400 Main St", "Houston, TX 77002", "2400 Main St, Houston, 77002", ","]
)
def test_what_lacks_a_part_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match="2400 Main St, Houston, TX 77002"):
        parse(text)
