"""The words that were let stand: asked for, kept, shown."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from markupsafe import Markup
from sqlalchemy import delete
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain import text_checks
from crm.domain.kinds import TemplateKind
from crm.models.templates import TextOverride
from crm.services import template_library, template_versions
from crm.store import templates as stored
from crm.web import missing
from tests.factories import NOW, make_practice, make_provider

REASON = "Quoted from their own brochure"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
SLUG = "introduction-letter"
BOLD = "== subject ==\nExercise after therapy\n\n== body ==\nDear colleague,\n\nI treat your patients’ back pain.\n"


@pytest.fixture
def provider_id(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        return make_provider(session).id or 0


@pytest.fixture
def bold_letter(handoff: Handoff) -> str:
    """A wording in force that nobody has let stand."""
    template_library.open_shelf(handoff.db, now=NOW)
    with handoff.db.read() as session:
        template = stored.by_slug(session, TemplateKind.DOCUMENT, SLUG)
    assert template is not None
    template_versions.save(handoff.db, template.id, BOLD, reason=REASON, actor_id=1, now=NOW)
    with handoff.db.write() as session:
        session.execute(delete(TextOverride))
    return SLUG


def test_the_page_says_so_while_nothing_was_let_stand(client: FlaskClient) -> None:
    assert "Nothing was let stand" in client.get("/settings/overrides").text


def test_a_letter_out_of_scope_is_not_printed_until_somebody_says_why_it_may_stay(
    client: FlaskClient, handoff: Handoff, provider_id: int, bold_letter: str
) -> None:
    page = f"/providers/{provider_id}/letters/{bold_letter}"
    shown = client.get(page).text
    assert "these words may not leave" in shown
    assert '<mark class="doubt blocks"' in shown
    assert "data-print" not in shown
    assert (
        client.post(f"/providers/{provider_id}/letters", data={"slug": bold_letter}, headers=SAME_SITE).status_code
        == 303
    )
    assert client.post(f"{page}/override", data={"override_reason": "because"}, headers=SAME_SITE).status_code == 422
    assert client.post(f"{page}/override", data={"override_reason": REASON}, headers=SAME_SITE).status_code == 303
    assert "data-print" in client.get(page).text
    with handoff.db.read() as session:
        rows = session.exec(select(TextOverride).where(TextOverride.reason == REASON)).all()
    assert {row.excerpt for row in rows} == {"treat"}
    listed = client.get("/settings/overrides").text
    assert REASON in listed
    assert "“treat”" in listed
    assert "Paper for " in listed


def test_it_is_for_one_provider_unless_the_wording_is_meant(
    client: FlaskClient, handoff: Handoff, provider_id: int, bold_letter: str
) -> None:
    with handoff.db.write() as session:
        other = make_provider(session, practice=make_practice(session)).id
    there = f"/providers/{other}/letters/{bold_letter}"
    here = f"/providers/{provider_id}/letters/{bold_letter}/override"
    client.post(here, data={"override_reason": REASON}, headers=SAME_SITE)
    assert "these words may not leave" in client.get(there).text
    client.post(f"{there}/override", data={"override_reason": REASON, "everywhere": "1"}, headers=SAME_SITE)
    assert "these words may not leave" not in client.get(there).text
    assert "Wording: " in client.get("/settings/overrides").text


def test_what_was_found_is_marked_once_and_never_inside_of_a_tag_or_word() -> None:
    findings = text_checks.check("I treat pain.")
    marked = missing.doubted(Markup('<p title="treat">I treat a treatment.</p>'), findings)
    assert marked.count("<mark") == 1
    assert 'title="treat"' in marked
    assert "treat</mark> a treatment" in marked
