"""A client's file on the phone: sessions, the start, a program, a provider found while typing, and an urgent event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from crm.models.clients import Client
from crm.models.referrals import Referral
from crm.services import days, referrals
from crm.services.referrals import NewReferral
from crm.store import client_sessions
from tests.e2e.conftest import OpenWindow, move_in
from tests.e2e.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def signed_in(house: House) -> tuple[int, str]:
    """A client referred today, and somebody signed in."""
    token = move_in(house)
    db, now = house.handoff.db, house.clock.now
    with db.read() as session:
        today = days.today_of(session, 1, now)
    new = NewReferral("K-914", "post_rehab_conditioning", today, condition="Right knee osteoarthritis")
    logged = referrals.log(db, 1, new, actor_id=1, now=now, today=today)
    with db.read() as session:
        return session.get_one(Referral, logged.referral_id).client_id, token


def ready(page: Page) -> None:
    page.locator("html[data-ready]").wait_for(state="attached")


def test_from_the_first_session_to_a_program_on_the_phone(
    house: House, window: OpenWindow, signed_in: tuple[int, str]
) -> None:
    client_id, token = signed_in
    watched = window(house, width=390, token=token)
    page = watched.page
    page.goto(f"/clients/{client_id}")
    ready(page)

    # Two taps and a few words: today and attended are chosen already.
    page.get_by_label("With this client").get_by_role("button", name="Session").click()
    dialog = page.get_by_role("dialog", name="Log a session")
    dialog.get_by_label("What was done").fill("Sit to stand, step-ups")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Session saved. Is it the first?")).to_be_visible()
    expect(page.locator("#sessions")).to_contain_text("1 of 1 attended")

    # The first one starts the referral, and with it what is owed.
    page.get_by_role("button", name="Started on this day").click()
    expect(page.get_by_text("Training since")).to_be_visible()
    expect(page.locator("#reports .rows")).to_contain_text("First letter")
    with house.handoff.db.read() as session:
        assert session.get_one(Client, client_id).started_on is not None

    # A program in one motion, and one way back.
    page.get_by_role("link", name="Plan sessions").click()
    page.wait_for_url("**/sessions/plan")
    page.get_by_label("For how many weeks").fill("2")
    page.get_by_role("button", name="Plan them").click()
    expect(page.get_by_text("4 sessions planned")).to_be_visible()
    expect(page.locator("#sessions")).to_contain_text("To come")
    ready(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#sessions")).not_to_contain_text("To come")
    with house.handoff.db.read() as session:
        rows, _ = client_sessions.page(session, client_id, limit=9)
    assert len(rows) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.complaints == []


def test_a_provider_is_found_while_typing_and_an_urgent_event_says_whom_to_call(
    house: House, window: OpenWindow, signed_in: tuple[int, str]
) -> None:
    client_id, token = signed_in
    watched = window(house, width=390, token=token)
    page = watched.page
    page.goto(f"/clients/{client_id}/providers/new")
    ready(page)
    page.get_by_label("Find a provider by name or place").press_sequentially("kowalski")
    found = page.locator("[data-found]").first
    expect(found).to_contain_text("Kowalski")
    found.click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#partners")).to_contain_text("Kowalski")
    expect(page.locator("#authorizations")).to_contain_text("no report can go there yet")

    page.get_by_label("With this client").get_by_role("link", name="Event").click()
    page.wait_for_url("**/events/new")
    ready(page)
    expect(page.locator('a[href^="tel:"]').first).to_be_visible()
    page.get_by_role("radio", name="Fall").check()
    page.get_by_label("Urgent", exact=False).first.check()
    page.get_by_label("What you saw").fill("Slipped on the stairs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This was urgent: call first.")).to_be_visible()
    ready(page)
    page.get_by_label("I called", exact=True).fill("the nurse on duty")
    page.get_by_role("button", name="The call is made").click()
    expect(page.locator("#events")).to_contain_text("Called")
    expect(page.locator("#partners")).to_contain_text("Kowalski")
    assert watched.complaints == []
