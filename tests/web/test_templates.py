"""The library and its editor over HTTP, as without script."""

from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import col, select

from crm.domain.kinds import TemplateKind
from crm.models.audit import ChangeSet
from crm.models.documents import Document
from crm.models.templates import Template, TemplateVersion
from crm.services import template_versions, templates
from crm.store import templates as store
from tests import factories
from tests.conftest import SAME_SITE
from tests.documents.paper_reading import text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from crm.bootstrap import Handoff


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    return client.post(path, data=form, headers=SAME_SITE)


def id_of(client: FlaskClient, handoff: Handoff, slug: str, kind: TemplateKind = TemplateKind.SCRIPT) -> int:
    """The template with this slug; the library has been looked at."""
    assert client.get("/templates").status_code == 200
    with handoff.db.read() as session:
        found = store.by_slug(session, kind, slug)
        assert found is not None
        return found.id or 0


def wording(handoff: Handoff, template_id: int) -> str:
    with handoff.db.read() as session:
        return template_versions.wording_in_force(session, session.get_one(Template, template_id))


def provider(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        practice = factories.make_practice(session)
        return factories.make_provider(session, practice=practice, last_name="Okafor", email="o@clinic.example").id or 0


def test_the_library_lists_what_there_is_and_narrows_it(client: FlaskClient) -> None:
    page = client.get("/templates?audience=pt_ot&channel=phone").text
    assert "PT and OT · Phone call" in page
    assert "Primary care" not in page.partition("<ul class")[2]
    emails = client.get("/templates?kind=email").text
    assert "Offer of a sample" in emails
    assert "password" not in emails  # notices of the program are nobody's to edit
    assert "Letter of introduction" in client.get("/templates?kind=document").text
    assert "Nothing like that" in client.get("/templates?q=zzzz").text
    assert "Nothing put away" in client.get("/templates?archived=1").text


def test_editing_without_script_saves_shows_and_puts_into_force(client: FlaskClient, handoff: Handoff) -> None:
    one = id_of(client, handoff, "physician-phone")
    mine = wording(handoff, one).replace("Do you have a minute?", "Is this a good moment?")
    edit = f"/templates/{one}/edit"
    seen = post(client, edit, do="preview", source=mine)
    assert "Is this a good moment?" in seen.text.partition("data-editor-preview")[2]
    assert post(client, edit, do="draft", source=mine).status_code == 303
    assert "is not in force" in client.get(f"/templates/{one}").text
    assert "Is this a good moment?" in client.get(edit).text
    assert "good moment" not in wording(handoff, one)
    assert post(client, edit, do="save", source=mine, remarks="Softer").status_code == 303
    page = client.get(f"/templates/{one}").text
    assert "Your wording" in page
    assert "Softer" in page
    assert "good moment" in wording(handoff, one)


def test_the_own_wording_is_what_the_script_page_says(client: FlaskClient, handoff: Handoff) -> None:
    one, whom = id_of(client, handoff, "orthopedics_sports-phone"), provider(handoff)
    mine = wording(handoff, one).replace("Do you have a minute?", "Is this a good moment?")
    post(client, f"/templates/{one}/edit", do="save", source=mine)
    page = client.get(f"/providers/{whom}/script?channel=phone&audience=orthopedics_sports&state=first_contact")
    assert "Is this a good moment?" in page.text


def test_a_wording_that_breaks_is_refused_with_its_line_and_kept_as_a_draft(
    client: FlaskClient, handoff: Handoff
) -> None:
    one = id_of(client, handoff, "physician-phone")
    answer = post(client, f"/templates/{one}/edit", do="save", source="== opening ==\nHi\n{% if trainer.name %}x")
    assert answer.status_code == 422
    assert "Line 3: “{% if … %}” is never closed" in answer.text
    assert "{% if trainer.name %}x" in client.get(f"/templates/{one}/edit").text


def test_blocked_words_ask_for_a_reason(client: FlaskClient, handoff: Handoff) -> None:
    one = id_of(client, handoff, "physician-phone")
    source = wording(handoff, one).replace("I help them", "I treat them. I help them")
    answer = post(client, f"/templates/{one}/edit", do="save", source=source)
    assert answer.status_code == 422
    assert "say here why it may stay" in answer.text
    ok = post(client, f"/templates/{one}/edit", do="save", source=source, override_reason="My board's own sentence")
    assert ok.status_code == 303


def test_the_preview_says_where_everything_is(client: FlaskClient, handoff: Handoff) -> None:
    one = id_of(client, handoff, "physician-phone")
    source = "== opening ==\n😀 Hello {{ provider.email }}. I treat pain.\n"
    whom = provider(handoff)
    found = post(client, f"/templates/{one}/preview.json", source=source, provider=f"Dr. Okafor #{whom}").json
    units = source.encode("utf-16-le")
    start, end = found["findings"][0]["places"][0]
    assert units[2 * start : 2 * end].decode("utf-16-le") == found["findings"][0]["text"] == "treat"
    assert found["missing"] == []
    assert found["length"]["words"] == 5
    assert [each["passed"] for each in found["checks"]] == [False] * 4
    assert "Okafor" in found["reader"]
    with handoff.db.write() as session:
        whom = factories.make_provider(session, email="").id or 0
    missing = post(client, f"/templates/{one}/preview.json", source=source, provider=str(whom)).json["missing"]
    start, end = missing[0]["places"][0]
    assert units[2 * start : 2 * end].decode("utf-16-le") == "{{ provider.email }}"
    broken = post(client, f"/templates/{one}/preview.json", source="== opening ==\n{{ nobody.x }}").json
    assert broken["fault"]["line"] == 2


def test_another_window_is_told(client: FlaskClient, handoff: Handoff, clock: factories.FakeClock) -> None:
    one = id_of(client, handoff, "physician-phone")
    draft = f"/templates/{one}/draft.json"
    first = post(client, draft, source="one", seen="").json["seen"]
    clock.advance(seconds=5)
    second = post(client, draft, source="two", seen=first).json["seen"]
    late = post(client, draft, source="three", seen=first)
    assert late.status_code == 409
    assert "another window" in late.json["message"]
    assert post(client, draft, source="three", seen="*").status_code == 200
    assert second != first


def test_versions_are_compared_and_restored(client: FlaskClient, handoff: Handoff) -> None:
    one = id_of(client, handoff, "physician-phone")
    built_in = wording(handoff, one)
    post(client, f"/templates/{one}/edit", do="save", source=built_in.replace("a minute?", "a moment?"))
    page = client.get(f"/templates/{one}/compare").text
    assert "<del>minute?</del>" in page
    assert "<ins>moment?</ins>" in page
    with handoff.db.read() as session:
        first = store.versions_of(session, one)[-1][0]
    assert post(client, f"/templates/{one}/restorations", version=first.id).status_code == 303
    assert wording(handoff, one).strip() == built_in.strip()


def test_a_copy_can_be_chosen_where_the_built_in_ones_can(client: FlaskClient, handoff: Handoff) -> None:
    whom = provider(handoff)
    email = id_of(client, handoff, "introduction", TemplateKind.EMAIL)
    made = post(client, f"/templates/{email}/copies", title="My hello").location
    assert made.endswith("/edit")
    compose = client.get(f"/providers/{whom}/mail/new?template=my-hello").text
    assert "My hello" in compose
    assert "May I send you a sample" in compose
    assert "My hello" in client.get("/sequences/new").text
    letter = id_of(client, handoff, "thank-you", TemplateKind.DOCUMENT)
    post(client, f"/templates/{letter}/copies", title="Warm thanks")
    assert "Warm thanks" in client.get(f"/providers/{whom}/letters/warm-thanks").text
    script = id_of(client, handoff, "orthopedics_sports-visit")
    post(client, f"/templates/{script}/copies", title="Lunch talk")
    assert "Lunch talk" in client.get(f"/providers/{whom}/script").text
    assert client.get(f"/providers/{whom}/script?script=lunch-talk").status_code == 200


def test_the_words_of_a_paper_can_be_copied_and_chosen_on_its_page(client: FlaskClient, handoff: Handoff) -> None:
    whom, overview = provider(handoff), id_of(client, handoff, "overview", TemplateKind.DOCUMENT)
    page = f"/providers/{whom}/papers/overview"
    assert "The usual one" not in client.get(page).text
    post(client, f"/templates/{overview}/copies", title="Overview for schools")
    copied = id_of(client, handoff, "overview-for-schools", TemplateKind.DOCUMENT)
    mine = wording(handoff, copied).replace("have to go on alone", "leave the school team behind")
    assert post(client, f"/templates/{copied}/edit", do="save", source=mine).status_code == 303
    assert '<option value="overview-for-schools"' in client.get(page).text
    chosen = client.get(f"{page}?wording=overview-for-schools").text
    assert f"{page}/1.png?wording=overview-for-schools" in chosen
    assert "leave the school team behind" in text_of(client.get(f"{page}.pdf?wording=overview-for-schools").data)
    for other in (
        f"{page}.pdf",
        f"{page}.pdf?wording=nothing",
        "/papers/referral-pad.pdf?wording=overview-for-schools",
    ):
        assert "school team" not in text_of(client.get(other).data)
    post(client, f"{page}/deliveries", how="mail", wording="overview-for-schools")
    with handoff.db.read() as session:
        document = session.exec(select(Document)).one()
        version = session.get_one(TemplateVersion, document.template_version_id)
        assert version.template_id == copied
    post(client, f"/templates/{copied}/archive")
    assert "overview-for-schools" not in client.get(page).text


def test_a_copy_of_a_copy_belongs_to_the_same_paper(client: FlaskClient, handoff: Handoff) -> None:
    pad = id_of(client, handoff, "referral-pad", TemplateKind.DOCUMENT)
    post(client, f"/templates/{pad}/copies", title="First")
    post(client, f"/templates/{id_of(client, handoff, 'first', TemplateKind.DOCUMENT)}/copies", title="Second")
    page = client.get("/papers/referral-pad").text
    assert "First" in page
    assert "Second" in page
    assert client.get("/papers/referral-pad.pdf?wording=second").data.startswith(b"%PDF")


def test_an_own_letter_is_printed_in_its_own_words(client: FlaskClient, handoff: Handoff) -> None:
    whom, letter = provider(handoff), id_of(client, handoff, "introduction-letter", TemplateKind.DOCUMENT)
    mine = wording(handoff, letter).replace("Kind regards,", "With every good wish,")
    post(client, f"/templates/{letter}/edit", do="save", source=mine)
    assert "With every good wish," in client.get(f"/providers/{whom}/letters/introduction-letter").text


def test_put_away_it_can_no_longer_be_chosen(client: FlaskClient, handoff: Handoff) -> None:
    whom, email = provider(handoff), id_of(client, handoff, "introduction", TemplateKind.EMAIL)
    post(client, f"/templates/{email}/copies", title="My hello")
    mine = id_of(client, handoff, "my-hello", TemplateKind.EMAIL)
    assert post(client, f"/templates/{mine}/title", title="My warm hello").status_code == 303
    assert "My warm hello" in client.get(f"/providers/{whom}/mail/new").text
    post(client, f"/templates/{mine}/archive")
    assert "My warm hello" not in client.get(f"/providers/{whom}/mail/new").text
    assert "My warm hello" in client.get("/templates?kind=email&archived=1").text
    post(client, f"/templates/{mine}/archive", back="1")
    assert "My warm hello" in client.get("/templates?kind=email").text


def test_a_new_one_counts_once_it_is_put_into_force(client: FlaskClient, handoff: Handoff) -> None:
    whom = provider(handoff)
    assert client.get("/templates/new?kind=email").status_code == 200
    made = post(client, "/templates", kind="email", title="Short note").location
    assert "Short note" not in client.get(f"/providers/{whom}/mail/new").text
    assert "Not in use yet" in client.get("/templates?kind=email").text
    source = "== subject ==\nHello\n\n== body ==\nDear {{ provider.dear }},\n\nmay I send you a sample?\n"
    assert post(client, made, do="save", source=source).status_code == 303
    assert "Short note" in client.get(f"/providers/{whom}/mail/new").text
    assert post(client, "/templates", kind="script", title="").status_code == 422


def test_the_frame_runs_nothing(client: FlaskClient, handoff: Handoff) -> None:
    email = id_of(client, handoff, "introduction", TemplateKind.EMAIL)
    source = "== subject ==\nHi\n\n== body ==\n<script>alert(1)</script> Dear {{ provider.dear }}\n"
    answer = post(client, f"/templates/{email}/preview", source=source)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    for slug, kind in (("introduction", TemplateKind.EMAIL), ("thank-you", TemplateKind.DOCUMENT),
                       ("physician-visit", TemplateKind.SCRIPT)):  # fmt: skip
        assert client.get(f"/templates/{id_of(client, handoff, slug, kind)}/frame").status_code == 200


def test_a_script_of_ones_own_is_brought_in(client: FlaskClient, handoff: Handoff) -> None:
    text = "Opening\n\nHello Dr. Smith, I'm [your name].\n\nInvitation\n\nMay I send you a sample?"
    found = client.post(
        "/templates/import", data={"file": (BytesIO(text.encode("utf-16")), "mine.txt")}, headers=SAME_SITE
    )
    assert "“Dr. Smith” becomes" in found.text
    form = {
        "title": "Mine", "audience": "physician", "channel": "visit", "field": ["0", "1"],
        "words": ["[your name]", "Dr. Smith"], "path": ["trainer.name", "provider.salutation"],
        "text": ["Hello Dr. Smith, I'm [your name].", "May I send you a sample?"], "part": ["opening", "invitation"],
    }  # fmt: skip
    made = client.post("/templates/import/draft", data=form, headers=SAME_SITE)
    assert made.status_code == 303
    page = client.get(made.location).text
    assert "Hello {{ provider.salutation }}, I&#39;m {{ trainer.name }}." in page
    assert post(client, "/templates/import", pasted="").status_code == 422


@pytest.mark.parametrize("path", ["/templates/9999", "/templates/9999/edit", "/templates/9999/compare"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def running(html: str) -> list[str]:
    """What in a page would run and is not a module of ours."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if (tag == "script" and not str(given.get("src")).startswith("/assets/")) or tag in ("object", "embed"):
                found.append(self.get_starttag_text() or tag)
            found.extend(name for name in given if name.startswith("on"))
            found.extend(name for name, value in attrs if (value or "").startswith("javascript:"))

    Reader().feed(html)
    return found


@pytest.mark.parametrize(
    "nasty",
    [
        "</textarea><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ '<script>' }}",
        "== opening ==\n<svg onload=alert(1)> I treat </p><script>x</script>",
        "{% raw %}</script>{{ config }}{% endraw %}",
    ],
)
def test_nothing_written_into_a_template_becomes_part_of_a_page(
    client: FlaskClient, handoff: Handoff, nasty: str
) -> None:
    one = id_of(client, handoff, "physician-phone")
    source = f"== opening ==\n{nasty} {{{{ provider.dear }}}}\n"
    post(client, f"/templates/{one}/edit", do="draft", source=source)
    post(client, f"/templates/{one}/edit", do="save", source=source, remarks=nasty, override_reason="Only a test of it")
    post(client, f"/templates/{one}/title", title=nasty[:100], about=nasty)
    for page in ("", "/edit", "/compare", "/frame"):
        html = client.get(f"/templates/{one}{page}").text
        assert running(html) == [], page
    assert running(client.get("/templates").text) == []


def test_a_copied_template_can_be_taken_back_by_putting_it_away_and_undone(
    client: FlaskClient, handoff: Handoff
) -> None:
    email = id_of(client, handoff, "introduction", TemplateKind.EMAIL)
    post(client, f"/templates/{email}/copies", title="My hello")
    mine = id_of(client, handoff, "my-hello", TemplateKind.EMAIL)
    post(client, f"/templates/{mine}/archive")
    with handoff.db.read() as session:
        change = session.exec(select(ChangeSet).order_by(col(ChangeSet.id).desc())).first()
        assert change is not None
        assert change.label == "Put away: “My hello”"
    post(client, f"/changes/{change.id}/undo")
    assert "My hello" in client.get("/templates?kind=email").text


def test_a_sequence_keeps_the_wording_it_was_enrolled_with_and_takes_the_newest_later(
    client: FlaskClient, handoff: Handoff
) -> None:
    email = id_of(client, handoff, "introduction", TemplateKind.EMAIL)
    with handoff.db.write() as session:
        first = templates.version_id(session, TemplateKind.EMAIL, "introduction", now=factories.NOW)
    mine = wording(handoff, email).replace("Kind regards,", "With every good wish,")
    post(client, f"/templates/{email}/edit", do="save", source=mine)
    with handoff.db.read() as session:
        assert templates.pinned_source(session, TemplateKind.EMAIL, "introduction", first) is None
        newest = templates.pinned_source(session, TemplateKind.EMAIL, "introduction", None)
    assert newest is not None
    assert "With every good wish," in newest


def test_a_newer_built_in_wording_is_looked_at_and_answered(client: FlaskClient, handoff: Handoff) -> None:
    one = id_of(client, handoff, "physician-phone")
    mine = wording(handoff, one).replace("Do you have a minute?", "Is this a good moment?")
    assert client.get(f"/templates/{one}/offer").status_code == 303
    post(client, f"/templates/{one}/edit", do="save", source=mine)
    with handoff.db.write() as session:
        first = store.versions_of(session, one)[-1][0]
        first.content_hash = "0" * 64
        first.content = {
            "source": "old",
            "own": str(first.content["own"]).replace("May I send you", "Could I send you"),
        }
        session.add(first)
    assert "Update offered" in client.get("/templates?audience=physician").text
    assert "The built-in wording has changed" in client.get(f"/templates/{one}").text
    for look in ("theirs", "mine", "both"):
        assert client.get(f"/templates/{one}/offer?look={look}").status_code == 200
    merged = post(client, f"/templates/{one}/offer", do="merge")
    assert "Both are in this draft" in client.get(merged.location).text
    assert wording(handoff, one) == mine
    with handoff.db.read() as session:
        found = template_versions.offer(session, session.get_one(Template, one))
        assert found is not None
    post(client, f"/templates/{one}/offer", do="keep", hash=found.content_hash)
    assert "Update offered" not in client.get("/templates?audience=physician").text
    assert wording(handoff, one) == mine
