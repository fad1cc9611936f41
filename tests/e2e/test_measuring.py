"""Measuring a client on the phone: line by line, with what goes wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from crm.models.referrals import Referral
from crm.services import clients, referrals
from crm.services.referrals import NewReferral
from crm.store import measurements
from tests.e2e.conftest import EMAIL, PASSWORD, OpenWindow, move_in
from tests.e2e.house import House
from tests.e2e.waiting import draft_kept

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def client_id(house: House) -> int:
    """A client with a knee, referred today and not measured yet."""
    move_in(house)
    db, now = house.handoff.db, house.clock.now
    new = NewReferral("K-14", "post_rehab_conditioning", now.date(), condition="Right knee osteoarthritis")
    logged = referrals.log(db, 1, new, actor_id=1, now=now, today=now.date())
    with db.read() as session:
        found = session.get_one(Referral, logged.referral_id).client_id
    clients.update(db, found, {"birth_year": "1958", "sex": "female"}, actor_id=1, now=now)
    return found


def sign_in(page: Page, path: str) -> None:
    page.goto(f"/login?next={path}")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")
    ready(page)


def ready(page: Page) -> None:
    page.locator("html[data-ready]").wait_for(state="attached")


def value(page: Page, name: str) -> str:
    return page.locator(f'[name="{name}"]').input_value()


def saved(house: House, client_id: int) -> dict[str, float]:
    with house.handoff.db.read() as session:
        kept = measurements.values(session, client_id)
    return {f"{each.measure_key}.{each.side}.{each.motion}": each.value for each in kept}


def test_a_session_on_the_phone(house: House, window: OpenWindow, client_id: int) -> None:
    watched = window(house, width=390)
    page = watched.page
    sign_in(page, f"/clients/{client_id}")
    page.get_by_role("link", name="Measure").first.click()
    page.wait_for_url("**/assessments/new")
    ready(page)

    # The measures of the service are there; Enter goes down and never sends half a page.
    page.locator('[name="cst30.."]').fill("9")
    page.keyboard.press("Enter")
    expect(page.locator('[name="ftsst.."]')).to_be_focused()
    page.keyboard.type("14,2")
    page.keyboard.press("Enter")
    expect(page.locator('[name="six_mwt.."]')).to_be_focused()
    page.keyboard.type("1250")
    page.locator('[name="unit-six_mwt."]').select_option("ft")

    # A joint is added by a few letters; what was typed stays.
    page.get_by_label("Another measure").fill("knee flex")
    page.keyboard.press("Enter")
    knee = page.locator('[name="rom_knee_flexion.right.active"]')
    expect(page.locator('[name="rom_knee_flexion.left.active"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(knee).to_be_focused()
    assert value(page, "cst30..") == "9"
    knee.fill("980")
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()

    # Two errors, each at its field with the range, and everything is still there.
    expect(page.get_by_role("alert")).to_contain_text("Knee flexion, right, active: Between 0 and 160°")
    expect(page.get_by_role("alert")).to_contain_text("Five times sit to stand: Type a number")
    ready(page)
    assert value(page, "six_mwt..") == "1250"
    page.locator('[name="rom_knee_flexion.right.active"]').fill("98")
    page.locator('[name="ftsst.."]').fill("14.2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Measures saved.")).to_be_visible()
    expect(page.locator("#measures")).to_contain_text("98°")
    assert saved(house, client_id) == {
        "cst30..": 9,
        "ftsst..": 14.2,
        "six_mwt..": 381,
        "rom_knee_flexion.right.active": 98,
    }
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [said for said in watched.complaints if "422" not in said] == []  # the refused page is told, too


def test_a_draft_comes_back_with_the_lines_that_were_added(house: House, window: OpenWindow, client_id: int) -> None:
    page = window(house, width=390).page
    path = f"/clients/{client_id}/assessments/new"
    sign_in(page, path)
    page.locator('[name="cst30.."]').fill("9")
    page.get_by_label("Another measure").fill("grip")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator('[name="grip.left."]')).to_be_focused()
    page.locator('[name="grip.right."]').fill("21.5")
    draft_kept(page, "21.5")

    page.goto(path)
    expect(page.locator('[name="grip.right."]')).to_have_value("21.5")
    expect(page.locator('[name="cst30.."]')).to_have_value("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Measures saved.")).to_be_visible()
    page.goto(path)
    ready(page)
    assert value(page, "cst30..") == ""


def test_two_tabs_save_one_session(house: House, window: OpenWindow, client_id: int) -> None:
    page = window(house, width=390).page
    path = f"/clients/{client_id}/assessments/new"
    sign_in(page, path)
    other = page.context.new_page()
    other.goto(path)
    ready(other)
    for tab in (page, other):
        tab.locator('[name="cst30.."]').fill("9")
        tab.get_by_role("button", name="Save").click()
        expect(tab.locator(".toast").first).to_be_visible()
    expect(other.get_by_text("These measures were saved already.")).to_be_visible()
    assert saved(house, client_id) == {"cst30..": 9}


def test_the_next_session_is_judged_and_undone(house: House, window: OpenWindow, client_id: int) -> None:
    page = window(house, width=390).page
    path = f"/clients/{client_id}/assessments/new"
    sign_in(page, path)
    page.locator('[name="cst30.."]').fill("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Measures saved.")).to_be_visible()
    house.wait(seconds=24 * 3600)
    page.goto(path)
    if "/login" in page.url:
        sign_in(page, path)
    ready(page)
    expect(page.locator('[id="l-cst30.."]')).to_contain_text("last 9 reps")
    page.locator('[name="cst30.."]').fill("12")
    page.get_by_role("button", name="Save").click()
    measures = page.locator("#measures")
    expect(measures).to_contain_text("better")
    basis = page.get_by_text(
        "2.5 reps or more is beyond measurement error in adults with knee osteoarthritis (Gill 2022)."
    )
    expect(basis).to_be_hidden()
    measures.locator("summary").first.click()
    expect(basis).to_be_visible()
    expect(page.locator("svg.plot")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("svg.plot")).to_have_count(0)
