"""Visits planned, moved, called off, made, merged and undone in any order: what must hold after every step."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from crm.domain.kinds import ActivityKind, Outcome, TaskState, VisitState
from crm.domain.visit_kinds import Met
from crm.models.providers import Provider
from crm.services import changes, merges, tasks, touches, visit_batches, visit_entries, visits
from crm.services.mailboxes import Post
from crm.services.tasks import Done
from crm.services.touches import Touch
from crm.services.visit_entries import Entry
from crm.services.visits import NewVisit
from crm.store.engine import Database
from tests.factories import NOW, TODAY, acquainted, make_practice, make_provider, make_user
from tests.services.papers import FakePress

COLLEAGUE = 2
UNDOABLE = ("provider", "task", "visit", "visit_guest", "visit_entry", "day_route", "activity", "gift")
GROWING = {"updated_at", "revision"}
"""Columns that count changes, of which undoing is one."""

PICK = st.integers(0, 30)
AHEAD = st.integers(0, 1)
Plain = dict[str, Any]


class Visits(RuleBasedStateMachine):
    """Three providers, two people, a few days."""

    def __init__(self, template: Path, folder: Path, post: Post) -> None:
        super().__init__()
        self.path = folder / "walk.db"
        shutil.copyfile(template, self.path)
        self.db, self.post, self.press = Database(f"sqlite:///{self.path}"), post, FakePress()
        self.plain = sqlite3.connect(self.path)
        self.plain.row_factory = sqlite3.Row
        self.now, self.today = NOW, TODAY
        self.keys = (f"phone-{number}" for number in itertools.count(1))
        self.sent: list[tuple[int, Entry]] = []
        self.done: list[tuple[int, Plain | None]] = []
        with self.db.write() as session:
            acquainted(session)
            make_user(session)
            for _ in range(2):
                make_provider(session, practice=make_practice(session))

    def teardown(self) -> None:
        self.plain.close()
        self.db.dispose()

    # --- what is there ------------------------------------------------------------------------------------------------

    def rows(self, name: str, **where: Any) -> list[Plain]:
        """As SQLite keeps them: many are asked for after every step."""
        there = self.plain.execute(f"SELECT * FROM {name} ORDER BY id").fetchall()
        wanted = {column: str(value) if isinstance(value, date) else value for column, value in where.items()}
        found = [dict(row) for row in there]
        return [row for row in found if all(row[column] == value for column, value in wanted.items())]

    def everything(self) -> Plain:
        """Every row that an action may change, but lines that are struck out."""
        found = {name: [row for row in self.rows(name) if not row.get("undone_at")] for name in UNDOABLE}
        return {
            name: [{key: value for key, value in row.items() if key not in GROWING} for row in rows]
            for name, rows in found.items()
        }

    def called_off(self, before: Plain) -> list[Plain]:
        """Visits that nobody had planned, once their entry was undone: what another device says about them has its
        place there.
        """
        known = {visit["id"] for visit in before["visit"]}
        fresh = [visit for visit in self.everything()["visit"] if visit["id"] not in known]
        assert all(visit["state"] == VisitState.CANCELLED and visit["activity_id"] is None for visit in fresh)
        return fresh

    def provider(self, pick: int) -> int:
        there = self.rows("provider", archived_at=None)
        return int(there[pick % len(there)]["id"])

    def planned(self, pick: int) -> Plain:
        there = self.rows("visit", state=VisitState.PLANNED)
        return there[pick % len(there)]

    @property
    def by(self) -> Plain:
        self.now += timedelta(minutes=1)
        return {"actor_id": 1, "now": self.now, "today": self.today}

    def act(self, action: Callable[[], int | None]) -> None:
        """Do it, and remember how everything was before."""
        before = self.everything()
        change_set_id = action()
        if change_set_id is not None:
            self.done.append((change_set_id, before))

    def has_planned(self) -> bool:
        return bool(self.rows("visit", state=VisitState.PLANNED))

    # --- what people do -----------------------------------------------------------------------------------------------

    @rule(pick=PICK, ahead=AHEAD, at=st.sampled_from([None, time(9), time(14, 30)]))
    def plan(self, pick: int, ahead: int, at: time | None) -> None:
        self.plan_one(pick, ahead, at)

    def plan_one(self, pick: int, ahead: int, at: time | None) -> None:
        new = NewVisit(self.provider(pick), self.today + timedelta(days=ahead), at=at)
        self.act(lambda: visits.plan(self.db, new, **self.by).change_set_id)

    @rule(ahead=AHEAD)
    def plan_a_round(self, ahead: int) -> None:
        for pick, _ in enumerate(self.rows("provider", archived_at=None)):
            self.plan_one(pick, ahead, None)

    @precondition(has_planned)
    @rule(pick=PICK, ahead=AHEAD, position=st.none() | st.integers(0, 4))
    def move(self, pick: int, ahead: int, position: int | None) -> None:
        visit, day = self.planned(pick), self.today + timedelta(days=ahead)
        self.act(lambda: visits.move(self.db, visit["id"], day, position, **self.by))
        if position is not None:
            there = self.rows("visit", state=VisitState.PLANNED, planned_on=day, owner_id=visit["owner_id"])
            assert sorted(each["position"] for each in there) == list(range(1, len(there) + 1))

    @precondition(has_planned)
    @rule(pick=PICK, ahead=AHEAD, owner=st.sampled_from([1, COLLEAGUE]), purpose=st.sampled_from(["", "Say hello"]))
    def change(self, pick: int, ahead: int, owner: int, purpose: str) -> None:
        visit, day = self.planned(pick), self.today + timedelta(days=ahead)
        new = NewVisit(visit["provider_id"], day, owner_id=owner, purpose=purpose)
        self.act(lambda: visits.change(self.db, visit["id"], new, **self.by))

    @precondition(has_planned)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        visit = self.planned(pick)
        self.act(lambda: visits.cancel(self.db, visit["id"], **self.by))

    @precondition(has_planned)
    @rule(pick=PICK, ahead=AHEAD)
    def call_instead(self, pick: int, ahead: int) -> None:
        visit, day = self.planned(pick), self.today + timedelta(days=ahead)
        self.act(
            lambda: visit_batches.call_instead(self.db, visit["provider_id"], day, visit_id=visit["id"], **self.by)
        )

    @rule(pick=PICK, ahead=AHEAD, how=st.sampled_from(["put off", "drop", "call", "visit"]))
    def follow_up(self, pick: int, ahead: int, how: str) -> None:
        there = [each for state in (TaskState.OPEN, TaskState.WAITING) for each in self.rows("task", state=state)]
        if not there:
            return
        task_id = there[pick % len(there)]["id"]
        if how == "put off":
            self.act(lambda: tasks.snooze(self.db, [task_id], self.today + timedelta(days=ahead), **self.by))
        elif how == "drop":
            self.act(lambda: tasks.cancel(self.db, task_id, **self.by))
        else:
            done = Done(Outcome.STAFF_ONLY, by=ActivityKind.VISIT) if how == "visit" else Done(by=ActivityKind.CALL)
            self.act(lambda: tasks.complete(self.db, task_id, done, **self.by).change_set_id)

    @rule(pick=PICK, met=st.sampled_from([None, *Met]), said=st.sampled_from([None, "Friendly", "In a hurry"]))
    def record(self, pick: int, met: Met | None, said: str | None) -> None:
        """Of a visit, whatever became of it, or of a provider without one."""
        entry = Entry(next(self.keys), self.now, met=met, said=said)
        there = [each["id"] for each in self.rows("visit")]
        about = {"visit_id": there[pick % len(there)]} if there and pick % 4 else {"provider_id": self.provider(pick)}

        def send() -> int | None:
            found = visit_entries.record(self.db, self.post, entry, press=self.press, **about, **self.by)
            self.sent.append((found.visit_id, entry))
            return found.change_set_id

        self.act(send)

    @precondition(lambda self: self.sent)
    @rule(pick=PICK)
    def send_again(self, pick: int) -> None:
        """A phone that heard no answer. Whatever was done in between, nothing is written."""
        visit_id, entry = self.sent[pick % len(self.sent)]
        before, provider_id = self.everything(), self.provider(pick)
        about = {"visit_id": visit_id, "provider_id": provider_id}
        assert visit_entries.record(self.db, self.post, entry, press=self.press, **about, **self.by).is_repeat
        assert self.everything() == before

    @rule(pick=PICK, outcome=st.sampled_from([Outcome.CONVERSATION, Outcome.STAFF_ONLY, Outcome.NOT_INTERESTED]))
    def log(self, pick: int, outcome: Outcome) -> None:
        touch = Touch(ActivityKind.VISIT, outcome)
        self.act(lambda: touches.log(self.db, self.provider(pick), touch, **self.by).change_set_id)

    @precondition(lambda self: len(self.rows("provider", archived_at=None)) > 1)
    @rule(pick=PICK)
    def merge(self, pick: int) -> None:
        left, right = self.provider(pick), self.provider(pick + 1)
        by = self.by
        self.act(lambda: merges.merge(self.db, (left, right), {}, actor_id=1, now=by["now"])[1])

    @rule()
    def sleep(self) -> None:
        self.now, self.today = self.now + timedelta(days=1), self.today + timedelta(days=1)

    # --- and take back ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.done)
    @rule()
    def undo_last(self) -> None:
        """Every row is as it was before."""
        change_set_id, before = self.done.pop()
        kept = changes.undo(self.db, change_set_id, actor_id=1, now=self.by["now"])
        if before is not None:
            assert kept == []
            assert self.everything() == {**before, "visit": [*before["visit"], *self.called_off(before)]}

    @precondition(lambda self: len(self.done) > 1)
    @rule(pick=PICK)
    def undo_earlier(self, pick: int) -> None:
        """Something that others were built upon since: no promise but that everything still fits together."""
        change_set_id, _ = self.done.pop(pick % (len(self.done) - 1))
        changes.undo(self.db, change_set_id, actor_id=1, now=self.by["now"])
        self.done = [(each, None) for each, _ in self.done]

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def a_visit_that_was_made_stands_once_on_the_timeline(self) -> None:
        lines = [line for line in self.rows("activity", kind=ActivityKind.VISIT) if not line["undone_at"]]
        made = {visit["id"]: visit["activity_id"] for visit in self.rows("visit", state=VisitState.DONE)}
        assert Counter(line["visit_id"] for line in lines if line["visit_id"]) == Counter(made.keys())
        assert {line["visit_id"]: line["id"] for line in lines if line["visit_id"]} == made

    @invariant()
    def the_next_day_is_that_of_the_earliest_open_follow_up(self) -> None:
        live = [each for each in self.rows("task") if each["state"] in (TaskState.OPEN, TaskState.WAITING)]
        for provider in self.rows("provider", archived_at=None):
            due = [each["due_on"] for each in live if each["provider_id"] == provider["id"]]
            assert provider["next_due_on"] == min(due, default=None)

    @invariant()
    def no_two_visits_have_the_same_place_in_a_day(self) -> None:
        placed = [each for each in self.rows("visit", state=VisitState.PLANNED) if each["position"]]
        places = Counter((each["owner_id"], each["planned_on"], each["position"]) for each in placed)
        assert all(count == 1 for count in places.values()), places


def test_visits_hold_together_whatever_is_done_with_them(sqlite_db: Database, tmp_path: Path, post: Post) -> None:
    empty = Path(sqlite_db.url.database or "")
    run_state_machine_as_test(
        partial(Visits, empty, tmp_path, post),
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_follow_up_that_was_undone_away_leaves_no_next_day_behind(sqlite_db: Database) -> None:
    by: Plain = {"actor_id": 1, "now": NOW, "today": TODAY}
    with sqlite_db.write() as session:
        provider_id = acquainted(session).id or 0
    logged = touches.log(sqlite_db, provider_id, Touch(ActivityKind.CALL, Outcome.CONVERSATION), **by)
    assert logged.next_task is not None
    called = tasks.complete(sqlite_db, logged.next_task.id or 0, Done(by=ActivityKind.CALL), propose=False, **by)
    for change_set_id in (logged.change_set_id, called.change_set_id):
        changes.undo(sqlite_db, change_set_id or 0, actor_id=1, now=NOW)
    with sqlite_db.read() as session:
        assert session.get_one(Provider, provider_id).next_due_on is None
