"""What the visit sheet tells: who is at the desk, what happened last, what was promised, and what to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from crm.documents import paper_visit
from crm.documents.merge import MergeFields
from crm.documents.paper_frame import Sender
from crm.documents.paper_text import Words
from crm.documents.paper_visit import Visit
from crm.documents.pdf import Sheet
from crm.domain import calendar, matching, wording
from crm.domain.kinds import TOUCHES
from crm.domain.papers import TITLES, DocumentKind
from crm.domain.services import Service, referable
from crm.models.accounts import Business
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.services import scripts
from crm.services.merge import Filling
from crm.store import providers, tasks

TOUCHES_SHOWN, TASKS_SHOWN, PEOPLE_SHOWN = 4, 4, 3
_LINE = 90


def sheet(
    session: Session,
    filling: Filling,
    fields: MergeFields,
    words: Words,
    objections: Words,
    sender: Sender,
    switched_off: frozenset[str],
    *,
    user_id: int | None,
    now: datetime,
) -> Sheet:
    """The sheet for a visit to this provider today."""
    provider = filling.provider
    assert provider.id is not None
    prepared = scripts.prepare(session, provider.id, user_id, now=now)
    visit = Visit(
        name=fields.provider.formal_name,
        said_as=provider.said_as,
        place=_place(fields),
        desk=_desk(session, filling),
        touches=_touches(session, provider.id, _zone(session), now),
        promises=_promises(session, provider, _zone(session), now),
        services=tuple(_services(provider, switched_off)),
    )
    return paper_visit.visit_sheet(
        visit, words, objections, prepared.script, sender, fields.trainer, title=TITLES[DocumentKind.VISIT_SHEET]
    )


def _zone(session: Session) -> str:
    business = session.get(Business, 1)
    return business.zone if business else "America/Chicago"


def _services(provider: Provider, switched_off: frozenset[str]) -> Sequence[Service]:
    suited = matching.services_for(provider.specialty, switched_off)
    return [one for one in dict.fromkeys((*suited, *referable(switched_off))) if not one.is_addon]


def _place(fields: MergeFields) -> tuple[str, ...]:
    where = fields.practice
    address = ", ".join(part for part in (where.street, where.town_line) if part)
    name = where.name if where.name != fields.provider.formal_name else ""
    return tuple(part for part in (name, address, where.phone) if part)


def _desk(session: Session, filling: Filling) -> tuple[str, ...]:
    people = tuple(
        f"{each.name}, {each.role.value.replace('_', ' ')}" + (f": {each.remarks}" if each.remarks else "")
        for each in filling.contacts[:PEOPLE_SHOWN]
    )
    place = session.get(Practice, filling.provider.practice_id) if filling.provider.practice_id else None
    policy = (place.visitor_policy, place.hours) if place else ()
    return tuple(wording.shortened(part, _LINE) for part in (*people, *policy) if part.strip())


def _touches(session: Session, provider_id: int, zone: str, now: datetime) -> tuple[str, ...]:
    today = calendar.local_day(now, zone)
    lines = [line for line in providers.timeline(session, provider_id, 30) if line.kind in TOUCHES][:TOUCHES_SHOWN]
    found = []
    for line in lines:
        day = wording.day_in_words(calendar.local_day(line.happened_at, zone), today)
        ended = f", {line.outcome.value.replace('_', ' ')}" if line.outcome else ""
        said = f": {line.body}" if line.body else ""
        words = f"{line.kind.value.replace('_', ' ').capitalize()} {day}{ended}{said}"
        found.append(wording.shortened(words, _LINE))
    return tuple(found)


def _promises(session: Session, provider: Provider, zone: str, now: datetime) -> tuple[str, ...]:
    assert provider.id is not None
    today = calendar.local_day(now, zone)
    found = tasks.live_of(session, provider.id)[:TASKS_SHOWN]
    return tuple(wording.shortened(f"{each.title}, {_due(each.due_on, today)}", _LINE) for each in found)


def _due(day: date, today: date) -> str:
    return f"{'due' if day >= today else 'was due'} {day:%b} {day.day}"
