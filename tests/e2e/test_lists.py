"""The provider list in a browser: keys, choosing many, undo, filters, the palette; and merging two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from crm.services import accounts, duplicates
from tests.e2e.conftest import OpenWindow, Watched
from tests.e2e.furnish import EMAIL, PASSWORD
from tests.e2e.house import House
from tests.factories import make_practice, make_provider

if TYPE_CHECKING:
    from playwright.sync_api import Page


def opened_list(
    house: House, window: OpenWindow, address: str = "/providers?stage=all", *, width: int = 1280
) -> Watched:
    """The list of four, one of them twice."""
    db, now = house.handoff.db, house.clock.now
    accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=now)
    with db.write() as session:
        bayou = make_practice(session, name="Bayou Clinic", phone="+17135550142")
        make_provider(session, display_name="Ada Stone, MD", fit=90, practice=bayou)
        make_provider(session, display_name="Bo Reed, PT", fit=80, city="Katy", specialty="pt")
        for npi in ("2000000004", None):
            named = {"first_name": "Cy", "last_name": "Marsh", "display_name": "Cy Marsh, MD"}
            make_provider(session, **named, fit=70, npi=npi, email="cy@marsh.example")
    duplicates.scan(db, now=now)
    watched = window(house, width=width, token=accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=now).token)
    watched.page.goto(address)
    ready(watched.page)
    return watched


def ready(page: Page) -> None:
    page.locator("html[data-ready]").wait_for(state="attached")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("width", [1280, 390])
def test_many_are_chosen_by_keys_moved_and_put_back(house: House, window: OpenWindow, width: int) -> None:
    watched = opened_list(house, window, width=width)
    page = watched.page
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count]")).to_have_text("2")
    page.get_by_role("button", name="Move", exact=True).click()
    page.locator("#f-bulk-stage").select_option("trial")
    page.locator("#bulk-move").get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("tbody .stage-trial")).to_have_count(2)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".toast", has_text="Undone")).to_be_visible()
    page.goto("/providers?stage=all")
    expect(page.locator("tbody .stage-trial")).to_have_count(0)
    assert watched.complaints == []


def test_enter_opens_the_row_and_the_score_says_why(house: House, window: OpenWindow) -> None:
    watched = opened_list(house, window)
    page = watched.page
    page.locator("details.fit summary").first.click()
    expect(page.get_by_text("a person to meet").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/providers/\d+$"))
    assert watched.complaints == []


def test_typing_searches_and_choosing_filters(house: House, window: OpenWindow) -> None:
    watched = opened_list(house, window, "/providers")
    page = watched.page
    page.get_by_role("searchbox", name="Search providers").fill("0142")
    page.wait_for_url("**/providers?q=0142")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto("/providers?stage=all")
    ready(page)
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Specialty").select_option("pt")
    page.wait_for_url(re.compile("specialty=pt"))
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator(".chosen a", has_text="Physical therapy").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    assert watched.complaints == []


def test_the_palette_finds_people_by_the_last_four_digits(house: House, window: OpenWindow) -> None:
    watched = opened_list(house, window)
    page = watched.page
    page.keyboard.press("Control+k")
    page.keyboard.type("0142")
    expect(page.get_by_role("option", name=re.compile("Ada Stone"))).to_be_visible()
    assert watched.complaints == []


def test_two_become_one_and_two_again(house: House, window: OpenWindow) -> None:
    watched = opened_list(house, window, "/duplicates")
    page = watched.page
    page.get_by_role("link", name="Merge…").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    page.wait_for_url(re.compile(r"/providers/\d+$"))
    page.goto("/providers?stage=all")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.goto("/changes")
    page.get_by_role("button", name=re.compile("Undo: Merged")).click()
    expect(page.locator(".toast", has_text="Undone")).to_be_visible()
    page.goto("/duplicates")
    expect(page.get_by_role("link", name="Merge…")).to_be_visible()
    assert watched.complaints == []
