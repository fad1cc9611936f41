"""Without signal: sheets open, what is noted waits and arrives exactly once, and nobody sees what isn't theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind
from crm.models.accounts import WebSession
from crm.models.activities import Activity
from crm.models.visits import VisitEntry
from crm.services import accounts, visits
from crm.services.visits import NewVisit
from tests.e2e.conftest import BEGINNING, SUNDAY, OpenWindow
from tests.e2e.furnish import EMAIL, PASSWORD
from tests.e2e.road import Travel, travelling
from tests.e2e.waiting import draft_kept, until
from tests.factories import make_practice, make_provider, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page

TODAY, TOMORROW = date(2026, 3, 1), date(2026, 3, 2)
NAMES = ("Ada Stone, MD", "Ben Marsh, MD", "Cleo Reyes, DO")
OTHER = "lee@stride.example"
KEEPS = (
    "async ([user, url]) => (await caches.has(`kept-${user}`))"
    " && Boolean((await (await (await caches.open(`kept-${user}`)).match('/offline/kept.json'))?.json())?.[url])"
)
OpenPhone = Callable[[], "Page"]


@pytest.fixture
def travel(tmp_path: Path, _sqlite_template: Path) -> Iterator[Travel]:
    """A house with an owner and three visits planned for tomorrow, and the road to it."""
    import shutil

    shutil.copyfile(_sqlite_template, tmp_path / "handoff.db")
    with travelling(tmp_path, SUNDAY) as found:
        db = found.house.handoff.db
        owner = accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=SUNDAY)
        with db.write() as session:
            place = make_practice(session)
            people = [make_provider(session, practice=place, display_name=name).id for name in NAMES]
        for number, one in enumerate(people):
            materials = ("referral-pad",) if number == 0 else ()
            new = NewVisit(one or 0, TOMORROW, purpose="Ask for a first client", materials=materials)
            visits.plan(db, new, actor_id=owner.id, now=SUNDAY, today=TODAY)
        yield found


@pytest.fixture
def phone(travel: Travel, window: OpenWindow) -> OpenPhone:
    """Opens a signed-in phone that has kept what it needs."""

    def opened() -> Page:
        token = accounts.sign_in(travel.house.handoff.db, email=EMAIL, password=PASSWORD, now=SUNDAY).token
        page = window(travel.house, width=390, height=844, token=token).page
        page.context.set_default_timeout(10_000)
        page.goto("/")
        keeps(page, "/providers/1/papers/referral-pad.pdf")  # the last in the list
        return page

    return opened


def keeps(page: Page, url: str, *, user: int = 1) -> None:
    """Wait until the phone keeps a page, and whatever else is in the list before and after it."""
    until(lambda: page.evaluate(KEEPS, [user, url]))


def caches_of(page: Page) -> list[str]:
    """Every address that is kept for somebody."""
    found: list[str] = page.evaluate(
        "async () => { const found = []; for (const name of await caches.keys()) if (name.startsWith('kept-'))"
        " for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);"
        " return found.sort(); }"
    )
    return found


def waits(page: Page) -> int:
    """How many entries this browser holds, whoever's they are."""
    found: int = page.evaluate(
        "() => new Promise((resolve) => { const asked = indexedDB.open('handoff');"
        " asked.onupgradeneeded = () => asked.transaction.abort(); asked.onerror = () => resolve(0);"
        " asked.onsuccess = () => { const db = asked.result;"
        " const all = db.transaction('entries').objectStore('entries').count();"
        " all.onsuccess = () => { db.close(); resolve(all.result); }; }; })"
    )
    return found


def drafts(page: Page) -> int:
    found: int = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length")
    return found


def ready(page: Page) -> None:
    page.locator("html[data-ready]").wait_for(state="attached")
    page.locator("html[data-waiting-ready]").wait_for(state="attached")


def note(page: Page, visit: int, said: str = "Asked for a sample report") -> None:
    """On the sheet: met the provider, a line, done."""
    page.goto(f"/visits/{visit}")
    ready(page)
    page.get_by_role("radio", name="Met the provider").tap()
    page.get_by_label("What was said").fill(said)
    page.get_by_role("button", name="Log the visit").tap()
    page.locator("[data-noted]").wait_for()


def off(page: Page, travel: Travel) -> None:
    """Into the parking garage."""
    page.context.set_offline(True)
    travel.road.cut()


def on(page: Page, travel: Travel) -> None:
    """Out of it."""
    travel.road.mend()
    page.context.set_offline(False)


def sign_in(page: Page, email: str = EMAIL) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    ready(page)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="More").tap()
    page.locator("#more").get_by_role("button", name="Sign out").tap()


def expire(travel: Travel) -> None:
    """All sessions end."""
    with travel.house.handoff.db.write() as session:
        for one in session.exec(select(WebSession)):
            one.revoked_at = SUNDAY


def logged(travel: Travel) -> list[str]:
    """What the visits on the timeline say, in the order of their providers."""

    def asked(session: Session) -> list[str]:
        query = select(Activity).where(Activity.kind == ActivityKind.VISIT, col(Activity.undone_at).is_(None))
        return [line.body for line in session.exec(query.order_by(col(Activity.provider_id)))]

    with travel.house.handoff.db.read() as session:
        return asked(session)


def entries(travel: Travel) -> list[VisitEntry]:
    with travel.house.handoff.db.read() as session:
        return list(session.exec(select(VisitEntry)).all())


def count(page: Page) -> Any:
    return page.locator("[data-waiting-count]").locator("visible=true")


def test_three_visits_logged_without_signal_arrive_as_three(travel: Travel, phone: OpenPhone) -> None:
    travel.road.pause = 0.05
    page = phone()
    assert "/providers/1/papers/referral-pad.pdf" in caches_of(page)
    off(page, travel)
    travel.house.clock.advance(hours=16)
    for number, name in enumerate(NAMES, 1):
        page.goto(f"/visits/{number}")
        expect(page.locator("[data-kept-note]")).to_contain_text("no signal")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        note(page, number, f"Words of {name}")
        expect(count(page)).to_have_text(f"{number} waiting to send")
        expect(page.locator("[data-noted]")).to_contain_text(f"Words of {name}")
    assert (logged(travel), waits(page), drafts(page)) == ([], 3, 0)

    page.goto("/")
    ready(page)
    expect(count(page)).to_have_text("3 waiting to send")
    on(page, travel)
    expect(page.locator("[data-waiting]")).to_be_hidden()
    assert logged(travel) == [f"Words of {name}" for name in NAMES]
    assert (len(entries(travel)), waits(page), drafts(page)) == (3, 0, 0)


def test_a_draft_stays_when_the_phone_sleeps_without_signal(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    off(page, travel)
    page.goto("/visits/1")
    ready(page)
    page.get_by_label("What was said").fill("Half a sentence")
    draft_kept(page, "Half a sentence")
    page.goto("about:blank")
    page.goto("/visits/1")
    ready(page)
    expect(page.get_by_label("What was said")).to_have_value("Half a sentence")


def test_pages_that_are_not_kept_say_what_is(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    page.goto("/providers")
    page.goto("/providers/1")
    ready(page)
    assert not any(url.startswith("/providers") and not url.endswith(".pdf") for url in caches_of(page))
    off(page, travel)
    note(page, 2)
    page.goto("/providers")
    expect(page.get_by_role("heading", name="No signal")).to_be_visible()
    expect(page.locator("[data-kept-list]").get_by_role("link", name="Ada Stone")).to_be_visible()
    expect(page.locator("main [data-waiting-list]")).to_contain_text("Ben Marsh, MD")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[data-kept-list]").get_by_role("link", name="Ada Stone").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Stone, MD")


def test_with_a_weak_signal_the_kept_page_comes_after_three_seconds(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    travel.road.pause = 30
    page.goto("/visits/1", timeout=10_000)
    expect(page.locator("[data-kept-note]")).to_contain_text("Kept at")


def test_what_changed_is_fetched_again_and_what_is_over_goes(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    visits.cancel(travel.house.handoff.db, 3, "Moved away", actor_id=1, now=SUNDAY, today=TODAY)
    page.goto("/visits/1")
    until(lambda: "/visits/3" not in caches_of(page))
    assert "/visits/2" in caches_of(page)


def test_the_session_expired_meanwhile(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    off(page, travel)
    note(page, 1, "Said before the session ended")
    expect(count(page)).to_have_text("1 waiting to send")
    expire(travel)
    on(page, travel)
    page.get_by_role("link", name="Sign in to send what waits").click()
    page.get_by_label("Password").wait_for()
    assert caches_of(page) == []
    assert (waits(page), logged(travel)) == (1, [])
    sign_in(page)
    expect(page.locator(".toast", has_text="Visit logged")).to_be_visible()
    assert (logged(travel), waits(page)) == (["Said before the session ended"], 0)


def test_the_server_restarted_meanwhile(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    page.goto("/visits/1")
    travel.stop()
    ready(page)
    page.get_by_role("radio", name="Met the provider").tap()
    page.get_by_role("button", name="Log the visit").tap()
    expect(count(page)).to_have_text("1 waiting to send")
    page.reload()
    ready(page)
    expect(page.locator("[data-kept-note]")).to_be_visible()
    expect(page.locator("[data-noted]")).to_contain_text("Met the provider")
    travel.start()
    expect(page.get_by_role("heading", name="What was noted")).to_be_visible()
    assert (len(logged(travel)), len(entries(travel)), waits(page)) == (1, 1, 0)


def test_an_answer_that_got_lost_makes_no_second_visit(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    page.goto("/visits/1")
    ready(page)
    travel.road.mute = True
    note_here = page.get_by_role("radio", name="Met the provider")
    note_here.tap()
    page.get_by_role("button", name="Log the visit").tap()
    until(lambda: (len(logged(travel)), waits(page)) == (1, 1))
    travel.road.mute = False
    travel.road.cut()
    travel.road.mend()
    expect(page.get_by_role("heading", name="What was noted")).to_be_visible()
    assert (len(logged(travel)), len(entries(travel)), waits(page)) == (1, 1, 0)


def test_an_unplanned_visit_changed_after_its_answer_was_lost_is_one(travel: Travel, phone: OpenPhone) -> None:
    with travel.house.handoff.db.write() as session:
        make_provider(session, display_name="Dee Olson, MD")
    page = phone()
    page.goto("/providers/4/visit")
    ready(page)
    travel.road.mute = True
    page.get_by_role("radio", name="Met the provider").tap()
    page.get_by_label("What was said").fill("First words")
    page.get_by_role("button", name="Log the visit").tap()
    until(lambda: logged(travel) == ["First words"])
    off(page, travel)
    travel.road.mute = False
    travel.house.clock.advance(minutes=1)
    for words in ("Second words", "Last words"):
        page.get_by_role("button", name="Change").locator("visible=true").first.tap()
        page.get_by_label("What was said").fill(words)
        page.get_by_role("button", name="Log the visit").tap()
        expect(page.locator("[data-noted]")).to_contain_text(words)
    assert waits(page) == 1
    on(page, travel)
    expect(page.get_by_role("heading", name="What was noted")).to_be_visible()
    assert (logged(travel), len(entries(travel)), waits(page)) == (["Last words"], 2, 0)


def test_two_tabs_send_once(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    second = page.context.new_page()
    off(page, travel)
    second.goto("/visits/2")
    ready(second)
    note(page, 1)
    note(page, 3)
    expect(count(second)).to_have_text("2 waiting to send")
    sent: list[str] = []
    page.context.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    on(page, travel)
    for tab in (page, second):
        expect(tab.locator("[data-waiting]")).to_be_hidden()
    assert (len(logged(travel)), len(entries(travel)), waits(page)) == (2, 2, 0)
    assert len(sent) == 2


def test_what_the_server_does_not_take_is_kept_to_be_mended(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    off(page, travel)
    page.goto("/visits/1")
    ready(page)
    page.get_by_role("radio", name="Met the provider").tap()
    page.get_by_text("Gift or meal").tap()
    page.get_by_label("Value in dollars").fill("many")
    page.get_by_label("What was said").fill("A precious line")
    page.get_by_role("button", name="Log the visit").tap()
    expect(count(page)).to_have_text("1 waiting to send")
    on(page, travel)
    expect(page.locator("[data-noted]")).to_contain_text("Mend")
    page.get_by_role("button", name="Mend").locator("visible=true").first.tap()
    expect(page.get_by_label("What was said")).to_have_value("A precious line")
    expect(page.locator("[data-entry-error]")).to_be_visible()
    assert logged(travel) == []
    page.get_by_label("Value in dollars").fill("")
    page.get_by_role("button", name="Log the visit").tap()
    expect(page.get_by_role("heading", name="What was noted")).to_be_visible()
    assert (logged(travel), waits(page)) == (["A precious line"], 0)


def test_what_waits_can_be_changed_and_discarded_from_any_page(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    off(page, travel)
    note(page, 1, "First words")
    note(page, 2, "Not to be sent")
    page.goto("/")
    ready(page)
    page.get_by_role("button", name="See").tap()
    dialog = page.get_by_role("dialog", name="Waiting to be sent")
    dialog.locator("li", has_text="Not to be sent").get_by_role("button", name="Discard").tap()
    page.get_by_role("alertdialog").get_by_role("button", name="Discard").tap()
    expect(dialog.locator("li")).to_have_count(1)
    dialog.get_by_role("button", name="Change").tap()
    page.wait_for_url("**/visits/1*")
    ready(page)
    expect(page.get_by_label("What was said")).to_have_value("First words")
    page.get_by_label("What was said").fill("Better words")
    page.get_by_role("button", name="Log the visit").tap()
    expect(page.locator("[data-noted]")).to_contain_text("Better words")
    on(page, travel)
    expect(page.get_by_role("heading", name="What was noted")).to_be_visible()
    assert logged(travel) == ["Better words"]


def test_signing_out_sends_first_and_wipes_everything(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    travel.stop()
    note(page, 1, "Sent at the last moment")
    expect(count(page)).to_have_text("1 waiting to send")
    travel.start()
    sign_out(page)
    page.get_by_label("Password").wait_for()
    assert logged(travel) == ["Sent at the last moment"]
    assert (caches_of(page), waits(page), drafts(page)) == ([], 0, 0)


def test_signing_out_asks_before_it_discards_what_cannot_be_sent(travel: Travel, phone: OpenPhone) -> None:
    page = phone()
    off(page, travel)
    note(page, 1)
    expect(count(page)).to_have_text("1 waiting to send")
    sign_out(page)
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Signing out discards it")
    asked.get_by_role("button", name="Keep as it is").tap()
    assert (waits(page), caches_of(page) != []) == (1, True)
    sign_out(page)
    asked.get_by_role("button", name="Sign out and discard").tap()
    expect(page.locator(".toast", has_text="What this device kept is gone")).to_be_visible()
    assert (caches_of(page), waits(page)) == ([], 0)


def test_somebody_else_sees_nothing_of_the_first_and_sends_nothing(travel: Travel, phone: OpenPhone) -> None:
    with travel.house.handoff.db.write() as session:
        make_user(session, password=PASSWORD, email=OTHER, name="Lee Park")
    page = phone()
    off(page, travel)
    note(page, 1, "Dana's words")
    expire(travel)
    page.goto("about:blank")
    on(page, travel)
    page.goto("/visits/1")
    sign_in(page, OTHER)
    keeps(page, "/", user=2)
    expect(page.locator("[data-waiting]")).to_be_hidden()
    off(page, travel)
    page.goto("/followups")
    expect(page.locator("[data-kept-list] li").first).to_be_visible()
    assert "Ada Stone" not in page.locator("body").inner_text()
    on(page, travel)
    page.goto("/visits/3")
    ready(page)
    page.get_by_role("radio", name="Met the provider").tap()
    page.get_by_label("What was said").fill("Lee's words")
    page.get_by_role("button", name="Log the visit").tap()
    expect(page.get_by_role("heading", name="What was noted")).to_be_visible()
    assert (logged(travel), waits(page)) == (["Lee's words"], 1)  # what is one's own is sent, and nothing else

    expire(travel)
    page.goto("/")
    sign_in(page)
    expect(page.locator(".toast", has_text="Visit logged")).to_be_visible()
    assert (logged(travel), waits(page)) == (["Dana's words", "Lee's words"], 0)
    assert [entry.user_id for entry in entries(travel)] == [2, 1]


def test_without_script_the_form_is_a_plain_form(travel: Travel, phone: OpenPhone, window: OpenWindow) -> None:
    token = accounts.sign_in(travel.house.handoff.db, email=EMAIL, password=PASSWORD, now=SUNDAY).token
    watched = window(travel.house, width=390, token=token)
    watched.page.route("**/*.js", lambda route: route.abort())
    watched.page.remove_locator_handler(watched.page.locator(BEGINNING))  # it never begins
    watched.page.goto("/visits/1")
    watched.page.get_by_role("radio", name="Met the provider").tap()
    watched.page.get_by_role("button", name="Log the visit").tap()
    expect(watched.page.get_by_role("heading", name="What was noted")).to_be_visible()
    assert len(logged(travel)) == 1
