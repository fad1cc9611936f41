"""The visit sheet on paper: what `visit_sheets` gathers, in lines that fit."""

from __future__ import annotations

from datetime import date

from crm.documents import paper_visit
from crm.documents.paper_visit import Note, Visit
from crm.documents.pdf import Sheet
from crm.domain import addresses, calendar, phones, taxonomy, wording
from crm.domain.kinds import ContactRole
from crm.domain.papers import TITLES, DocumentKind
from crm.domain.visit_kinds import Visitors
from crm.models.practices import Contact, Practice
from crm.services import days, visit_sheets
from crm.services.paper_desk import Desk
from crm.services.visit_past import Owed, Touched
from crm.services.visit_sheets import VisitSheet

TOUCHES_SHOWN, OWED_SHOWN, PEOPLE_SHOWN = 4, 4, 3
_LINE = 90
_LONG = 150
_REPORTS = 420
VISITORS = {
    Visitors.WELCOME: "Visitors are welcome",
    Visitors.BY_APPOINTMENT: "Visits by appointment",
    Visitors.NOT_WELCOME: "No visitors",
}


def sheet(desk: Desk, slug: str) -> Sheet:
    """The sheet for the visit that the wish names, or the next one."""
    told = visit_sheets.gather(desk, slug)
    zone = days.zone_of(desk.session, desk.wish.user_id)
    desk.facts |= {"visit": told.visit.id} if told.visit else {}
    return paper_visit.visit_sheet(
        _visit(told, zone),
        told.words,
        told.script.script,
        told.hallway,
        desk.sender,
        desk.fields.trainer,
        title=TITLES[DocumentKind.VISIT_SHEET],
    )


def _visit(told: VisitSheet, zone: str) -> Visit:
    return Visit(
        name=told.formal_name,
        said_as=told.provider.said_as,
        specialty=_specialty(told),
        when=_when(told, zone),
        place=_place(told),
        notes=tuple(_notes(told)),
        desk=_desk(told),
        touches=_touches(told),
        promises=tuple(_owed(each, told.past.today) for each in told.past.promises[:OWED_SHOWN]),
        questions=told.questions,
        services=told.services,
        objections=tuple((each.said, each.answer) for each in told.objections),
    )


def _specialty(told: VisitSheet) -> str:
    found = taxonomy.specialty(told.provider.specialty)
    return "" if found.key == taxonomy.OTHER else found.label


def _when(told: VisitSheet, zone: str) -> str:
    if told.visit is None:
        return ""
    day = told.visit.planned_on
    at = told.visit.planned_at
    hour = f", {at.astimezone(calendar.zone(zone)):%-I:%M %p}" if at else ""
    return f"{day:%A, %B} {day.day}{hour}"


def _place(told: VisitSheet) -> tuple[str, ...]:
    where = told.practice
    if where is None:
        return tuple(part for part in (told.provider.practice_name, phones.show(told.provider.phone)) if part)
    name = where.name or told.provider.practice_name
    address = addresses.one_line(where.line1, where.line2, where.city, where.state, where.zip)
    shown = (name if name != told.formal_name else "", address, phones.show(where.phone or told.provider.phone))
    return tuple(part for part in shown if part)


def _notes(told: VisitSheet) -> list[Note]:
    """Why, with whom and with what; then what to remember."""
    guests = ", ".join(each.name for each in told.guests)
    bring = ", ".join(each.words for each in told.materials)
    remarks = told.visit.remarks if told.visit else ""
    reports = wording.shortened("; ".join(each.words for each in told.reports), _REPORTS)
    first = (("why", told.purpose), ("people", guests), ("bring", bring), ("remember", remarks))
    notes = [Note(key, wording.shortened(text, _LONG)) for key, text in first if text.strip()]
    return [*notes, Note("reports", reports)] if reports else notes


def _desk(told: VisitSheet) -> tuple[str, ...]:
    people = tuple(_person(each) for each in told.people[:PEOPLE_SHOWN])
    return tuple(wording.shortened(part, _LINE) for part in (*people, *office(told.practice)) if part.strip())


def office(practice: Practice | None) -> tuple[str, ...]:
    """What the office does with visitors, and its hours."""
    if practice is None:
        return ()
    found = (VISITORS.get(practice.visitors, ""), practice.visitor_policy, practice.hours)
    return tuple(part for part in found if part.strip())


def _person(one: Contact) -> str:
    role = "PA or NP" if one.role is ContactRole.PA_NP else one.role.value.replace("_", " ")
    return f"{one.name}, {role}" + (f": {one.remarks}" if one.remarks else "")


def _touches(told: VisitSheet) -> tuple[str, ...]:
    """The last touches, and in the last place what they answered to our question."""
    answered = [f"They said: “{each.body}”" for each in told.past.answers[:1]]
    touched = [_touched(each, told.past.today) for each in told.past.touches[: TOUCHES_SHOWN - len(answered)]]
    return tuple(wording.shortened(each, _LINE) for each in (*touched, *answered))


def _touched(touch: Touched, today: date) -> str:
    ended = f", {touch.outcome.value.replace('_', ' ')}" if touch.outcome else ""
    said = f": {touch.said}" if touch.said else ""
    day = wording.day_in_words(touch.on, today)
    return f"{touch.kind.value.replace('_', ' ').capitalize()} {day}{ended}{said}"


def _owed(owed: Owed, today: date) -> str:
    day = owed.due_on
    return wording.shortened(f"{owed.words}, {'due' if day >= today else 'was due'} {day:%b} {day.day}", _LINE)
