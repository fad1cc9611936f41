"""A trainer's own words: edited with help, kept as drafts, compared, restored, copied, brought in from paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from crm.domain.kinds import ProviderKind
from crm.models.providers import Provider
from crm.models.templates import Template, TemplateDraft
from tests.e2e.conftest import OpenWindow, Watched
from tests.e2e.furnish import move_in
from tests.e2e.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLUG = "physician-phone"


@pytest.fixture
def at_the_library(house: House, window: OpenWindow) -> Watched:
    """A signed-in window, the library having been opened once."""
    watched = window(house, token=move_in(house))
    watched.page.goto("/templates?audience=physician")
    return watched


def id_of(house: House, slug: str = SLUG) -> int:
    with house.handoff.db.read() as session:
        return session.exec(select(Template.id).where(Template.slug == slug)).one() or 0


def draft_of(house: House) -> str:
    with house.handoff.db.read() as session:
        return session.exec(select(TemplateDraft.source)).one_or_none() or ""


def editor(house: House, page: Page, slug: str = SLUG) -> None:
    page.goto(f"/templates/{id_of(house, slug)}/edit")
    expect(page.locator("[data-editor-marks]")).not_to_be_empty()


def write(page: Page, words: str) -> None:
    """Type into the text, at the end of the opening."""
    page.wait_for_selector("#f-source")
    page.evaluate(
        """() => { const text = document.querySelector("#f-source"); const at = text.value.indexOf("\\n\\n== gap");
        text.focus(); text.setSelectionRange(at, at); }"""
    )
    page.keyboard.type(words)


def test_a_wording_is_edited_with_help_and_put_into_force(house: House, at_the_library: Watched) -> None:
    page = at_the_library.page
    page.get_by_role("link", name="Primary care · Phone call").click()
    page.get_by_role("link", name="Edit").click()
    write(page, " I treat pain.")
    finding = page.locator(".finding.blocks", has_text="treat")
    expect(finding).to_be_visible()
    expect(page.locator(".editor-marks mark.blocks")).to_have_text("treat")
    expect(page.get_by_label("Why the marked words may stay")).to_be_visible()
    expect(page.locator("[data-editor-preview]")).to_contain_text("I treat pain.")
    expect(page.locator(".checks .bad")).to_contain_text("Respects scope")
    finding.get_by_role("button", name="train", exact=True).click()
    expect(page.locator("[data-editor-preview]")).to_contain_text("I train pain.")
    expect(finding).to_have_count(0)
    page.get_by_role("button", name="Put into force").click()
    expect(page.get_by_text("Version 2 is in force.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".facts")).to_contain_text("Built-in")
    assert at_the_library.complaints == []


def test_merge_fields_are_offered_while_typing_and_by_tap(house: House, at_the_library: Watched) -> None:
    page = at_the_library.page
    editor(house, page)
    write(page, " Call {{ pho")
    popup = page.get_by_role("listbox", name="Merge fields")
    expect(popup).to_be_visible()
    expect(popup.get_by_role("option").first).to_contain_text("(713) 555-0142")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(popup).to_be_hidden()
    assert " Call {{ trainer.phone }}" in page.locator("#f-source").input_value()
    page.keyboard.type(" {{ ")
    expect(popup).to_be_visible()
    page.keyboard.press("Escape")
    expect(popup).to_be_hidden()
    page.get_by_text("Merge fields").first.click()
    page.get_by_label("Search the merge fields").fill("promise")
    page.get_by_role("button", name="relationship.promise").click()
    assert "{{ relationship.promise }}" in page.locator("#f-source").input_value()
    page.keyboard.press("Control+z")
    assert "{{ relationship.promise }}" not in page.locator("#f-source").input_value()


def test_a_draft_saves_itself_and_survives_a_reload_and_a_lost_connection(
    house: House, at_the_library: Watched
) -> None:
    page = at_the_library.page
    editor(house, page)
    write(page, " One more sentence.")
    expect(page.locator("[data-editor-state]")).to_have_text("Draft saved")
    assert "One more sentence." in draft_of(house)
    page.reload()
    expect(page.locator("#f-source")).to_have_value(re.compile("One more sentence"))
    page.context.set_offline(True)
    write(page, " And another.")
    expect(page.locator("[data-editor-state]")).to_contain_text("kept in this browser")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#f-source")).to_have_value(re.compile("And another"))
    expect(page.locator("[data-editor-state]")).to_have_text("Draft saved")
    assert "And another." in draft_of(house)


def test_two_windows_are_told_and_nothing_is_lost(house: House, at_the_library: Watched) -> None:
    page = at_the_library.page
    editor(house, page)
    other = page.context.new_page()
    editor(house, other)
    write(page, " From the first.")
    expect(page.locator("[data-editor-state]")).to_have_text("Draft saved")
    write(other, " From the second.")
    expect(other.get_by_text("This was changed in another window")).to_be_visible()
    other.get_by_role("button", name="Take the other one").click()
    expect(other.locator("#f-source")).to_have_value(re.compile("From the first"))
    other.get_by_role("button", name="Bring it back").click()
    expect(other.locator("#f-source")).to_have_value(re.compile("From the second"))
    expect(other.locator("[data-editor-state]")).to_have_text("Draft saved")
    assert "From the second." in draft_of(house)


def test_the_keys_save_and_preview(house: House, at_the_library: Watched) -> None:
    page = at_the_library.page
    editor(house, page)
    write(page, " By key.")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-editor-state]")).to_have_text("Draft saved")
    page.get_by_label("Where you stand").select_option("Thank-you")
    page.locator("#f-source").press("Control+Enter")
    expect(page.locator("[data-editor-who]")).to_contain_text("thank-you")
    with house.handoff.db.read() as session:
        someone = session.exec(select(Provider).where(Provider.kind == ProviderKind.PERSON)).first()
        assert someone is not None
    page.get_by_label("Preview for").fill(f"{someone.display_name} #{someone.id}")
    page.get_by_label("Preview for").press("Enter")
    expect(page.locator("[data-editor-who]")).to_contain_text(someone.display_name)


def test_a_broken_template_is_refused_with_its_line(house: House, at_the_library: Watched) -> None:
    page = at_the_library.page
    editor(house, page)
    write(page, "\n{% if trainer.name %} Hello")
    expect(page.locator(".finding.blocks")).to_contain_text(re.compile(r"Line \d+: “{% if … %}” is never closed"))
    expect(page.locator(".editor-marks mark.fault")).to_have_text("{% if trainer.name %} Hello")
    page.get_by_role("button", name="Put into force").click()
    expect(page.get_by_role("alert")).to_contain_text("is never closed")
    expect(page.locator("#f-source")).to_have_value(re.compile("{% if trainer.name %} Hello"))


def test_versions_are_compared_and_restored(house: House, at_the_library: Watched) -> None:
    page = at_the_library.page
    editor(house, page)
    write(page, " One more sentence.")
    page.get_by_role("button", name="Put into force").click()
    page.get_by_role("link", name="Compare version 1").click()
    expect(page.locator(".diff ins").first).to_contain_text("One more sentence.")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_text("That wording is in force again.")).to_be_visible()
    expect(page.locator("#versions")).to_contain_text("Version 3")
    expect(page.frame_locator("iframe").locator("body")).not_to_contain_text("One more sentence.")


def test_a_copy_is_a_template_of_ones_own(house: House, at_the_library: Watched) -> None:
    page = at_the_library.page
    page.goto("/templates?kind=email")
    page.get_by_role("link", name="Offer of a sample").click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Copy of Offer of a sample")
    expect(page.locator("[data-editor-subject]")).not_to_be_empty()
    page.goto(f"/templates/{id_of(house, 'copy-of-offer-of-a-sample')}")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("My sample note")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My sample note")


def test_a_script_on_paper_is_brought_in_on_the_phone(house: House, window: OpenWindow, tmp_path: Path) -> None:
    import docx

    watched = window(house, width=390, height=844, token=move_in(house))
    document = docx.Document()
    for text in ("Opening", "Hello Dr. Smith, I'm Dana Whitfield.", "Invite", "May I send you a sample?"):
        document.add_paragraph(text)
    document.save(str(tmp_path / "mine.docx"))
    page = watched.page
    page.goto("/templates/import")
    page.get_by_label("Word document or text file").set_input_files(tmp_path / "mine.docx")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("“Dr. Smith” becomes")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill("From my notebook")
    page.get_by_role("button", name="Go on in the editor").click()
    expect(page.locator("#f-source")).to_have_value(
        re.compile(r"Hello {{ provider.salutation }}, I'm {{ trainer.name }}")
    )
    expect(page.locator(".checks li")).to_have_count(4)
    assert watched.complaints == []
