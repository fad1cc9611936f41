"""The script before a visit: choose, read, print on one page, keep the answer."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlmodel import select

from crm.models.providers import Provider
from tests.e2e.conftest import OpenWindow
from tests.e2e.furnish import move_in
from tests.e2e.house import House


def _someone(house: House) -> int:
    with house.handoff.db.read() as session:
        found = session.exec(select(Provider.id).where(Provider.specialty == "orthopedics")).first()
    assert found is not None
    return found


def _business(house: House) -> None:
    from crm.services import business

    business.save(
        house.handoff.db,
        {
            "name": "Stride After Care",
            "line1": "2400 Main St",
            "city": "Houston",
            "state": "TX",
            "zip": "77005",
            "phone": "713-555-0142",
        },
        actor_id=1,
        now=house.clock.now,
    )


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_what_is_missing_is_named_then_the_script_is_chosen_printed_and_answered(
    house: House, window: OpenWindow
) -> None:
    token = move_in(house)
    page = window(house, width=390, height=844, token=token).page
    page.goto(f"/providers/{_someone(house)}/script")
    expect(page.get_by_role("link", name="Fill in “Business name” in Settings › Business.")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_have_count(0)

    _business(house)
    page.reload()
    expect(page.locator(".script")).to_contain_text("Stride After Care")
    page.get_by_label("How you meet").select_option("Hallway")
    page.wait_for_url(re.compile("channel=hallway"))
    page.get_by_label("For whom").select_option("Front desk and office manager")
    page.wait_for_url(re.compile("audience=gatekeeper"))
    expect(page.locator(".script")).to_contain_text("Patients call you when their therapy visits run out.")

    page.get_by_label("Who looks after referrals here, and how do they like to get papers?").fill("By fax, to Ruth.")
    page.get_by_role("button", name="Keep the answer").first.click()
    expect(page.get_by_text("“By fax, to Ruth.”")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“By fax, to Ruth.”")).to_have_count(0)


def test_script_and_letter_print_on_one_page_each(house: House, window: OpenWindow) -> None:
    token = move_in(house)
    _business(house)
    page = window(house, token=token).page
    provider_id = _someone(house)
    for path in ("script", "script?state=second_visit", "letters/introduction-letter", "letters/thank-you"):
        page.goto(f"/providers/{provider_id}/{path}")
        expect(page.get_by_role("button", name="Print")).to_be_visible()
        assert _pages(page.pdf(format="Letter")) == 1, path
