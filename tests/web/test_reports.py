"""The pages of reports: due first, each as it would be printed, refused without authorization, and gone when faxed."""

from __future__ import annotations

import html

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.client_kinds import ReportState
from crm.domain.kinds import TaskState
from crm.domain.papers import DeliveryHow, DocumentKind
from crm.models.client_care import ClientClearance
from crm.models.documents import DocumentDelivery
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from tests.conftest import SAME_SITE
from tests.documents import paper_reading
from tests.factories import TODAY
from tests.services import reports as files
from tests.services.reports import File

NAMED = {"name": "Wilhelmina Featherstonehaugh", "born": "04/17/1959"}


def furnish(handoff: Handoff, *, permitted: bool = True) -> File:
    with handoff.db.write() as session:
        found = files.make_file(session, TODAY, permitted=permitted)
        files.wind(session, found.client_id, TODAY)
        return found


@pytest.fixture
def file(handoff: Handoff) -> File:
    return furnish(handoff)


def progress(handoff: Handoff) -> DueReport:
    with handoff.db.read() as session:
        return session.get_one(DueReport, files.report_id(session, DocumentKind.PROGRESS_REPORT))


def shown(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_no_report_says_where_they_come_from(client: FlaskClient) -> None:
    assert "No report is owed" in shown(client, "/reports")
    assert "None has left yet" in shown(client, "/reports?part=settled")


def test_what_is_due_comes_first_and_the_kind_can_be_chosen(client: FlaskClient, handoff: Handoff, file: File) -> None:
    page = shown(client, "/reports")
    assert "Progress report for K-14" in page
    assert "Asha Shah, MD" in page
    assert "Progress report for K-14" not in shown(client, "/reports?kind=discharge-summary")
    assert "Progress report for K-14" in shown(client, f"/reports?provider={file.provider_id}")


def test_the_page_shows_the_report_with_its_figures(client: FlaskClient, handoff: Handoff, file: File) -> None:
    address = f"/reports/{progress(handoff).id}"
    page = shown(client, address)
    assert "95° to 118°" in page
    assert "9 to 12 reps" in page
    assert f"{address}/1.png" in page
    assert "Fax <strong>(713) 555-0188</strong>" in page
    picture = client.get(f"{address}/1.png")
    assert picture.data.startswith(b"\x89PNG")
    assert client.get(f"{address}/9.png").status_code == 404


def test_the_pdf_has_the_name_and_no_cache_keeps_it(client: FlaskClient, handoff: Handoff, file: File) -> None:
    address = f"/reports/{progress(handoff).id}"
    answer = client.post(f"{address}/files", data={**NAMED, "way": "print"}, headers=SAME_SITE)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert NAMED["name"] in paper_reading.text_of(answer.data)
    assert client.get(f"{address}/files").status_code == 405
    assert NAMED["name"] not in client.get(address).text
    saved = client.post(f"{address}/files", data={"way": "save"}, headers=SAME_SITE)
    assert saved.headers["Content-Disposition"] == (
        'attachment; filename="progress-report-stride-after-care-k-14.pdf"'
    )  # fmt: skip


def test_a_locked_pdf_needs_a_password_of_some_length(client: FlaskClient, handoff: Handoff, file: File) -> None:
    address = f"/reports/{progress(handoff).id}/files"
    short = client.post(address, data={**NAMED, "way": "locked", "password": "short"}, headers=SAME_SITE)
    assert short.status_code == 422
    assert "at least 10" in short.text
    assert NAMED["name"] in short.text
    long = client.post(address, data={**NAMED, "way": "locked", "password": "fern-ocean-4471"}, headers=SAME_SITE)
    assert long.data.startswith(b"%PDF")
    assert b"/Encrypt" in long.data


def test_the_cover_of_the_fax_names_no_client(client: FlaskClient, handoff: Handoff, file: File) -> None:
    cover = paper_reading.text_of(client.get(f"/reports/{progress(handoff).id}/fax-cover.pdf").data)
    assert "Progress report" in cover
    assert "K-14" not in cover


def test_faxed_is_noted_with_undo(client: FlaskClient, handoff: Handoff, file: File) -> None:
    report = progress(handoff)
    address = f"/reports/{report.id}"
    answer = client.post(f"{address}/deliveries", data={"how": "fax", "confirmed": "1"}, headers=SAME_SITE)
    assert answer.status_code == 303
    page = shown(client, "/reports")
    assert "Noted: faxed." in page
    assert "On time: 1 of 1" in page
    assert "On time" in shown(client, "/reports?part=settled")
    assert "Delivered" in shown(client, address)
    with handoff.db.read() as session:
        assert session.exec(select(DocumentDelivery)).one().how is DeliveryHow.FAX
    kept = paper_reading.text_of(client.get(f"/papers/made/{session_document(handoff)}.pdf").data)
    assert "K-14" in kept


def session_document(handoff: Handoff) -> int:
    with handoff.db.read() as session:
        return session.exec(select(DocumentDelivery)).one().document_id


def test_plain_mail_is_refused_in_words(client: FlaskClient, handoff: Handoff, file: File) -> None:
    address = f"/reports/{progress(handoff).id}"
    client.post(f"{address}/deliveries", data={"how": "email"}, headers=SAME_SITE)
    assert "Plain e-mail can be read on its way" in shown(client, address)
    assert progress(handoff).state is ReportState.OPEN


def test_without_authorization_the_page_says_so_and_nothing_leaves(client: FlaskClient, handoff: Handoff) -> None:
    found = furnish(handoff, permitted=False)
    address = f"/reports/{progress(handoff).id}"
    page = shown(client, address)
    assert "This report may not leave yet" in page
    assert f"/clients/{found.client_id}/authorizations/new?provider_id={found.provider_id}" in page
    assert f"/providers/{found.provider_id}/papers/client-authorization.pdf" in page
    assert "It has reached them" not in page
    made = client.post(f"{address}/files", data={"way": "print"}, headers=SAME_SITE)
    assert made.status_code == 409
    assert "No authorization of K-14" in made.text
    client.post(f"{address}/deliveries", data={"how": "fax"}, headers=SAME_SITE)
    assert progress(handoff).state is ReportState.OPEN


def test_words_are_kept_checked_and_shown_at_their_field(client: FlaskClient, handoff: Handoff, file: File) -> None:
    address = f"/reports/{progress(handoff).id}"
    client.post(address, data={"plan": "Add stairs\nWalk 20 minutes"}, headers=SAME_SITE)
    assert "Add stairs\nWalk 20 minutes" in shown(client, address)
    refused = client.post(address, data={"ask": "Mrs. Lee, DOB 04/17/1959?"}, headers=SAME_SITE)
    assert refused.status_code == 422
    assert "Mrs. Lee, DOB" in refused.text
    client.post(address, data={"bottom_line": "I treat her knee pain."}, headers=SAME_SITE)
    page = shown(client, address)
    assert "<q>" in page
    assert "Some words can’t go on paper" in page


def test_one_can_be_skipped_with_a_reason(client: FlaskClient, handoff: Handoff, file: File) -> None:
    report = progress(handoff)
    empty = client.post(f"/reports/{report.id}/skips", data={"reason": ""}, headers=SAME_SITE)
    assert empty.status_code == 422
    client.post(f"/reports/{report.id}/skips", data={"reason": "Away until April"}, headers=SAME_SITE)
    assert "Away until April" in shown(client, f"/reports/{report.id}")
    assert progress(handoff).id != report.id


def test_another_report_is_asked_for_on_the_clients_page(client: FlaskClient, handoff: Handoff, file: File) -> None:
    assert "Progress report" in shown(client, f"/clients/{file.client_id}")
    wanted = {"kind": "session-log", "provider_id": str(file.provider_id)}
    answer = client.post(f"/clients/{file.client_id}/reports", data=wanted, headers=SAME_SITE)
    assert "Session log for K-14" in shown(client, answer.location)


def test_an_urgent_change_is_a_phone_call_first(client: FlaskClient, handoff: Handoff, file: File) -> None:
    with handoff.db.write() as session:
        files.make_event(session, file, TODAY, urgent=True)
        session.get_one(Provider, file.provider_id).phone = "7135550199"
        files.wind(session, file.client_id, TODAY)
        report_id = files.report_id(session, DocumentKind.STATUS_CHANGE)
    page = shown(client, f"/reports/{report_id}")
    assert "Phone first." in page
    assert "(713) 555-0199" in page


def test_the_clearance_that_is_outstanding_is_shown(client: FlaskClient, handoff: Handoff, file: File) -> None:
    with handoff.db.write() as session:
        for one in session.exec(select(ClientClearance)):
            one.returned_on = None
    assert "The clearance is outstanding since" in shown(client, f"/reports/{progress(handoff).id}")


# --- where reports are seen elsewhere ---------------------------------------------------------------------------------


def test_a_follow_up_leads_to_its_report_and_is_not_simply_done(
    client: FlaskClient, handoff: Handoff, file: File
) -> None:
    report = progress(handoff)
    assert f"/reports/{report.id}" in shown(client, "/followups")
    answer = client.post(f"/followups/{report.task_id}/completions", data={}, headers=SAME_SITE)
    assert answer.location.endswith(f"/reports/{report.id}")
    assert "Say how it reached them" in shown(client, answer.location)
    dropped = client.post(f"/followups/{report.task_id}/drops", data={}, headers=SAME_SITE)
    assert dropped.location.endswith(f"/reports/{report.id}")
    with handoff.db.read() as session:
        assert session.get_one(Task, report.task_id).state is TaskState.OPEN


def test_today_counts_the_reports_that_are_due(client: FlaskClient, handoff: Handoff, file: File) -> None:
    assert "Reports due: 1" in shown(client, "/")


def test_the_providers_page_says_how_many_came_on_time(client: FlaskClient, handoff: Handoff, file: File) -> None:
    with handoff.db.write() as session:
        session.get_one(Provider, file.provider_id).referral_count = 1
    client.post(f"/reports/{progress(handoff).id}/deliveries", data={"how": "hand"}, headers=SAME_SITE)
    page = shown(client, f"/providers/{file.provider_id}")
    assert "1 of 1 on time" in page
    assert "Progress report about K-14: handed over" in page
