"""A draft is never lost: not by a reload, not by an expired session. Signing out wipes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from crm.services import accounts
from tests.e2e.conftest import OpenWindow
from tests.e2e.furnish import EMAIL, PASSWORD
from tests.e2e.house import House
from tests.e2e.waiting import draft_kept
from tests.factories import make_provider

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORDS = "They stop when the visits run out"


def at_the_provider(house: House, window: OpenWindow) -> Page:
    db, now = house.handoff.db, house.clock.now
    accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=now)
    with db.write() as session:
        make_provider(session, display_name="Ada Stone, MD")
    page = window(house, token=accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=now).token).page
    page.goto("/providers/1")
    ready(page)
    return page


def ready(page: Page) -> None:
    page.locator("html[data-ready]").wait_for(state="attached")
    page.wait_for_load_state("networkidle")


def write(page: Page) -> None:
    page.keyboard.press("v")
    page.get_by_label("What was said").fill(WORDS)
    draft_kept(page, WORDS)


def drafts(page: Page) -> int:
    found: int = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length")
    return found


def test_a_draft_outlives_a_reload_and_an_expired_session_and_goes_once_saved(house: House, window: OpenWindow) -> None:
    page = at_the_provider(house, window)
    write(page)
    page.reload()
    ready(page)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_label("What was said")).to_have_value(WORDS)

    page.context.clear_cookies()
    page.locator(".ending:visible").first.click()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/providers/1")
    ready(page)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_label("What was said")).to_have_value(WORDS)

    page.locator(".ending:visible").first.click()
    expect(page.get_by_role("status").filter(has_text="logged")).to_be_visible()
    expect(page.locator("#timeline")).to_contain_text(WORDS)
    ready(page)
    assert drafts(page) == 0


def test_signing_out_wipes_what_was_not_sent(house: House, window: OpenWindow) -> None:
    page = at_the_provider(house, window)
    write(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="You").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login**")
    ready(page)
    assert drafts(page) == 0
