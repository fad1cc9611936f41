"""Papers in a browser: looked at from the provider, left at the desk with a tap, kept, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlmodel import select

from crm.domain.pipeline import Stage
from crm.models.documents import DocumentDelivery
from crm.models.providers import Provider
from tests import factories
from tests.documents.paper_reading import text_of
from tests.e2e.conftest import OpenWindow
from tests.e2e.house import House
from tests.e2e.test_samples import toast
from tests.e2e.test_sequences import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}


def somebody(house: House) -> int:
    with house.handoff.db.write() as session:
        practice = factories.make_practice(session, zone="America/Chicago")
        provider = factories.make_provider(
            session, practice=practice, stage=Stage.INTRODUCED, specialty="cardiology", display_name="Grace Okafor, MD"
        )
        return provider.id or 0


def is_drawn(page: Page) -> bool:
    """Whether the picture of the paper came, and is a page."""
    size = page.locator("img.paper-page").evaluate(
        "async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight] }"
    )
    return bool(size[0] > 800 and round(size[1] / size[0], 2) == 1.29)


def test_a_sample_is_looked_at_left_at_the_desk_and_taken_back(house: House, window: OpenWindow) -> None:
    token = settled(house)
    provider_id = somebody(house)
    page = window(house, **PHONE, token=token).page
    page.goto(f"/providers/{provider_id}/papers")
    page.get_by_role("link", name="Sample progress report").click()
    assert is_drawn(page)
    file = page.request.get(page.get_by_role("link", name="Print").get_attribute("href") or "").body()
    assert "SAMPLE" in text_of(file)

    page.get_by_role("button", name="I left it there").click()
    expect(toast(page)).to_contain_text("handed over")
    expect(page.get_by_role("main").get_by_text("Handed over")).to_be_visible()
    with house.handoff.db.read() as session:
        assert session.get_one(Provider, provider_id).stage is Stage.SAMPLE_SENT
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone")
    with house.handoff.db.read() as session:
        assert session.exec(select(DocumentDelivery)).all() == []
        assert session.get_one(Provider, provider_id).stage is Stage.INTRODUCED


def test_a_service_is_chosen_for_a_sheet(house: House, window: OpenWindow) -> None:
    token = settled(house)
    page = window(house, token=token).page
    page.goto("/papers/service-sheet")
    page.get_by_label("Service").select_option("older_adults")
    expect(page).to_have_url(f"{house.url}/papers/service-sheet?service=older_adults")
    assert is_drawn(page)
