"""Tuesday, 11:52, in a parking garage: five minutes before a visit and one minute after it, without signal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from crm.domain.kinds import ActivityKind, ContactRole, MessageState, Outcome
from crm.domain.pipeline import Stage
from crm.models.accounts import Business
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.services import accounts, touches, visits
from crm.services.touches import Touch
from crm.services.visits import NewVisit
from tests.e2e.conftest import OpenWindow
from tests.e2e.furnish import BUSINESS, EMAIL, PASSWORD
from tests.e2e.road import Travel, travelling
from tests.e2e.test_offline import keeps, off, on, ready
from tests.factories import make_contact, make_practice, make_provider

TUESDAY = datetime(2026, 3, 3, 17, 52, tzinfo=UTC)
LINE = "Sees three knees a week who stop too early; call the PA, not the desk"


@pytest.fixture
def travel(tmp_path: Path, _sqlite_template: Path) -> Iterator[Travel]:
    """A house of a trainer who visits Dr. Okafor today."""
    shutil.copyfile(_sqlite_template, tmp_path / "handoff.db")
    with travelling(tmp_path, TUESDAY) as found:
        arrange(found)
        yield found


def arrange(travel: Travel) -> None:
    db, by = travel.house.handoff.db, {"actor_id": 1, "now": TUESDAY, "today": TUESDAY.date()}
    accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=TUESDAY)
    with db.write() as session:
        business = session.get_one(Business, 1)
        for name, value in BUSINESS.items():
            setattr(business, name, value)
        place = make_practice(session, name="Bayou Orthopedics")
        make_contact(session, practice_id=place.id, name="Marlene Ruiz", role=ContactRole.FRONT_DESK)
        who: dict[str, Any] = {"display_name": "Chidi Okafor, MD", "first_name": "Chidi", "last_name": "Okafor"}
        provider = make_provider(
            session, practice=place, **who, specialty="orthopedics", email="okafor@bayou.example", stage=Stage.CONTACTED
        )
    said = Touch(ActivityKind.CALL, Outcome.CONVERSATION, "Come by on Tuesday at noon", day=date(2026, 2, 24))
    touches.log(db, provider.id or 0, said, propose=False, **by)
    visits.plan(db, NewVisit(provider.id or 0, TUESDAY.date(), purpose="Ask to send the sample"), **by)


def test_a_visit_from_the_garage(travel: Travel, window: OpenWindow) -> None:
    db = travel.house.handoff.db
    token = accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=TUESDAY).token
    page = window(travel.house, width=390, height=844, token=token).page
    page.context.set_default_timeout(10_000)
    page.goto("/")
    keeps(page, "/visits/1")
    off(page, travel)

    # Before: who, who is at the desk, what was said, what to say, the one ask.
    page.goto("/")
    ready(page)
    expect(page.locator("main")).to_contain_text("Chidi Okafor, MD")
    page.get_by_role("link", name="Prepare").locator("visible=true").first.tap()
    page.wait_for_url("**/visits/1")
    ready(page)
    sheet = page.locator("main")
    for words in ("Marlene Ruiz", "Come by on Tuesday at noon", "Dr. Okafor", "May I send you a sample"):
        expect(sheet).to_contain_text(words)
    page.get_by_role("radio", name="hallway").tap()
    expect(page.locator(".script").locator("visible=true").first).to_contain_text("Dr. Okafor")

    # After: two taps, a dictated line, the day that is proposed.
    page.get_by_role("radio", name="Met the provider").tap()
    page.get_by_role("checkbox", name="Wants a sample").tap()
    page.get_by_label("What was said").fill(LINE)
    expect(page.locator(".proposal").locator("visible=true")).to_contain_text("Friday")
    page.get_by_role("button", name="Log the visit").tap()
    expect(page.locator("[data-waiting-count]").locator("visible=true")).to_have_text("1 waiting to send")
    expect(page.locator("[data-noted]")).to_contain_text("Wants a sample")

    on(page, travel)
    expect(page.get_by_role("heading", name="What was noted")).to_be_visible()
    expect(page.locator(".toast", has_text="Visit logged")).to_contain_text("Undo")
    expect(page.locator("[data-waiting]")).to_be_hidden()
    with db.read() as session:
        (line,) = session.exec(select(Activity).where(Activity.kind == ActivityKind.VISIT)).all()
        (sample,) = session.exec(select(Message)).all()
    assert (line.outcome, line.body) == (Outcome.WANTS_SAMPLE, LINE)
    assert (sample.state, sample.to_address) == (MessageState.QUEUED, "okafor@bayou.example")

    # Second thoughts, within the minute.
    page.locator(".toast", has_text="Visit logged").get_by_role("button", name="Undo").tap()
    page.get_by_role("button", name="Log the visit").wait_for()
    with db.read() as session:
        assert session.get_one(Message, sample.id).state is MessageState.CANCELLED


def test_without_anything_kept_the_page_says_that_nothing_waits(travel: Travel, window: OpenWindow) -> None:
    page = window(travel.house, width=390, height=844).page
    page.goto("/offline")
    ready(page)
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    expect(page.get_by_text("Nothing is lost when you close this")).to_be_hidden()
