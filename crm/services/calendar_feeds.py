"""Somebody's days as a feed for their own calendar: private, by a long address that can be taken back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from crm.documents import calendar_feed
from crm.documents.calendar_feed import Event
from crm.domain.addresses import one_line
from crm.domain.calendar import local_day
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import VisitState
from crm.domain.papers import TITLES, DocumentKind
from crm.domain.visit_kinds import VisitKind
from crm.models.accounts import Business, User
from crm.models.calendars import CalendarFeed
from crm.models.practices import Practice
from crm.models.tasks import Task
from crm.services import audit, calendar_times
from crm.services.calendar_times import Times
from crm.services.days import zone_of
from crm.store import calendars as store
from crm.store.calendars import ReportsDue, VisitLine
from crm.store.engine import Database

VISITS, FOLLOWUPS, REPORTS = "visits", "followups", "reports"
PARTS = (VISITS, FOLLOWUPS, REPORTS)
MOST_FEEDS = 20
BACK, AHEAD = timedelta(days=31), timedelta(days=366)
NOTED = timedelta(minutes=10)
"""How often it is written down that a feed was asked for."""

USUAL_MINUTES = 20
ESTIMATED = "The time is estimated from the day’s route."
DAY = timedelta(days=1)
_LATEST = 1000


@dataclass(frozen=True)
class Feed:
    """What a calendar program gets: the bytes and a tag that changes when they do."""

    content: bytes
    etag: str


def create(
    db: Database, user_id: int, name: str, parts: Sequence[str], *, actor_id: int, now: datetime
) -> tuple[CalendarFeed, str]:
    """A new feed and its token, which is not stored and so can be shown only now. Raises Invalid(name, parts)."""
    name, chosen = " ".join(name.split())[:80], [each for each in PARTS if each in parts]
    if not chosen:
        raise Invalid({"parts": "Choose at least one: visits, follow-ups or report dates."})
    token = secrets.token_urlsafe(32)
    with db.write() as session:
        if len(store.feeds(session, user_id)) >= MOST_FEEDS:
            raise Invalid({"name": f"There are {MOST_FEEDS} already. Take one back that is no longer used."})
        feed = CalendarFeed(
            user_id=user_id, name=name or "My calendar", token_hash=_fingerprint(token), parts=chosen, created_at=now
        )
        session.add(feed)
        audit.note(session, "calendar_feed", feed.name, actor_id=actor_id, now=now, parts=chosen)
    return feed, token


def revoke(db: Database, feed_id: int, *, actor_id: int, now: datetime) -> str:
    """Take a feed back: its address answers no more, for ever. Returns its name. NotFound for somebody else's."""
    with db.write() as session:
        feed = session.get(CalendarFeed, feed_id)
        if feed is None or feed.user_id != actor_id or feed.revoked_at is not None:
            raise NotFound("This calendar address was taken back already.")
        feed.revoked_at = now
        session.add(feed)
        audit.note(session, "calendar_feed_revoked", feed.name, actor_id=actor_id, now=now)
        return feed.name


def read(db: Database, token: str, *, agent: str, base: str, now: datetime) -> Feed:
    """What the feed of this token shows. NotFound for a token that is none, or of somebody who left."""
    with db.read() as session:
        feed = store.feed_by_hash(session, _fingerprint(token))
        owner = session.get(User, feed.user_id) if feed is not None else None
        if feed is None or owner is None or owner.disabled_at is not None:
            raise NotFound("This calendar address is not one of ours, or was taken back.")
        zone = zone_of(session, feed.user_id)
        content = calendar_feed.calendar(_name(session), zone, _events(session, feed, zone, base, now))
    _note_fetch(db, feed, agent, now)
    return Feed(content, hashlib.sha256(content).hexdigest()[:32])


def _events(session: Session, feed: CalendarFeed, zone: str, base: str, now: datetime) -> Iterator[Event]:
    today, user_id = local_day(now, zone), feed.user_id
    if VISITS in feed.parts:
        usual = _usual_minutes(session)
        lines = store.visits(session, user_id, today - BACK, today + AHEAD)
        about = calendar_times.estimated(session, user_id, lines, zone=zone, today=today)
        for line in lines:
            yield _visit(line, about.get(line.visit.id), usual, base)
    if FOLLOWUPS in feed.parts:
        for task, name in store.followups(session, user_id, today + AHEAD, but_planned=VISITS in feed.parts):
            yield _followup(task, name, today, base)
    if REPORTS in feed.parts:
        for due in store.reports_due(session, today - AHEAD, today + AHEAD):
            yield _report(due, today, base)


def _visit(line: VisitLine, about: Times | None, usual: int, base: str) -> Event:
    visit, practice = line.visit, line.practice
    what = "Talk at" if visit.kind is VisitKind.IN_SERVICE else "Visit"
    whom = (practice.name if practice and practice.name else "") if visit.kind is VisitKind.IN_SERVICE else ""
    starts, ends = _hours(visit.planned_at, visit.minutes or usual, visit.planned_on)
    changed_at, text, put_away = calendar_times.changed_at(visit), visit.purpose, line.provider.archived_at
    is_gone = visit.state is VisitState.CANCELLED or (visit.state is VisitState.PLANNED and put_away is not None)
    if put_away is not None:
        changed_at = max(changed_at, put_away)
    if about is not None:
        starts, ends, changed_at = about
        text = "\n".join(part for part in (visit.purpose, ESTIMATED) if part)
    return Event(
        uid=_uid("visit", visit.id, visit.created_at),
        title=f"{what} {whom or line.provider.display_name}",
        starts=starts,
        ends=ends,
        changed_at=changed_at,
        revision=calendar_times.revision(visit, changed_at),
        place=_place(practice),
        text=text,
        url=f"{base}/visits/{visit.id}" if base else "",
        is_cancelled=is_gone,
        is_tentative=visit.state is VisitState.PLANNED and visit.planned_at is None,
        is_busy=visit.planned_at is not None,
    )


def _followup(task: Task, name: str | None, today: date, base: str) -> Event:
    """On its day; one that is overdue stands on today, where it has to be done."""
    day = max(task.due_on, today)
    starts, ends = _hours(task.due_at if task.due_on >= today else None, USUAL_MINUTES, day)
    return Event(
        uid=_uid("followup", task.id, task.created_at),
        title=task.title if not name or name in task.title else f"{task.title} ({name})",
        starts=starts,
        ends=ends,
        changed_at=_later(task.created_at, day, today),
        revision=task.snoozed * _LATEST + min(max((today - task.due_on).days, 0), _LATEST - 1),
        text=task.why,
        url=f"{base}/followups/{task.id}" if base else "",
        is_busy=False,
    )


def _report(due: ReportsDue, today: date, base: str) -> Event:
    day, kind = max(due.due_on, today), DocumentKind(due.kind)
    title = TITLES[kind] if due.how_many == 1 else f"{due.how_many} reports ({TITLES[kind].lower()})"
    return Event(
        uid=_uid(f"report-{kind}-{due.due_on:%Y%m%d}", due.provider_id, due.first_at),
        title=f"{title} due to {due.name}",
        starts=day,
        ends=day + DAY,
        changed_at=_later(due.first_at, day, today),
        revision=max((today - due.due_on).days, 0),
        url=f"{base}/reports" if base else "",
        is_busy=False,
    )


def _hours(at: datetime | None, minutes: int, day: date) -> tuple[datetime | date, datetime | date]:
    return (at, at + timedelta(minutes=minutes)) if at is not None else (day, day + DAY)


def _later(created_at: datetime, day: date, today: date) -> datetime:
    """What is overdue was last changed this morning, when it moved to today."""
    return datetime(today.year, today.month, today.day, tzinfo=UTC) if day == today else created_at


def _uid(kind: str, number: int | None, created_at: datetime) -> str:
    """The same for ever, and another one in another Handoff."""
    return f"{kind}-{number}-{created_at:%Y%m%dT%H%M%S}@handoff"


def _place(practice: Practice | None) -> str:
    if practice is None:
        return ""
    where = one_line(practice.line1, practice.line2, practice.city, practice.state, practice.zip)
    return ", ".join(part for part in (practice.name, where) if part)


def _usual_minutes(session: Session) -> int:
    business = session.get(Business, 1)
    return business.visit_minutes if business else USUAL_MINUTES


def _name(session: Session) -> str:
    business = session.get(Business, 1)
    return f"Handoff · {business.name}" if business and business.name else "Handoff"


def _note_fetch(db: Database, feed: CalendarFeed, agent: str, now: datetime) -> None:
    """That somebody reads it, so that one nobody reads can be seen and taken back."""
    if feed.fetched_at is not None and now - feed.fetched_at < NOTED:
        return
    with db.write() as session:
        kept = session.get(CalendarFeed, feed.id)
        if kept is not None:
            kept.fetched_at, kept.fetched_by = now, " ".join(agent.split())[:200]
            session.add(kept)


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
