"""Lines of the timeline in words."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import url_for

from crm.domain.kinds import TOUCHES, ActivityKind, Outcome
from crm.domain.pipeline import ASIDE, LABELS, Stage
from crm.store.providers import Line
from crm.web import labels

WINS = frozenset({Outcome.WILL_REFER, Outcome.WANTS_SAMPLE})


class Event(NamedTuple):
    """A line, ready to be printed."""

    title: str
    at: datetime
    icon: str
    kind: str
    who: str
    said: str
    href: str


def event(line: Line) -> Event:
    """The words of a line."""
    said = "\n".join(part for part in _said(line) if part)
    icon, actor = labels.icon_of(line.kind), line.actor or ""
    return Event(_title(line), line.happened_at, icon, _kind(line), actor, said, _href(line))


def _said(line: Line) -> tuple[str, ...]:
    if line.kind is ActivityKind.SEQUENCE:  # the reason first, then the words that show it
        return line.reason, f"“{line.body}”" if line.body else ""
    return line.body, line.reason


def _href(line: Line) -> str:
    """The page that tells more: the mail, the referral, or how far a sequence has come."""
    enrollment_id = line.evidence.get("enrollment_id")
    if line.kind is ActivityKind.SEQUENCE and isinstance(enrollment_id, int):
        return url_for("enrollments.show", enrollment_id=enrollment_id)
    client_id = line.evidence.get("client_id")
    if line.kind is ActivityKind.CLIENT and isinstance(client_id, int):
        return url_for("clients.show", client_id=client_id)
    if line.message_id:
        return url_for("mail.show", message_id=line.message_id)
    report_id = line.evidence.get("due_report_id")
    if line.kind is ActivityKind.REPORT and isinstance(report_id, int):
        return url_for("reports.show", report_id=report_id)
    return url_for("referrals.show", referral_id=line.referral_id) if line.referral_id else ""


def _title(line: Line) -> str:
    if line.kind is ActivityKind.STAGE and line.stage_to:
        was = f" (was {LABELS[line.stage_from]})" if line.stage_from else ""
        return f"Moved to {LABELS[line.stage_to]}{was}"
    words = labels.label(line.kind)
    if line.outcome:
        return f"{words}: {_lower(labels.label(line.outcome))}"
    return line.summary or words


def _kind(line: Line) -> str:
    if line.kind is ActivityKind.REFERRAL or line.stage_to is Stage.PARTNER or line.outcome in WINS:
        return "win"
    if line.outcome is Outcome.NOT_INTERESTED or (line.stage_to in ASIDE and line.stage_to is not Stage.NOT_NOW):
        return "bad"
    return "touch" if line.kind in TOUCHES else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
