"""The follow-ups in a browser: walked and done by key, put off, undone; and switched-off keys do nothing."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect
from sqlmodel import select

from crm.domain.kinds import TaskKind, TaskState
from crm.domain.pipeline import Stage
from crm.models.accounts import User
from crm.models.tasks import Task
from crm.services import accounts
from crm.services.days import today_of
from crm.store.tasks import refresh_next_due
from tests.e2e.conftest import OpenWindow, Watched
from tests.e2e.furnish import EMAIL, PASSWORD
from tests.e2e.house import House
from tests.e2e.waiting import draft_kept
from tests.factories import make_provider, make_task


def opened_list(house: House, window: OpenWindow, *, shortcuts_on: bool = True) -> Watched:
    """Two calls that are due, ready to be walked."""
    db, now = house.handoff.db, house.clock.now
    accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=now)
    with db.write() as session:
        session.get_one(User, 1).shortcuts_on = shortcuts_on
        today = today_of(session, 1, now)
        for days, name in ((2, "Ada Stone, MD"), (0, "Bo Reed, PT")):
            provider = make_provider(session, display_name=name, stage=Stage.CONTACTED)
            due_on = today - timedelta(days=days)
            make_task(session, provider_id=provider.id, kind=TaskKind.CALL, title=f"Call {name}", due_on=due_on)
            assert provider.id
            refresh_next_due(session, [provider.id])
    watched = window(house, width=1280, token=accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=now).token)
    watched.page.goto("/followups")
    watched.page.locator("html[data-ready]").wait_for(state="attached")
    return watched


def states(house: House) -> dict[str, TaskState]:
    with house.handoff.db.read() as session:
        return {task.title: task.state for task in session.exec(select(Task))}


def test_done_by_key_with_its_outcome_and_undone(house: House, window: OpenWindow) -> None:
    watched = opened_list(house, window)
    page = watched.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Bo Reed, PT")
    dialog.get_by_label("What was said").fill("Likes measured progress")
    dialog.get_by_role("button", name="Spoke with the provider").click()
    expect(page.get_by_role("status").filter(has_text="Next: Say thank you")).to_be_visible()
    assert states(house)["Call Bo Reed, PT"] is TaskState.DONE
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Call Bo Reed, PT")).to_be_visible()
    assert states(house) == {"Call Ada Stone, MD": TaskState.OPEN, "Call Bo Reed, PT": TaskState.OPEN}
    assert watched.complaints == []


def test_put_off_by_key(house: House, window: OpenWindow) -> None:
    page = opened_list(house, window).page
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.get_by_role("button", name="In a month").filter(visible=True).click()
    expect(page.get_by_role("status").filter(has_text="Put off to")).to_be_visible()
    expect(page.get_by_role("heading", name="Later")).to_be_visible()


def test_keys_that_are_switched_off_do_nothing(house: House, window: OpenWindow) -> None:
    page = opened_list(house, window, shortcuts_on=False).page
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_was_typed_for_one_stays_with_it_over_a_reload(house: House, window: OpenWindow) -> None:
    watched = opened_list(house, window)
    page = watched.page
    page.get_by_role("button", name="Done").nth(1).click()
    page.get_by_label("What was said").fill("Likes measured progress")
    draft_kept(page, "Likes measured progress")
    page.reload()
    page.locator("html[data-ready]").wait_for(state="attached")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Bo Reed, PT")
    expect(page.get_by_label("What was said")).to_have_value("Likes measured progress")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Done").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Ada Stone, MD")
    expect(page.get_by_label("What was said")).to_have_value("")
    assert watched.complaints == []


def test_without_script_the_buttons_lead_to_the_follow_ups_own_page(house: House, window: OpenWindow) -> None:
    page = opened_list(house, window).page
    plain = page.context.browser
    assert plain
    context = plain.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    lone = context.new_page()
    lone.goto(page.url)
    lone.get_by_role("button", name="Later: Call Bo Reed, PT").click()
    lone.get_by_role("button", name="Put off").click()
    expect(lone.get_by_role("heading", name="Later")).to_be_visible()
    context.close()
