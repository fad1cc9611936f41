"""What went before a visit: the last touches and what was said, and what is promised or owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from crm.domain import calendar, privacy
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome
from crm.domain.papers import TITLES
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import days
from crm.store import providers, relationships, reports
from crm.store.providers import Line

TOUCHES_SHOWN, ANSWERS_SHOWN, OWED_SHOWN = 4, 2, 5
REPORTS_AHEAD = timedelta(days=7)
_READ = 30


@dataclass(frozen=True, slots=True)
class Touched:
    """One earlier touch; `doubt` says why its words should be written differently."""

    kind: ActivityKind
    outcome: Outcome | None
    happened_at: datetime
    on: date
    said: str
    actor: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """Something promised, or a report to hand over, with its day."""

    words: str
    due_on: date
    task_id: int | None = None
    report_id: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What went before, the latest touch first and the earliest promise first."""

    today: date
    touches: tuple[Touched, ...]
    answers: tuple[Activity, ...]
    promises: tuple[Owed, ...]

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why notes of ours should be reworded."""
        return tuple(dict.fromkeys(each.doubt for each in self.touches if each.doubt))


def past(
    session: Session, provider: Provider, open_tasks: Sequence[Task], *, user_id: int | None, now: datetime
) -> Past:
    """What to have in mind before meeting this provider, with these open follow-ups."""
    assert provider.id is not None
    zone = days.zone_of(session, user_id)
    today = calendar.local_day(now, zone)
    lines = [line for line in providers.timeline(session, provider.id, _READ) if line.kind in TOUCHES]
    return Past(
        today=today,
        touches=tuple(_touched(line, zone) for line in lines[:TOUCHES_SHOWN]),
        answers=tuple(relationships.answers(session, provider.id, ANSWERS_SHOWN)),
        promises=_owed(session, provider, open_tasks, today),
    )


def _touched(line: Line, zone: str) -> Touched:
    found = privacy.blocking(privacy.identifiers(line.body)) if line.body else []
    return Touched(
        kind=line.kind,
        outcome=line.outcome,
        happened_at=line.happened_at,
        on=calendar.local_day(line.happened_at, zone),
        said=line.body,
        actor=line.actor or "",
        doubt=privacy.sentence(found),
    )


def _owed(session: Session, provider: Provider, open_tasks: Sequence[Task], today: date) -> tuple[Owed, ...]:
    """Reports of the next days first by their own name: the follow-ups that stand for them say no more."""
    due = _reports(session, provider, open_tasks, today)
    named = {each.report_id for each in due}
    promised = [
        Owed(each.title, each.due_on, task_id=each.id)
        for each in open_tasks
        if each.due_report_id is None or each.due_report_id not in named
    ]
    return tuple(sorted((*due, *promised), key=lambda each: each.due_on)[:OWED_SHOWN])


def _reports(session: Session, provider: Provider, open_tasks: Sequence[Task], today: date) -> list[Owed]:
    # Most have never referred: they cost no query.
    if not (provider.referral_count or any(each.due_report_id for each in open_tasks)):
        return []
    parts = (reports.Part.DUE, reports.Part.LATER)
    lines = [line for part in parts for line in reports.page(session, part, today, limit=9, provider_id=provider.id)]
    soon = (line for line in lines if line.due_on <= today + REPORTS_AHEAD)
    return [Owed(f"{TITLES[line.kind]} for {line.code}", line.due_on, report_id=line.id) for line in soon]
