"""Two walks of a week: Sunday evening on the laptop, Thursday on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import hand, steps
from tests.e2e.conftest import EMAIL, PASSWORD, OpenWindow
from tests.e2e.house import House, Letterbox
from tests.sources.registry_server import Registry, person, serving

ZIPS = ("770051111", "770301111", "770191111", "770061111", "770981111")
NAMES = ("OKAFOR", "LINDQVIST", "MARCHETTI", "DELACROIX", "NG", "TREVINO", "YAMAMOTO", "ABERNATHY", "SOLBERG", "KELLER")


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that knows forty people in Houston and one far away."""
    with serving() as found:
        found.results = [_somebody(number) for number in range(40)]
        found.results.append(person(90, zip="791011111", last="FARAWAY"))
        yield found


def _somebody(number: int) -> dict[str, Any]:
    is_pt = number % 2 == 1
    values = {
        "zip": ZIPS[number % len(ZIPS)],
        "last": NAMES[number % len(NAMES)] + ("" if number < 10 else f"-{NAMES[number // 10 + 4]}"),
        "code": "225100000X" if is_pt else "207X00000X",
        "desc": "Physical Therapist" if is_pt else "Orthopaedic Surgery",
    }
    found = person(number, **values)
    if number == 1:
        found["basic"] |= {"first_name": "LUIS", "last_name": "ORTEGA", "credential": "PT"}
        found["addresses"][1]["telephone_number"] = "713-555-4471"
    return found


@pytest.fixture
def settings(registry: Registry, mailing: dict[str, Any]) -> dict[str, Any]:
    return {**mailing, "registry_url": registry.url}


def test_sunday_evening_to_thursday(house: House, window: OpenWindow, post_office: Letterbox) -> None:
    watched = window(house)
    page = watched.page
    hand.watch(page)

    # Sunday evening, laptop: who is there, and why does each rank?
    steps.begin(page, sample=False)
    steps.take_the_first_steps(page)
    house.work()
    steps.search_registry(page, zip_code="77005", miles=10, specialties=("Orthopedics", "Physical therapy"))
    steps.add_best(page, 25)

    page.goto("/providers")
    first = page.locator("tr[data-row]").first
    expect(first).to_contain_text("post-rehab")
    first.get_by_role("link").first.click()
    page.get_by_role("link", name="Script").locator("visible=true").first.click()
    expect(page.locator(".script")).to_contain_text("sample of my documentation")
    page.locator(".crumbs a").last.click()

    steps.learn_the_email(page, "first@clinic.example")
    page.get_by_role("link", name="E-mail", exact=True).locator("visible=true").first.click()
    page.get_by_role("link", name="Introduction").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Undo").first).to_be_visible()

    page.goto("/providers")
    page.locator("tr[data-row]").nth(1).get_by_role("link").first.click()
    steps.log(page, "Call", "Left a message", said="Ask for the clinic director after two")
    expect(page.locator("#timeline")).to_contain_text("Ask for the clinic director after two")
    house.wait(seconds=61)
    assert len(post_office.letters) == 1

    # Monday and the days after: what was promised is waiting.
    house.clock.now = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    page.goto("/followups")
    expect(page.locator("li.followup").nth(1)).to_be_visible()
    assert hand.seconds(page) < 600

    # Thursday, phone in hand, Luis calls: his last four digits are on the display.
    house.clock.now = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
    phone = window(house, width=390, height=844)
    hand.watch(phone.page)
    steps.sign_in(phone.page, EMAIL, PASSWORD)
    hand.begin(phone.page)
    phone.page.get_by_role("button", name="Search or jump").locator("visible=true").first.click()
    phone.page.get_by_role("combobox").locator("visible=true").fill("4471")
    phone.page.get_by_role("option", name="Luis Ortega").click()
    phone.page.get_by_role("heading", name="Luis Ortega").wait_for()
    steps.log_referral(phone.page, "K-14", "Post-rehab")
    expect(phone.page.get_by_text("Partner").first).to_be_visible()
    assert hand.seconds(phone.page) < 40

    phone.page.get_by_text("Partner").first.wait_for()
    next_steps = phone.page.locator("#next")
    expect(next_steps).to_contain_text("Call client K-14")
    expect(next_steps).to_contain_text("Thank Luis Ortega")
    phone.page.goto("/followups")
    expect(phone.page.locator("li.followup", has_text="Call client K-14")).to_contain_text("Tomorrow")
    assert watched.complaints + phone.complaints == []
