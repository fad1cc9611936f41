"""The papers of a day, asked for in a browser."""

from __future__ import annotations

import io

import pikepdf
import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.client_kinds import ReportState
from crm.models.accounts import User
from crm.models.providers import Provider
from crm.models.reports import DueReport
from tests.conftest import SAME_SITE
from tests.factories import TODAY, make_user
from tests.services.reports import make_file, wind
from tests.services.road import TOMORROW, visit_at

REPORT = 1
PACK = f"/visits/days/{TOMORROW}/pack.pdf"


def test_a_day_is_one_file_named_after_it(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        visit_at(session, 0.1)
    answer = client.get(PACK)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'inline; filename="visits-{TOMORROW}.pdf"'
    with pikepdf.open(io.BytesIO(answer.data)) as made:
        assert len(made.pages) == 1


def test_a_day_without_visits_is_a_page_that_says_what_to_do(client: FlaskClient) -> None:
    answer = client.get(f"/visits/days/{TODAY}/pack.pdf")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "No visit is planned for" in answer.text
    assert "Plan the week" in answer.text


@pytest.mark.parametrize("day", ["someday", "2026-02-30", "tomorrow"])
def test_a_day_that_is_none_is_not_there(client: FlaskClient, day: str) -> None:
    answer = client.get(f"/visits/days/{day}/pack.pdf")
    assert answer.status_code == 404
    assert "There is no such day." in answer.text


def test_where_a_paper_cannot_be_made_nothing_is_printed_and_the_page_says_for_whom(
    client: FlaskClient, handoff: Handoff
) -> None:
    with handoff.db.write() as session:
        session.get_one(User, 1).name = ""
        visit_at(session, 0.1, materials=["referral-pad"])
    answer = client.get(PACK)
    assert (answer.status_code, answer.mimetype) == (409, "text/html")
    assert "Nothing was printed" in answer.text
    assert "Maria Provider" in answer.text


def test_a_report_is_in_the_days_file_only_as_far_as_it_is_permitted(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        visit = visit_at(session, 0.1)
        provider = session.get_one(Provider, visit.provider_id)
        provider.referral_count = 2
        for code, permitted in (("K-14", True), ("B-02", False)):
            file = make_file(session, TODAY, provider=provider, code=code, permitted=permitted)
            wind(session, file.client_id, TODAY)
        visit_id = visit.id
    with pikepdf.open(io.BytesIO(client.get(PACK).data)) as made:
        assert len(made.pages) == 2
    page = client.get(f"/visits/{visit_id}").text
    assert "Progress report for K-14</a></li>" in page
    assert "Not printed: no authorization of B-02 covers it." in page


def test_after_the_visit_a_report_is_noted_as_handed_over_in_one_tap(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        visit = visit_at(session, 0.1, TODAY)
        provider = session.get_one(Provider, visit.provider_id)
        provider.referral_count = 1
        wind(session, make_file(session, TODAY, provider=provider).client_id, TODAY)
        page = f"/visits/{visit.id}"
    tap = f'action="/reports/{REPORT}/deliveries"'
    assert tap not in client.get(page).text
    client.post(f"{page}/entries", data={"met": "provider", "client_key": "a"}, headers=SAME_SITE)
    shown = client.get(page).text
    assert tap in shown
    assert f'name="delivered_on" value="{TODAY}"' in shown
    form = {"how": "hand", "delivered_on": TODAY.isoformat()}
    assert client.post(f"/reports/{REPORT}/deliveries", data=form, headers=SAME_SITE).status_code == 303
    with handoff.db.read() as session:
        report = session.get_one(DueReport, REPORT)
        assert (report.state, report.delivered_on) == (ReportState.DELIVERED, TODAY)
    assert tap not in client.get(page).text


def test_the_day_of_a_colleague_is_theirs(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        colleague = make_user(session)
        visit_at(session, 0.1).owner_id = colleague.id
    assert client.get(PACK).status_code == 404


def test_papers_are_for_those_who_are_signed_in(visitor: FlaskClient) -> None:
    assert visitor.get(PACK, headers=SAME_SITE).status_code in (302, 303)
