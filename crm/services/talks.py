"""In-service talks and group visits: logged once for all who came, on everybody's timeline, counted as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from crm.domain import privacy
from crm.domain.errors import Invalid, NotFound
from crm.domain.gifts import MOST_CENTS, GiftKind
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, VisitState
from crm.domain.visit_kinds import Met, VisitKind
from crm.models.activities import Activity
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import acts, gifts, planned_visits, touches, visit_guests
from crm.services.acts import Act
from crm.services.gifts import NewGift
from crm.services.next_steps import NextStep
from crm.services.touches import Touch
from crm.store.engine import Database

OUTCOMES = {ActivityKind.IN_SERVICE: Outcome.DONE, ActivityKind.VISIT: Outcome.CONVERSATION}
"""What can be logged here, and how it went for everybody who came."""

MOST_PEOPLE = 60
MOST_OTHERS = 500
LONGEST_TOPIC = 200


@dataclass(frozen=True)
class NewTalk:
    """Who came to what. `others` came without being named; the next step is one, with `next_with` of those who came.

    `visit_id` is the planned visit that this was. `lunch_cents` is what the food cost in all.
    """

    practice_id: int
    happened_on: date
    kind: ActivityKind = ActivityKind.IN_SERVICE
    topic: str = ""
    provider_ids: Sequence[int] = ()
    contact_ids: Sequence[int] = ()
    others: int = 0
    body: str = ""
    next_kind: TaskKind | None = None
    next_on: date | None = None
    next_with: int | None = None
    lunch_cents: int | None = None
    lunch: str = ""
    visit_id: int | None = None
    client_key: str | None = None


@dataclass(frozen=True)
class Logged:
    """What logging did. Without a change set it was there already."""

    visit_id: int
    change_set_id: int | None
    people: int = 0
    next_task: Task | None = None
    remarks: tuple[str, ...] = ()


def log(db: Database, new: NewTalk, *, actor_id: int | None, now: datetime, today: date) -> Logged:
    """Log a talk or a group visit for all who came; one Undo takes all of it back. Raises Invalid, NotFound."""
    check(new, today)
    with db.write() as session:
        if found := _arrived_before(session, new.client_key):
            return found
        practice = session.get(Practice, new.practice_id)
        if practice is None:
            raise NotFound("This practice isn't here any more.")
        came = [touches.get_provider(session, each) for each in dict.fromkeys(new.provider_ids)]
        label = f"Logged a talk at {practice.name or practice.line1}"
        act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
        visit = _visit(act, new, came[0])
        came.sort(key=lambda each: each.id != visit.provider_id)
        task = _log_all(act, visit, came, new)
        visit_guests.came(act, visit, [each.id or 0 for each in came], new.contact_ids)
        warnings = _lunch(act, visit, came, new)
        assert visit.id is not None
        return Logged(visit.id, act.id, len(came) + len(new.contact_ids) + new.others, task, warnings)


def check(new: NewTalk, today: date, *, planned: bool = False) -> None:
    """Invalid, naming every field that can't be used. `planned`: it is still to come, so nobody has come yet."""
    errors: dict[str, str] = {}
    if new.kind not in OUTCOMES:
        errors["kind"] = "Choose whether it was a talk or a group visit."
    if not planned and new.happened_on > today:
        errors["happened_on"] = touches.TO_COME
    if not new.provider_ids:
        errors["people"] = "Choose at least one provider: the talk is kept on the timelines of those who came."
    elif len(new.provider_ids) + len(new.contact_ids) > MOST_PEOPLE:
        errors["people"] = f"Name up to {MOST_PEOPLE} people, and count the others."
    if not 0 <= new.others <= MOST_OTHERS:
        errors["others"] = f"Give a number from 0 to {MOST_OTHERS}."
    if len(new.topic) > LONGEST_TOPIC:
        errors["topic"] = f"Keep it under {LONGEST_TOPIC} characters."
    errors |= _text_errors(new) | _step_errors(new, today) | _lunch_errors(new)
    if errors:
        raise Invalid(errors)


def _text_errors(new: NewTalk) -> dict[str, str]:
    found = {name: privacy.blocking(privacy.identifiers(getattr(new, name))) for name in ("topic", "body", "lunch")}
    return {name: privacy.sentence(each) for name, each in found.items() if each}


def _step_errors(new: NewTalk, today: date) -> dict[str, str]:
    if new.next_on is None:
        return {}
    if new.next_on < today:
        return {"next_on": "Choose today or a later day."}
    far = new.next_on - today > timedelta(days=366 * 5)
    return {"next_on": "That is more than five years ahead. Check the year."} if far else {}


def _lunch_errors(new: NewTalk) -> dict[str, str]:
    if new.lunch_cents is None:
        return {"lunch_value": "Give what it cost in all, in dollars."} if new.lunch.strip() else {}
    if not 0 < new.lunch_cents <= MOST_CENTS:
        return {"lunch_value": "Give what it cost in all, in dollars."}
    return {} if new.lunch.strip() else {"lunch": "Say what it was, such as “Sandwiches”."}


def _arrived_before(session: Session, client_key: str | None) -> Logged | None:
    if not client_key:
        return None
    line = session.exec(select(Activity).where(Activity.client_key == client_key)).first()
    return Logged(line.visit_id or 0, None) if line is not None else None


def _visit(act: Act, new: NewTalk, host: Provider) -> Visit:
    """The planned one, else one that is made for it."""
    planned = act.session.get(Visit, new.visit_id) if new.visit_id is not None else None
    if planned is not None and planned.state is not VisitState.DONE:
        return planned
    visit = Visit(
        provider_id=host.id or 0,
        practice_id=new.practice_id,
        owner_id=act.actor_id,
        kind=planned_visits.MADE_BY[new.kind],
        planned_on=new.happened_on,
        purpose=new.topic.strip(),
        sample=host.sample,
        created_by=act.actor_id,
        created_at=act.now,
        updated_at=act.now,
    )
    act.insert(visit)
    return visit


def _log_all(act: Act, visit: Visit, came: Sequence[Provider], new: NewTalk) -> Task | None:
    """A line for each provider, joined by one key; the first of them is the visit's own."""
    with_whom = new.next_with if new.next_with in {each.id for each in came} else came[0].id
    step = NextStep(new.next_kind or TaskKind.CALL, new.next_on) if new.next_on is not None else None
    planned: Task | None = None
    for place, provider in enumerate(came):
        line = _line(act, visit, provider, new, client_key=new.client_key if place == 0 else None)
        touch = Touch(new.kind, line.outcome, line.body, happened_at=line.happened_at, day=new.happened_on)
        mine = step if provider.id == with_whom else None
        logged = touches.log_in(
            act, provider, touch, next_step=mine, propose=False, line=line, visit=visit if place == 0 else None
        )
        planned = planned or logged.next_task
        if place == 0:
            _stand(act, visit, line, new)
    return planned


def _line(act: Act, visit: Visit, provider: Provider, new: NewTalk, *, client_key: str | None) -> Activity:
    people = len(set(new.provider_ids)) + len(set(new.contact_ids)) + new.others
    return act.record(
        provider,
        new.kind,
        happened_at=act.now - (act.today - new.happened_on),
        outcome=OUTCOMES[new.kind],
        summary=new.topic.strip() or f"{people} people came",
        body=new.body.strip(),
        practice_id=visit.practice_id or new.practice_id,
        visit_id=visit.id,
        group_key=f"visit-{visit.id}",
        client_key=client_key or None,
        evidence={"people": people},
    )


def _stand(act: Act, visit: Visit, line: Activity, new: NewTalk) -> None:
    planned_visits.edit(
        act,
        visit,
        kind=VisitKind.IN_SERVICE if new.kind is ActivityKind.IN_SERVICE else VisitKind.VISIT,
        purpose=new.topic.strip() or visit.purpose,
        met=Met.PROVIDER,
        others=new.others,
        next_kind=(new.next_kind or TaskKind.CALL) if new.next_on else None,
        next_on=new.next_on,
    )
    planned_visits.keep_word(act, visit, line)


def _lunch(act: Act, visit: Visit, came: Sequence[Provider], new: NewTalk) -> tuple[str, ...]:
    """The food, shared by all who came. (Those of another practice count among the others.)"""
    if new.lunch_cents is None:
        return ()
    host = came[0]
    ours = [
        each
        for each in dict.fromkeys(new.contact_ids)
        if (contact := act.session.get(Contact, each)) is not None and contact.practice_id == host.practice_id
    ]
    gift = NewGift(
        host.id or 0,
        new.happened_on,
        GiftKind.MEAL,
        new.lunch,
        new.lunch_cents,
        occasion=new.topic.strip() or "In-service talk",
        provider_ids=[each.id or 0 for each in came],
        contact_ids=ours,
        others=min(new.others, 200) + len(set(new.contact_ids)) - len(ours),
    )
    return gifts.log_in(act, gift, visit_id=visit.id).warnings
