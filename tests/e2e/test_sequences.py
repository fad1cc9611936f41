"""Sunday evening: enroll forty providers and trust it for six weeks. Building sequences, with script and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlmodel import col, func, select

from crm.domain.mail_kinds import EnrollmentState
from crm.models.accounts import Business
from crm.models.sequences import Enrollment
from tests import factories
from tests.e2e import steps
from tests.e2e.conftest import OpenWindow, move_in
from tests.e2e.furnish import BUSINESS
from tests.e2e.house import House
from tests.e2e.waiting import draft_kept, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FORTY = 40


def forty_providers(house: House) -> None:
    """Each at a practice of their own; two can't be enrolled as they are."""
    with house.handoff.db.write() as session:
        for number in range(FORTY):
            practice = factories.make_practice(session, zone="America/Chicago")
            given = {"email": ""} if number == 0 else {"email": f"p{number}@clinic.example"}
            factories.make_provider(session, practice=practice, npi=factories.npi(5000 + number), **given)


def count(house: House, state: EnrollmentState) -> int:
    with house.handoff.db.read() as session:
        return session.exec(select(func.count()).where(col(Enrollment.state) == state)).one()


def settled(house: House) -> str:
    """An owner with everything that mail needs; the token of a session."""
    token = move_in(house)
    with house.handoff.db.write() as session:
        business = session.get_one(Business, 1)
        for name, value in BUSINESS.items():
            setattr(business, name, value)
    return token


def someone(house: House) -> int:
    with house.handoff.db.write() as session:
        practice = factories.make_practice(session, zone="America/Chicago")
        npi = factories.npi(7000 + (practice.id or 0))
        return factories.make_provider(session, practice=practice, npi=npi).id or 0


def test_sunday_evening_enroll_forty_providers(house: House, window: OpenWindow) -> None:
    watched = window(house)
    page = watched.page
    steps.begin(page, sample=False)
    steps.take_the_first_steps(page)
    forty_providers(house)
    house.work()

    # The list, all of them, and the plan.
    page.goto("/providers?stage=all")
    page.get_by_label("Choose all on this page").check()
    page.get_by_role("button", name="Enroll", exact=True).click()
    expect(page.get_by_role("heading", name="Enroll 40 providers")).to_be_visible()
    page.get_by_label("Sequence").select_option(label="First contact: physician")
    expect(page.get_by_role("button", name="Enroll 39")).to_be_visible()
    expect(page.locator("#not")).to_contain_text("No e-mail address yet")
    expect(page.locator("#calendar")).to_contain_text("39 Introduction")
    page.locator(".plan-people summary").first.click()
    page.locator(".plan-people details[open]").get_by_text("Read it").first.click()
    expect(page.locator(".mail-text").first).to_contain_text("May I send you a sample of my documentation?")

    # The one without an address is mended on the spot, and the plan looked at again.
    plan = page.url
    page.locator("#not").get_by_role("link", name="Add the e-mail").click()
    page.locator("#f-email").fill("found@clinic.example")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="found@clinic.example").first.wait_for()
    page.goto(plan)

    # Enroll, undo, enroll.
    page.get_by_role("button", name="Enroll 40").click()
    expect(page.locator(".toast")).to_contain_text("40 providers enrolled.")
    assert count(house, EnrollmentState.ACTIVE) == FORTY
    page.locator(".toast .undo").click()
    expect(page.locator(".toast")).to_contain_text("Undone.")
    assert count(house, EnrollmentState.ACTIVE) == 0
    page.goto(plan)
    page.get_by_role("button", name="Enroll 40").click()
    expect(page.locator(".toast")).to_contain_text("40 providers enrolled.")

    # The sequence's page says who is where and what is due when.
    expect(page.locator(".enrolled > li")).to_have_count(FORTY)
    expect(page.locator(".enrolled > li").first).to_contain_text("Step 1: Introduction")
    expect(page.locator(".enrolled > li").first).to_contain_text("Due tomorrow, 8:30 am")

    # Monday morning the first mails leave; one is paused from the list.
    house.wait(hours=13, minutes=30)
    house.wait(minutes=5)
    page.reload()
    row = page.locator(".enrolled > li").last
    row.locator("[popovertarget]").click()
    row.get_by_role("button", name="Two weeks").click()
    expect(page.locator(".toast")).to_contain_text("Paused until")
    assert count(house, EnrollmentState.PAUSED) == 1
    assert not watched.complaints, "\n".join(watched.complaints)


def test_neither_going_back_nor_a_second_tab_enrolls_anybody_twice(house: House, window: OpenWindow) -> None:
    page = window(house, token=settled(house)).page
    before = count(house, EnrollmentState.ACTIVE)
    page.goto(f"/enrollments/new?id={someone(house)}&id={someone(house)}")
    page.get_by_label("Sequence").select_option(label="First contact: physician")
    page.get_by_role("button", name="Enroll 2").wait_for()
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_role("button", name="Enroll 2").click()
    page.locator(".toast").first.wait_for()
    page.go_back()
    expect(page.locator("#not")).to_contain_text("Already in a sequence")
    other.get_by_role("button", name="Enroll 2").click()
    expect(other.locator("#not")).to_contain_text("Already in a sequence")
    expect(other.locator(".toast")).to_contain_text("Nobody was enrolled")
    assert count(house, EnrollmentState.ACTIVE) == before + 2


def order(page: Page) -> list[str]:
    return [
        str(kind) for kind in page.locator(".step [data-step-kind]").evaluate_all("all => all.map(one => one.value)")
    ]


def test_building_a_sequence_by_keys_and_buttons_keeps_the_draft(house: House, window: OpenWindow) -> None:
    token = move_in(house)
    watched = window(house, token=token)
    page = watched.page
    page.goto("/sequences/new")
    page.locator("html[data-ready]").wait_for(state="attached")
    page.get_by_role("group", name="Add a step").get_by_role("button", name="Visit").click()
    until(lambda: order(page) == ["email", "call", "visit"])
    page.locator("#step-2 [data-handle]").press("ArrowUp")
    until(lambda: order(page) == ["email", "visit", "call"])
    expect(page.locator("#step-1 .step-day")).to_contain_text("Day 6")
    page.locator("#step-2 [data-act=remove]").click()
    page.locator(".toast .undo").click()
    until(lambda: order(page) == ["email", "visit", "call"])
    page.get_by_role("textbox", name="Name", exact=True).fill("Mine <b>own</b>")

    # A reload loses nothing, not even the step that only this page knows.
    draft_kept(page, "Mine <b>own</b>")
    page.reload()
    page.get_by_text("Your draft is back.").wait_for()
    until(lambda: order(page) == ["email", "visit", "call"])

    # An error stands at its field; then it is saved.
    page.get_by_role("button", name="Save the sequence").click()
    expect(page.locator("#f-step-0-template-error")).to_contain_text("Choose the e-mail")
    watched.complaints.clear()  # the browser mentions the 422
    page.locator("#f-step-0-template").select_option("introduction")
    page.get_by_role("button", name="Save the sequence").click()
    expect(page.get_by_role("heading", name="Mine <b>own</b>")).to_be_visible()
    assert not watched.complaints, "\n".join(watched.complaints)


@pytest.fixture
def plain(browser: Browser, house: House) -> object:
    """A window without script."""
    context = browser.new_context(base_url=house.url, java_script_enabled=False)
    context.add_cookies([{"name": "handoff_session", "value": settled(house), "url": house.url}])
    yield context.new_page()
    context.close()


def test_building_and_enrolling_work_without_script(plain: Page, house: House) -> None:
    page = plain
    page.goto("/sequences/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Plain")
    page.get_by_role("group", name="Add a step").get_by_role("button", name="Letter").click()
    page.get_by_role("button", name="Move step 3 up").click()
    expect(page.locator("[name=order]")).to_have_value("0,2,1")
    page.get_by_role("button", name="Remove step 1").click()
    page.get_by_role("textbox", name="Name", exact=True).press("Enter")
    expect(page).to_have_url(re.compile(r"/sequences/\d+$"))
    number = page.url.rsplit("/", 1)[1]
    page.goto(f"/enrollments/new?id={someone(house)}&sequence={number}")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Enroll 1").click()
    expect(page.locator(".toast").first).to_contain_text("1 provider enrolled.")
