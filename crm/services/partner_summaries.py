"""What one provider is told about their clients of a period: codes, where they stand, sessions and reports.

Each client is in it only where an authorization to report on their progress to this provider stands on the day it is
made; the others are counted, so that nobody takes the list for complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from crm.domain import attendance
from crm.domain.attendance import Attendance
from crm.domain.client_kinds import ReportState, SessionState
from crm.domain.errors import Refused
from crm.domain.kinds import ReferralStatus
from crm.domain.papers import TITLES, DocumentKind
from crm.domain.periods import Period
from crm.services import authorizations
from crm.store import partner_summaries as store
from crm.store.partner_summaries import Known, Report, Sent

NEEDED = DocumentKind.PROGRESS_REPORT
"""The summary says what a progress report says, and less: so much has to be permitted."""

S = ReferralStatus


@dataclass(frozen=True, slots=True)
class Entry:
    """One client. `since_on` is the day since which they stand there."""

    code: str
    stands: str
    since_on: date | None
    sessions: Attendance
    delivered: tuple[tuple[str, date], ...]
    next_report: tuple[str, date] | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The clients that may be named, and how many others there are."""

    period: Period
    entries: tuple[Entry, ...]
    withheld: int


def of(session: Session, provider_id: int, period: Period, today: date) -> Summary:
    """The summary. Refused where there is no client at all, or none that may be named."""
    found = store.clients(session, provider_id, period.first_on, period.last_on)
    named = [one for one in found if authorizations.standing(session, one.id, provider_id, NEEDED, today)]
    if not named:
        raise _refusal(len(found), period)
    return Summary(period, tuple(_entries(session, provider_id, named, period, today)), len(found) - len(named))


def _refusal(count: int, period: Period) -> Refused:
    if not count:
        return Refused("no_clients", f"This provider has no clients here in {period.label}.")
    who = "The client" if count == 1 else f"None of the {count} clients"
    has = "has not" if count == 1 else "has"
    return Refused(
        "unauthorized",
        f"{who} of this provider in {period.label} {has} authorized a progress report to them. "
        "Write down the signed authorization on the client’s page first.",
    )


def _entries(
    session: Session, provider_id: int, named: Sequence[Known], period: Period, today: date
) -> Iterable[Entry]:
    ids = [one.id for one in named]
    sent = store.referrals(session, provider_id, ids)
    held: dict[int, list[tuple[date, SessionState]]] = defaultdict(list)
    for client_id, day, state in store.sessions(session, ids, period.first_on, period.last_on):
        held[client_id].append((day, state))
    told: dict[int, list[Report]] = defaultdict(list)
    for report in store.reports(session, provider_id, ids):
        told[report.client_id].append(report)
    for one in named:
        stands, since_on = _stands(one, sent.get(one.id))
        yield Entry(
            one.code,
            stands,
            since_on,
            attendance.of(held[one.id], today),
            _delivered(told[one.id], period),
            _next(told[one.id]),
        )


def _stands(one: Known, sent: Sent | None) -> tuple[str, date | None]:
    """Where a client stands, in words a provider reads, and since when."""
    if one.ended_on is not None and one.started_on is not None:
        return "Finished", one.ended_on
    if sent is not None and sent.status is S.LOST:
        return ("Stopped" if sent.started_on else "Did not begin"), sent.ended_on
    if one.started_on is not None:
        return "In the program", one.started_on
    if sent is None:
        return "Not begun", None
    if sent.status is S.SCHEDULED:
        return "First session arranged", sent.scheduled_on
    return ("In touch", sent.contacted_on) if sent.contacted_on else ("Referral received", sent.received_on)


def _delivered(reports: Iterable[Report], period: Period) -> tuple[tuple[str, date], ...]:
    days = [(TITLES[one.kind], one.delivered_on) for one in reports if one.state is ReportState.DELIVERED]
    return tuple((title, day) for title, day in days if day is not None and period.contains(day))


def _next(reports: Iterable[Report]) -> tuple[str, date] | None:
    return next(((TITLES[one.kind], one.due_on) for one in reports if one.state is ReportState.OPEN), None)
