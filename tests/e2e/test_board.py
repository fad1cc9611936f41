"""The board in a browser: mouse, finger, keys, menu; back where it was when the server says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.services import accounts
from tests.e2e.conftest import OpenWindow, Watched
from tests.e2e.furnish import EMAIL, PASSWORD
from tests.e2e.house import House
from tests.factories import make_provider

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def opened_board(house: House, window: OpenWindow, *, width: int = 1280) -> Watched:
    """A board with three prospects and a contacted one, ready to be used."""
    db, now = house.handoff.db, house.clock.now
    accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=now)
    with db.write() as session:
        for number, name in enumerate(("Ada Stone, MD", "Bo Reed, PT", "Cy Marsh, MD")):
            make_provider(session, display_name=name, fit=90 - number)
        make_provider(session, display_name="Di Okafor, MD", stage=Stage.CONTACTED)
    watched = window(house, width=width, token=accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=now).token)
    watched.page.goto("/board")
    watched.page.locator("html[data-ready]").wait_for(state="attached")
    watched.page.wait_for_load_state("networkidle")
    return watched


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-card]:not(.ghost)", has=page.get_by_role("link", name=name, exact=True))


def column(page: Page, stage: Stage) -> Locator:
    return page.locator(f"[data-stage={stage}]")


def stage_of(house: House, name: str) -> Stage:
    from sqlmodel import select

    with house.handoff.db.read() as session:
        return session.exec(select(Provider).where(Provider.display_name == name)).one().stage


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + min(box["height"], 300) / 2


def test_columns_scroll_inside_the_board_and_not_the_page(house: House, window: OpenWindow) -> None:
    page = opened_board(house, window, width=390).page
    assert page.locator(".board").evaluate("board => board.scrollWidth > board.clientWidth")
    assert page.locator(".column-empty").last.evaluate("note => note.offsetParent.classList.contains('column')")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_card_is_dragged_by_mouse_and_the_move_undone(house: House, window: OpenWindow) -> None:
    watched = opened_board(house, window)
    page = watched.page
    page.mouse.move(*middle(card(page, "Ada Stone, MD")))
    page.mouse.down()
    page.mouse.move(*middle(column(page, Stage.INTRODUCED)), steps=6)
    page.mouse.up()
    expect(column(page, Stage.INTRODUCED)).to_contain_text("Ada Stone, MD")
    expect(page.get_by_role("status").filter(has_text="Ada Stone, MD is now in Introduced")).to_be_visible()
    assert stage_of(house, "Ada Stone, MD") is Stage.INTRODUCED
    page.get_by_role("button", name="Undo").click()
    expect(column(page, Stage.PROSPECT)).to_contain_text("Ada Stone, MD")
    assert stage_of(house, "Ada Stone, MD") is Stage.PROSPECT
    assert page.url.endswith("/board")
    assert watched.complaints == []


def test_arrow_keys_walk_and_move(house: House, window: OpenWindow) -> None:
    page = opened_board(house, window).page
    card(page, "Ada Stone, MD").get_by_role("link", name="Ada Stone, MD", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(column(page, Stage.CONTACTED)).to_contain_text("Bo Reed, PT")
    expect(page.get_by_role("link", name="Bo Reed, PT", exact=True)).to_be_focused()
    expect(column(page, Stage.CONTACTED).locator("[data-count]")).to_have_text("2")


def test_the_move_menu_asks_when_to_come_back(house: House, window: OpenWindow) -> None:
    page = opened_board(house, window).page
    card(page, "Di Okafor, MD").get_by_role("link", name="Move Di Okafor, MD").click()
    page.get_by_role("button", name="Not now…").click()
    dialog = page.get_by_role("dialog", name="Move Di Okafor, MD to Not now")
    dialog.get_by_role("button", name="In 3 months").click()
    dialog.get_by_label("Why").fill("Moving to a new building")
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(column(page, Stage.NOT_NOW)).to_contain_text("Di Okafor, MD")
    expect(page.get_by_role("status").filter(has_text="is now in Not now")).to_be_visible()
    assert stage_of(house, "Di Okafor, MD") is Stage.NOT_NOW


def test_a_card_goes_back_when_the_server_says_no(house: House, window: OpenWindow) -> None:
    page = opened_board(house, window).page
    page.route("**/board/moves", lambda route: route.fulfill(status=503, json={"message": "The database is busy."}))
    page.get_by_role("link", name="Ada Stone, MD", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status")).to_contain_text("The database is busy. Ada Stone, MD is back in Prospect.")
    expect(column(page, Stage.PROSPECT)).to_contain_text("Ada Stone, MD")
    assert stage_of(house, "Ada Stone, MD") is Stage.PROSPECT


def test_a_finger_scrolls_unless_it_rests_on_the_card_first(house: House, window: OpenWindow) -> None:
    page = opened_board(house, window, width=390).page
    touch = page.context.new_cdp_session(page)

    def finger(what: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def swipe(*, held: bool) -> None:
        x, y = middle(card(page, "Ada Stone, MD"))
        finger("touchStart", (x, y))
        if held:  # the finger rests until the card is lifted
            page.locator(".dragging").wait_for(state="attached")
        for step in range(1, 11):
            finger("touchMove", (x + step * 14, y))
            page.wait_for_timeout(20)
        for _ in range(25):
            finger("touchMove", (372, y))
            page.wait_for_timeout(20)
        finger("touchEnd")

    swipe(held=False)
    expect(column(page, Stage.PROSPECT)).to_contain_text("Ada Stone, MD")
    page.locator("[data-board]").evaluate("board => { board.scrollLeft = 0 }")
    page.wait_for_timeout(300)
    swipe(held=True)
    expect(column(page, Stage.PROSPECT)).not_to_contain_text("Ada Stone, MD")
    expect(page.get_by_role("status").filter(has_text="Ada Stone, MD is now in")).to_be_visible()
    assert stage_of(house, "Ada Stone, MD") is not Stage.PROSPECT
