"""The week of visits in a browser: mouse, finger, keys, menu, taps; back where it was when the server says no."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlmodel import select

from crm.domain.kinds import TaskKind, VisitState
from crm.domain.pipeline import Stage
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import accounts
from tests.e2e.conftest import OpenWindow, Watched
from tests.e2e.furnish import EMAIL, PASSWORD
from tests.e2e.house import House
from tests.factories import make_practice, make_provider, make_task, make_visit

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)


def opened_week(house: House, window: OpenWindow, *, width: int = 1280) -> Watched:
    """Two visits on Thursday, and two providers who are due, one of whom is closed on Fridays."""
    db, now = house.handoff.db, house.clock.now
    accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=now)
    with db.write() as session:
        for number, name in enumerate(("Ada Stone, MD", "Bo Reed, PT"), start=1):
            where = make_practice(session, name=f"Clinic {number}", zip="77005")
            one = make_provider(session, practice=where, display_name=name, stage=Stage.INTRODUCED)
            make_visit(session, provider_id=one.id, practice_id=where.id, planned_on=THURSDAY, position=number)
        for name, hours in (("Cy Marsh, MD", "Mon-Thu 9-4"), ("Di Okafor, MD", "")):
            where = make_practice(session, name="", zip="77005", hours=hours)
            given = {"display_name": name, "last_name": name[3:-4], "stage": Stage.INTRODUCED}
            one = make_provider(session, practice=where, **given)
            make_task(session, provider_id=one.id, kind=TaskKind.VISIT, title="Stop by again")
    watched = window(house, width=width, token=accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=now).token)
    watched.page.goto("/visits?week=2026-03-04")
    watched.page.locator("html[data-ready]").wait_for(state="attached")
    watched.page.wait_for_load_state("networkidle")
    return watched


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-card]:not(.ghost)", has=page.get_by_role("link", name=name, exact=True))


def column(page: Page, day: date) -> Locator:
    return page.locator(f'[data-column="{day}"]')


def names_on(page: Page, day: date) -> list[str]:
    return column(page, day).locator("[data-card] .name").all_text_contents()


def planned(house: House) -> list[tuple[date, VisitState]]:
    with house.handoff.db.read() as session:
        return [(each.planned_on, each.state) for each in session.exec(select(Visit).order_by(Visit.id))]  # type: ignore[arg-type]


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 12)


def drag(page: Page, start: Locator, end: tuple[float, float]) -> None:
    page.mouse.move(*middle(start))
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def test_a_proposal_is_dragged_into_a_day_and_the_plan_undone(house: House, window: OpenWindow) -> None:
    watched = opened_week(house, window)
    page = watched.page
    drag(page, card(page, "Di Okafor, MD"), middle(column(page, FRIDAY).locator("[data-cards]")))
    expect(page.get_by_role("status").filter(has_text="Planned for Friday, Mar 6.")).to_be_visible()
    assert names_on(page, FRIDAY) == ["Di Okafor, MD"]
    expect(column(page, FRIDAY).locator("[data-total]")).to_contain_text("1 visit")
    assert len(planned(house)) == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-area]")).to_contain_text("Di Okafor, MD")
    assert len(planned(house)) == 2
    assert watched.complaints == []


def test_while_a_card_is_dragged_days_say_why_they_do_not_suit(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    page.mouse.move(*middle(card(page, "Cy Marsh, MD")))
    page.mouse.down()
    page.mouse.move(*middle(column(page, THURSDAY)), steps=4)
    expect(column(page, FRIDAY)).to_have_attribute("data-against", "Closed on Fridays")
    page.keyboard.press("Escape")
    expect(column(page, FRIDAY)).not_to_have_attribute("data-against", "Closed on Fridays")
    assert len(planned(house)) == 2


def test_visits_change_their_order_and_day_by_mouse_and_keys(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    drag(page, card(page, "Bo Reed, PT"), middle(card(page, "Ada Stone, MD")))
    expect(page.get_by_role("status").filter(has_text="Bo Reed, PT: Moved to Thursday")).to_be_visible()
    assert names_on(page, THURSDAY) == ["Bo Reed, PT", "Ada Stone, MD"]
    page.get_by_role("link", name="Bo Reed, PT", exact=True).focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(column(page, THURSDAY).locator("[data-card] .name").first).to_have_text("Ada Stone, MD")
    page.keyboard.press("ArrowRight")
    expect(column(page, FRIDAY)).to_contain_text("Bo Reed, PT")
    expect(page.get_by_role("link", name="Bo Reed, PT", exact=True)).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Bo Reed, PT: Moved to Friday")).to_be_visible()
    page.reload()
    assert (names_on(page, THURSDAY), names_on(page, FRIDAY)) == (["Ada Stone, MD"], ["Bo Reed, PT"])


class Held:
    """The requests for a move, each held until the test lets it go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []
        page.route("**/moves", self._hold)

    def _hold(self, route: Route) -> None:
        self.routes.append(route)

    def next(self) -> Route:
        while not self.routes:
            self.page.wait_for_timeout(20)
        return self.routes.pop(0)


def moved_twice(page: Page) -> tuple[Held, Route]:
    """Two moves by keys, faster than the server answers, and the first of their requests."""
    held = Held(page)
    page.get_by_role("link", name="Bo Reed, PT", exact=True).focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(column(page, FRIDAY)).to_contain_text("Bo Reed, PT")
    return held, held.next()


def test_quick_keys_reach_the_server_in_their_order(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    held, first = moved_twice(page)
    page.wait_for_timeout(200)
    assert held.routes == []
    first.continue_()
    held.next().continue_()
    expect(page.get_by_role("status").filter(has_text="Bo Reed, PT: Moved to Friday")).to_be_visible()
    assert [each[0] for each in planned(house)] == [THURSDAY, FRIDAY]


def test_what_was_moved_twice_goes_back_to_where_it_stood(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    was = names_on(page, THURSDAY)
    held, first = moved_twice(page)
    first.abort()
    held.next().abort()
    expect(column(page, FRIDAY)).not_to_contain_text("Bo Reed, PT")
    assert names_on(page, THURSDAY) == was


def test_the_menu_moves_calls_off_and_calls_instead(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    card(page, "Cy Marsh, MD").get_by_role("link", name="Move or change Cy Marsh, MD").click()
    expect(page.get_by_role("button", name="Friday Closed on Fridays")).to_be_visible()
    page.locator("#visit-menu").get_by_role("button", name="Call instead").click()
    expect(card(page, "Cy Marsh, MD")).to_have_count(0)
    card(page, "Ada Stone, MD").get_by_role("link", name="Move or change Ada Stone, MD").click()
    page.get_by_role("button", name="Call it off").click()
    expect(page.get_by_role("status").filter(has_text="Called off.")).to_be_visible()
    assert planned(house)[0][1] is VisitState.CANCELLED
    with house.handoff.db.read() as session:
        assert TaskKind.CALL in [each.kind for each in session.exec(select(Task))]


def test_one_tap_plans_a_proposal_and_one_more_all_of_a_day(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    card(page, "Di Okafor, MD").locator("[data-plan]").click()
    expect(page.get_by_role("status").filter(has_text="Planned for")).to_be_visible()
    page.locator("[data-all]:visible button").click()
    expect(page.get_by_role("status").filter(has_text="Planned 1 visit for")).to_be_visible()
    assert len(planned(house)) == 4


def test_a_card_goes_back_when_the_server_says_no(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    page.route("**/moves", lambda route: route.fulfill(status=503, json={"message": "The database is busy."}))
    page.get_by_role("link", name="Bo Reed, PT", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status")).to_contain_text("The database is busy. Bo Reed, PT is where it was.")
    assert names_on(page, THURSDAY) == ["Ada Stone, MD", "Bo Reed, PT"]


def test_on_a_phone_a_finger_drags_after_resting(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window, width=390).page
    touch = page.context.new_cdp_session(page)

    def finger(what: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    column(page, THURSDAY).evaluate("day => day.scrollIntoView()")
    x, y = middle(card(page, "Ada Stone, MD"))
    goal = middle(column(page, FRIDAY))
    finger("touchStart", (x, y))
    page.wait_for_timeout(450)
    for step in range(1, 9):
        finger("touchMove", (x, y + (goal[1] - y) * step / 8))
        page.wait_for_timeout(20)
    finger("touchEnd")
    expect(column(page, FRIDAY)).to_contain_text("Ada Stone, MD")
    expect(page.get_by_role("status").filter(has_text="Moved to Friday")).to_be_visible()
    assert planned(house)[0][0] == FRIDAY


def test_the_card_in_focus_is_never_behind_the_proposals(house: House, window: OpenWindow) -> None:
    page = opened_week(house, window).page
    with house.handoff.db.write() as session:
        for number in range(3, 15):
            one = make_provider(session, display_name=f"Number {number}, MD", stage=Stage.INTRODUCED)
            make_visit(session, provider_id=one.id, planned_on=THURSDAY, position=number)
    page.reload()
    page.locator("html[data-ready]").wait_for(state="attached")
    page.get_by_role("link", name="Ada Stone, MD", exact=True).focus()
    for _ in range(13):
        page.keyboard.press("ArrowDown")
        name = page.locator(".name:focus").bounding_box()
        drawer = page.locator(".proposals").bounding_box()
        assert name is not None
        assert drawer is not None
        assert name["y"] >= 0
        assert name["y"] + name["height"] <= drawer["y"]
    expect(page.get_by_role("link", name="Number 14, MD", exact=True)).to_be_focused()
