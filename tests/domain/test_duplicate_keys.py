"""Which records are compared."""

from __future__ import annotations

import itertools

import pytest

from crm.domain import duplicate_keys
from crm.domain.duplicates import Candidate, compare, worth_asking

ONE = Candidate(first="luis", last="ortega", city="houston", phone="+17135550142", address_key="1 main st|77005")


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        ONE._replace(last="ortegas"),
        ONE._replace(first="l", phone=""),
        ONE._replace(city="katy", address_key=""),
        ONE._replace(phone="", address_key=""),
        ONE._replace(phone="", last="ortiga", address_key=""),
        Candidate(email="l@o.example", first="luis", last="ortega", city="austin"),
    ],
)
def test_whoever_is_worth_asking_about_shares_a_key(other: Candidate) -> None:
    one = ONE._replace(email="l@o.example")
    assert worth_asking(compare(one, other))
    assert set(duplicate_keys.keys(one)) & set(duplicate_keys.keys(other))


def test_nobody_is_compared_with_a_stranger() -> None:
    stranger = Candidate(first="ana", last="smith", city="dallas", phone="+12145550100")
    people = {1: ONE, 2: stranger}
    assert list(duplicate_keys.pairs(people, duplicate_keys.groups(people))) == []
    assert duplicate_keys.keys(Candidate(city="houston", phone="+17135550142")) == []


def test_a_large_group_is_compared_with_neighbours_only() -> None:
    people = {n: ONE._replace(first=f"a{n:03}", last=f"o{n:03}", city="", address_key="") for n in range(200)}
    compared = list(duplicate_keys.pairs(people, duplicate_keys.groups(people)))
    assert len(compared) < 200 * duplicate_keys.NEIGHBOURS
    assert (0, 1) in compared
    assert len(list(itertools.islice(duplicate_keys.sharing(duplicate_keys.groups(people), people[0]), 500))) == 30


def test_somebody_from_outside_finds_those_with_a_key_in_common() -> None:
    shared = duplicate_keys.groups({7: ONE})
    assert set(duplicate_keys.sharing(shared, ONE._replace(city="", address_key=""))) == {7}
