"""A report about a real client, filled from their file: sessions, measures, events, clearance, and what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session

from crm.domain import attendance, report_story
from crm.domain.calendar import local_day
from crm.domain.client_kinds import ClearanceAnswer, SessionState
from crm.domain.papers import DocumentKind
from crm.domain.report import Report, Row, Story, Subject
from crm.domain.report import Session as LogLine
from crm.domain.report_story import Facts, Happened
from crm.models.client_care import ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client
from crm.services import clients, days
from crm.store import reports as store

K = DocumentKind
RESPONSES = 2
"""So many of the latest remarks on how a session was tolerated are proposed."""
FIRST_MEASURES = timedelta(days=14)
"""How long after the first day measures count as the first ones."""
LEFT_OUT = " "
"""What is kept of a field that was emptied on purpose; an empty one stands for what is proposed."""
OLDEST_BAND = 90


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote for a report; an empty text leaves it at what is proposed, `LEFT_OUT` leaves it out."""

    bottom_line: str = ""
    tolerance: str = ""
    plan: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report: its kind, the period that it covers, and for a change in status the event."""

    kind: DocumentKind
    provider_id: int
    first: date | None
    last: date
    event_id: int | None = None
    written: Written = Written()


def build(session: Session, client: Client, wanted: Wanted, today: date) -> Report:
    """The whole report, as it would be printed now."""
    assert client.id is not None
    rows = _rows(session, client, wanted, today)
    held = store.sessions(session, client.id, wanted.first, wanted.last)
    events = _events(session, client.id, wanted)
    story = report_story.proposed(wanted.kind, _facts(session, client, wanted, rows, held, events, today))
    return Report(
        kind=wanted.kind,
        subject=_subject(session, client, wanted, held, today),
        rows=rows,
        plot_key="" if wanted.kind is K.STATUS_CHANGE else _plotted(rows),
        story=_with(story, wanted.written),
        log=_log(held) if wanted.kind is K.SESSION_LOG else (),
    )


def _rows(session: Session, client: Client, wanted: Wanted, today: date) -> tuple[Row, ...]:
    """What was measured until the last day of the report; an assessment summary is about the first measures."""
    if wanted.kind is K.ASSESSMENT_SUMMARY and wanted.first is not None:
        first = clients.rows_for_report(session, client, today, wanted.first + FIRST_MEASURES)
        if first:
            return first
    return clients.rows_for_report(session, client, today, wanted.last)


def _facts(
    session: Session,
    client: Client,
    wanted: Wanted,
    rows: Sequence[Row],
    held: Sequence[ClientSession],
    events: Sequence[Happened],
    today: date,
) -> Facts:
    assert client.id is not None
    went = _attendance(held, today)
    told = [each.response for each in held if each.state is SessionState.ATTENDED and each.response.strip()]
    return Facts(
        code=client.code,
        rows=rows,
        attended=went.attended,
        scheduled=went.scheduled,
        started_on=client.started_on,
        ended_on=client.ended_on,
        goals=_lines(client.goals),
        responses=told[:1] if wanted.kind is K.CLIENT_INTRODUCTION else list(dict.fromkeys(told))[-RESPONSES:],
        events=events,
        last_plan=_lines(store.last_plan(session, client.id, wanted.provider_id)),
        days=client.report_days,
    )


def _subject(
    session: Session, client: Client, wanted: Wanted, held: Sequence[ClientSession], today: date
) -> Subject:  # fmt: skip
    assert client.id is not None
    measured = store.last_assessment(session, client.id)
    cleared = store.clearances(session, client.id)
    back = next((one for one in cleared if one.returned_on is not None), None)
    went = _attendance(held, today)
    return Subject(
        code=client.code,
        age_band=_age_band(client, today),
        condition=client.condition.strip() or (back.condition.strip() if back else ""),
        cleared=clearance_words(cleared),
        period=_period(wanted.first, wanted.last),
        attended=went.attended,
        scheduled=went.scheduled,
        limits=(*(_limits(back) if back else ()), *_lines(client.precautions)),
        tester=measured.tester if measured else "",
        device=store.device(session, measured.id) if measured and measured.id else "",
        referrer=_referrer(session, client.id, wanted.provider_id),
    )


def _referrer(session: Session, client_id: int, reader_id: int) -> str | None:
    """Who sent the client: empty for the reader, None for nobody."""
    senders = dict(store.referrers(session, client_id))
    return "" if reader_id in senders else next(iter(senders.values()), None)


def _attendance(held: Sequence[ClientSession], today: date) -> attendance.Attendance:
    return attendance.of([(each.happened_on, each.state) for each in held], today)


def clearance_words(cleared: Sequence[ClientClearance]) -> str:
    """How the latest clearance stands: its day, or that it is outstanding; empty where none was asked for."""
    if not cleared:
        return ""
    latest = cleared[0]
    if latest.returned_on is None:
        since = f" since {_day(latest.asked_on)}" if latest.asked_on else ""
        return f"outstanding{since}"
    if latest.answer is ClearanceAnswer.NOT_CLEARED:
        return f"not cleared, {_day(latest.returned_on)}"
    until = f", until {_day(latest.until_on)}" if latest.until_on else ""
    return f"{_day(latest.returned_on)}{until}"


def _limits(back: ClientClearance) -> tuple[str, ...]:
    """The limits that the physician named."""
    found = []
    if back.systolic_max:
        below = f"/{back.diastolic_max}" if back.diastolic_max else ""
        found.append(f"Blood pressure up to {back.systolic_max}{below}")
    if back.heart_rate_max:
        found.append(f"Heart rate up to {back.heart_rate_max}")
    if back.weight_bearing.strip():
        found.append(f"Weight bearing: {back.weight_bearing.strip()}")
    return (*found, *_lines(back.precautions))


def _events(session: Session, client_id: int, wanted: Wanted) -> tuple[Happened, ...]:
    """The event of a change in status, else those of the period."""
    found, zone = store.events(session, client_id), days.zone_of(session, None)
    if wanted.event_id is not None:
        return tuple(_happened(one, zone) for one in found if one.id == wanted.event_id)
    since = [one for one in found if wanted.first is None or one.happened_on >= wanted.first]
    return tuple(_happened(one, zone) for one in since if one.happened_on <= wanted.last)


def _happened(one: ClientEvent, zone: str) -> Happened:
    whom = f" ({one.called_whom.strip()})" if one.called_whom.strip() else ""
    on = report_story.day_words(local_day(one.called_at, zone)) if one.called_at else ""
    called = f"Your office was called on {on}{whom}" if on else ""
    return Happened(one.happened_on, one.what, one.done, called, one.urgent)


def _with(story: Story, written: Written) -> Story:
    """What was written stands for what is proposed."""
    return replace(
        story,
        bottom_line=_or(written.bottom_line, story.bottom_line),
        tolerance=_or(written.tolerance, story.tolerance),
        plan=_lines(written.plan) if written.plan else story.plan,
        ask=_or(written.ask, story.ask),
    )


def _or(written: str, proposed: str) -> str:
    return written.strip() if written else proposed


def _log(held: Sequence[ClientSession]) -> tuple[LogLine, ...]:
    attended = (each for each in held if each.state is SessionState.ATTENDED)
    return tuple(
        LogLine(f"{each.happened_on:%b} {each.happened_on.day}", each.work, each.response) for each in attended
    )


def _plotted(rows: Sequence[Row]) -> str:
    """The row that is drawn: one that changed for the better, else the first that was measured twice."""
    again = [row for row in rows if row.now is not None]
    best = next((row.key for row in again if row.change.value == "better"), "")
    return best or (again[0].key if again else "")


def _age_band(client: Client, today: date) -> str:
    """Five years around the age; nobody of ninety or more is told apart."""
    if client.birth_year is None:
        return ""
    low = (today.year - client.birth_year) // 5 * 5
    return f"{OLDEST_BAND}+" if low >= OLDEST_BAND else f"{low}-{low + 4}"


def _period(first: date | None, last: date) -> str:
    if first is None or first >= last:
        return _day(last)
    until = f"to {_day(last)}"
    return f"{_day(first)} {until}" if first.year != last.year else f"{report_story.day_words(first)} {until}"


def _day(day: date | None) -> str:
    return f"{day:%B} {day.day}, {day.year}" if day else ""


def _lines(text: str) -> tuple[str, ...]:
    """One item for each line, without the bullets that people type."""
    return tuple(line for each in text.splitlines() if (line := each.strip().lstrip("-•* ").strip()))
