"""Writing down what was noted about a visit: the first word makes the touch, later ones are weighed against it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import col, select

from crm.domain.kinds import ActivityKind, Outcome, TaskKind, VisitState
from crm.domain.visit_entries import FIELDS, NO_NEXT, Entry, Standing, Value, Word, in_words, next_of, outcome_of, weigh
from crm.domain.visit_kinds import Interest, Met, VisitKind
from crm.models.activities import Activity
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitEntry
from crm.services import planned_visits, touches, visit_extras, visit_next_steps, visit_origins
from crm.services.acts import Act
from crm.services.days import today_of
from crm.services.touches import Touch
from crm.services.visit_mends import INSTEAD
from crm.services.visit_origins import DEVICE, Origin
from crm.store import visits as store

TOUCH_OF = {kind: touch for touch, kind in planned_visits.MADE_BY.items()}


@dataclass(frozen=True)
class Written:
    """What was written, and sentences for the person who noted it."""

    visit_id: int
    activity_id: int | None
    change_set_id: int
    overruled: tuple[str, ...]
    elsewhere: bool
    next_task: Task | None
    remarks: tuple[str, ...]


def write(
    act: Act, provider: Provider, visit: Visit | None, entry: Entry, kin: Collection[str] = frozenset()
) -> Written:
    """One entry, new here, into the visit, its line and whatever follows. `visit` None: no visit was planned for it.

    `kin` are the keys of entries of the same device that it belongs to.
    """
    day = min(entry.happened_on or today_of(act.session, act.actor_id, entry.made_at), act.today)
    visit = visit or _planned(act, provider, day) or _unplanned(act, provider, day)
    assert visit.id is not None
    entry, contact_id, remarks = visit_extras.contact(act, provider, visit, entry)
    word = Word(entry.client_key, entry.made_at, _fields(entry, contact_id))
    there = store.entries(act.session, visit.id)
    earlier, origin = [word_of(each) for each in there], visit_origins.origin(act, there, entry, kin)
    standing = weigh([*earlier, word])
    line = line_of(act, visit)
    if line is None:
        happened_at = entry.made_at if entry.happened_on is None else act.now - (act.today - day)
        line, task = log(act, provider, visit, standing, happened_at=happened_at, day=day, client_key=word.client_key)
    else:
        task = _weigh_in(act, provider, visit, line, earlier, word, origin)
    remarks += visit_extras.address(act, provider, entry) + visit_extras.gift(act, provider, visit, entry, day)
    overruled = standing.overruled[word.client_key]
    act.insert(_row(act, visit, word, overruled, line, entry))
    visit.field_times = {name: at.isoformat() for name, at in standing.times.items()}
    return Written(visit.id, line.id, act.id, overruled, origin is Origin.ELSEWHERE, task, remarks)


def line_of(act: Act, visit: Visit) -> Activity | None:
    """The visit's line on the timeline, unless it was undone."""
    line = act.session.get(Activity, visit.activity_id) if visit.activity_id is not None else None
    return line if line is not None and line.undone_at is None else None


def log(
    act: Act,
    provider: Provider,
    visit: Visit,
    standing: Standing,
    *,
    happened_at: datetime,
    day: date,
    client_key: str | None,
) -> tuple[Activity, Task | None]:
    """The visit took place: its line, and all that follows from such a touch."""
    values = standing.values
    touch = _touch(visit, values, happened_at, day)
    line = act.record(
        provider,
        touch.kind,
        happened_at=happened_at,
        outcome=touch.outcome,
        body=touch.body,
        visit_id=visit.id,
        practice_id=visit.practice_id or provider.practice_id,
        client_key=client_key,
    )
    # Not with the line itself, so that undoing can take a contact away who was added with it.
    act.update(line, contact_id=touch.contact_id)
    step = visit_next_steps.chosen(values)
    proposes = values.get("next") != NO_NEXT
    logged = touches.log_in(act, provider, touch, next_step=step, propose=proposes, line=line, visit=visit)
    if step is not None and logged.next_task is not None:
        visit_next_steps.keep(act, logged.next_task)
    _stand(act, visit, standing, logged.next_task)
    return line, logged.next_task


def _weigh_in(
    act: Act,
    provider: Provider,
    visit: Visit,
    line: Activity,
    earlier: Sequence[Word],
    word: Word,
    origin: Origin,
) -> Task | None:
    """A later word: the visit and its line are brought to what stands now, and what doesn't is kept beside it."""
    before, standing = weigh(earlier), weigh([*earlier, word])
    task = stand(act, provider, visit, line, before.values, standing)
    _date_back(act, provider, visit, line, word)
    lost = standing.overruled[word.client_key]
    replaced = [name for name, value in before.values.items() if standing.values[name] != value]
    fresh = [name for name in word.fields if name not in before.values]
    names = _people(act, [word.fields.get("contact"), before.values.get("contact")])
    aside = [in_words(word.fields, lost, names), in_words(before.values, replaced, names)]
    added = in_words(word.fields, fresh, names)
    summary = visit_origins.summary(origin, differs=any(aside), adds=bool(added))
    body = ". ".join(each.rstrip(".") for each in (*aside, added) if each)
    act.record(provider, ActivityKind.NOTE, summary=summary, body=body, visit_id=visit.id, client_key=word.client_key)
    return task


def stand(
    act: Act, provider: Provider, visit: Visit, line: Activity, before: Mapping[str, Value], standing: Standing
) -> Task | None:
    """Bring the visit, its line, the stage and the next step to what stands. Gives the next step where it changed."""
    values = standing.values
    touch = _touch(visit, values, line.happened_at, visit.planned_on)
    if _same_outcome(line, values):
        touch = replace(touch, outcome=line.outcome)
    went_otherwise = touch.outcome is not line.outcome
    touches.correct(act, provider, touch, line)
    _tell_all(act, touch, line)
    chose = "next" in values and values["next"] != before.get("next")
    task = visit_next_steps.change(act, provider, line, touch, values) if chose or went_otherwise else None
    _stand(act, visit, standing, task)
    return task


def _tell_all(act: Act, touch: Touch, line: Activity) -> None:
    """A talk stands on the timelines of all who came: what was said there, and how it went, is the same for everybody.

    Whom one met is not: that stays with the visit's own line.
    """
    if not line.group_key:
        return
    query = select(Activity).where(Activity.group_key == line.group_key, col(Activity.undone_at).is_(None))
    for each in act.session.exec(query).all():
        other = act.session.get(Provider, each.provider_id) if each.id != line.id else None
        if other is not None:
            touches.correct(act, other, replace(touch, contact_id=each.contact_id), each)


def _stand(act: Act, visit: Visit, standing: Standing, task: Task | None) -> None:
    values = standing.values
    met, interest, step = values.get("met"), values.get("interest"), next_of(values.get("next"))
    if task is not None:
        step = task.kind, task.due_on
    elif "next" not in values and visit.next_on is not None and visit.next_kind is not None:
        step = visit.next_kind, visit.next_on
    contact = values.get("contact")
    planned_visits.edit(
        act,
        visit,
        state=VisitState.DONE,
        met=Met(str(met)) if met else visit.met,
        wants_sample=bool(values.get("wants_sample")),
        interest=Interest(str(interest)) if interest else None,
        said=str(values.get("said") or ""),
        met_contact_id=int(contact) if contact else None,
        next_kind=step[0] if step else None,
        next_on=step[1] if step else None,
    )


def _touch(visit: Visit, values: Mapping[str, Value], happened_at: datetime, day: date) -> Touch:
    outcome = outcome_of(values)
    if visit.kind is VisitKind.IN_SERVICE and outcome is Outcome.CONVERSATION:
        outcome = Outcome.DONE
    contact = values.get("contact")
    return Touch(
        TOUCH_OF[visit.kind],
        outcome,
        str(values.get("said") or "").strip(),
        happened_at=happened_at,
        day=day,
        contact_id=int(contact) if contact else None,
    )


def _same_outcome(line: Activity, values: Mapping[str, Value]) -> bool:
    """Whether the line says the same with a finer word: they will refer, say, which no phone asks."""
    if line.outcome is Outcome.WANTS_SAMPLE or bool(values.get("wants_sample")):
        return False
    met = planned_visits.MET_BY.get(line.outcome) if line.outcome else None
    return met is not None and values.get("met") == met


def _date_back(act: Act, provider: Provider, visit: Visit, line: Activity, word: Word) -> None:
    """The visit was when the first of them wrote about it, whichever arrived first."""
    if word.made_at >= line.happened_at or line.kind not in planned_visits.MADE_BY:
        return
    day = today_of(act.session, act.actor_id, word.made_at)
    if provider.last_touch_at == line.happened_at:
        act.update(provider, last_touch_at=word.made_at)
    act.update(line, happened_at=word.made_at)
    planned_visits.edit(act, visit, done_at=word.made_at, planned_on=min(day, visit.planned_on))


def _planned(act: Act, provider: Provider, day: date) -> Visit | None:
    """The last visit that was planned with them for that day or before."""
    due = store.planned_until(act.session, provider.id or 0, day)
    return next((each for each in reversed(due) if each.kind is VisitKind.VISIT), None)


def _unplanned(act: Act, provider: Provider, day: date) -> Visit:
    """A visit that nobody planned. It begins as one that was called off, which it is again once it is undone: the row
    stays, since what another device says about it may hang there by then.
    """
    visit = Visit(
        provider_id=provider.id or 0,
        practice_id=provider.practice_id,
        owner_id=act.actor_id,
        planned_on=day,
        state=VisitState.CANCELLED,
        sample=provider.sample,
        created_by=act.actor_id,
        created_at=act.now,
        updated_at=act.now,
    )
    act.session.add(visit)
    act.session.flush()
    return visit


def _fields(entry: Entry, contact_id: int | None) -> dict[str, Value]:
    said = entry.said.strip() if entry.said is not None else None
    found: dict[str, Value] = {
        "met": entry.met.value if entry.met else None,
        "wants_sample": entry.wants_sample,
        "interest": entry.interest.value if entry.interest else None,
        "said": said,
        "contact": contact_id,
        "next": _next(entry),
    }
    return {name: value for name, value in found.items() if value is not None}


def _next(entry: Entry) -> str | None:
    if entry.no_next:
        return NO_NEXT
    kind = entry.next_kind or TaskKind.CALL
    return f"{kind.value} {entry.next_on.isoformat()}" if entry.next_on is not None else None


def word_of(row: VisitEntry) -> Word:
    """What an entry says."""
    fields = {name: value for name, value in row.fields.items() if name in FIELDS}
    return Word(row.client_key, row.made_at, fields)  # type: ignore[arg-type]  # written by `_row`, from a Word


def _row(act: Act, visit: Visit, word: Word, overruled: Sequence[str], line: Activity, entry: Entry) -> VisitEntry:
    about = {INSTEAD: list(entry.instead_of), DEVICE: entry.device}
    return VisitEntry(
        client_key=word.client_key,
        visit_id=visit.id or 0,
        user_id=act.actor_id,
        made_at=word.made_at,
        received_at=act.now,
        fields={**word.fields, **{name: value for name, value in about.items() if value}},
        kept=[name for name in word.fields if name not in overruled],
        activity_id=line.id,
        change_set_id=act.id,
        sample=visit.sample,
    )


def _people(act: Act, ids: Sequence[Value]) -> dict[int, str]:
    wanted = [int(each) for each in ids if each]
    if not wanted:
        return {}
    return {each.id or 0: each.name for each in act.session.exec(select(Contact).where(col(Contact.id).in_(wanted)))}
