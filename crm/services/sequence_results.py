"""What a sequence has brought so far: by step and wording, with counts and intervals, and why it ended for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.documents import emails
from crm.domain.conversion import Rate
from crm.domain.followups import TITLES
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_results import Tally, tally
from crm.domain.sequences import StopReason, stopped_words
from crm.services.sequence_tasks import TASKS
from crm.store import sequence_results as store


@dataclass(frozen=True)
class StepResult:
    """One step in one wording. `sent` is how often it was sent, or done; `version_at` when that wording was made."""

    position: int
    kind: StepKind
    title: str
    template_slug: str
    template_version_id: int | None
    version_at: datetime | None
    sent: int
    replied: Rate
    positive: Rate
    referred: Rate


@dataclass(frozen=True)
class Ended:
    """How many ended for one reason, the commonest first."""

    reason: str
    words: str
    count: int


@dataclass(frozen=True)
class Results:
    """All of it. `is_part`: only the latest enrollments were counted, since there are very many."""

    steps: list[StepResult]
    ended: list[Ended]
    is_part: bool = False


def of_sequence(session: Session, sequence_id: int) -> Results:
    """Counted from rows, when it is asked for."""
    found = tally(store.taken(session, sequence_id), store.events(session, sequence_id))
    made = store.versions(session, {each.group.template_version_id for each in found if each.group.template_version_id})
    steps = [
        _step(each, made[version].created_at if (version := each.group.template_version_id) in made else None)
        for each in found
    ]
    return Results(steps, _ended(store.stops(session, sequence_id)), is_part=store.has_more(session, sequence_id))


def ended(session: Session, sequence_id: int) -> list[Ended]:
    """Only why it ended for whom, which is cheap however many there are."""
    return _ended(store.stops(session, sequence_id))


def _step(found: Tally, version_at: datetime | None) -> StepResult:
    group = found.group
    return StepResult(
        position=group.position,
        kind=group.kind,
        title=_title(group.kind, group.template_slug),
        template_slug=group.template_slug,
        template_version_id=group.template_version_id,
        version_at=version_at,
        sent=found.sent,
        replied=found.replied,
        positive=found.positive,
        referred=found.referred,
    )


def _title(kind: StepKind, slug: str) -> str:
    if kind is not StepKind.EMAIL:
        return TITLES[TASKS[kind]]
    known = emails.email_templates().get(slug)
    return known.title if known is not None else slug.replace("_", " ")


def _ended(counts: dict[str, int]) -> list[Ended]:
    """Enrolments that were undone never took place."""
    found = [Ended(reason, stopped_words(reason), n) for reason, n in counts.items() if reason != StopReason.UNDONE]
    return sorted(found, key=lambda each: (-each.count, each.words))
