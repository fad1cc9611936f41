"""The words of a report about a client: what it covers, what was written for it, and what the checks find."""

from __future__ import annotations

from datetime import date

from crm.domain import text_checks
from crm.domain.report import Report
from crm.domain.text_checks import TextFinding
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.services.report_content import Wanted, Written


def wanted(row: DueReport, today: date, client: Client) -> Wanted:
    """What this report covers: up to the day it is made, or the client's last day."""
    last = min(day for day in (row.delivered_on or today, client.ended_on) if day is not None)
    written = Written(row.bottom_line, row.tolerance, row.plan, row.ask)
    return Wanted(row.kind, row.provider_id, row.from_on, last, row.event_id, written)


def texts(report: Report) -> dict[str, str]:
    """The fields of a report as they are edited."""
    story = report.story
    return {
        "bottom_line": story.bottom_line,
        "tolerance": story.tolerance,
        "plan": "\n".join(story.plan),
        "ask": story.ask,
    }


def findings(report: Report, provider: Provider) -> dict[str, tuple[TextFinding, ...]]:
    """Scope and privacy of each field; what comes from the client's file is checked under its own name."""
    fields = {**texts(report), "events": report.story.events, "condition": report.subject.condition}
    fields |= {"goals": "\n".join(report.story.goals), "limits": "\n".join(report.subject.limits)}
    found = {name: tuple(check(text, provider)) for name, text in fields.items() if text}
    return {name: each for name, each in found.items() if each}


def check(text: str, provider: Provider) -> list[TextFinding]:
    return text_checks.check(text, names=(provider.display_name,))
