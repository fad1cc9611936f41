from __future__ import annotations

from datetime import date

import pytest

from crm.domain.client_kinds import ClientRole, ReportState, SessionState
from crm.domain.errors import Refused
from crm.domain.kinds import ReferralStatus
from crm.domain.papers import DocumentKind
from crm.domain.periods import Period
from crm.models.client_care import ClientAuthorization, ClientSession
from crm.models.clients import ClientProvider
from crm.models.reports import DueReport
from crm.services import partner_summaries
from crm.services.partner_summaries import Summary
from crm.store.engine import Database
from tests.factories import NOW, make_client, make_provider, make_referral, saved

QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
TODAY = date(2026, 3, 20)


class File:
    """A provider's clients, put together client by client."""

    def __init__(self, db: Database) -> None:
        self.db = db
        with db.write() as session:
            self.provider_id = make_provider(session).id or 0

    def client(self, code: str, *, signed: date | None = date(2026, 1, 2), **given: object) -> int:
        with self.db.write() as session:
            one = make_client(session, code=code, **given)
            assert one.id is not None
            link = {"client_id": one.id, "provider_id": self.provider_id, "created_at": NOW}
            saved(session, ClientProvider(**link, role=ClientRole.INFORMED, since_on=date(2026, 1, 1)))
            if signed:
                saved(session, ClientAuthorization(**link, signed_on=signed))
            return one.id

    def refer(self, client_id: int, **given: object) -> None:
        with self.db.write() as session:
            make_referral(session, client_id=client_id, provider_id=self.provider_id, **given)

    def held(self, client_id: int, day: date, state: SessionState) -> None:
        with self.db.write() as session:
            saved(session, ClientSession(client_id=client_id, happened_on=day, state=state, created_at=NOW))

    def report(self, client_id: int, due_on: date, delivered_on: date | None) -> None:
        state = ReportState.DELIVERED if delivered_on else ReportState.OPEN
        stamps = {"created_at": NOW, "updated_at": NOW, "occasion": due_on.isoformat()}
        row = DueReport(
            client_id=client_id,
            provider_id=self.provider_id,
            kind=DocumentKind.PROGRESS_REPORT,
            due_on=due_on,
            delivered_on=delivered_on,
            state=state,
            **stamps,
        )
        with self.db.write() as session:
            saved(session, row)

    def summary(self, period: Period = QUARTER) -> Summary:
        with self.db.read() as session:
            return partner_summaries.of(session, self.provider_id, period, TODAY)


@pytest.fixture
def file(db: Database) -> File:
    return File(db)


def test_a_client_is_told_of_with_sessions_and_reports_of_the_quarter(file: File) -> None:
    one = file.client("K-14", started_on=date(2026, 1, 5))
    for day, state in ((5, SessionState.ATTENDED), (7, SessionState.MISSED), (9, SessionState.CANCELLED)):
        file.held(one, date(2026, 1, day), state)
    file.held(one, date(2025, 12, 30), SessionState.ATTENDED)
    file.report(one, date(2025, 12, 20), date(2025, 12, 20))
    file.report(one, date(2026, 2, 4), date(2026, 2, 3))
    file.report(one, date(2026, 4, 5), None)
    (entry,) = file.summary().entries
    assert (entry.code, entry.stands, entry.since_on) == ("K-14", "In the program", date(2026, 1, 5))
    assert entry.sessions.words == "1 of 2"
    assert entry.delivered == (("Progress report", date(2026, 2, 3)),)
    assert entry.next_report == ("Progress report", date(2026, 4, 5))


def test_clients_without_an_authorization_are_counted_and_not_named(file: File) -> None:
    file.client("K-1")
    file.client("K-2", signed=None)
    file.client("K-3", signed=date(2026, 3, 21))
    summary = file.summary()
    assert [each.code for each in summary.entries] == ["K-1"]
    assert summary.withheld == 2


def test_it_is_refused_where_nobody_may_be_named_or_there_is_nobody(file: File) -> None:
    with pytest.raises(Refused, match="no clients here"):
        file.summary()
    file.client("K-2", signed=None)
    with pytest.raises(Refused, match="has not authorized"):
        file.summary()


def test_who_ended_before_and_who_came_after_are_left_out(file: File) -> None:
    file.client("K-1", started_on=date(2026, 1, 5), ended_on=date(2026, 2, 1))
    file.client("K-2", started_on=date(2025, 1, 5), ended_on=date(2025, 12, 31))
    (entry,) = file.summary().entries
    assert (entry.code, entry.stands, entry.since_on) == ("K-1", "Finished", date(2026, 2, 1))
    with pytest.raises(Refused, match="no clients here"):
        file.summary(Period(date(2024, 1, 1), date(2024, 3, 31)))


@pytest.mark.parametrize(
    ("referral", "stands"),
    [
        ({"status": ReferralStatus.RECEIVED}, ("Referral received", date(2026, 2, 1))),
        ({"status": ReferralStatus.CONTACTED, "contacted_on": date(2026, 2, 2)}, ("In touch", date(2026, 2, 2))),
        (
            {"status": ReferralStatus.SCHEDULED, "scheduled_on": date(2026, 2, 3)},
            ("First session arranged", date(2026, 2, 3)),
        ),
        ({"status": ReferralStatus.LOST, "ended_on": date(2026, 2, 9)}, ("Did not begin", date(2026, 2, 9))),
    ],
)
def test_before_the_start_the_referral_says_where_they_stand(
    file: File, referral: dict[str, object], stands: tuple[str, date]
) -> None:
    file.refer(file.client("K-1"), received_on=date(2026, 2, 1), **referral)
    (entry,) = file.summary().entries
    assert (entry.stands, entry.since_on) == stands
