"""What is owed about a provider's clients comes along on a visit to them, as far as the clients permit it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from sqlmodel import Session, select

from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.papers import DocumentKind
from crm.models.client_care import ClientAuthorization
from crm.models.documents import Document
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.visits import Visit
from crm.services import offline, papers, visit_packs, visit_sheets
from crm.services.offline import Keep
from crm.services.paper_desk import Wish
from crm.services.visit_packs import Pack
from crm.services.visit_reports import HandOver
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.papers import FakePress
from tests.services.reports import File, make_file, wind

K = DocumentKind
LATER = TODAY + timedelta(days=3)


def _file(session: Session, **given: Any) -> File:
    """K-14's progress report is due today to Dr. Shah, who is visited in three days."""
    factories.make_business(session)
    factories.make_user(session)
    file = make_file(session, TODAY, **given)
    session.get_one(Provider, file.provider_id).referral_count = 1
    wind(session, file.client_id, TODAY)
    factories.make_visit(session, provider_id=file.provider_id, owner_id=1, planned_on=LATER, materials=["Card"])
    return file


def _reports(session: Session, file: File) -> tuple[HandOver, ...]:
    return visit_sheets.sheet(session, file.provider_id, user_id=1, now=NOW).reports


def _pack(session: Session, press: Any = None) -> Pack:
    return visit_packs.pack(session, 1, LATER, now=NOW, press=press or FakePress())


def _permit(session: Session) -> ClientAuthorization:
    return session.exec(select(ClientAuthorization)).one()


def test_reports_that_are_owed_are_on_the_sheet_and_in_the_pack(db: Database) -> None:
    with db.write() as session:
        file, press = _file(session), FakePress()
        assert [(each.title, each.why_not) for each in _reports(session, file)] == [("Progress report for K-14", "")]
        found = _pack(session, press)
        assert press.made == [(K.VISIT_SHEET, file.provider_id, ""), (K.PROGRESS_REPORT, file.provider_id, "")]
        assert [part.title for part in found.parts][1] == "Asha Shah, MD: Progress report for K-14"
        assert found.withheld == []


def test_one_that_nobody_permitted_is_not_printed_and_why_is_said(db: Database) -> None:
    with db.write() as session:
        file, press = _file(session, permitted=False), FakePress()
        why = "no authorization of K-14 covers it"
        assert [(each.report, each.why_not) for each in _reports(session, file)] == [(None, why)]
        found = _pack(session, press)
        assert press.made == [(K.VISIT_SHEET, file.provider_id, "")]
        assert [(each.name, each.title, each.why) for each in found.withheld] == [
            ("Asha Shah, MD", "Progress report for K-14", why)
        ]
        assert found.faults == []
        sheet = papers.prepare(session, Wish(K.VISIT_SHEET, file.provider_id, user_id=1, now=NOW))
        assert f"Progress report for K-14 (not printed: {why})" in sheet.text


@pytest.mark.parametrize("ends", ["until_on", "revoked_on"])
def test_it_must_be_permitted_on_the_day_of_the_visit_too(db: Database, ends: str) -> None:
    with db.write() as session:
        file = _file(session)
        setattr(_permit(session), ends, TODAY + timedelta(days=1))
        session.flush()
        (found,) = _reports(session, file)
        assert (found.report, found.why_not) == (None, "no authorization of K-14 covers it on Mar 7")


def test_a_permit_for_another_kind_of_report_is_none(db: Database) -> None:
    with db.write() as session:
        file = _file(session)
        _permit(session).covers = ["discharge-summary"]
        session.flush()
        assert [each.report for each in _reports(session, file)] == [None]


def test_a_report_with_words_that_block_is_kept_back_and_the_sheet_is_not(db: Database) -> None:
    with db.write() as session:
        file = _file(session)
        session.exec(select(DueReport)).one().plan = "I will treat the knee and cure the arthritis"
        session.flush()
        (found,) = _reports(session, file)
        assert found.why_not == "a word on it has to be changed first"
        sheet = papers.prepare(session, Wish(K.VISIT_SHEET, file.provider_id, user_id=1, now=NOW))
        assert "a word on it has to be changed first" in sheet.text


def test_one_that_is_due_long_after_the_visit_stays_at_home(db: Database) -> None:
    with db.write() as session:
        file = _file(session)
        row = session.exec(select(DueReport)).one()
        row.due_on = LATER + timedelta(days=7)
        session.flush()
        assert len(_reports(session, file)) == 1
        row.due_on = LATER + timedelta(days=8)
        session.flush()
        assert _reports(session, file) == ()


def test_many_reports_still_leave_the_sheet_on_one_page(sqlite_db: Database) -> None:
    long = "She wants to see numbers, not stories; ask about range of motion after six weeks and who tests it there"
    with sqlite_db.write() as session:
        file = _file(session)
        provider = session.get_one(Provider, file.provider_id)
        for number in range(5):
            other = make_file(session, TODAY, provider=provider, code=f"B-0{number}", permitted=False)
            wind(session, other.client_id, TODAY)
            about = {"provider_id": provider.id, "body": long, "happened_at": NOW - timedelta(days=number)}
            factories.make_activity(session, kind=ActivityKind.CALL, outcome=Outcome.CONVERSATION, **about)
        paper = papers.make(session, Wish(K.VISIT_SHEET, provider.id, user_id=1, now=NOW))
    assert paper.pages == 1
    for code in ("K-14", *(f"B-0{number}" for number in range(5))):
        assert f"Progress report for {code}" in paper.text


def test_somebody_visited_twice_that_day_gets_it_once(db: Database) -> None:
    with db.write() as session:
        file, press = _file(session), FakePress()
        factories.make_visit(session, provider_id=file.provider_id, owner_id=1, planned_on=LATER)
        _pack(session, press)
        assert [kind for kind, _, _ in press.made].count(K.PROGRESS_REPORT) == 1


def test_the_file_has_the_code_a_line_for_the_name_and_keeps_nothing(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        file = _file(session)
        (report,) = _reports(session, file)
        assert report.report is not None
        made = _pack(session, papers.PRESS).pdf()
        assert session.exec(select(Document)).all() == []
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert len(opened.pages) == 2


def test_the_phones_pack_is_fetched_anew_when_a_report_may_no_longer_leave(db: Database) -> None:
    def versions(session: Session) -> list[str]:
        session.flush()
        kept = offline.worth_keeping(session, 1, today=TODAY, release="r")
        return [each.version for each in kept if each.what in (Keep.PACK, Keep.SHEET)]

    with db.write() as session:
        _file(session)
        session.exec(select(Visit)).one().planned_on = TODAY
        before = versions(session)
        assert versions(session) == before
        permit = _permit(session)
        permit.revoked_on = TODAY
        assert not set(versions(session)) & set(before)
        permit.revoked_on = None
        assert versions(session) == before
        session.exec(select(DueReport)).one().plan = "Stairs twice a week"
        assert not set(versions(session)) & set(before)
