"""Setting up a mailbox in a real browser: by password, by code, and by going to the service's page and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from crm.models.accounts import MailAccount
from tests.e2e.conftest import OpenWindow, move_in
from tests.e2e.house import House, Letterbox
from tests.mail.identity_server import CLIENT_ID, IdentityStandIn, identity_stand_in


@pytest.fixture
def identity(house: House) -> Iterator[IdentityStandIn]:
    """A sign-in service on another site than Handoff, as far as browsers can tell."""
    with identity_stand_in() as server:
        there = f"http://localhost:{server.port}"
        post = house.handoff.post
        post.services = {
            key: replace(one, authorize_url=f"{there}/authorize") for key, one in server.services().items()
        }
        yield server


def account(house: House) -> MailAccount:
    with house.handoff.db.read() as session:
        return session.exec(select(MailAccount).where(MailAccount.preset.not_in(("local", "environment")))).one()  # type: ignore[attr-defined]  # a column


def test_from_an_address_to_a_mailbox_that_works(house: House, window: OpenWindow, post_office: Letterbox) -> None:
    watched = window(house, token=move_in(house))
    page = watched.page
    page.goto("/settings/mail")
    page.get_by_role("link", name="Set up a mailbox").click()
    page.get_by_label("Which address").fill("dana@stride.example.com")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Outgoing (SMTP) server")).to_have_value("smtp.stride.example.com")
    page.get_by_label("Outgoing (SMTP) server").fill("127.0.0.1")
    page.get_by_label("Its port").first.fill(str(post_office.port))
    page.get_by_label("Encryption of outgoing mail").select_option("none")
    page.get_by_label("Incoming (IMAP) server").fill("")
    page.get_by_label("User name").fill("")
    page.get_by_role("button", name="Save and try it").click()
    expect(page.get_by_text("Signing in works.")).to_be_visible()
    page.get_by_role("button", name="Send a test to me").click()
    expect(page.get_by_text("The test went to dana@stride.example.")).to_be_visible()
    assert post_office.letters[0]["From"].endswith("<dana@stride.example.com>")
    assert watched.complaints == []


def test_a_code_is_shown_and_the_page_goes_on_by_itself(
    house: House, window: OpenWindow, identity: IdentityStandIn
) -> None:
    watched = window(house, token=move_in(house), width=390)
    page = watched.page
    page.goto("/settings/mail/mailboxes/new?address=dana@outlook.com")
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("textbox", name="Client id").fill(CLIENT_ID)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#code")).to_have_text("WDJB-MJH1")
    identity.allow("WDJB-MJH1")
    house.wait(seconds=6)
    expect(page.get_by_text("You are signed in.")).to_be_visible()
    assert (account(house).address, account(house).auth) == ("dana@outlook.com", "xoauth2")
    assert watched.complaints == []


def test_to_the_services_page_and_back_again(house: House, window: OpenWindow, identity: IdentityStandIn) -> None:
    """From another site the browser brings its session along, since it comes by a link (SameSite=Lax)."""
    identity.secret = "shh"
    watched = window(house, token=move_in(house))
    page = watched.page
    page.goto("/settings/mail/sign-ins/new?service=google&address=dana@gmail.com")
    page.get_by_role("textbox", name="Client id").fill(CLIENT_ID)
    page.get_by_role("textbox", name="Client secret").fill("shh")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="Go to Google").click()
    expect(page.get_by_text("You are signed in.")).to_be_visible()
    assert account(house).address == "dana@gmail.com"
    assert watched.complaints == []
