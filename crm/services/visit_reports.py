"""Reports that a visit hands over: those owed about this provider's clients, as far as the client permits it.

A client is named by the code alone. The name is written onto the paper by hand, or put there when the report is
printed by itself; nothing of that is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlmodel import Session

from crm.domain import text_checks
from crm.domain.papers import TITLES, DocumentKind
from crm.domain.report import Report
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.visits import Visit
from crm.services import authorizations, report_content, report_words
from crm.store import reports as store

AHEAD = timedelta(days=7)
"""A report that falls due so soon after a visit is handed over at it: nobody drives there twice."""

MOST = 9


@dataclass(frozen=True, slots=True)
class HandOver:
    """A report for a visit, with a line to write the name on; without a `report`, `why_not` says what forbids it."""

    report_id: int
    kind: DocumentKind
    code: str
    due_on: date
    why_not: str = ""
    report: Report | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        """What it is, and about whom."""
        return f"{TITLES[self.kind]} for {self.code}"

    @property
    def words(self) -> str:
        """As the sheet lists it."""
        return f"{self.title} (not printed: {self.why_not})" if self.why_not else self.title


def of_visit(session: Session, provider_id: int, visit: Visit | None, *, today: date) -> tuple[HandOver, ...]:
    """The reports that are due by the day of the visit, or soon after; without a visit, by today. Earliest first."""
    on = max(today, visit.planned_on) if visit is not None else today
    lines = [
        line
        for part in (store.Part.DUE, store.Part.LATER)
        for line in store.page(session, part, today, limit=MOST, provider_id=provider_id)
        if line.due_on <= on + AHEAD
    ]
    return tuple(_hand_over(session, line, {today, on}, today) for line in lines[:MOST])


def _hand_over(session: Session, line: store.Line, days: Collection[date], today: date) -> HandOver:
    """Permitted when it is printed, and on the day when it is handed over."""
    found = HandOver(line.id, line.kind, line.code, line.due_on)
    for day in sorted(days):
        if authorizations.standing(session, line.client_id, line.provider_id, line.kind, day) is None:
            until = f" on {day:%b} {day.day}" if day > today else ""
            return replace(found, why_not=f"no authorization of {line.code} covers it{until}")
    row, client = session.get_one(DueReport, line.id), session.get_one(Client, line.client_id)
    report = report_content.build(session, client, report_words.wanted(row, today, client), today)
    findings = report_words.findings(report, session.get_one(Provider, line.provider_id))
    if any(text_checks.blocking(each) for each in findings.values()):
        # The word itself isn't quoted: it would keep the sheet back as well.
        return replace(found, why_not="a word on it has to be changed first")
    return replace(found, report=report)
