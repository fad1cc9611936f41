"""Month end on the laptop and on the phone: read the sentence, tap a number, take the figures along."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.e2e.conftest import OpenWindow
from tests.e2e.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Download

WIDTHS = pytest.mark.parametrize("width", [1280, 390], ids=["laptop", "phone"])


def read(download: Download) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(download.path().read_bytes()))


@WIDTHS
def test_a_number_opens_exactly_as_many_rows(furnished: tuple[House, str], window: OpenWindow, width: int) -> None:
    house, token = furnished
    watched = window(house, width=width, token=token)
    page = watched.page
    page.goto("/results?period=last-12-months")
    tile = page.locator("a.stat").first
    received = int(tile.locator(".value").inner_text())
    expect(page.locator(".sentence")).to_contain_text(f"Received {received}, started")
    tile.click()
    page.wait_for_url("**/results/rows/referral.received**")
    expect(page.locator("#rows tbody tr")).to_have_count(received)
    page.locator("#rows tbody tr a").first.click()
    page.wait_for_url("**/referrals/*")
    assert not watched.complaints


def test_the_period_is_chosen_by_a_tap_or_by_two_days(furnished: tuple[House, str], window: OpenWindow) -> None:
    house, token = furnished
    page = window(house, width=390, token=token).page
    page.goto("/results")
    page.get_by_role("link", name="Last year").click()
    page.wait_for_url("**period=last-year**")
    page.get_by_label("From", exact=True).fill("2025-10-01")
    page.get_by_label("To", exact=True).fill("2025-12-31")
    page.get_by_label("Compared with").select_option("year")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**first=2025-10-01**")
    expect(page.locator(".page-head")).to_contain_text(
        "October to December 2025, compared with October to December 2024"
    )
    page.get_by_role("link", name="Partners").click()
    expect(page).to_have_url(re.compile(r"period=2025-10-01\.\.2025-12-31"))
    expect(page).to_have_url(re.compile("compare=year"))


def test_what_a_number_rests_on_is_told_on_demand(furnished: tuple[House, str], window: OpenWindow) -> None:
    house, token = furnished
    page = window(house, token=token).page
    page.goto("/results?period=last-12-months&show=funnels")
    interval = page.locator("#cohorts details.rate").first
    expect(interval.locator("span")).to_be_hidden()
    interval.locator("summary").press("Enter")
    expect(interval.locator("span")).to_contain_text("with 95% confidence")


def test_figures_and_rows_are_taken_along(furnished: tuple[House, str], window: OpenWindow) -> None:
    house, token = furnished
    page = window(house, token=token).page
    page.goto("/results?period=last-12-months")
    with page.expect_download() as workbook:
        page.get_by_role("link", name="Excel").first.click()
    assert "Gone quiet" in read(workbook.value).sheet_names
    page.goto("/results/rows/referral.received?period=last-12-months")
    rows = page.locator("#rows tbody tr").count()
    with page.expect_download() as listed:
        page.get_by_role("link", name="Excel").click()
    assert len(read(listed.value).get_sheet_by_index(0).to_python()) == rows + 1
    assert listed.value.suggested_filename.startswith("results-rows-referral-received-")
