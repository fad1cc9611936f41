"""Today: the next visit, what is due, who has gone quiet, who has no next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, render_template
from sqlmodel import Session

from crm.domain.cadence import snooze_choices
from crm.domain.followups import Bucket
from crm.domain.kinds import TOUCHES
from crm.domain.provider_filter import APPROACH, Filter, NextStep, Sort
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.services import demo, inbox_standing, partners, results_glance, visit_sheets
from crm.services.inbox_standing import View
from crm.store import provider_lists, providers, relationships, reports, tasks, visits
from crm.store.provider_lists import Question
from crm.web import timeline
from crm.web.assets import sprite
from crm.web.context import actor_id, current_user, db, now, viewer_zone
from crm.web.endings import endings_of, sets_of
from crm.web.followup_rows import Frame, icons_of, rows_of
from crm.web.presentation import at, today

bp = Blueprint("today", __name__)

Place = Practice | None

DUE = 8
SHORT = 5
COLUMNS = tuple(
    "id display_name practice_name city specialty stage phone fit distance_miles last_touch_at last_touch_kind "
    "first_referral_on last_referral_on referral_count next_due_on sort_name".split()
)


@dataclass(frozen=True)
class Next:
    """The next visit: with whom, where, whom one meets at the desk, what was said last."""

    on: date
    at: datetime | None
    purpose: str
    provider: Provider
    practice: Practice | None
    desk: Contact | None
    last: timeline.Event | None
    href: str


@bp.get("/")
def index() -> str:
    """The first page of the day."""
    with db().read() as session:
        due = tasks.due(session, today(), owner_id=actor_id(), limit=DUE)
        quiet = _rows(session, Filter(next_step=NextStep.QUIET))
        sets = sets_of(endings_of(session, due, today()))
        return render_template(
            "today/index.html",
            greeting=_greeting(),
            visit=_next(session),
            due=due,
            rows=rows_of(due, Frame(today(), sets.of, "/", bare=True)),
            endings=sets.groups,
            sprite=sprite(icons_of(due)),
            snoozes=snooze_choices(today()),
            counts=tasks.counts(session, today(), tasks.Filter(owner_id=actor_id())),
            quiet=partners.standing(session, quiet, today(), viewer_zone()),
            stranded=_rows(session, Filter(next_step=NextStep.NONE)),
            approach=_rows(session, APPROACH),
            replies=inbox_standing.page(session, View.TO_ANSWER, limit=SHORT),
            samples=demo.present(db()),
            month=results_glance.month(session, today()),
            reports_due=reports.due_count(session, today()),
            reports=reports.page(session, reports.Part.DUE, today(), limit=SHORT),
            Bucket=Bucket,
        )


def _greeting() -> str:
    hour = now().astimezone(viewer_zone()).hour
    part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
    first_name = current_user().name.split()[0] if current_user().name.split() else ""
    return f"Good {part}, {first_name}" if first_name else f"Good {part}"


def _next(session: Session) -> Next | None:
    """A planned visit, or the first follow-up that is one, whichever comes first."""
    planned, task = visits.next_visit(session, today(), actor_id()), tasks.first_visit(session, actor_id())
    if planned and (task is None or planned.visit.planned_on <= max(task.due_on, today())):
        visit = planned.visit
        when, href = (visit.planned_on, visit.planned_at), at("visits.show", visit.id or 0)
        return _sheet(session, when, visit.purpose, planned.provider, planned.practice, href)
    if task is None or task.provider_id is None:
        return None
    provider = session.get_one(Provider, task.provider_id)
    practice = session.get(Practice, provider.practice_id) if provider.practice_id else None
    when = max(task.due_on, today()), task.due_at
    return _sheet(session, when, task.title, provider, practice, at("visits.sheet", task.provider_id))


def _sheet(
    session: Session, when: tuple[date, datetime | None], purpose: str, provider: Provider, place: Place, href: str
) -> Next:
    assert provider.id is not None
    people = visit_sheets.at_desk_first(relationships.contacts(session, place.id if place else None))
    lines = [line for line in providers.timeline(session, provider.id, 10) if line.kind in TOUCHES]
    last = timeline.event(lines[0]) if lines else None
    return Next(*when, purpose, provider, place, people[0] if people else None, last, href)


def _rows(session: Session, wanted: Filter) -> Sequence[Any]:
    question = Question(wanted, today(), now(), Sort.FIT)
    return provider_lists.page(session, question, None, back=False, limit=SHORT, names=COLUMNS)
