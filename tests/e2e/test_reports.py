"""The 30th, 8 pm: three reports are due. One is read, printed with the client's name, faxed, and noted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from playwright.sync_api import expect
from sqlmodel import SQLModel, select

from crm.domain.papers import DeliveryHow
from crm.models.accounts import Business
from crm.models.documents import DocumentDelivery
from crm.services import accounts
from tests import factories
from tests.documents.paper_reading import text_of
from tests.e2e.conftest import OpenWindow
from tests.e2e.furnish import BUSINESS, EMAIL, PASSWORD
from tests.e2e.house import House
from tests.e2e.test_papers import is_drawn
from tests.e2e.test_samples import toast
from tests.e2e.waiting import draft_kept
from tests.services import reports as files

if TYPE_CHECKING:
    from playwright.sync_api import Page

TODAY = date(2026, 11, 30)
EVENING = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
NAME, BORN = "Wilhelmina Featherstonehaugh", "04/17/1959"


def three_are_due(house: House) -> str:
    """An owner, and three clients who began thirty days ago; the token of a session."""
    db, house.clock.now = house.handoff.db, EVENING
    accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=EVENING)
    with house.handoff.db.write() as session:
        for code in ("K-14", "M-3", "T-7"):
            provider = None if code == "K-14" else factories.make_provider(session)
            made = files.make_file(session, TODAY, code=code, provider=provider)
            files.wind(session, made.client_id, TODAY)
        for name, value in BUSINESS.items():
            setattr(session.get_one(Business, 1), name, value)
    return accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=EVENING).token


def print_it(page: Page) -> bytes:
    """What the browser is given in the new tab."""
    page.get_by_label("Client’s full name").fill(NAME)
    page.get_by_label("Date of birth").fill(BORN)
    with page.context.expect_event("response", lambda answer: answer.url.endswith("/files")) as came:
        page.get_by_role("button", name="Print").click()
    assert came.value.headers["cache-control"] == "no-store"
    form = {"name": NAME, "born": BORN, "way": "print"}
    address = page.url + "/files"
    return page.request.post(address, form=form, headers={"Sec-Fetch-Site": "same-origin"}).body()


def test_the_thirtieth_at_eight_in_the_evening(house: House, window: OpenWindow) -> None:
    token = three_are_due(house)
    page = window(house, token=token).page
    page.goto("/")
    expect(page.get_by_role("heading", name="Reports due: 3")).to_be_visible()
    page.get_by_role("region", name="Reports due").get_by_role("link", name="K-14: progress report").click()

    expect(page.get_by_label("Bottom line")).to_have_value(
        "Beyond the published thresholds: knee flexion (right) 95° to 118°, 30-second chair stand 9 to 12 reps."
    )
    assert is_drawn(page)
    printed = " ".join(text_of(print_it(page)).split())
    for words in (NAME, BORN, "95 118 +23", "same tester and device", "9 12 +3", "knee osteoarthritis (Gill 2022)"):
        assert words in printed

    page.bring_to_front()
    expect(page.get_by_text("(713) 555-0188")).to_be_visible()
    page.get_by_role("button", name="Faxed").click()
    expect(toast(page)).to_contain_text("Noted: faxed.")
    page.goto("/")
    expect(page.get_by_role("heading", name="Reports due: 2")).to_be_visible()
    nothing_names_the_client(page, house)
    with house.handoff.db.read() as session:
        delivery = session.exec(select(DocumentDelivery)).one()
    assert (delivery.how, delivery.delivered_on, delivery.confirmed_at) == (DeliveryHow.FAX, TODAY, EVENING)


def nothing_names_the_client(page: Page, house: House) -> None:
    """Neither the browser nor the database, nor a file that is kept."""
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    with house.handoff.db.read() as session:
        rows = [list(row) for table in SQLModel.metadata.sorted_tables for row in session.execute(sa.select(table))]
    for place in (kept, json.dumps(rows, default=str), *map(text_of, stored(house))):
        assert NAME not in place
        assert BORN not in place


def stored(house: House) -> list[bytes]:
    files_kept = [path.read_bytes() for path in house.handoff.post.files.iterdir() if path.is_file()]
    return [each for each in files_kept if each.startswith(b"%PDF")]


def test_words_and_undo_survive(house: House, window: OpenWindow) -> None:
    token = three_are_due(house)
    page = window(house, token=token).page
    page.goto("/reports")
    page.get_by_role("link", name="Progress report for K-14").click()
    page.get_by_label("Plan for the next 30 days").fill("Add stairs")
    draft_kept(page, "Add stairs")
    page.reload()
    expect(page.get_by_label("Plan for the next 30 days")).to_have_value("Add stairs")
    page.get_by_role("button", name="Save and look").click()
    expect(toast(page)).to_contain_text("Saved.")
    page.get_by_role("button", name="Handed over").click()
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone")
    expect(page.get_by_role("link", name="Progress report for K-14")).to_be_visible()
