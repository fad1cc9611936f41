"""What a report proposes to say, from the client's file: a bottom line that is never better than the figures.

A trainer changes the words as they see fit; what is proposed here calls nothing better or worse that lies inside the
measurement error, or that nobody has published a figure for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.domain import wording
from crm.domain.measures import Change, measure
from crm.domain.papers import DocumentKind
from crm.domain.report import Row, Story

K = DocumentKind
MOST_NAMED = 3
QUIET = frozenset({Change.BELOW, Change.WITHIN_ERROR, Change.NONE})


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, as a report tells it. `called` says who was phoned, and when."""

    day: date
    what: str
    done: str = ""
    called: str = ""
    urgent: bool = False

    @property
    def words(self) -> str:
        """Everything in a line: when, what, what was done, who was phoned."""
        parts = (f"{day_words(self.day)}: {self.what.strip()}", self.done.strip(), self.called)
        return " ".join(_stopped(each) for each in parts if each)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a client in the period of a report."""

    code: str
    rows: Sequence[Row]
    attended: int = 0
    scheduled: int = 0
    started_on: date | None = None
    ended_on: date | None = None
    goals: Sequence[str] = ()
    responses: Sequence[str] = ()
    events: Sequence[Happened] = ()
    last_plan: Sequence[str] = ()
    days: int = 30


def day_words(day: date) -> str:
    """November 2."""
    return f"{day:%B} {day.day}"


def proposed(kind: DocumentKind, facts: Facts) -> Story:
    """The story of a report before anybody has written one."""
    return Story(
        bottom_line=_bottom_line(kind, facts),
        goals=tuple(facts.goals),
        tolerance=" ".join(_stopped(each) for each in facts.responses),
        events="\n".join(each.words for each in facts.events),
        plan=_plan(kind, facts),
        ask=_ASKS[kind],
    )


def judged(rows: Sequence[Row]) -> str:
    """What the figures say, in one sentence."""
    again = [row for row in rows if row.now is not None]
    better, worse = (_of(again, change) for change in (Change.BETTER, Change.WORSE))
    parts = [
        f"beyond the published thresholds: {_named(better)}" if better else "",
        f"worse by more than the measurement error: {_named(worse)}" if worse else "",
    ]
    said = "; ".join(part for part in parts if part)
    if said:
        return wording.capitalized(_stopped(said))
    quiet = [row for row in again if row.change in QUIET]
    if quiet:
        return f"Nothing has moved beyond measurement error or a meaningful change so far: {_named(quiet)}."
    if again:
        return f"From the first measures to now: {_named(again)}; no published figure fits to judge it by."
    return ""


def _bottom_line(kind: DocumentKind, facts: Facts) -> str:
    match kind:
        case K.CLIENT_INTRODUCTION:
            return f"The first session{_on(facts.started_on)} is done, and supervised exercise has begun."
        case K.ASSESSMENT_SUMMARY:
            return _assessed(facts.rows)
        case K.SESSION_LOG:
            return f"{facts.attended} of {facts.scheduled} sessions attended in this period."
        case K.DISCHARGE_SUMMARY:
            return f"The program ended{_on(facts.ended_on)}. {judged(facts.rows)}".strip()
        case K.STATUS_CHANGE:
            return _stopped(facts.events[-1].what) if facts.events else "Something has changed since the last report."
        case _:
            return judged(facts.rows) or "The first measures are taken; the next ones show what has changed."


def _assessed(rows: Sequence[Row]) -> str:
    if not rows:
        return "The first measures are still to be taken."
    risky = [row for row in rows if row.at_risk]
    if risky:
        values = ", ".join(_value(row) for row in risky[:MOST_NAMED])
        are = "is" if len(risky) == 1 else "are"
        return f"{len(risky)} of {len(rows)} measures {are} past a published cut-off: {values}."
    if any(row.at_risk is False for row in rows):
        return f"{_count(rows)} taken; none is past a cut-off published for people like this client."
    return f"{_count(rows)} taken: {', '.join(_value(row) for row in rows[:MOST_NAMED])}."


def _count(rows: Sequence[Row]) -> str:
    return "1 measure is" if len(rows) == 1 else f"{len(rows)} measures are"


def _plan(kind: DocumentKind, facts: Facts) -> tuple[str, ...]:
    if kind is K.CLIENT_INTRODUCTION:
        reports = f"A report every {facts.days} days, or before the next visit with you" if facts.days else ""
        return tuple(part for part in ("An assessment summary within a week", reports) if part)
    if kind in (K.SESSION_LOG, K.STATUS_CHANGE, K.DISCHARGE_SUMMARY):
        return ()
    return tuple(facts.last_plan) or (
        "Supervised sessions go on within your limits",
        "Measures again for the next report",
    )


_ASKS = {
    K.CLIENT_INTRODUCTION: "Is there a limit that you want me to keep besides those named here?",
    K.ASSESSMENT_SUMMARY: "Is there a movement or a load that you want left out?",
    K.PROGRESS_REPORT: "Is there anything that you want changed before the next report?",
    K.DISCHARGE_SUMMARY: "Is there anything that you want watched in the months ahead?",
    K.STATUS_CHANGE: "May the sessions go on, and within which limits?",
    K.SESSION_LOG: "",
}


def _of(rows: Sequence[Row], change: Change) -> list[Row]:
    return [row for row in rows if row.change is change]


def _named(rows: Sequence[Row]) -> str:
    """The first few with their values."""
    more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    return ", ".join(_moved(row) for row in rows[:MOST_NAMED]) + more


def _moved(row: Row) -> str:
    one = measure(row.key)
    if row.baseline is None or row.now is None:
        return _value(row)
    first = one.say(row.baseline) if one.unit == "°" else one.number(row.baseline)
    return f"{_label(row)} {first} to {one.say(row.now)}"


def _value(row: Row) -> str:
    value = row.now if row.now is not None else row.baseline
    return f"{_label(row)} {measure(row.key).say(value)}" if value is not None else _label(row)


def _label(row: Row) -> str:
    side = f" ({row.side.value})" if row.side.value else ""
    return f"{wording.lowered(row.label)}{side}"


def _on(day: date | None) -> str:
    return f" on {day_words(day)}" if day else ""


def _stopped(text: str) -> str:
    """With a full stop at its end."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."
