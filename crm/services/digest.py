"""The morning digest: what waits for somebody, by e-mail, at their hour in their zone, and only if there is something.

`user.next_digest_at` is the due row. Moving it on and putting the message into the outbox is one transaction, so that
a digest goes out once however many workers there are and whenever one is killed.
"""

from __future__ import annotations

from datetime import date, datetime, time

from sqlmodel import Session

from crm.documents.emails import render_email
from crm.documents.merge import DigestFields, MergeFields, NoticeFields
from crm.domain.calendar import is_business_day, local_day, next_time
from crm.domain.kinds import MessageKind, TaskKind, TemplateKind
from crm.models.accounts import Business, User
from crm.services import credentials, days, message_standing, messages, templates
from crm.services.mailboxes import Post
from crm.services.messages import Draft
from crm.store import digests, visits
from crm.store import tasks as store
from crm.store.engine import Database
from crm.store.tasks import Line

SLUG = "digest"
MOST_LINES = 15


def run_due(db: Database, post: Post, *, now: datetime) -> int:
    """Queue the digests that are due; gives how many have something to say."""
    with db.read() as session:
        ids = digests.due(session, now)
    return sum(_run_one(db, post, user_id, now) for user_id in ids)


def _run_one(db: Database, post: Post, user_id: int, now: datetime) -> bool:
    with db.write() as session:
        user = session.get_one(User, user_id)
        zone, seen = days.zone_of(session, user_id), user.next_digest_at
        if user.digest_hour is None:
            return False
        if not digests.claim(session, user_id, seen, next_time(now, time(user.digest_hour), zone)):
            return False
        today = local_day(now, zone)
        # One that was due on an earlier day (a laptop that slept) is out of date; the next one is scheduled.
        if seen is None or local_day(seen, zone) != today:
            return False
        return _queue(session, post, user, today, now)


def _queue(session: Session, post: Post, user: User, today: date, now: datetime) -> bool:
    fields = content(session, user, today, base_url=_base_url(session, post))
    if fields is None:
        return False
    business = session.get(Business, 1)
    filled = MergeFields(digest=fields, notice=NoticeFields(to_name=user.name.split()[0] if user.name else "there"))
    email = render_email(SLUG, filled, accent=business.color if business else "#0f5f63")
    draft = Draft(
        kind=MessageKind.NOTICE,
        subject=email.subject,
        text=email.text,
        html=email.html,
        dedupe_key=f"digest:{user.id}:{today}",
        user_id=user.id,
        to_address=user.email,
        to_name=user.name,
        template_version_id=templates.version_id(session, TemplateKind.EMAIL, SLUG, now=now),
    )
    messages.queue_in(session, post, draft, actor_id=None, now=now)
    return True


def content(session: Session, user: User, today: date, *, base_url: str = "") -> DigestFields | None:
    """What waits for this person, or None when nothing does. On a day off only what is due that very day counts.

    Sample rows are left out: nothing about them ever leaves.
    """
    assert user.id is not None
    due = [line for line in store.due(session, today, owner_id=user.id, limit=200) if not line.sample]
    overdue, of_today = [line for line in due if line.due_on < today], [line for line in due if line.due_on == today]
    planned = [_visit(found) for found in visits.on_day(session, today, user.id) if not found.visit.sample]
    if not (planned or of_today or (is_business_day(today) and overdue)):
        return None
    reports = [line for line in due if line.kind is TaskKind.REPORT]
    failed = message_standing.needing_a_person(session)
    papers = credentials.expiring(credentials.of_user(session, user.id), today)
    return DigestFields(
        day=f"{today:%A, %B} {today.day}",
        headline=_headline(len(of_today) + len(planned), len(overdue)),
        overdue=_cut([_said(line, today) for line in overdue if line not in reports]),
        today=_cut([_said(line, today) for line in of_today if line not in reports]),
        visits=_cut(planned),
        reports=_cut([_report(line, today) for line in reports]),
        mail=(f"{_count(failed, 'message')} to look at",) if failed else (),
        papers=tuple(_paper(paper.name or paper.kind.value, paper.expires_on, today) for paper in papers),
        url=f"{base_url}/followups" if base_url else "",
    )


def _headline(today: int, overdue: int) -> str:
    parts = [f"{_count(today, 'follow-up')} today"] if today else []
    parts += [f"{overdue} overdue"] if overdue else []
    return ", ".join(parts)


def _said(line: Line, today: date) -> str:
    who = f", {line.name}" if line.name and line.name not in line.title else ""
    late = (today - line.due_on).days
    return f"{line.title}{who}" + (f" ({_count(late, 'day')} late)" if late else "")


def _report(line: Line, today: date) -> str:
    """Without the client's code: beside the provider's name it would tell of a client, and mail is read on its way."""
    if line.due_report_id is None:
        return _said(line, today)
    return _said(line._replace(title=line.title.partition(" for ")[0]), today)


def _visit(found: visits.Planned) -> str:
    where = found.practice.name if found.practice else ""
    return ", ".join(part for part in (found.provider.display_name, where, found.visit.purpose) if part)


def _paper(name: str, expires_on: date | None, today: date) -> str:
    left = (expires_on - today).days if expires_on else 0
    return f"{name} ran out" if left < 0 else f"{name} runs out in {_count(left, 'day')}"


def _cut(lines: list[str]) -> tuple[str, ...]:
    """The first lines, and how many more there are."""
    if len(lines) <= MOST_LINES:
        return tuple(lines)
    return (*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more")


def _base_url(session: Session, post: Post) -> str:
    business = session.get(Business, 1)
    return (post.public_url or (business.public_url if business else "")).rstrip("/")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
