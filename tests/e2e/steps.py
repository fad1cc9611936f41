"""What people do on the pages, one function per sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def begin(page: Page, *, sample: bool, email: str = "dana@stride.example") -> None:
    """The first-run page: name, e-mail, password."""
    page.goto("/")
    page.get_by_label("Your name").fill("Dana Whitfield")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("three walks a week")
    page.get_by_label("Start with sample data").set_checked(sample)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Your business").wait_for()


def take_the_first_steps(page: Page) -> None:
    """The three steps of the checklist on Today."""
    page.get_by_role("link", name="Your business").click()
    for label, value in (
        ("Business name", "Stride After Care"),
        ("Street address", "2400 Main St"),
        ("City", "Houston"),
        ("State", "TX"),
        ("ZIP", "77005"),
        ("Phone", "713-555-0142"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Credentials").fill("MS, MedExPRO")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Settings").wait_for()


def learn_the_email(page: Page, address: str) -> None:
    """From a provider's page: add the e-mail that no directory lists."""
    page.get_by_role("link", name="No e-mail yet: add it").click()
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name=address).wait_for()


def log(page: Page, kind: str, ending: str, *, said: str = "") -> None:
    """From a provider's page: what happened, and how it ended."""
    page.locator("#log-card-h").locator("xpath=../..").get_by_role("button", name=kind).click()
    dialog = page.get_by_role("dialog", name="What happened?")
    if said:
        dialog.get_by_label("What was said").fill(said)
    dialog.get_by_role("button", name=ending).locator("visible=true").first.click()


def log_referral(page: Page, code: str, service: str) -> None:
    """From a provider's page: a client, by code."""
    page.get_by_role("button", name="Referral").locator("visible=true").first.click()
    dialog = page.get_by_role("dialog", name="A referral from")
    dialog.get_by_label("Client").fill(code)
    dialog.get_by_role("radio", name=service).check()
    dialog.get_by_role("button", name="Save the referral").click()


def bring_in(page: Page, file: Path) -> None:
    """Import an NPPES file: everybody within ten miles."""
    page.goto("/imports")
    form = page.locator("form", has=page.locator("#f-nppes-file"))
    form.get_by_label("File").set_input_files(file)
    form.get_by_label("Around ZIP").fill("77005")
    form.get_by_label("Miles").fill("10")
    form.get_by_role("button", name="Import").click()
    page.get_by_role("button", name="Undo this import").wait_for()


def search_registry(page: Page, *, zip_code: str, miles: int, specialties: tuple[str, ...]) -> None:
    """Look who is near, in the NPI Registry."""
    page.goto("/registry")
    page.get_by_label("Around ZIP").fill(zip_code)
    page.get_by_label("Miles").fill(str(miles))
    for name in specialties:
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.locator("#main").get_by_role("button", name="Search").click()
    page.get_by_text("the best fit first").wait_for()


def add_best(page: Page, count: int) -> None:
    """Add the best results of a registry search, and go to the list."""
    page.get_by_role("link", name=f"Choose the best {count}").click()
    page.get_by_role("button", name="Add the chosen").click()
    page.get_by_text(f"{count} providers added").wait_for()


def sign_in(page: Page, email: str, password: str) -> None:
    """The sign-in page."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Good").wait_for()
