"""The whole loop in the browser: a referral, thanks, first letter, start, measures, reports, the end, and Results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import OpenWindow
from tests.e2e.house import House, Letterbox

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def settings(mailing: dict[str, Any]) -> dict[str, Any]:
    return {**mailing, "public_url": "https://handoff.stride.example"}


def test_from_referral_to_discharge_and_the_numbers_after_it(
    house: House, window: OpenWindow, post_office: Letterbox
) -> None:
    watched = window(house)
    page = watched.page
    steps.begin(page, sample=False)
    steps.take_the_first_steps(page)
    add_luis(page)
    steps.log_referral(page, "K-14", "Post-rehab")

    thank(page)
    house.wait(seconds=61)
    (letter,) = post_office.letters
    assert "lortega@heron-pt.example" in letter["To"]
    assert "K-14" not in letter.as_string()

    move(page, "Contacted")
    move(page, "Started")
    authorize(page)
    measure(page, "9")
    deliver(page, "First letter for K-14")
    deliver(page, "Assessment summary for K-14")

    house.clock.advance(days=29)
    measure(page, "12")
    deliver(page, "Progress report for K-14")
    house.clock.advance(days=7)
    move(page, "Completed")
    deliver(page, "Discharge summary for K-14")

    read_results(page)
    assert watched.complaints == []


def add_luis(page: Page) -> None:
    """A physical therapist who gets faxes and mail."""
    page.goto("/providers/new")
    page.get_by_label("Name", exact=True).fill("Luis Ortega, PT")
    page.get_by_label("E-mail").fill("lortega@heron-pt.example")
    page.get_by_label("Fax").fill("713-555-0188")
    page.locator("#main").get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("heading", name="Luis Ortega, PT").wait_for()


def thank(page: Page) -> None:
    """The thank-you is drafted and waits for one tap."""
    page.goto("/followups")
    page.locator("li.followup", has_text="Thank Luis Ortega").get_by_role("link", name="Read and send").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("button", name="Undo").first).to_be_visible()


def move(page: Page, status: str) -> None:
    """The referral goes a step further."""
    page.goto("/referrals/1")
    form = page.locator("form.referral-step")
    form.get_by_role("radio", name=status).check()
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Now {status.lower()}").first).to_be_visible()


def authorize(page: Page) -> None:
    """What the client signed today: all reports to Luis."""
    page.goto("/clients/1")
    page.get_by_role("link", name="Record an authorization").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#authorizations")).to_contain_text("all reports")


def measure(page: Page, stands: str) -> None:
    """One session of measuring: the chair stand."""
    page.goto("/clients/1/assessments/new")
    page.locator('[name="cst30.."]').fill(stands)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Client K-14").wait_for()


def deliver(page: Page, title: str) -> None:
    """It is looked at, faxed, and noted."""
    page.goto("/reports")
    page.get_by_role("link", name=title).click()
    expect(page.locator("img.paper-page").first).to_be_visible()
    page.get_by_role("button", name="Faxed").click()
    expect(page.get_by_text("Noted: faxed.").first).to_be_visible()


def read_results(page: Page) -> None:
    """One received, started and kept, the three reports due so far on time; each number leads to its one row."""
    page.goto("/results?period=all")
    expect(page.get_by_text("Received 1, started 1").first).to_be_visible()
    expect(page.get_by_text("3 of 3").first).to_be_visible()
    funnel = page.get_by_role("region", name="From referral to client")
    last = funnel.get_by_role("row", name="Completed or continuing").first
    expect(last).to_contain_text("1 of 1")
    last.get_by_role("link", name="1", exact=True).first.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("K-14")
