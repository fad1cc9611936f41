from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import ReferralStatus
from crm.models.accounts import Business
from crm.models.audit import AuditEntry
from tests import factories
from tests.factories import TODAY

YEAR = "period=last-12-months"
EVIL = '=1+1<script>alert("x")</script>'


@pytest.fixture
def referred(handoff: Handoff, business: Business) -> int:
    """Seven referrals of this month, five started, from two providers; gives the id of the first."""
    with handoff.db.write() as session:
        names = ("Anita Shah, MD", EVIL)
        shah, other = (factories.make_provider(session, display_name=name, stage="partner") for name in names)
        for number in range(7):
            day = TODAY.replace(day=1) + timedelta(days=number % 2)
            started = day if number < 5 else None
            factories.make_referral(
                session,
                provider_id=(shah if number < 6 else other).id,
                received_on=day,
                contacted_on=day,
                started_on=started,
                status=ReferralStatus.STARTED if started else ReferralStatus.CONTACTED,
                service_key="post_rehab_conditioning",
                expected_cents=120_000,
            )
        assert shah.id is not None
        return shah.id


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.text[:500])
    html5lib.HTMLParser(strict=False).parse(answer.text)
    return answer.text


def behind(client: FlaskClient, html: str, value: str) -> str:
    """The page that a number on a tile leads to."""
    found = re.search(rf'<a class="stat[^"]*" href="([^"]+)"><span class="value">{re.escape(value)}</span>', html)
    assert found, value
    return page(client, found[1].replace("&amp;", "&"))


def test_the_month_reads_as_one_sentence_and_each_number_opens_its_rows(client: FlaskClient, referred: int) -> None:
    html = page(client, "/results")
    assert "Received 7, started 5." in html
    assert behind(client, html, "7").count("<tr><td") == 7
    assert behind(client, html, "5 of 7").count("<tr><td") == 5


@pytest.mark.parametrize("show", ["", "funnels", "ways", "partners", "money"])
def test_every_part_shows_its_figures_and_escapes_what_was_typed(client: FlaskClient, referred: int, show: str) -> None:
    html = page(client, f"/results?{YEAR}&show={show}")
    assert "<script>alert" not in html
    assert "card flush" in html


@pytest.mark.parametrize("by", ["specialty", "service", "source", "practice", "channel", "how", "sequence", "person"])
def test_what_works_is_broken_down_by_what_was_chosen(client: FlaskClient, referred: int, by: str) -> None:
    html = page(client, f"/results?{YEAR}&show=ways&by={by}")
    assert f'id="by-{by}"' in html
    assert html.count('id="by-') == 2  # the section and its heading


def test_one_of_one_is_marked_as_few_and_stands_after_six(client: FlaskClient, referred: int) -> None:
    html = page(client, f"/results?{YEAR}&show=ways&by=source")
    assert html.index("Anita Shah") < html.index("=1+1&lt;")
    assert "<small>few</small>" in html


def test_too_much_from_one_source_is_only_said_of_enough_referrals(
    client: FlaskClient, handoff: Handoff, referred: int
) -> None:
    assert "is a risk" not in page(client, "/results")
    with handoff.db.write() as session:
        factories.make_referral(session, provider_id=referred, received_on=TODAY)
    assert "7 of 8 referrals came from Anita Shah, MD" in page(client, "/results")


def test_every_number_on_the_page_has_a_page_of_rows(client: FlaskClient, referred: int) -> None:
    keys = set()
    for show in ("", "funnels", "ways", "partners", "money"):
        keys |= set(re.findall(r'href="(/results/rows/[^"]+)"', page(client, f"/results?{YEAR}&show={show}")))
    assert len(keys) > 15
    for address in keys:
        assert "<tr><td" in page(client, address.replace("&amp;", "&")), address


def test_the_period_and_the_comparison_are_in_the_address(client: FlaskClient, referred: int) -> None:
    html = page(client, "/results?first=2025-01-01&last=2025-03-31&compare=year")
    assert "January to March 2025, compared with January to March 2024" in html
    assert "period=2025-01-01..2025-03-31&amp;compare=year" in html
    assert "compared with" not in page(client, "/results?compare=none")


@pytest.mark.parametrize("query", ["period=someday", "first=2026-03-09&last=2026-03-01", "first=x", "compare=moon"])
def test_what_cannot_be_read_falls_back_to_this_month(client: FlaskClient, referred: int, query: str) -> None:
    assert "Received 7" in page(client, f"/results?{query}")


def test_a_new_practice_is_told_the_one_thing_to_do(client: FlaskClient, business: Business) -> None:
    html = page(client, "/results")
    assert "Nothing to count yet" in html
    assert "sentence" not in html


def test_sample_figures_are_said_to_be_samples(client: FlaskClient, handoff: Handoff, business: Business) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session, sample=True)
        factories.make_referral(session, provider_id=provider.id, received_on=TODAY, sample=True)
    assert "These are sample figures" in page(client, "/results")


def test_a_section_is_taken_as_csv_with_counts_and_intervals_in_columns(client: FlaskClient, referred: int) -> None:
    answer = client.get("/results/by-source.csv?period=this-month")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][:6] == ["Provider", "Started", "Started: of", "Started: share", "Started: between", "Started: and"]
    assert rows[1][:3] == ["Anita Shah, MD", "5", "6"]
    assert rows[2][0] == "'" + EVIL
    assert answer.headers["Content-Disposition"] == 'attachment; filename="results-by-source-march-2026.csv"'


def test_the_rows_are_taken_whole_and_the_audit_trail_says_so(
    client: FlaskClient, handoff: Handoff, referred: int
) -> None:
    answer = client.get("/results/rows/referral.received.csv?period=this-month")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 7
    assert rows[0]["Expected, dollars"] == "1200.0"
    with handoff.db.read() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.kind == "export")).all()
    assert (entry.subject, entry.detail) == ("results rows referral.received", {"period": "this-month"})


def test_the_workbook_has_a_sheet_for_every_section_and_no_formula(client: FlaskClient, referred: int) -> None:
    answer = client.get("/results.xlsx?period=this-month")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert len(book.sheet_names) >= 20
    cells: list[Any] = [cell for row in book.get_sheet_by_name("By provider").to_python() for cell in row]
    assert EVIL in cells
    rows = client.get("/results/rows/referral.received.xlsx?period=this-month")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(rows.data)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 8
    assert sheet[1][5].__class__ is date or isinstance(sheet[1][5], date)


@pytest.mark.parametrize("path", ["/results/rows/nothing", "/results/nothing.csv", "/results/nothing.xlsx"])
def test_what_is_not_there_is_not_found(client: FlaskClient, referred: int, path: str) -> None:
    assert client.get(path).status_code == 404


def test_rows_come_in_pages(client: FlaskClient, handoff: Handoff, referred: int) -> None:
    with handoff.db.write() as session:
        for _ in range(50):
            factories.make_referral(session, provider_id=referred, received_on=TODAY)
    first = page(client, "/results/rows/referral.received?period=this-month")
    assert first.count("<tr><td") == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    assert page(client, following[1].replace("&amp;", "&")).count("<tr><td") == 7
