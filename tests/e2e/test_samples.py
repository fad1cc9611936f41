"""“Yes, send me a sample”, said in the car park: one tap, and a minute later it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from tests import factories
from tests.documents.paper_reading import text_of
from tests.e2e.conftest import OpenWindow
from tests.e2e.house import House, Letterbox
from tests.e2e.test_sequences import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def settings(mailing: dict[str, Any]) -> dict[str, Any]:
    return {**mailing, "public_url": "https://handoff.stride.example"}


def somebody(house: House, **given: Any) -> int:
    with house.handoff.db.write() as session:
        practice = factories.make_practice(session, zone="America/Chicago", fax="7135550177")
        columns = {"stage": Stage.INTRODUCED, "specialty": "orthopedics", "display_name": "Grace Okafor, MD", **given}
        return factories.make_provider(session, practice=practice, **columns).id or 0


def stage_of(house: House, provider_id: int) -> Stage:
    with house.handoff.db.read() as session:
        return session.get_one(Provider, provider_id).stage


def toast(page: Page) -> Any:
    return page.locator("#toasts .toast")


def test_one_tap_on_the_phone_sends_it_and_undo_keeps_it_here(
    house: House, window: OpenWindow, post_office: Letterbox
) -> None:
    token = settled(house)
    provider_id = somebody(house, email="g.okafor@bayou.example")
    page = window(house, **PHONE, token=token).page

    page.goto(f"/providers/{provider_id}")
    page.get_by_role("button", name="Yes, send me a sample").click()
    expect(toast(page)).to_contain_text("The sample leaves in a minute")
    page.get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("It was not sent")
    house.wait(minutes=5)
    assert post_office.letters == []
    assert stage_of(house, provider_id) is Stage.INTRODUCED

    page.get_by_role("button", name="Yes, send me a sample").click()
    expect(toast(page).last).to_contain_text("The sample leaves in a minute")
    house.wait(minutes=2)
    (letter,) = post_office.letters
    assert letter["Subject"] == "The sample you asked for"
    (paper,) = letter.iter_attachments()
    assert paper.get_content_type() == "application/pdf"
    assert "SAMPLE" in text_of(paper.get_content())
    assert stage_of(house, provider_id) is Stage.SAMPLE_SENT

    page.reload()
    expect(page.locator("#next")).to_contain_text("Ask what they thought of the sample")
    page.goto(f"/providers/{provider_id}/papers")
    expect(page.get_by_text("Sent by e-mail")).to_be_visible()
    page.get_by_role("link", name="The e-mail").click()
    expect(page.get_by_role("link", name="Sample progress report")).to_be_visible()


def test_without_an_address_it_is_one_field_on_the_spot(
    house: House, window: OpenWindow, post_office: Letterbox
) -> None:
    token = settled(house)
    provider_id = somebody(house, email="")
    page = window(house, **PHONE, token=token).page

    page.goto(f"/providers/{provider_id}/script")
    page.get_by_role("link", name="Send the sample").click()
    page.get_by_role("link", name="Sample assessment").click()
    page.get_by_label("E-mail address").fill("desk@bayou.example")
    page.get_by_role("button", name="Send the sample").click()
    expect(toast(page)).to_contain_text("desk@bayou.example")
    house.wait(minutes=2)
    (letter,) = post_office.letters
    assert "desk@bayou.example" in letter["To"]
    (paper,) = letter.iter_attachments()
    assert "assessment" in text_of(paper.get_content()).lower()


def test_papers_are_chosen_while_writing(house: House, window: OpenWindow, post_office: Letterbox) -> None:
    token = settled(house)
    provider_id = somebody(house, email="g.okafor@bayou.example")
    page = window(house, token=token).page

    page.goto(f"/providers/{provider_id}/mail/new")
    page.locator("label.chip", has_text="Overview of the practice").click()
    expect(page.locator('[data-paper="overview"]')).to_contain_text("1 page")
    expect(page.get_by_role("link", name="Look at it: Overview of the practice")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(toast(page)).to_contain_text("It leaves in a minute")
    house.wait(minutes=2)
    (letter,) = post_office.letters
    assert len(list(letter.iter_attachments())) == 1
