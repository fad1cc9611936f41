"""Pages of papers: the list, each as it looks, its files, and how it left."""

from __future__ import annotations

from io import BytesIO

import docx
import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.client_kinds import ClientRole
from crm.domain.enclosures import WITH_MAIL
from crm.domain.kinds import ActivityKind, TemplateKind
from crm.domain.papers import DeliveryHow, DocumentKind
from crm.domain.pipeline import Stage
from crm.models.accounts import Business
from crm.models.activities import Activity
from crm.models.client_care import ClientAuthorization
from crm.models.clients import ClientProvider
from crm.models.documents import Document, DocumentDelivery
from crm.models.providers import Provider
from crm.services import templates
from crm.web import paper_page
from tests import factories
from tests.conftest import SAME_SITE
from tests.documents import paper_reading


@pytest.fixture
def provider_id(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        practice = factories.make_practice(session, name="Bayou Heart")
        provider = factories.make_provider(session, practice=practice, specialty="cardiology", last_name="Okafor")
        assert provider.id is not None
        return provider.id


def test_every_paper_is_listed_and_has_its_page_with_a_picture(client: FlaskClient, provider_id: int) -> None:
    page = client.get(f"/providers/{provider_id}/papers").text
    for _, lines in paper_page.GROUPS:
        for kind in lines:
            of_provider = kind is not DocumentKind.MONTHLY_RESULTS  # a page about everybody
            assert (f"/providers/{provider_id}/papers/{kind.value}" in page) is of_provider
    shown = client.get(f"/providers/{provider_id}/papers/sample-progress-report").text
    assert f"/providers/{provider_id}/papers/sample-progress-report/1.png" in shown
    picture = client.get(f"/providers/{provider_id}/papers/sample-progress-report/1.png")
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")


def test_the_pdf_opens_here_or_is_saved(client: FlaskClient, provider_id: int) -> None:
    answer = client.get(f"/providers/{provider_id}/papers/overview.pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="overview-of-the-practice-stride-after-care.pdf"'
    assert "Stride After Care" in paper_reading.text_of(answer.data)
    saved = client.get(f"/providers/{provider_id}/papers/overview.pdf?save=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_a_paper_with_blocked_words_waits_for_a_reason_and_then_is_made(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    with handoff.db.write() as session:
        source = templates.built_ins()[TemplateKind.DOCUMENT, "overview"].own
        factories.make_own_wording(session, "overview", source.replace("have to go on alone", "want me: I treat pain"))
    page = f"/providers/{provider_id}/papers/overview"
    shown = client.get(page).text
    assert "these words may not leave" in shown
    assert "1.png" not in shown
    refused = client.post(f"{page}/override", data={"override_reason": "because"}, headers=SAME_SITE)
    assert refused.status_code == 422
    assert "at least 10 characters" in refused.text
    client.post(f"{page}/override", data={"override_reason": "Said so by counsel"}, headers=SAME_SITE)
    assert "1.png" in client.get(page).text
    assert "these words may not leave" in client.get("/papers/overview").text
    assert "Said so by counsel" in client.get(f"/providers/{provider_id}").text
    assert f'<a href="/providers/{provider_id}">Paper for ' in client.get("/settings/overrides").text


def test_a_letter_comes_as_docx(client: FlaskClient, provider_id: int) -> None:
    answer = client.get(f"/providers/{provider_id}/papers/thank-you.docx")
    paragraphs = [paragraph.text for paragraph in docx.Document(BytesIO(answer.data)).paragraphs]
    assert "Dear Dr. Okafor," in paragraphs
    assert client.get(f"/providers/{provider_id}/papers/overview.docx").status_code == 404


def test_a_service_can_be_chosen(client: FlaskClient, provider_id: int) -> None:
    page = client.get(f"/providers/{provider_id}/papers/service-sheet?service=youth").text
    assert "service=youth" in page
    assert "Youth and adolescent medical fitness" in page


def test_some_papers_need_no_provider_and_others_are_not_found_without(client: FlaskClient) -> None:
    assert "Referral pad" in client.get("/papers").text
    assert client.get("/papers/referral-pad.pdf").data.startswith(b"%PDF")
    assert client.get("/papers/referral-pad").status_code == 200
    assert client.get("/papers/visit-sheet").status_code == 404
    assert client.get("/papers/progress-report").status_code == 404
    assert client.get("/papers/referral-pad/2.png").status_code == 404


def test_what_cannot_be_made_yet_says_what_to_do(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    assert "at least 5 clients" in client.get("/papers/outcomes-sheet").text
    with handoff.db.write() as session:
        session.get_one(Provider, provider_id).specialty = "cardiology"
        factories.make_own_wording(session, "overview", "== hero ==\n{{ practice.fax }}\n\n== scope ==\nx\n")
    page = client.get(f"/providers/{provider_id}/papers/overview").text
    assert "This paper can’t be made yet." in page
    assert f"/providers/{provider_id}/edit" in page


@pytest.mark.parametrize("kind", ["overview", "visit-sheet", "introduction-letter"])
@pytest.mark.parametrize("ending", [".pdf", "/1.png"])
def test_its_file_says_so_too(client: FlaskClient, handoff: Handoff, provider_id: int, kind: str, ending: str) -> None:
    with handoff.db.write() as session:
        session.get_one(Business, 1).name = ""
    answer = client.get(f"/providers/{provider_id}/papers/{kind}{ending}")
    assert answer.status_code == 409
    assert "Business name" in answer.text


def test_a_paper_left_there_is_a_visit_kept_as_it_was_and_can_be_undone(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    done = client.post(
        f"/providers/{provider_id}/papers/sample-progress-report/deliveries",
        data={"how": "hand", "remarks": "With the desk"},
        headers=SAME_SITE,
    )
    assert done.status_code == 303
    with handoff.db.read() as session:
        document, delivery = session.get_one(Document, 1), session.get_one(DocumentDelivery, 1)
        assert (document.kind, document.provider_id) == (DocumentKind.SAMPLE_PROGRESS_REPORT, provider_id)
        assert (delivery.how, delivery.document_id) == (DeliveryHow.HAND, 1)
        assert session.get_one(Activity, delivery.activity_id).kind is ActivityKind.VISIT
        assert session.get_one(Provider, provider_id).stage is Stage.SAMPLE_SENT
    page = client.get(f"/providers/{provider_id}/papers").text
    assert "Handed over" in page
    assert client.get("/papers/made/1.pdf").data.startswith(b"%PDF")
    client.post("/changes/1/undo", headers=SAME_SITE)
    with handoff.db.read() as session:
        assert session.get(DocumentDelivery, 1) is None


def test_a_fax_that_nobody_asked_for_is_not_offered_and_refused(client: FlaskClient, provider_id: int) -> None:
    page = client.get(f"/providers/{provider_id}/papers/overview").text
    assert 'value="fax"' not in page
    answer = client.post(f"/providers/{provider_id}/papers/overview/deliveries", data={"how": "fax"}, headers=SAME_SITE)
    assert "against the law" in client.get(answer.location).text


def test_a_wrong_day_keeps_the_page(client: FlaskClient, provider_id: int) -> None:
    answer = client.post(
        f"/providers/{provider_id}/papers/overview/deliveries",
        data={"how": "mail", "delivered_on": "2030-01-01"},
        headers=SAME_SITE,
    )
    assert answer.status_code == 422
    assert "still to come" in answer.text


@pytest.mark.parametrize("day", ["1900-01-01", "2025-01-01", "0001-01-01"])
def test_a_day_that_is_long_ago_is_taken_for_a_wrong_year(client: FlaskClient, provider_id: int, day: str) -> None:
    answer = client.post(
        f"/providers/{provider_id}/papers/overview/deliveries",
        data={"how": "mail", "delivered_on": day},
        headers=SAME_SITE,
    )
    assert answer.status_code == 422
    assert "more than a year ago" in answer.text


def test_pressed_twice_it_is_noted_once_and_the_page_says_so(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    page = f"/providers/{provider_id}/papers/service-sheet/deliveries"
    for how in ("mail", "print", "mail"):
        answer = client.post(page, data={"how": how}, headers=SAME_SITE)
        said = client.get(answer.location).text
        assert answer.status_code == 303
    assert "It is noted already: posted, on the same day." in said
    with handoff.db.read() as session:
        assert len(session.exec(select(DocumentDelivery)).all()) == 2
        assert session.get_one(Provider, provider_id).touch_count == 1
    client.post("/changes/1/undo", headers=SAME_SITE)
    client.post(page, data={"how": "mail"}, headers=SAME_SITE)
    with handoff.db.read() as session:
        assert len(session.exec(select(DocumentDelivery)).all()) == 2


def test_a_letter_is_posted_once_on_whichever_page_it_is_logged(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    paper, page = f"/providers/{provider_id}/papers/thank-you/deliveries", f"/providers/{provider_id}/letters"
    for _ in range(2):
        client.post(paper, data={"how": "mail"}, headers=SAME_SITE)
        said = client.get(client.post(page, data={"slug": "thank-you"}, headers=SAME_SITE).location).text
        assert "It is logged already, for the same day." in said
    client.post(page, data={"slug": "introduction-letter"}, headers=SAME_SITE)
    client.post(paper.replace("thank-you", "introduction-letter"), data={"how": "mail"}, headers=SAME_SITE)
    with handoff.db.read() as session:
        assert session.get_one(Provider, provider_id).touch_count == 2


def test_the_cover_of_a_fax_says_what_follows(client: FlaskClient, provider_id: int) -> None:
    cover = f"/providers/{provider_id}/papers/fax-cover.pdf"
    said = paper_reading.text_of(client.get(f"{cover}?with=sample-progress-report").data)
    assert "Sample progress report" in said
    for odd in ("with=nothing", "with=fax-cover", "with=progress-report", ""):
        assert client.get(f"{cover}?{odd}").status_code == 200


@pytest.mark.parametrize("how", ["email", "encrypted", "pigeon", ""])
def test_a_way_that_is_not_on_the_page_is_refused(client: FlaskClient, provider_id: int, how: str) -> None:
    answer = client.post(f"/providers/{provider_id}/papers/overview/deliveries", data={"how": how}, headers=SAME_SITE)
    assert answer.status_code == 422


def test_the_visit_sheet_is_for_oneself(client: FlaskClient, provider_id: int) -> None:
    assert "How did it leave?" not in client.get(f"/providers/{provider_id}/papers/visit-sheet").text


def test_names_with_markup_stay_text_on_the_page(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session, display_name="<script>alert(1)</script>", last_name="<b>X</b>")
        provider_id = provider.id
    for path in ("", "/sample-assessment", "/introduction-letter"):
        page = client.get(f"/providers/{provider_id}/papers{path}").text
        assert "<script>alert" not in page
        assert "<b>X</b>" not in page


def test_papers_are_linked_from_the_provider(client: FlaskClient, provider_id: int) -> None:
    assert f"/providers/{provider_id}/papers" in client.get(f"/providers/{provider_id}").text


@pytest.fixture
def partner_id(handoff: Handoff, provider_id: int) -> int:
    """The provider with one client who permits it."""
    with handoff.db.write() as session:
        one = factories.make_client(session, code="K-14", started_on=factories.TODAY)
        of = {"client_id": one.id, "provider_id": provider_id, "created_at": factories.NOW}
        session.add(ClientProvider(**of, role=ClientRole.INFORMED, since_on=factories.TODAY))
        session.add(ClientAuthorization(**of, signed_on=factories.TODAY))
    return provider_id


def test_a_partner_gets_the_page_about_their_clients_locked_or_on_paper(client: FlaskClient, partner_id: int) -> None:
    place = f"/providers/{partner_id}/papers/partner-summary"
    shown = client.get(f"{place}?period=this-month").text
    assert "Locked PDF, to send" in shown
    assert f"{place}/1.png?period=this-month" in shown
    short = client.post(f"{place}/locked", data={"password": "short"}, headers=SAME_SITE)
    assert (short.status_code, "at least 10 characters" in short.text) == (422, True)
    made = client.post(f"{place}/locked", data={"password": "five words and more"}, headers=SAME_SITE)
    assert made.headers["Cache-Control"] == "no-store"
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(made.data))
    assert pikepdf.open(BytesIO(made.data), password="five words and more").pages
    assert client.post(f"/providers/{partner_id}/papers/overview/locked", headers=SAME_SITE).status_code == 404


def test_the_page_about_their_clients_may_be_faxed_but_never_goes_with_a_mail(
    client: FlaskClient, handoff: Handoff, partner_id: int
) -> None:
    form = {"how": "fax", "delivered_on": factories.TODAY.isoformat()}
    place = f"/providers/{partner_id}/papers/partner-summary"
    assert client.post(f"{place}/deliveries", data=form, headers=SAME_SITE).status_code == 303
    refused = client.post(f"{place}/deliveries", data=form | {"how": "email"}, headers=SAME_SITE)
    assert refused.status_code == 422
    assert DocumentKind.PARTNER_SUMMARY not in WITH_MAIL


def test_results_are_a_page_for_oneself_of_any_period(client: FlaskClient) -> None:
    shown = client.get("/papers/monthly-results?period=last-quarter").text
    assert "/papers/monthly-results/1.png?period=last-quarter" in shown
    assert "How did it leave?" not in shown
    named = client.get("/papers/monthly-results.pdf?period=2026-01").headers["Content-Disposition"]
    assert named == 'inline; filename="results-january-2026-stride-after-care.pdf"'
