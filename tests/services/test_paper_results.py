from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm.domain.client_kinds import ClientRole
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import ReferralStatus
from crm.domain.papers import DocumentKind
from crm.models.client_care import ClientAuthorization
from crm.models.clients import ClientProvider
from crm.services import papers
from crm.services.paper_desk import Wish
from crm.services.papers import Paper
from crm.store.engine import Database
from tests.documents import paper_reading
from tests.factories import NOW, TODAY, acquainted, make_client, make_provider, make_referral, saved


def made(db: Database, kind: DocumentKind, provider_id: int | None = None, period: str = "") -> Paper:
    with db.read() as session:
        return papers.make(session, Wish(kind, provider_id, user_id=1, now=NOW, period=period))


@pytest.fixture
def provider_id(sqlite_db: Database) -> int:
    """Seven referrals of this month from somebody whose name looks like markup, five started."""
    with sqlite_db.write() as session:
        acquainted(session)
        provider = make_provider(session, display_name="#eval(Shah), MD", stage="partner")
        for number in range(7):
            started = TODAY if number < 5 else None
            status = ReferralStatus.STARTED if started else ReferralStatus.RECEIVED
            make_referral(
                session,
                provider_id=provider.id,
                received_on=TODAY,
                contacted_on=started,
                started_on=started,
                status=status,
            )
        assert provider.id is not None
        return provider.id


def test_the_month_on_one_page_says_what_results_says(sqlite_db: Database, provider_id: int) -> None:
    paper = made(sqlite_db, DocumentKind.MONTHLY_RESULTS)
    said = paper_reading.text_of(paper.pdf)
    assert paper.pages == 1
    assert "Received 7, started 5." in said
    assert "5 of 7" in said
    assert "#eval(Shah), MD" in said
    assert paper.facts["period"] == "this-month"


def test_another_period_can_be_asked_for_and_must_be_one(sqlite_db: Database, provider_id: int) -> None:
    paper = made(sqlite_db, DocumentKind.MONTHLY_RESULTS, period="last-year")
    assert "No referral received." in paper_reading.text_of(paper.pdf)
    assert paper.file_name == "results-2025-stride-after-care.pdf"
    with pytest.raises(Invalid, match="is no period"):
        made(sqlite_db, DocumentKind.MONTHLY_RESULTS, period="someday")


def test_a_month_without_anything_is_a_page_all_the_same(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        acquainted(session)
    paper = made(sqlite_db, DocumentKind.MONTHLY_RESULTS)
    assert paper.pages == 1
    assert "No partner has gone quiet." in paper_reading.text_of(paper.pdf)


def _client(db: Database, provider_id: int, code: str, *, signed: bool) -> None:
    with db.write() as session:
        client = make_client(session, code=code, started_on=TODAY - timedelta(days=20))
        of = {"client_id": client.id, "provider_id": provider_id, "created_at": NOW}
        saved(session, ClientProvider(**of, role=ClientRole.INFORMED, since_on=date(2026, 1, 1)))
        if signed:
            saved(session, ClientAuthorization(**of, signed_on=date(2026, 1, 2)))


def test_a_partner_reads_of_those_who_permit_it_and_how_many_do_not(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        provider = acquainted(session)
        assert provider.id is not None
    _client(sqlite_db, provider.id, "K-14", signed=True)
    _client(sqlite_db, provider.id, "K-15", signed=False)
    paper = made(sqlite_db, DocumentKind.PARTNER_SUMMARY, provider.id)
    said = paper_reading.text_of(paper.pdf)
    assert "K-14" in said
    assert "K-15" not in said
    assert "1 more client isn’t listed" in said
    assert paper.facts["clients"] == ["K-14"]


def test_a_partner_gets_nothing_where_nobody_permits_it(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        provider = acquainted(session)
        assert provider.id is not None
    _client(sqlite_db, provider.id, "K-15", signed=False)
    with pytest.raises(Refused, match="has not authorized"):
        made(sqlite_db, DocumentKind.PARTNER_SUMMARY, provider.id)
    with pytest.raises(Invalid, match="for which provider"):
        made(sqlite_db, DocumentKind.PARTNER_SUMMARY)
