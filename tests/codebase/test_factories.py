"""The factories themselves: every table that tests need can be made with nothing given, on both databases."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from sqlmodel import Session

from crm.store.engine import Database
from tests import factories

FACTORIES = {name: make for name, make in inspect.getmembers(factories, inspect.isfunction) if name.startswith("make_")}


@pytest.mark.parametrize("make", FACTORIES.values(), ids=FACTORIES)
def test_a_factory_needs_nothing_but_a_session(make: Any, sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        make(session)


def test_all_rows_fit_postgres_too(postgres_db: Database) -> None:
    with postgres_db.write() as session:
        for make in FACTORIES.values():
            make(session)


def test_a_misspelt_column_is_an_error(sqlite_db: Database) -> None:
    with sqlite_db.write() as session, pytest.raises(TypeError, match="Provider has no fullname"):
        factories.make_provider(session, fullname="Ng")


def test_a_provider_at_a_practice_repeats_its_place(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        provider = _katy(session)
    assert (provider.city, provider.zip) == ("Katy", "77449")


def test_fictional_npis_start_with_2_and_pass_the_check_digit() -> None:
    assert factories.npi(7).startswith("200000007")
    assert all(_luhn("80840" + factories.npi(number)) for number in range(200))
    assert _luhn("808401234567893"), "the check agrees with the published example"


def _katy(session: Session) -> Any:
    return factories.make_provider(session, practice=factories.make_practice(session, city="Katy", zip="77449"))


def _luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0
