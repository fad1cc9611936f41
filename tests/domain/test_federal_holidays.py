"""The rules of federal holidays against the `holidays` package."""

from __future__ import annotations

import holidays
import pytest

from crm.domain import federal_holidays


@pytest.mark.parametrize("year", range(2021, 2076))
def test_every_year_is_as_the_holidays_package_has_it(year: int) -> None:
    assert federal_holidays.of_year(year) == dict(holidays.country_holidays("US", years=year).items())
