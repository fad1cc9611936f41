"""Writing an e-mail: what may not leave is underlined where it stands, and better words are one click away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.e2e.conftest import OpenWindow
from tests.e2e.house import House
from tests.e2e.test_sequences import settled

CLAIM = "Dear Dr. Okafor,\n\nI treat back pain once therapy ends, for your patients and for mine."


def writing(house: House, page: Page) -> None:
    with house.handoff.db.write() as session:
        practice = factories.make_practice(session, zone="America/Chicago")
        whom = factories.make_provider(session, practice=practice, email="g.okafor@bayou.example")
        provider_id = whom.id
    page.goto(f"/providers/{provider_id}/mail/new")
    page.wait_for_selector(".marked")


def height(page: Page, selector: str) -> int:
    found = page.eval_on_selector(selector, "each => each.scrollHeight")
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("width", [390, 1280])
def test_blocked_words_are_underlined_in_place_and_replaced_in_one_click(
    house: House, window: OpenWindow, width: int
) -> None:
    watched = window(house, width=width, token=settled(house))
    page = watched.page
    writing(house, page)
    text = page.get_by_role("textbox", name="Text")

    text.fill(CLAIM)
    mark = page.locator(".marks mark.blocks").first
    expect(mark).to_have_text("treat")
    text.press("Control+Home")
    page.keyboard.type("Hello. ")
    expect(mark).to_have_text("treat")
    assert abs(height(page, ".marks") - height(page, "textarea[name=text]")) <= 2, "the marks lie under their words"

    line = page.locator(".finding.blocks", has_text="treat").first
    line.get_by_role("button", name="treat", exact=True).click()
    assert page.evaluate("getSelection().toString()") in ("treat", "")
    expect(line).to_have_attribute("aria-current", "true")
    line.get_by_role("button", name="Write “train").first.click()
    expect(text).to_have_value("Hello. " + CLAIM.replace("I treat", "I train"))
    expect(page.locator(".marks mark", has_text="treat")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(text).to_have_value("Hello. " + CLAIM)
    assert watched.complaints == []
