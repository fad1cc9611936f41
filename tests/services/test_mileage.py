"""The mileage log."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from crm.documents.tables import csv_of, xlsx_into
from crm.domain.errors import Invalid, NotFound
from crm.domain.mileage import cents_of, rate_words, read_miles, read_rate
from crm.services import changes, mileage
from crm.services.mileage import Log
from crm.store.engine import Database
from tests.factories import NOW, TODAY
from tests.services.road import LAST, a_day_made

BY = {"actor_id": 1, "now": NOW, "today": TODAY}


def log(db: Database, **given) -> Log:
    with db.read() as session:
        return mileage.log(session, 1, 2026, **given)


def test_a_day_counts_from_the_studio_through_its_stops_and_back(db: Database) -> None:
    with db.write() as session:
        a_day_made(session)
    (day,) = log(db).days
    assert day.on == LAST
    assert day.stops == ("Clinic 0.05, 0.05 Main St, Houston", "Clinic 0.1, 0.1 Main St, Houston")
    assert day.miles == pytest.approx(2 * 0.1 * 69.09 * 1.3, abs=0.1)
    assert day.is_estimate


def test_driven_miles_take_the_estimates_place_and_can_be_undone(db: Database) -> None:
    with db.write() as session:
        a_day_made(session)
    undo = mileage.correct(db, 1, LAST, "23.44 mi", "Detour on I-10", **BY)
    found = log(db, mills=500)
    assert (found.days[0].miles, found.days[0].remarks) == (23.4, "Detour on I-10")
    assert found.total.cents == 1170
    changes.undo(db, undo, actor_id=1, now=NOW)
    assert log(db).days[0].is_estimate


def test_without_a_rate_there_are_no_amounts(db: Database) -> None:
    with db.write() as session:
        a_day_made(session)
    assert log(db).total.cents is None
    assert any("No rate was set" in note for note in mileage.table(log(db)).notes)


def test_a_formula_is_text_in_both_files(db: Database) -> None:
    with db.write() as session:
        a_day_made(session)
    table = mileage.table(log(db, mills=500))
    assert "'=Leave a sample" in "".join(csv_of(table))
    file = io.BytesIO()
    xlsx_into(file, [mileage.table(log(db, mills=500))])
    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=Leave a sample", "s")
    assert isinstance(sheet["F2"].value, (int, int | float))


def test_a_day_without_visits_has_nothing_to_correct(db: Database) -> None:
    with db.write() as session:
        a_day_made(session)
    with pytest.raises(NotFound):
        mileage.correct(db, 1, date(2026, 2, 1), "5", **BY)


@pytest.mark.parametrize(
    ("text", "mills"), [("0.585", 585), ("$.5", 500), ("58.5 cents", 585), (" ", None), ("1", 1000)]
)
def test_rates_are_read_as_people_write_them(text, mills):
    assert read_rate(text) == mills


@pytest.mark.parametrize("text", ["58", "x", "0", "-1", "0.0001", "."])
def test_rates_that_can_not_be_are_refused(text):
    with pytest.raises(Invalid):
        read_rate(text)


@pytest.mark.parametrize("text", ["x", "-3", "1001", "nan"])
def test_miles_that_can_not_be_are_refused(text):
    with pytest.raises(Invalid):
        read_miles(text)


def test_half_a_cent_is_rounded_up():
    assert cents_of(0.1, 550) == 6
    assert [rate_words(mills) for mills in (585, 500, None)] == ["0.585", "0.50", ""]
