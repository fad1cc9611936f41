"""The page of a sequence: who is where, what waits and why, and what came of it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from flask import url_for
from sqlmodel import Session

from crm.domain.calendar import business_day_from
from crm.domain.conversion import Rate
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.sequence_plan import window_words
from crm.domain.sequences import StopReason
from crm.models.sequences import SequenceStep
from crm.services import sequence_results, sequence_standing
from crm.services.sequence_results import StepResult
from crm.services.sequence_standing import Overview, Standing
from crm.store import enroll_later
from crm.web import filters
from crm.web.mends import Mend, mends
from crm.web.presentation import today, zone
from crm.web.sequence_words import step_title

AT_ONCE = 2_000
"""Enrollments whose results are counted with every look at the page."""

FEW = 30
"""Below this an interval is wider than most differences between texts."""


@dataclass(frozen=True)
class Tab:
    """A filter of the list."""

    key: str
    text: str
    states: tuple[EnrollmentState, ...]
    empty: str


TABS = (
    Tab("running", "Under way", (EnrollmentState.ACTIVE, EnrollmentState.PAUSED), "Nobody is under way."),
    Tab("paused", "Paused", (EnrollmentState.PAUSED,), "Nobody is paused."),
    Tab("stopped", "Stopped", (EnrollmentState.STOPPED,), "It has been stopped for nobody."),
    Tab("finished", "Finished", (EnrollmentState.FINISHED,), "Nobody has come to the end yet."),
    Tab("all", "Everyone", tuple(EnrollmentState), "Nobody here."),
)


class Line(NamedTuple):
    """Somebody in a sequence, ready to be printed."""

    id: int
    name: str
    sequence: str
    href: str
    state: EnrollmentState
    step: str
    why: str
    until: str
    quote: str
    live: bool
    needs_you: bool
    mend: Mend | None


class Place(NamedTuple):
    """A step with how many of those under way stand at it."""

    kind: StepKind
    title: str
    position: int
    number: int


class Shown(NamedTuple):
    """A rate as it is said: the counts, and on demand how sure they are."""

    words: str
    said: str


class Came(NamedTuple):
    """What came of one step in one wording."""

    kind: StepKind
    title: str
    wording: str
    sent: int
    rates: Sequence[tuple[str, Shown]]


def kept_for_later(session: Session) -> int:
    """How many providers wait for somebody to choose their sequence."""
    return enroll_later.count(session, filters.CAP)


def pause_days() -> list[tuple[date, str]]:
    """Days offered for going on."""
    offers = ((7, "A week"), (14, "Two weeks"), (30, "A month"))
    return [(business_day_from(today() + timedelta(days=days)), words) for days, words in offers]


def beside(session: Session, one: Overview, *, with_results: bool) -> dict[str, Any]:
    """What stands around the list: the steps with their numbers, results, why it ended, the rules.

    Results of very many take a moment: they come when they are asked for.
    """
    sequence = one.sequence
    assert sequence.id is not None
    shown = with_results or one.running + one.ended <= AT_ONCE
    results = sequence_results.of_sequence(session, sequence.id) if shown else None
    ended = results.ended if results else sequence_results.ended(session, sequence.id)
    return {
        "one": one,
        "sequence": sequence,
        "places": places(one.steps, sequence_standing.at_steps(session, sequence.id)),
        "results": results,
        "came": [_came(step) for step in results.steps] if results else (),
        "few": any(step.sent < FEW for step in results.steps) if results else False,
        "ended": ended,
        "referred": sum(each.count for each in ended if each.reason == StopReason.REFERRAL),
        "waiting": kept_for_later(session),
        "window": window_words(sequence.window_start, sequence.window_end),
    }


def tab_of(key: str) -> Tab:
    """The filter that an address names; the first without one."""
    return next((tab for tab in TABS if tab.key == key), TABS[0])


def tabs(sequence_id: int, chosen: Tab, one: Overview) -> list[tuple[str, str, bool, str | None]]:
    """The filters with their counts."""
    counts = {"running": one.running, "paused": one.paused, "stopped": one.stopped, "finished": one.finished}
    said = {key: f"{number:,}" for key, number in counts.items()}
    return [
        (tab.text, url_for("sequences.show", sequence_id=sequence_id, show=tab.key), tab is chosen, said.get(tab.key))
        for tab in TABS
    ]


def line(found: Standing) -> Line:
    """Where somebody stands, in words."""
    enrollment = found.enrollment
    enrollment_id = enrollment.id or 0
    quote = enrollment.evidence.get("quote")
    field = str(enrollment.evidence.get("field", ""))
    paused = enrollment.state is EnrollmentState.PAUSED
    ways = mends(enrollment.state_reason, enrollment.provider_id, field=field) if paused else []
    return Line(
        id=enrollment_id,
        name=found.provider.display_name,
        sequence=found.sequence.name,
        href=url_for("enrollments.show", enrollment_id=enrollment_id),
        state=enrollment.state,
        step=f"Step {enrollment.position}: {found.step_title}" if found.is_running else "",
        why=_due(found) or found.waits,
        until="" if _due(found) else _until(found),
        quote=quote if isinstance(quote, str) else "",
        live=found.is_running,
        needs_you=found.needs_a_look,
        mend=ways[0] if ways else None,
    )


class Enrolled(NamedTuple):
    """The sequences of one provider."""

    running: Line | None
    past: Sequence[Line]


def enrolled(session: Session, provider_id: int, now: datetime) -> Enrolled | None:
    """For a provider's page; None for somebody who never was in one."""
    found = sequence_standing.of_provider(session, provider_id, now=now)
    if found.running is None and not found.past:
        return None
    return Enrolled(line(found.running) if found.running else None, [line(each) for each in found.past])


def _due(found: Standing) -> str:
    """When the next step comes, where nothing but its day is waited for."""
    step = found.step
    planned = step is not None and step.state is StepState.PLANNED and not step.state_reason
    if found.enrollment.state is not EnrollmentState.ACTIVE or step is None or not planned or found.until is None:
        return ""
    day = filters.by_day(found.until.astimezone(zone()).date(), today())
    return f"Due {day}, {filters.clock(found.until, zone())}" if step.kind is StepKind.EMAIL else f"Due {day}"


def _until(found: Standing) -> str:
    if found.until is not None:
        return f"until {filters.moment(found.until, zone(), today())}"
    ended = found.enrollment.ended_at
    return filters.moment(ended, zone(), today()) if ended is not None and not found.is_running else ""


def places(steps: Iterable[SequenceStep], at: Mapping[int, int]) -> list[Place]:
    """Every step of today with how many stand at it; steps of earlier days at the end."""
    known = {step.position: step for step in steps}
    found = [Place(step.kind, step_title(step), place, at.get(place, 0)) for place, step in known.items()]
    old = [Place(StepKind.TASK, f"Step {place} of an earlier edition", place, n) for place, n in at.items()]
    return [*found, *(place for place in old if place.position not in known)]


def _came(step: StepResult) -> Came:
    made = step.version_at
    wording = f"wording of {filters.day(made.astimezone(zone()).date(), today())}" if made else ""
    rates = (("Replied", step.replied), ("Positive", step.positive), ("Referred", step.referred))
    title = f"{step.position}. {step.title}"
    return Came(step.kind, title, wording, step.sent, [(name, rate_words(rate)) for name, rate in rates])


def rate_words(rate: Rate) -> Shown:
    """ "3 of 7", and what that says: "between 16 % and 75 %"."""
    low, high = rate.interval
    said = f"Between {low:.0%} and {high:.0%}, with 95% confidence."
    return Shown(rate.words, f"{said} A small number: take it as a first sign." if rate.whole < FEW else said)
