from __future__ import annotations

from datetime import date

import pytest

from crm.domain import referral_columns as columns
from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralHow, ReferralStatus


def test_columns_are_found_by_their_headings() -> None:
    found = columns.guess(["Referred By", "Date", "Client", "Service", "Outcome", "Start Date", "Revenue", "Color"])
    assert found == ["provider", "received_on", "code", "service_key", "status", "started_on", "value", None]
    assert columns.guess(["Date", "Received"]) == ["received_on", None]


@pytest.mark.parametrize(
    "text", ["2024-03-05", "3/5/2024", "03/05/24", "Mar 5, 2024", "5 March 2024", "2024-03-05 00:00:00"]
)
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert columns.day(text, "received_on") == date(2024, 3, 5)


def test_a_day_that_is_none_names_its_field() -> None:
    with pytest.raises(Invalid) as caught:
        columns.day("last spring", "started_on")
    assert "last spring" in caught.value.errors["started_on"]
    assert columns.day(" ", "started_on") is None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Active", ReferralStatus.STARTED),
        ("discharged", ReferralStatus.COMPLETED),
        ("No-show", ReferralStatus.LOST),
        ("still ongoing", ReferralStatus.CONTINUING),
        ("", None),
    ],
)
def test_status_in_words(text: str, status: ReferralStatus | None) -> None:
    assert columns.status(text) is status


def test_a_status_that_means_nothing_here_is_refused() -> None:
    with pytest.raises(Invalid):
        columns.status("purple")


@pytest.mark.parametrize(
    ("text", "key"),
    [("Post-rehab", "post_rehab_conditioning"), ("falls class", None), ("Cardiac", "cardiac_pulmonary"), ("", "")],
)
def test_services_in_words(text: str, key: str | None) -> None:
    if key is None:
        with pytest.raises(Invalid):
            columns.service_key(text)
    else:
        assert columns.service_key(text) == key


def test_how_it_came_in_words() -> None:
    assert columns.how("by fax") is ReferralHow.FAX
    assert columns.how("in_person") is ReferralHow.IN_PERSON
    assert columns.how("pigeon") is ReferralHow.UNKNOWN


def test_a_name_is_proposed_as_initials() -> None:
    assert columns.initials("Margaret Lindholm") == "M.L."


def test_the_days_tell_where_it_stands() -> None:
    day = date(2024, 3, 5)
    assert columns.inferred({"started_on": day, "ended_on": day}, is_lost=False) is ReferralStatus.COMPLETED
    assert columns.inferred({"contacted_on": day, "ended_on": day}, is_lost=False) is ReferralStatus.LOST
    assert columns.inferred({"scheduled_on": day}, is_lost=False) is ReferralStatus.SCHEDULED
    assert columns.inferred({}, is_lost=False) is ReferralStatus.RECEIVED
