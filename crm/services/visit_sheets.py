"""The visit sheet: everything to know, say and ask in the five minutes before a visit, for the page and for paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.documents.faults import MissingField
from crm.documents.paper_text import Words
from crm.documents.scripts import FilledScript
from crm.domain import matching, visit_materials
from crm.domain.errors import NotFound
from crm.domain.kinds import TaskKind, VisitState
from crm.domain.papers import DocumentKind
from crm.domain.script import Channel
from crm.domain.services import Service, referable
from crm.domain.visit_materials import Material
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import days, merge, scripts, visit_past, visit_reports
from crm.services.merge import Filling
from crm.services.paper_desk import Desk, Wish, open_desk
from crm.services.scripts import Prepared
from crm.services.visit_past import Past
from crm.services.visit_reports import HandOver
from crm.store import relationships, tasks
from crm.store import visits as store
from crm.store.visits import Guest

WORDING, OBJECTIONS = "visit-sheet", "objections"
SERVICES_SHOWN, OBJECTIONS_SHOWN, QUESTIONS_SHOWN = 3, 4, 2


@dataclass(frozen=True, slots=True)
class Objection:
    """What they may say, and an answer that stays within scope."""

    said: str
    answer: str


@dataclass(frozen=True, slots=True)
class VisitSheet:
    """What the sheet says. Without a `visit` none is planned; `people` stand at the practice, who meets us first on
    top; `reports` are to be handed over; `missing` names what the texts lack.
    """

    provider: Provider
    practice: Practice | None
    visit: Visit | None
    formal_name: str
    purpose: str
    guests: Sequence[Guest]
    materials: tuple[Material, ...]
    reports: tuple[HandOver, ...]
    people: Sequence[Contact]
    past: Past
    script: Prepared
    hallway: FilledScript
    ask: str
    questions: tuple[str, ...]
    services: tuple[Service, ...]
    objections: tuple[Objection, ...]
    leave: tuple[str, ...]
    words: Words
    missing: tuple[MissingField, ...]


def sheet(
    session: Session, provider_id: int, visit_id: int | None = None, *, user_id: int | None, now: datetime
) -> VisitSheet:
    """For the page: empty fields are marked in the texts and named. Raises NotFound."""
    wish = Wish(DocumentKind.VISIT_SHEET, provider_id, user_id=user_id, now=now, visit_id=visit_id)
    return gather(open_desk(session, wish), WORDING, mark_missing=True)


def gather(desk: Desk, slug: str, *, mark_missing: bool = False) -> VisitSheet:
    """Everything for the provider of this desk: for the visit that it names, else the next one that is planned.

    An empty field raises MissingField, or is marked with `mark_missing`.
    """
    session, wish, filling = desk.session, desk.wish, desk.filling
    assert filling is not None
    assert wish.provider_id is not None
    provider, provider_id, now = filling.provider, wish.provider_id, wish.now
    today = days.today_of(session, wish.user_id, now)
    visit = _visit(session, provider_id, wish.visit_id, today)
    practice = _practice(session, provider, visit)
    prepared = scripts.prepare(session, provider_id, wish.user_id, now=now, mark_missing=mark_missing)
    hallway = _hallway(session, filling, mark_missing=mark_missing)
    words = desk.words(slug, mark_missing=mark_missing)
    answers = desk.words(OBJECTIONS, mark_missing=mark_missing)
    open_tasks = tasks.live_of(session, provider_id)
    aim = next((each for each in open_tasks if visit is None and each.kind is TaskKind.VISIT), None)
    missing = (*prepared.script.missing, *hallway.missing, *words.missing, *answers.missing)
    return VisitSheet(
        provider=provider,
        practice=practice,
        visit=visit,
        formal_name=desk.fields.provider.formal_name,
        purpose=visit.purpose if visit else aim.title if aim else "",
        guests=store.guests(session, [visit.id]).get(visit.id, []) if visit and visit.id else [],
        materials=visit_materials.read(visit.materials) if visit else (),
        reports=_reports(session, provider, open_tasks, visit, today),
        people=at_desk_first(relationships.contacts(session, practice.id if practice else None)),
        past=visit_past.past(session, provider, _others(open_tasks, visit, aim), user_id=wish.user_id, now=now),
        script=prepared,
        hallway=hallway,
        ask=words.line("ask"),
        questions=prepared.script.questions[:QUESTIONS_SHOWN],
        services=_services(provider, desk.switched_off),
        objections=objections(answers),
        leave=tuple(words.items("leave")),
        words=words,
        missing=tuple(dict.fromkeys(missing)),
    )


def _hallway(session: Session, filling: Filling, *, mark_missing: bool) -> FilledScript:
    """The twenty seconds between two doors."""
    return scripts.fill(
        session, filling.audience, Channel.HALLWAY, filling.moment, filling.fields, mark_missing=mark_missing
    )


def objections(words: Words) -> tuple[Objection, ...]:
    """What they say in bold, and the answer after it."""
    found = []
    for block in words.rich("objections"):
        for line in block["lines"]:
            said = "".join(run["text"] for run in line if run["bold"])
            answer = "".join(run["text"] for run in line if not run["bold"])
            found.append(Objection(said.strip(), answer.strip()))
    return tuple(found[:OBJECTIONS_SHOWN])


def at_desk_first(people: Sequence[Contact]) -> list[Contact]:
    """The front desk before the others: nobody gets past it unseen."""
    order = {role: place for place, role in enumerate(merge.DESK)}
    return sorted(people, key=lambda one: order.get(one.role, len(order)))


def _visit(session: Session, provider_id: int, visit_id: int | None, today: date) -> Visit | None:
    if visit_id is None:
        return store.planned_for(session, [provider_id], today).get(provider_id)
    found = session.get(Visit, visit_id)
    if found is None or found.provider_id != provider_id:
        raise NotFound("There is no such visit.")
    return found


def _others(open_tasks: Sequence[Task], visit: Visit | None, aim: Task | None) -> list[Task]:
    """The follow-ups but the one that this visit is for."""
    about = visit.task_id if visit else aim.id if aim else None
    return [each for each in open_tasks if each.id != about]


def _reports(
    session: Session, provider: Provider, open_tasks: Sequence[Task], visit: Visit | None, today: date
) -> tuple[HandOver, ...]:
    """What is handed over, or was at a visit made lately and is still to be noted."""
    # Most have never referred: they cost no query.
    owes = provider.referral_count or any(each.due_report_id for each in open_tasks)
    if not owes or (visit is not None and not _is_about_now(visit, today)):
        return ()
    return visit_reports.of_visit(session, provider.id or 0, visit, today=today)


def _is_about_now(visit: Visit, today: date) -> bool:
    if visit.state is VisitState.DONE:
        return today - visit.planned_on <= visit_reports.AHEAD
    return visit.state is VisitState.PLANNED


def _practice(session: Session, provider: Provider, visit: Visit | None) -> Practice | None:
    where = (visit.practice_id if visit else None) or provider.practice_id
    return session.get(Practice, where) if where else None


def _services(provider: Provider, switched_off: frozenset[str]) -> tuple[Service, ...]:
    """Those of the specialty first, then others that are offered."""
    suited = matching.services_for(provider.specialty, switched_off)
    offered = dict.fromkeys((*suited, *referable(switched_off)))
    return tuple(one for one in offered if not one.is_addon)[:SERVICES_SHOWN]
