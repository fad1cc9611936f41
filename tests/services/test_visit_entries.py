"""What devices note after a visit: once, weighed, undoable, never lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from crm.domain.errors import Invalid, NotFound
from crm.domain.gifts import GiftKind
from crm.domain.kinds import ActivityKind, MessageState, Outcome, TaskKind, TaskOrigin, TaskState, VisitState
from crm.domain.pipeline import Stage
from crm.domain.visit_kinds import Interest, Met, VisitKind
from crm.models.activities import Activity
from crm.models.audit import ChangeSet
from crm.models.gifts import Gift
from crm.models.messages import Message
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitEntry
from crm.services import changes, mail_effects, outbox, tasks, touches, visit_entries, visits
from crm.services.mailboxes import Post
from crm.services.next_steps import NextStep
from crm.services.tasks import Done
from crm.services.touches import Touch
from crm.services.visit_entries import Entry, Recorded
from crm.services.visits import NewVisit
from crm.store import visits as store
from crm.store.engine import Database
from tests.factories import NOW, TODAY, FakeClock, acquainted, make_provider, make_suppression
from tests.services.papers import FakePress

BY: dict[str, Any] = {"actor_id": 1, "now": NOW, "today": TODAY}
FRIDAY = date(2026, 3, 6)
Note = Callable[..., Recorded]


def entry(key: str = "phone-1", minutes: int = 10, **said: Any) -> Entry:
    """Written so many minutes ago."""
    return Entry(key, NOW - timedelta(minutes=minutes), **said)


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return acquainted(session, stage=Stage.CONTACTED).id or 0


@pytest.fixture
def visit_id(db: Database, provider_id: int) -> int:
    return visits.plan(db, NewVisit(provider_id, TODAY, purpose="Ask for a first client"), **BY).visit.id or 0


@pytest.fixture
def note(db: Database, post: Post, visit_id: int) -> Note:
    def write(found: Entry, **given: Any) -> Recorded:
        about = {"visit_id": visit_id} if "provider_id" not in given else {}
        return visit_entries.record(db, post, found, **{**BY, "press": FakePress(), **about, **given})

    return write


def get_visit(db: Database, visit_id: int) -> Visit:
    with db.read() as session:
        return session.get_one(Visit, visit_id)


def lines(db: Database, kind: ActivityKind = ActivityKind.VISIT) -> list[Activity]:
    with db.read() as session:
        query = select(Activity).where(Activity.kind == kind, Activity.undone_at.is_(None))
        return list(session.exec(query.order_by(Activity.id)))


def live(db: Database, provider_id: int) -> list[Task]:
    with db.read() as session:
        states = (TaskState.OPEN, TaskState.WAITING)
        query = select(Task).where(Task.provider_id == provider_id, col(Task.state).in_(states))
        return list(session.exec(query.order_by(Task.id)))


def messages(db: Database) -> list[Message]:
    with db.read() as session:
        return list(session.exec(select(Message)))


# --- the first word ---------------------------------------------------------------------------------------------------


def test_once_the_sample_has_left_the_call_that_was_proposed_stands(
    db: Database, note: Note, post: Post, provider_id: int
) -> None:
    """The page proposes a call three business days after the sample; it is owed from when the sample leaves."""
    note(entry(met=Met.PROVIDER, wants_sample=True))
    assert TaskKind.CALL not in [task.kind for task in live(db, provider_id)]
    clock = FakeClock(NOW + timedelta(minutes=2))
    outbox.run_due(db, post, clock=clock, me="w")
    mail_effects.run_due(db, clock=clock, mine=True)
    assert [(task.kind, task.due_on) for task in live(db, provider_id)] == [(TaskKind.CALL, date(2026, 3, 9))]


def test_the_walk_makes_one_activity_and_queues_the_sample(db: Database, note: Note, visit_id: int) -> None:
    found = note(
        entry(met=Met.PROVIDER, wants_sample=True, said="Likes numbers", next_kind=TaskKind.CALL, next_on=FRIDAY)
    )
    (line,) = lines(db)
    assert (line.outcome, line.body, line.visit_id) == (Outcome.WANTS_SAMPLE, "Likes numbers", visit_id)
    assert line.happened_at == NOW - timedelta(minutes=10)
    assert [(each.id, each.state) for each in messages(db)] == [(found.message_id, MessageState.QUEUED)]
    visit = get_visit(db, visit_id)
    assert (visit.state, visit.met, visit.wants_sample, visit.said) == (
        VisitState.DONE,
        Met.PROVIDER,
        True,
        "Likes numbers",
    )
    assert (visit.next_kind, visit.next_on, visit.activity_id) == (TaskKind.CALL, FRIDAY, line.id)
    assert found.activity_id == line.id
    assert not found.is_repeat


def test_the_accepted_step_is_the_persons_and_the_visits_own_follow_up_is_done(
    db: Database, note: Note, provider_id: int
) -> None:
    found = note(entry(met=Met.PROVIDER, next_kind=TaskKind.CALL, next_on=FRIDAY))
    (task,) = live(db, provider_id)
    assert (task.kind, task.due_on, task.origin) == (TaskKind.CALL, FRIDAY, TaskOrigin.PERSON)
    assert found.next_task is not None
    assert found.next_task.id == task.id
    with db.read() as session:
        assert session.get_one(Provider, provider_id).next_due_on == FRIDAY
        assert session.get_one(Provider, provider_id).stage is Stage.INTRODUCED


def test_without_a_chosen_step_the_usual_one_is_proposed(db: Database, note: Note, provider_id: int) -> None:
    assert note(entry(met=Met.STAFF)).next_task is not None
    assert [task.kind for task in live(db, provider_id)] == [TaskKind.CALL]


def test_no_next_step_is_a_choice(db: Database, note: Note, provider_id: int) -> None:
    assert note(entry(met=Met.PROVIDER, no_next=True)).next_task is None
    assert live(db, provider_id) == []


@pytest.mark.parametrize(
    ("met", "outcome"),
    [
        (Met.PROVIDER, Outcome.CONVERSATION),
        (Met.STAFF, Outcome.STAFF_ONLY),
        (Met.MATERIALS, Outcome.LEFT_MATERIALS),
        (Met.NOT_POSSIBLE, Outcome.NOT_POSSIBLE),
    ],
)
def test_each_first_tap_is_an_outcome(db: Database, note: Note, met: Met, outcome: Outcome) -> None:
    note(entry(met=met))
    assert [line.outcome for line in lines(db)] == [outcome]


def test_a_note_alone_is_enough(db: Database, note: Note, visit_id: int) -> None:
    note(entry(said="Closed for lunch"))
    assert [(line.outcome, line.body) for line in lines(db)] == [(None, "Closed for lunch")]
    assert get_visit(db, visit_id).met is None


def test_a_visit_that_nobody_planned_is_kept_as_one(db: Database, post: Post, provider_id: int) -> None:
    found = visit_entries.record(db, post, entry(met=Met.STAFF), provider_id=provider_id, **BY)
    visit = get_visit(db, found.visit_id)
    assert (visit.state, visit.planned_on, visit.provider_id) == (VisitState.DONE, TODAY, provider_id)
    again = visit_entries.record(db, post, entry(met=Met.STAFF), provider_id=provider_id, **BY)
    assert (again.visit_id, again.is_repeat) == (found.visit_id, True)
    assert len(lines(db)) == 1


def test_from_the_providers_page_the_planned_one_is_taken(note: Note, visit_id: int, provider_id: int) -> None:
    assert note(entry(met=Met.STAFF), provider_id=provider_id).visit_id == visit_id


def test_an_unknown_visit_falls_back_to_the_provider(db: Database, note: Note, provider_id: int) -> None:
    found = note(entry(met=Met.STAFF), visit_id=9999, provider_id=provider_id)
    assert get_visit(db, found.visit_id).provider_id == provider_id
    with pytest.raises(NotFound):
        note(entry("other", met=Met.STAFF), visit_id=9999)


@pytest.mark.parametrize("moved", [True, False])
def test_a_visit_that_was_moved_or_called_off_meanwhile_took_place_when_it_was_noted(
    db: Database, note: Note, visit_id: int, moved: bool
) -> None:
    if moved:
        visits.move(db, visit_id, TODAY + timedelta(days=5), **BY)
    else:
        visits.cancel(db, visit_id, "They called", **BY)
    note(entry(met=Met.PROVIDER))
    visit = get_visit(db, visit_id)
    assert (visit.state, visit.planned_on) == (VisitState.DONE, TODAY)
    assert len(lines(db)) == 1


def test_an_entry_that_waited_for_days_belongs_to_its_own_day(db: Database, note: Note, visit_id: int) -> None:
    late = {"now": NOW + timedelta(days=3), "today": TODAY + timedelta(days=3)}
    note(entry(met=Met.PROVIDER, next_kind=TaskKind.CALL, next_on=TODAY + timedelta(days=2)), **late)
    assert get_visit(db, visit_id).planned_on == TODAY
    assert lines(db)[0].happened_at == NOW - timedelta(minutes=10)


def test_a_clock_that_runs_ahead_is_set_right(db: Database, note: Note) -> None:
    note(entry(minutes=-90, met=Met.PROVIDER))
    assert lines(db)[0].happened_at == NOW


def test_the_day_can_be_said(db: Database, note: Note, visit_id: int) -> None:
    note(entry(met=Met.PROVIDER, happened_on=TODAY - timedelta(days=1)))
    assert lines(db)[0].happened_at == NOW - timedelta(days=1)
    assert get_visit(db, visit_id).planned_on == TODAY - timedelta(days=1)


# --- exactly once -----------------------------------------------------------------------------------------------------


def test_the_same_entry_again_writes_nothing_and_answers_the_same(db: Database, note: Note) -> None:
    first = note(entry(met=Met.PROVIDER, wants_sample=True))
    again = note(entry(met=Met.PROVIDER, wants_sample=True))
    assert again.is_repeat
    assert (again.visit_id, again.activity_id, again.change_set_id, again.message_id) == (
        first.visit_id,
        first.activity_id,
        first.change_set_id,
        first.message_id,
    )
    assert (len(lines(db)), len(messages(db))) == (1, 1)


def test_an_undone_entry_that_arrives_again_stays_undone(db: Database, note: Note, visit_id: int) -> None:
    found = note(entry(met=Met.PROVIDER))
    changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW)
    assert note(entry(met=Met.PROVIDER)).is_repeat
    assert lines(db) == []
    assert get_visit(db, visit_id).state is VisitState.PLANNED


def test_a_sample_that_a_crash_left_out_is_queued_by_the_repeat(db: Database, note: Note) -> None:
    class Dies(FakePress):
        def __call__(self, *given: Any, **named: Any) -> Any:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        note(entry(met=Met.PROVIDER, wants_sample=True), press=Dies())
    assert (len(lines(db)), len(messages(db))) == (1, 0)
    assert note(entry(met=Met.PROVIDER, wants_sample=True)).message_id
    assert (len(lines(db)), len(messages(db))) == (1, 1)


def test_the_same_entry_twice_at_the_same_moment_is_one(db: Database, note: Note) -> None:
    gate = Barrier(2)

    def send() -> Recorded:
        gate.wait()
        return note(entry(met=Met.PROVIDER, said="Once"))

    with ThreadPoolExecutor(2) as pool:
        found = [each.result() for each in [pool.submit(send), pool.submit(send)]]
    assert sorted(each.is_repeat for each in found) == [False, True]
    assert len({each.activity_id for each in found}) == 1
    assert len(lines(db)) == 1


def test_two_devices_at_the_same_moment_make_one_visit(db: Database, note: Note, visit_id: int) -> None:
    gate = Barrier(2)

    def send(found: Entry) -> Recorded:
        gate.wait()
        return note(found)

    words = [entry("phone", 5, met=Met.PROVIDER), entry("tablet", 3, said="In a hurry")]
    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(send, word) for word in words]:
            each.result()
    assert [(line.outcome, line.body) for line in lines(db)] == [(Outcome.CONVERSATION, "In a hurry")]


# --- two devices ------------------------------------------------------------------------------------------------------


def test_the_newer_word_stands_and_the_older_is_kept_beside_it(db: Database, note: Note, visit_id: int) -> None:
    note(entry("laptop", 2, met=Met.PROVIDER, said="Friendly", device="laptop"))
    late = note(entry("phone", 8, met=Met.STAFF, said="Only Marlene", interest=Interest.WARM, device="phone"))
    assert (late.overruled, late.elsewhere) == (("met", "said"), True)
    visit = get_visit(db, visit_id)
    assert (visit.met, visit.said, visit.interest) == (Met.PROVIDER, "Friendly", Interest.WARM)
    (beside,) = lines(db, ActivityKind.NOTE)
    assert beside.summary == "Also noted on another device"
    assert beside.body == "Met the staff only; “Only Marlene”. Interest: warm"
    assert [line.outcome for line in lines(db)] == [Outcome.CONVERSATION]


def test_a_newer_word_moves_the_stage_the_line_and_the_step(
    db: Database, note: Note, visit_id: int, provider_id: int
) -> None:
    note(entry("laptop", 8, met=Met.STAFF, said="Only Marlene"))
    found = note(entry("phone", 2, met=Met.PROVIDER))
    (line,) = lines(db)
    assert (line.outcome, line.body) == (Outcome.CONVERSATION, "Only Marlene")
    assert [task.kind for task in live(db, provider_id)] == [TaskKind.THANK_YOU]
    assert lines(db, ActivityKind.NOTE)[0].body == "Met the staff only"
    with db.read() as session:
        provider = session.get_one(Provider, provider_id)
        assert (provider.stage, provider.touch_count) == (Stage.INTRODUCED, 1)
    assert found.overruled == ()


def test_a_newer_step_replaces_the_older(db: Database, note: Note, provider_id: int) -> None:
    note(entry("laptop", 8, met=Met.PROVIDER, next_kind=TaskKind.CALL, next_on=FRIDAY))
    note(entry("phone", 2, next_kind=TaskKind.VISIT, next_on=FRIDAY + timedelta(days=7)))
    assert [(task.kind, task.due_on) for task in live(db, provider_id)] == [
        (TaskKind.VISIT, FRIDAY + timedelta(days=7))
    ]
    note(entry("watch", 1, no_next=True))
    assert live(db, provider_id) == []


def test_the_sample_is_sent_once_whoever_asks(db: Database, note: Note) -> None:
    note(entry("laptop", 8, met=Met.PROVIDER, wants_sample=True))
    note(entry("phone", 2, met=Met.PROVIDER, wants_sample=True))
    assert len(messages(db)) == 1


def test_a_sample_asked_for_by_a_word_that_is_overruled_is_not_sent(db: Database, note: Note) -> None:
    note(entry("laptop", 2, met=Met.PROVIDER, wants_sample=False))
    note(entry("phone", 8, wants_sample=True))
    assert messages(db) == []


def test_what_was_logged_on_the_providers_page_is_weighed_too(
    db: Database, note: Note, provider_id: int, visit_id: int
) -> None:
    touch = Touch(ActivityKind.VISIT, Outcome.WILL_REFER, "One next week")
    touches.log(db, provider_id, touch, **BY)
    assert get_visit(db, visit_id).state is VisitState.DONE
    note(entry("phone", 10, met=Met.PROVIDER, said="Nice", interest=Interest.WARM))
    (line,) = lines(db)
    assert (line.outcome, line.body) == (Outcome.WILL_REFER, "One next week")
    assert get_visit(db, visit_id).interest is Interest.WARM
    assert lines(db, ActivityKind.NOTE)[0].body == "“Nice”. Interest: warm"


WORDS = st.fixed_dictionaries(
    {},
    optional={
        "met": st.sampled_from(Met),
        "wants_sample": st.just(False),
        "interest": st.sampled_from(Interest),
        "said": st.sampled_from(["Busy", "Friendly", "Ask again"]),
        "next_on": st.sampled_from([FRIDAY, FRIDAY + timedelta(days=3)]),
    },
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), minutes=st.lists(st.integers(1, 90), min_size=4, max_size=4, unique=True))
def test_any_order_and_any_repetition_of_two_devices_entries_gives_the_same(
    sqlite_db: Database, post: Post, data: st.DataObject, minutes: list[int]
) -> None:
    said = [
        Entry(f"{device}-{minute}", NOW - timedelta(minutes=minute), **data.draw(WORDS))
        for device, minute in zip(("phone", "phone", "tablet", "tablet"), minutes, strict=True)
    ]
    arriving = data.draw(st.permutations([*said, *data.draw(st.lists(st.sampled_from(said), max_size=3))]))
    told = _outcome(sqlite_db, post, said), _outcome(sqlite_db, post, arriving)
    assert told[0] == told[1]


def _outcome(db: Database, post: Post, arriving: Sequence[Entry]) -> dict[str, object]:
    """What stands in a fresh house once these have arrived in this order."""
    with db.write() as session:
        number = len(session.exec(select(Provider)).all())
        # The first has the people of the house with it.
        provider_id = (make_provider(session) if number else acquainted(session)).id or 0
    visit_id = visits.plan(db, NewVisit(provider_id, TODAY), **BY).visit.id or 0
    for each in arriving:
        own = replace(each, client_key=f"{number}:{each.client_key}")
        visit_entries.record(db, post, own, visit_id=visit_id, **BY)
    with db.read() as session:
        visit = session.get_one(Visit, visit_id)
        query = select(Activity).where(Activity.provider_id == provider_id)
        found = list(session.exec(query.order_by(Activity.happened_at)))
        seen = [each for each in found if each.kind is ActivityKind.VISIT]
        beside = " ".join(each.body for each in found)
        assert all(each.said is None or each.said in beside for each in arriving), "somebody's words are lost"
        steps = [task.due_on for task in store_live(session, provider_id)]
        chosen = visit.next_on if any(each.next_on for each in arriving) else None
        assert chosen is None or steps == [chosen]
        return {
            "visit": (visit.met, visit.interest, visit.said, visit.wants_sample, chosen, visit.done_at),
            "lines": [(each.outcome, each.body, each.happened_at) for each in seen],
            "touches": session.get_one(Provider, provider_id).touch_count,
        }


def store_live(session: Session, provider_id: int) -> list[Task]:
    query = select(Task).where(Task.provider_id == provider_id, Task.state == TaskState.OPEN)
    return list(session.exec(query))


# --- what else is noted -----------------------------------------------------------------------------------------------


def test_a_new_contact_is_added_in_place_and_known_the_next_time(db: Database, note: Note, visit_id: int) -> None:
    note(entry("a", 9, met=Met.STAFF, new_contact="Marlene  Ode"))
    note(entry("b", 2, new_contact="marlene ode"))
    with db.read() as session:
        (contact,) = session.exec(select(Contact).where(Contact.name == "Marlene Ode"))
        assert session.get_one(Visit, visit_id).met_contact_id == contact.id
    assert lines(db)[0].contact_id == contact.id


def test_without_a_practice_the_note_has_the_name(db: Database, post: Post) -> None:
    with db.write() as session:
        provider = acquainted(session)
        provider.practice_id = None
        session.add(provider)
    found = visit_entries.record(db, post, entry(met=Met.STAFF, new_contact="Marlene"), provider_id=provider.id, **BY)
    assert lines(db)[0].body == "(Met Marlene.)"
    assert "no practice" in found.remarks[0]


def test_an_address_they_gave_is_saved_where_there_was_none(db: Database, note: Note, provider_id: int) -> None:
    with db.write() as session:
        session.get_one(Provider, provider_id).email = ""
    found = note(entry(met=Met.PROVIDER, wants_sample=True, email="Desk@Ortho.test"))
    with db.read() as session:
        assert session.get_one(Provider, provider_id).email == "desk@ortho.test"
    assert messages(db)[0].id == found.message_id


def test_an_address_that_is_of_no_use_loses_nothing(db: Database, note: Note, provider_id: int) -> None:
    with db.write() as session:
        session.get_one(Provider, provider_id).email = ""
        make_suppression(session, address="desk@ortho.test")
    found = note(entry(met=Met.PROVIDER, email="desk@ortho.test"))
    assert "no more mail" in found.remarks[0]
    assert len(lines(db)) == 1


def test_a_second_address_is_kept_on_the_timeline(db: Database, note: Note) -> None:
    found = note(entry(met=Met.PROVIDER, email="other@ortho.test"))
    assert "already" in found.remarks[0]
    assert [line.summary for line in lines(db, ActivityKind.NOTE)] == ["Was given the address other@ortho.test"]


def test_a_sample_that_cannot_be_queued_becomes_a_follow_up(db: Database, note: Note, provider_id: int) -> None:
    with db.write() as session:
        session.get_one(Provider, provider_id).email = ""
    step = {"next_kind": TaskKind.CALL, "next_on": FRIDAY}
    found = note(entry(met=Met.PROVIDER, wants_sample=True, **step))
    assert found.message_id is None
    assert "follow-ups" in found.remarks[0]
    assert {task.kind for task in live(db, provider_id)} == {TaskKind.CALL, TaskKind.SAMPLE}
    again = note(entry(met=Met.PROVIDER, wants_sample=True, **step))
    assert again.remarks == found.remarks
    assert len(live(db, provider_id)) == 2
    changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW)
    assert [task.kind for task in live(db, provider_id)] == [TaskKind.VISIT]


def test_a_meal_is_logged_with_its_warnings(db: Database, note: Note, visit_id: int) -> None:
    lunch = {"gift_cents": 9_000, "gift_kind": GiftKind.MEAL, "gift_what": "Lunch"}
    found = note(entry(met=Met.PROVIDER, **lunch))
    assert found.remarks
    with db.read() as session:
        assert [(gift.value_cents, gift.visit_id) for gift in session.exec(select(Gift))] == [(9_000, visit_id)]
    note(entry(met=Met.PROVIDER, **lunch))
    changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW)
    with db.read() as session:
        assert session.exec(select(Gift)).all() == []


def test_a_note_that_may_name_a_client_is_kept_and_said(db: Database, note: Note) -> None:
    found = note(entry(met=Met.PROVIDER, said="Her patient was born 03/14/1961"))
    assert lines(db)[0].body == "Her patient was born 03/14/1961"
    assert "Your note" in found.remarks[0]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "nobody at all"}, "email"),
        ({"next_kind": TaskKind.CALL}, "next_on"),
        ({"next_on": TODAY - timedelta(days=9)}, "next_on"),
        ({"next_on": TODAY + timedelta(days=3000)}, "next_on"),
        ({"gift_what": "Lunch"}, "gift_value"),
        ({"gift_cents": 900}, "gift_what"),
        ({"gift_cents": 0, "gift_what": "Pens"}, "gift_value"),
        ({"gift_cents": 900, "gift_what": "for the son of 555-12-3456"}, "gift_what"),
        ({"said": "x" * 10_001}, "said"),
        ({"new_contact": "x" * 121}, "new_contact"),
        ({"happened_on": TODAY + timedelta(days=3)}, "happened_on"),
        ({"client_key": ""}, "client_key"),
    ],
)
def test_an_invalid_field_is_named_and_nothing_is_written(
    db: Database, note: Note, visit_id: int, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        note(replace(entry(met=Met.PROVIDER), **said))
    assert list(error.value.errors) == [field]
    assert lines(db) == []
    assert get_visit(db, visit_id).state is VisitState.PLANNED


# --- undo -------------------------------------------------------------------------------------------------------------


def test_undo_takes_back_all_of_an_entry(db: Database, note: Note, visit_id: int, provider_id: int) -> None:
    with db.read() as session:
        before = session.get_one(Visit, visit_id).model_dump(exclude={"revision", "updated_at"})
    found = note(entry(met=Met.PROVIDER, wants_sample=True, new_contact="Marlene", said="Yes", interest=Interest.WARM))
    assert changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW) == []
    assert lines(db) == []
    assert [each.state for each in messages(db)] == [MessageState.CANCELLED]
    with db.read() as session:
        visit = session.get_one(Visit, visit_id)
        assert visit.model_dump(exclude={"revision", "updated_at"}) == before
        assert visit.revision == 3, "undoing is a change too"
        assert session.exec(select(Contact)).all() == []
        assert session.exec(select(VisitEntry)).all() == []
        provider = session.get_one(Provider, provider_id)
        assert (provider.stage, provider.touch_count, provider.next_due_on) == (Stage.CONTACTED, 0, TODAY)


def test_a_sample_that_has_left_is_said_to_have(db: Database, note: Note) -> None:
    found = note(entry(met=Met.PROVIDER, wants_sample=True))
    with db.write() as session:
        message = session.get_one(Message, found.message_id)
        message.state, message.sent_at = MessageState.SENT, NOW
    assert "The sample has left already" in changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW)


def test_a_sample_undone_by_itself_does_not_stand_in_the_way(db: Database, post: Post, note: Note) -> None:
    from crm.services import sample_requests

    found = note(entry(met=Met.PROVIDER, wants_sample=True))
    sample_requests.undo(db, found.message_id or 0, actor_id=1, now=NOW)
    assert changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW) == []


def test_undoing_the_first_word_leaves_the_second(db: Database, note: Note, visit_id: int, provider_id: int) -> None:
    first = note(entry("laptop", 8, met=Met.PROVIDER, said="Friendly"))
    note(entry("phone", 2, met=Met.STAFF))
    changes.undo(db, first.change_set_id or 0, actor_id=1, now=NOW)
    visit = get_visit(db, visit_id)
    assert (visit.state, visit.met, visit.said) == (VisitState.DONE, Met.STAFF, "")
    (line,) = lines(db)
    assert (line.outcome, line.happened_at) == (Outcome.STAFF_ONLY, NOW - timedelta(minutes=2))
    with db.read() as session:
        assert session.get_one(Provider, provider_id).touch_count == 1


def test_undoing_the_second_word_brings_the_first_back(db: Database, note: Note, visit_id: int) -> None:
    note(entry("laptop", 8, met=Met.PROVIDER, said="Friendly"))
    second = note(entry("phone", 2, met=Met.STAFF))
    assert changes.undo(db, second.change_set_id or 0, actor_id=1, now=NOW) == []
    assert get_visit(db, visit_id).met is Met.PROVIDER
    assert [(line.outcome, line.body) for line in lines(db)] == [(Outcome.CONVERSATION, "Friendly")]


def test_an_undone_unplanned_visit_did_not_take_place(db: Database, post: Post, provider_id: int) -> None:
    found = visit_entries.record(db, post, entry(met=Met.STAFF), provider_id=provider_id, **BY)
    changes.undo(db, found.change_set_id or 0, actor_id=1, now=NOW)
    with db.read() as session:
        assert store.of_provider(session, provider_id) == []


def test_undoing_the_plan_keeps_a_visit_that_was_made(db: Database, post: Post, provider_id: int) -> None:
    planned = visits.plan(db, NewVisit(provider_id, TODAY), **BY)
    visit_entries.record(db, post, entry(met=Met.STAFF), visit_id=planned.visit.id, **BY)
    assert changes.undo(db, planned.change_set_id, actor_id=1, now=NOW)
    assert get_visit(db, planned.visit.id or 0).state is VisitState.DONE


# --- visits and follow-ups --------------------------------------------------------------------------------------------


def test_a_follow_up_completed_from_the_list_settles_the_visit(db: Database, visit_id: int) -> None:
    task_id = get_visit(db, visit_id).task_id or 0
    done = tasks.complete(db, task_id, Done(Outcome.STAFF_ONLY, "Marlene"), **BY)
    visit = get_visit(db, visit_id)
    assert (visit.state, visit.met, visit.said) == (VisitState.DONE, Met.STAFF, "Marlene")
    changes.undo(db, done.change_set_id, actor_id=1, now=NOW)
    assert get_visit(db, visit_id).state is VisitState.PLANNED


def test_called_instead_means_no_visit(db: Database, visit_id: int) -> None:
    task_id = get_visit(db, visit_id).task_id or 0
    tasks.complete(db, task_id, Done(Outcome.CONVERSATION, by=ActivityKind.CALL), **BY)
    assert get_visit(db, visit_id).state is VisitState.CANCELLED


def test_a_talk_is_noted_as_one(db: Database, post: Post, provider_id: int) -> None:
    planned = visits.plan(db, NewVisit(provider_id, TODAY, kind=VisitKind.IN_SERVICE), **BY)
    visit_entries.record(db, post, entry(met=Met.PROVIDER), visit_id=planned.visit.id, **BY)
    assert [line.outcome for line in lines(db, ActivityKind.IN_SERVICE)] == [Outcome.DONE]


def test_earlier_plans_with_the_same_provider_did_not_take_place(db: Database, note: Note, provider_id: int) -> None:
    with db.write() as session:
        old = Visit(provider_id=provider_id, planned_on=TODAY - timedelta(days=5), created_at=NOW)
        session.add(old)
    note(entry(met=Met.PROVIDER))
    assert get_visit(db, old.id or 0).state is VisitState.CANCELLED


def test_the_history_names_what_can_be_undone(db: Database, note: Note) -> None:
    found = note(entry(met=Met.PROVIDER))
    with db.read() as session:
        assert session.get_one(ChangeSet, found.change_set_id).label.startswith("Noted the visit to")


def test_a_planned_step_of_a_sequence_or_person_is_left_to_them(db: Database, note: Note, provider_id: int) -> None:
    tasks.add(db, provider_id, NextStep(TaskKind.CALL, TODAY + timedelta(days=9), "Ask about the move"), **BY)
    note(entry(met=Met.PROVIDER, no_next=True))
    assert [task.title for task in live(db, provider_id)] == ["Ask about the move"]


def test_times_of_fields_are_kept(db: Database, note: Note, visit_id: int) -> None:
    note(entry("a", 8, met=Met.PROVIDER))
    note(entry("b", 2, said="Yes"))
    times = {name: datetime.fromisoformat(str(at)) for name, at in get_visit(db, visit_id).field_times.items()}
    assert times == {"met": NOW - timedelta(minutes=8), "said": NOW - timedelta(minutes=2)}


def test_a_changed_entry_whose_first_arrived_makes_no_second_visit(db: Database, provider_id: int, post: Post) -> None:
    about = {**BY, "provider_id": provider_id, "press": FakePress()}
    gift = {"gift_cents": 1200, "gift_what": "Lunch"}
    first = visit_entries.record(db, post, entry("a", met=Met.PROVIDER, said="First", **gift), **about)
    changed = entry("b", minutes=20, met=Met.PROVIDER, said="Last", instead_of=("lost", "a"), **gift)
    second = visit_entries.record(db, post, changed, **about)
    assert second.visit_id == first.visit_id
    with db.read() as session:
        assert [line.body for line in session.exec(select(Activity).where(Activity.kind == ActivityKind.VISIT))] == [
            "Last"
        ]
        assert len(session.exec(select(Gift)).all()) == 1


def test_a_changed_entry_whose_first_never_arrived_is_the_visit(db: Database, provider_id: int, post: Post) -> None:
    changed = entry("b", met=Met.PROVIDER, said="Last", instead_of=("lost",))
    noted = visit_entries.record(db, post, changed, **BY, provider_id=provider_id, press=FakePress())
    assert not noted.is_repeat
    assert get_visit(db, noted.visit_id).activity_id == noted.activity_id
