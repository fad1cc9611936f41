"""What the business says about visits: how long one lasts, and what a mile counts for."""

from __future__ import annotations

import pytest

from crm.domain.errors import Invalid
from crm.models.accounts import Business
from crm.services import visit_settings
from tests.factories import NOW


def business(**given: object) -> Business:
    return Business(created_at=NOW, updated_at=NOW, **given)


@pytest.mark.parametrize(("text", "minutes"), [("5", 5), (" 20 ", 20), ("240", 240)])
def test_minutes_are_read_within_reason(text: str, minutes: int) -> None:
    assert visit_settings.read({"visit_minutes": text}) == {"visit_minutes": minutes}


@pytest.mark.parametrize("text", ["", "4", "241", "-20", "20.5", "²0", "٢٠", "twenty", "20 min"])
def test_minutes_that_cannot_be_are_named(text: str) -> None:
    with pytest.raises(Invalid) as error:
        visit_settings.read({"visit_minutes": text})
    assert error.value.errors == {"visit_minutes": "A visit lasts 5 to 240 minutes. Write a number, such as 20."}


def test_what_a_form_does_not_name_stays_as_it_is() -> None:
    assert visit_settings.read({"name": "Stride"}) == {}


def test_an_emptied_rate_is_taken_away() -> None:
    assert visit_settings.read({"mileage_rate": " "}) == {"mileage_mills": None}


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as error:
        visit_settings.read({"visit_minutes": "no", "mileage_rate": "much"})
    assert sorted(error.value.errors) == ["mileage_rate", "visit_minutes"]


@pytest.mark.parametrize("rate", ["0.585", "0.50", "1.00", ""])
def test_what_the_fields_show_is_read_as_the_same_again(rate: str) -> None:
    shown = visit_settings.form(business(**visit_settings.read({"mileage_rate": rate, "visit_minutes": "30"})))
    assert shown == {"visit_minutes": 30, "mileage_rate": rate}


def test_before_there_is_a_business_the_fields_show_the_usual() -> None:
    assert visit_settings.form(None) == {"visit_minutes": 20, "mileage_rate": ""}
