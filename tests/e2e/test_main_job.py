"""The main job, from the first run to a logged referral, with mail that really leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import nppes_files
from tests.e2e import steps
from tests.e2e.conftest import OpenWindow
from tests.e2e.house import House, Letterbox

DIRECTORY = [
    nppes_files.row(1, last="OKAFOR", first="MARISOL", postal="770051234"),
    nppes_files.row(2, last="ORTEGA", first="LUIS", credential="PT", taxonomy="225100000X", postal="770302200"),
    nppes_files.row(3, last="SOLBERG", first="INGRID", taxonomy="207Q00000X", postal="770193300"),
    nppes_files.row(4, last="FARAWAY", first="TOBIAS", city="AMARILLO", postal="791010000"),
]


@pytest.fixture
def settings(mailing: dict[str, Any]) -> dict[str, Any]:
    return {**mailing, "public_url": "https://handoff.stride.example"}


def test_from_the_first_run_to_a_referral(
    house: House, window: OpenWindow, post_office: Letterbox, tmp_path: Path
) -> None:
    watched = window(house)
    page = watched.page
    file = nppes_files.write(tmp_path / "npidata_pfile.csv", DIRECTORY)

    steps.begin(page, sample=False)
    steps.take_the_first_steps(page)
    steps.bring_in(page, file)

    page.goto("/")
    page.get_by_role("link", name="Providers").first.click()
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="Luis Ortega").click()
    page.get_by_role("link", name="Script").locator("visible=true").first.click()
    script = page.locator(".script")
    expect(script).to_contain_text("Luis Ortega")
    expect(script).to_contain_text("Dana Whitfield")
    expect(script).to_contain_text("sample of my documentation")

    page.get_by_role("link", name="Luis Ortega").first.click()
    steps.learn_the_email(page, "lortega@heron-pt.example")
    page.get_by_role("link", name="E-mail", exact=True).locator("visible=true").first.click()
    page.get_by_role("link", name="Introduction").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Undo").first).to_be_visible()
    house.work()
    assert post_office.letters == []
    house.wait(seconds=61)
    letter = arrived(post_office)
    assert letter["To"] == "Luis Ortega <lortega@heron-pt.example>" or "lortega@heron-pt.example" in letter["To"]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "2400 Main St" in letter.get_body(("plain",)).get_content()

    page.goto("/providers?q=ortega")
    page.get_by_role("link", name="Luis Ortega").click()
    expect(page.get_by_text("Contacted").first).to_be_visible()
    expect(page.locator("#next")).to_contain_text("Call")

    house.wait(days=8)
    page.goto("/followups")
    row = page.locator(".followup", has_text="Luis Ortega")
    row.get_by_role("button", name="Done").click()
    page.get_by_role("dialog").locator("visible=true").get_by_role("button", name="Spoke").click()
    expect(page.get_by_role("status").filter(has_text="Next:")).to_be_visible()
    page.goto("/providers?q=ortega")
    page.get_by_role("link", name="Luis Ortega").click()
    expect(page.get_by_text("Introduced").first).to_be_visible()

    steps.log_referral(page, "K-14", "Post-rehab conditioning")
    expect(page.get_by_text("Partner").first).to_be_visible()
    expect(page.locator("#next")).to_contain_text("client")
    assert watched.complaints == []


def arrived(post_office: Letterbox) -> Any:
    """The one letter that was taken."""
    assert len(post_office.letters) == 1
    return post_office.letters[0]
