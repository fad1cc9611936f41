"""The mileage log as a page and as files."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import VisitState
from crm.models.audit import AuditEntry
from tests.conftest import SAME_SITE
from tests.factories import NOW, TODAY
from tests.services.road import LAST, visit_at

EVIL = "<script>alert(1)</script>"


def made(handoff: Handoff, **given: object) -> None:
    """A visit that was made yesterday."""
    with handoff.db.write() as session:
        visit_at(session, 0.1, LAST, state=VisitState.DONE, done_at=NOW, **given)


def rows(client: FlaskClient, asked: str = "") -> list[list[str]]:
    answer = client.get(f"/visits/mileage.csv{asked}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_a_year_without_visits_says_so_and_offers_no_file(client: FlaskClient) -> None:
    page = client.get("/visits/mileage?year=2024").text
    assert "No visits made in 2024" in page
    assert "mileage.csv" not in page


@pytest.mark.parametrize("year", ["1999", "2028", "0", "99999999"])
def test_years_before_and_after_ours_are_not_there(client: FlaskClient, year: str) -> None:
    assert client.get(f"/visits/mileage?year={year}").status_code == 404


@pytest.mark.parametrize(("year", "linked"), [(2000, {2001}), (2024, {2023, 2025}), (2026, {2025}), (2027, {2026})])
def test_only_years_that_are_there_are_linked(client: FlaskClient, year: int, linked: set[int]) -> None:
    page = client.get(f"/visits/mileage?year={year}").text
    assert {int(found) for found in re.findall(r"mileage\?year=(\d+)", page)} == linked
    for each in linked:
        assert client.get(f"/visits/mileage?year={each}").status_code == 200


@pytest.mark.parametrize("year", ["", "x", "-1", "²"])
def test_what_is_no_year_is_this_one(client: FlaskClient, year: str) -> None:
    assert f"Mileage {TODAY.year}" in client.get(f"/visits/mileage?year={year}").text


def test_a_year_without_visits_is_a_file_with_its_heads_only(client: FlaskClient) -> None:
    (heads,) = rows(client, "?year=2024")
    assert heads[0] == "Date"


def test_the_file_is_named_after_its_year_and_nothing_in_it_is_calculated(
    client: FlaskClient, handoff: Handoff
) -> None:
    made(handoff, purpose='=HYPERLINK("//evil.example")', practice={"name": "@SUM(A1)", "city": "+1"})
    answer = client.get("/visits/mileage.csv?rate=0.50")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mileage-2026.csv"'
    _, line = rows(client, "?rate=0.50")
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in line)
    assert line[0] == LAST.isoformat()
    assert float(line[8]) == pytest.approx(float(line[5]) * 0.5, abs=0.005)


def test_a_stop_is_its_office_and_never_whom_one_met(client: FlaskClient, handoff: Handoff) -> None:
    made(handoff, said="Spoke with Rosa about her knee")
    line = rows(client)[1]
    assert "Main St" in line[2]
    assert not [cell for cell in line if "Rosa" in cell or "Maria" in cell]


def test_the_workbook_opens(client: FlaskClient, handoff: Handoff) -> None:
    made(handoff)
    answer = client.get("/visits/mileage.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet["A2"].value.date() == LAST


def test_who_took_the_log_along_is_noted(client: FlaskClient, handoff: Handoff) -> None:
    rows(client)
    with handoff.db.read() as session:
        (line,) = session.exec(select(AuditEntry).where(AuditEntry.kind == "export"))
        assert (line.subject, line.actor_id) == ("mileage 2026", 1)


@pytest.mark.parametrize("rate", ["abc", "58", "-1"])
def test_a_rate_that_is_none_is_named_where_it_is_written(client: FlaskClient, handoff: Handoff, rate: str) -> None:
    made(handoff)
    answer = client.get(f"/visits/mileage?rate={rate}")
    assert answer.status_code == 422
    assert f'value="{rate}"' in answer.text
    assert client.get(f"/visits/mileage.csv?rate={rate}").status_code == 422


def test_driven_miles_are_kept_and_nothing_written_is_the_estimate_again(client: FlaskClient, handoff: Handoff) -> None:
    made(handoff)
    there = f"/visits/mileage/{LAST}"
    answer = client.post(there, data={"driven_miles": "31.4", "remarks": "Detour"}, headers=SAME_SITE)
    assert (answer.status_code, answer.location) == (303, f"/visits/mileage?year=2026#d-{LAST}")
    assert rows(client)[1][5:7] == ["31.4", "as driven"]
    client.post(there, data={"driven_miles": ""}, headers=SAME_SITE)
    assert rows(client)[1][6] == "estimated"


@pytest.mark.parametrize("miles", ["-3", "x", "1001", "nan", "inf"])
def test_miles_that_cannot_be_stay_in_their_field(client: FlaskClient, handoff: Handoff, miles: str) -> None:
    made(handoff)
    answer = client.post(f"/visits/mileage/{LAST}", data={"driven_miles": miles}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert f'value="{miles}"' in answer.text
    assert rows(client)[1][6] == "estimated"


@pytest.mark.parametrize("day", ["2026-02-30", "soon", "2026-03-02", "9999-12-31"])
def test_a_day_without_a_visit_has_no_miles(client: FlaskClient, day: str) -> None:
    answer = client.post(f"/visits/mileage/{day}", data={"driven_miles": "5"}, headers=SAME_SITE)
    assert answer.status_code == 404


def test_names_and_remarks_are_text(client: FlaskClient, handoff: Handoff) -> None:
    made(handoff, purpose=EVIL, practice={"name": EVIL})
    client.post(f"/visits/mileage/{LAST}", data={"driven_miles": "3", "remarks": EVIL}, headers=SAME_SITE)
    page = client.get("/visits/mileage").text
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_the_log_is_for_those_who_are_signed_in(visitor: FlaskClient) -> None:
    for address in ("/visits/mileage", "/visits/mileage.csv", "/visits/mileage.xlsx"):
        assert visitor.get(address).status_code in (302, 303)
