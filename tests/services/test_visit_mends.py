"""Entries that were changed on their phone before the answer came, arriving in any order and any number of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from crm.domain.kinds import ActivityKind, MessageState, Outcome, TaskKind, TaskState, VisitState
from crm.domain.visit_kinds import Interest, Met
from crm.models.activities import Activity
from crm.models.gifts import Gift
from crm.models.messages import Message
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit, VisitEntry
from crm.services import changes, sample_requests, visit_entries, visit_samples, visits
from crm.services.mailboxes import Post
from crm.services.visit_entries import Entry, Recorded
from crm.services.visit_samples import Seen
from crm.services.visits import NewVisit
from crm.store.engine import Database
from tests.factories import NOW, TODAY, acquainted, make_provider, make_user
from tests.services.papers import FakePress

BY: dict[str, Any] = {"actor_id": 1, "now": NOW, "today": TODAY}
FRIDAY = date(2026, 3, 6)
Note = Callable[..., Recorded]


def entry(key: str, minutes: int, *instead_of: str, **said: Any) -> Entry:
    return Entry(key, NOW - timedelta(minutes=minutes), instead_of=instead_of, **{"device": "phone", **said})


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        return acquainted(session).id or 0


@pytest.fixture
def note(db: Database, post: Post, provider_id: int) -> Note:
    """Noted on the page of a provider whom nobody had planned to visit."""
    return lambda found, **by: visit_entries.record(
        db, post, found, provider_id=provider_id, press=FakePress(), **{**BY, **by}
    )


def only_visit(db: Database) -> Visit:
    with db.read() as session:
        return session.exec(select(Visit).where(Visit.state == VisitState.DONE)).one()


def lines(db: Database, kind: ActivityKind = ActivityKind.VISIT) -> list[Activity]:
    with db.read() as session:
        query = select(Activity).where(Activity.kind == kind, col(Activity.undone_at).is_(None))
        return list(session.exec(query.order_by(Activity.id)))


# --- the first after its own change -----------------------------------------------------------------------------------


def test_a_first_that_arrives_after_its_own_change_makes_no_second_visit(db: Database, note: Note) -> None:
    changed = note(entry("b", 5, "a", met=Met.PROVIDER, said="Last"))
    late = note(entry("a", 9, met=Met.STAFF, said="First", interest=Interest.WARM))
    assert late.visit_id == changed.visit_id
    visit, (line,) = only_visit(db), lines(db)
    assert (visit.met, visit.said, visit.interest) == (Met.PROVIDER, "Last", Interest.WARM)
    assert (line.outcome, line.body, line.happened_at) == (Outcome.CONVERSATION, "Last", NOW - timedelta(minutes=9))
    (beside,) = lines(db, ActivityKind.NOTE)
    assert (beside.summary, beside.body) == ("Changed afterwards", "Met the staff only; “First”. Interest: warm")
    assert (late.overruled, late.elsewhere) == (("met", "said"), False)


def test_what_a_change_left_out_stays_out_when_the_first_comes_late(db: Database, note: Note) -> None:
    note(entry("b", 5, "a", met=Met.PROVIDER))
    late = note(
        entry("a", 9, met=Met.PROVIDER, said="About somebody else", wants_sample=True, gift_cents=900, gift_what="Pens")
    )
    visit = only_visit(db)
    assert (visit.said, visit.wants_sample, late.message_id) == ("", False, None)
    with db.read() as session:
        assert session.exec(select(Gift)).all() == []
        assert session.exec(select(Message)).all() == []
    assert lines(db)[0].outcome is Outcome.CONVERSATION


def test_a_name_and_an_address_that_were_put_right_are_not_added_wrong(db: Database, note: Note) -> None:
    note(entry("b", 5, "a", new_contact="Marlene", email="office@bayou.example"))
    note(entry("a", 9, new_contact="Marleen", email="ofice@bayou.example"))
    with db.read() as session:
        assert [each.name for each in session.exec(select(Contact))] == ["Marlene"]
    assert not [each for each in lines(db, ActivityKind.NOTE) if "ofice" in each.summary + each.body]


def test_a_clock_that_was_set_back_before_the_change_leaves_the_change_the_last_word(db: Database, note: Note) -> None:
    note(entry("b", 50, "a", said="Last"))
    note(entry("a", 5, said="First"))
    assert (only_visit(db).said, [each.body for each in lines(db)]) == ("Last", ["Last"])


def test_undoing_the_late_first_leaves_the_change(db: Database, note: Note) -> None:
    note(entry("b", 5, "a", met=Met.PROVIDER))
    late = note(entry("a", 9, said="First", wants_sample=True))
    assert changes.undo(db, late.change_set_id or 0, actor_id=1, now=NOW) == []
    assert (only_visit(db).met, only_visit(db).said, len(lines(db))) == (Met.PROVIDER, "", 1)
    with db.read() as session:
        assert [each.client_key for each in session.exec(select(VisitEntry))] == ["b"]


# --- whose word it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "by", "said"),
    [
        ("phone", 1, "Changed afterwards"),
        ("laptop", 1, "Also noted on another device"),
        ("", 1, "Also noted"),
        ("session-7", 1, "Also noted"),
        ("", 2, "Also noted on another device"),
        ("phone", 2, "Also noted on another device"),
    ],
)
def test_another_device_is_only_said_of_another_device(
    db: Database, note: Note, provider_id: int, device: str, by: int, said: str
) -> None:
    with db.write() as session:
        make_user(session)
    visit_id = visits.plan(db, NewVisit(provider_id, TODAY), **BY).visit.id
    note(entry("a", 9, met=Met.STAFF), visit_id=visit_id)
    found = note(entry("b", 5, met=Met.PROVIDER, device=device), visit_id=visit_id, actor_id=by)
    assert [each.summary for each in lines(db, ActivityKind.NOTE)] == [said]
    assert found.elsewhere is ("another" in said)


def test_the_same_again_from_the_same_device_is_not_another_ones(db: Database, note: Note, provider_id: int) -> None:
    visit_id = visits.plan(db, NewVisit(provider_id, TODAY), **BY).visit.id
    note(entry("a", 9, met=Met.STAFF), visit_id=visit_id)
    note(entry("b", 5, met=Met.STAFF), visit_id=visit_id)
    note(entry("c", 4, said="Closed at noon"), visit_id=visit_id)
    assert [each.summary for each in lines(db, ActivityKind.NOTE)] == ["The same was noted again", "Added to the visit"]


# --- the sample -------------------------------------------------------------------------------------------------------


def samples(db: Database) -> list[MessageState]:
    with db.read() as session:
        return [each.state for each in session.exec(select(Message).order_by(Message.id))]


def take_back(note: Note, **said: Any) -> tuple[Recorded, Recorded]:
    """They want a sample; no, they don't."""
    first = note(entry("a", 9, met=Met.PROVIDER, wants_sample=True, **said))
    return first, note(entry("b", 5, "a", met=Met.PROVIDER, **said))


def bring_back(db: Database, post: Post, noted: Recorded) -> Seen:
    """As the page's Undo does it."""
    assert changes.undo(db, noted.change_set_id or 0, actor_id=1, now=NOW) == []
    return visit_samples.bring_back(db, post, noted.change_set_id or 0, **BY, press=FakePress())


def test_a_sample_that_is_taken_back_leaves_the_outbox_and_undo_brings_it_back(
    db: Database, note: Note, post: Post
) -> None:
    _, second = take_back(note)
    assert samples(db) == [MessageState.CANCELLED]
    assert (only_visit(db).wants_sample, lines(db)[0].outcome) == (False, Outcome.CONVERSATION)
    seen = bring_back(db, post, second)
    assert samples(db) == [MessageState.CANCELLED, MessageState.QUEUED]
    assert (seen.message_id, only_visit(db).wants_sample) == (2, True)


def test_however_often_the_two_arrive_or_are_undone_it_is_never_sent_twice(
    db: Database, note: Note, post: Post
) -> None:
    first, second = take_back(note)
    for key, minutes, instead in (("a", 9, ()), ("b", 5, ("a",)), ("a", 9, ())):
        assert note(entry(key, minutes, *instead, met=Met.PROVIDER, wants_sample=key == "a" or None)).is_repeat
    assert samples(db) == [MessageState.CANCELLED]
    bring_back(db, post, second)
    assert visit_samples.bring_back(db, post, second.change_set_id or 0, **BY, press=FakePress()) == Seen()
    note(entry("a", 9, met=Met.PROVIDER, wants_sample=True))
    assert samples(db) == [MessageState.CANCELLED, MessageState.QUEUED]
    assert changes.undo(db, first.change_set_id or 0, actor_id=1, now=NOW) == []
    assert samples(db) == [MessageState.CANCELLED, MessageState.CANCELLED]


def test_a_sample_that_is_wanted_once_more_is_queued_once_more(db: Database, note: Note, post: Post) -> None:
    _, second = take_back(note)
    third = note(entry("c", 2, "b", "a", met=Met.PROVIDER, wants_sample=True))
    assert samples(db) == [MessageState.CANCELLED, MessageState.QUEUED]
    assert third.message_id == 2
    assert changes.undo(db, second.change_set_id or 0, actor_id=1, now=NOW), "the newest word stands"
    assert visit_samples.bring_back(db, post, second.change_set_id or 0, **BY, press=FakePress()) == Seen()
    assert samples(db) == [MessageState.CANCELLED, MessageState.QUEUED]


def test_a_sample_that_has_left_stays_left_and_that_is_said(db: Database, note: Note, post: Post) -> None:
    note(entry("a", 9, met=Met.PROVIDER, wants_sample=True))
    with db.write() as session:
        message = session.exec(select(Message)).one()
        message.state, message.sent_at = MessageState.SENT, NOW - timedelta(days=3)
    second = note(entry("b", 5, "a", met=Met.PROVIDER))
    assert second.remarks == ("The sample has left already.",)
    assert note(entry("c", 4, said="Closed at noon")).remarks == ()
    bring_back(db, post, second)
    assert samples(db) == [MessageState.SENT]


def test_a_sample_that_somebody_undid_by_itself_is_not_sent_by_another_undo(
    db: Database, note: Note, post: Post
) -> None:
    note(entry("a", 9, met=Met.PROVIDER, wants_sample=True))
    sample_requests.undo(db, 1, actor_id=1, now=NOW)
    second = note(entry("b", 5, "a", met=Met.PROVIDER))
    bring_back(db, post, second)
    assert samples(db) == [MessageState.CANCELLED]


def test_the_follow_up_for_a_sample_that_could_not_be_queued_goes_and_comes_back_too(
    db: Database, note: Note, post: Post, provider_id: int
) -> None:
    with db.write() as session:
        session.get_one(Provider, provider_id).email = ""

    def asked() -> list[TaskState]:
        with db.read() as session:
            return [each.state for each in session.exec(select(Task).where(Task.kind == TaskKind.SAMPLE))]

    _, second = take_back(note, next_on=FRIDAY)
    assert (samples(db), asked()) == ([], [TaskState.CANCELLED])
    bring_back(db, post, second)
    assert (samples(db), asked()) == ([], [TaskState.OPEN])


def test_another_devices_newer_word_takes_the_sample_back_too(db: Database, note: Note, provider_id: int) -> None:
    visit_id = visits.plan(db, NewVisit(provider_id, TODAY), **BY).visit.id
    note(entry("a", 9, met=Met.PROVIDER, wants_sample=True), visit_id=visit_id)
    note(entry("b", 12, wants_sample=False, device="laptop"), visit_id=visit_id)
    assert samples(db) == [MessageState.QUEUED], "an older word takes nothing back"
    note(entry("c", 2, wants_sample=False, device="laptop"), visit_id=visit_id)
    assert samples(db) == [MessageState.CANCELLED]


# --- any order --------------------------------------------------------------------------------------------------------

WORDS = st.fixed_dictionaries(
    {},
    optional={
        "met": st.sampled_from(Met),
        "wants_sample": st.booleans(),
        "interest": st.sampled_from(Interest),
        "said": st.sampled_from(["Busy", "Friendly", "Ask again", "Closed"]),
        "next_on": st.sampled_from([FRIDAY, FRIDAY + timedelta(days=3)]),
    },
)
KEYS = ("a", "b", "c", "d")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(WORDS, min_size=2, max_size=4),
    clocks=st.lists(st.integers(1, 90), min_size=4, max_size=4),
    data=st.data(),
    is_planned=st.booleans(),
)
def test_any_order_and_any_repetition_of_an_entry_and_its_changes_is_one_visit(
    sqlite_db: Database,
    post: Post,
    words: list[dict[str, Any]],
    clocks: list[int],
    data: st.DataObject,
    is_planned: bool,
) -> None:
    """The phone's clock may run as it likes: each change names those that it was made of."""
    chain = [
        entry(key, clocks[number], *reversed(KEYS[:number]), **said)
        for number, (key, said) in enumerate(zip(KEYS, words, strict=False))
    ]
    again = data.draw(st.lists(st.sampled_from(chain), max_size=3))
    arriving = data.draw(st.permutations([*chain, *again]))
    in_order, mixed = (_told(sqlite_db, post, each, is_planned) for each in (chain, arriving))
    assert mixed == in_order
    stands = {name: said[name] for said in words for name in said}
    for name in ("met", "interest"):
        assert mixed[name] == stands.get(name)
    last = chain[-1]
    assert mixed["said"] == (last.said or "")
    assert mixed["wants_sample"] == bool(last.wants_sample)


def _told(db: Database, post: Post, arriving: Sequence[Entry], is_planned: bool) -> dict[str, object]:
    """What stands about a fresh provider once these have arrived in this order."""
    with db.write() as session:
        number = len(session.exec(select(Provider)).all())
        provider_id = (make_provider(session) if number else acquainted(session)).id or 0
    visit_id = visits.plan(db, NewVisit(provider_id, TODAY), **BY).visit.id if is_planned else None
    for each in arriving:
        own = replace(
            each,
            client_key=f"{number}:{each.client_key}",
            instead_of=tuple(f"{number}:{key}" for key in each.instead_of),
        )
        visit_entries.record(db, post, own, visit_id=visit_id, provider_id=provider_id, **BY, press=FakePress())
    with db.read() as session:
        visit = session.exec(select(Visit).where(Visit.provider_id == provider_id)).one()
        found = session.exec(select(Activity).where(Activity.provider_id == provider_id)).all()
        (line,) = [each for each in found if each.kind is ActivityKind.VISIT]
        beside = " ".join(each.body for each in found)
        assert all(each.said is None or each.said in beside for each in arriving), "words are lost"
        assert not any("another device" in each.summary for each in found)
        open_ones = select(Message).where(Message.provider_id == provider_id, Message.state == MessageState.QUEUED)
        steps = select(Task).where(Task.provider_id == provider_id, Task.state == TaskState.OPEN)
        chosen = any(each.next_on for each in arriving)
        return {
            "state": visit.state,
            **{name: getattr(visit, name) for name in ("met", "interest", "said", "wants_sample", "next_on")},
            "line": (line.outcome, line.body),
            "samples": len(session.exec(open_ones).all()),
            "steps": [task.due_on for task in session.exec(steps) if task.kind.value == "call"] if chosen else [],
            "touches": session.get_one(Provider, provider_id).touch_count,
        }
