"""Random walks over all that can happen to an enrolled provider, undo included: nobody is forgotten or doubled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import MessageState, Outcome, TaskState
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.sequences import StopReason
from crm.mail.ports import InDoubt, Phase, Retryable
from crm.models.messages import Message
from crm.models.sequences import Enrollment
from crm.models.tasks import Task
from crm.services import changes, enrollments, message_states, sequence_stops, tasks
from crm.services.tasks import Done
from crm.store.engine import Database
from tests.services.sequences import CALL, FIRST, LAST, SECOND, House

RUNNING = (EnrollmentState.ACTIVE, EnrollmentState.PAUSED)


class Walk:
    """One walk; `undoable` are the change sets that may still be undone."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.chance = random.Random(seed)
        self.undoable: list[int] = []
        self.ids = [house.provider() for _ in range(4)]
        self.sequence_id = house.sequence(FIRST, CALL, SECOND, LAST)
        self.verbs: list[Callable[[int], object]] = [
            *(self.enroll, self.pause, self.resume, self.stop, self.skip, self.reply, self.away, self.task),
            *(self.hold, self.release, self.cancel, self.settle, self.undo, self.undo, self.trouble),
        ]

    def step(self) -> None:
        """Something happens to somebody, or only time passes; then the worker."""
        if self.chance.random() < 0.6:
            try:
                done = self.chance.choice(self.verbs)(self.chance.choice(self.ids))
            except (Refused, Invalid):
                done = None
            if isinstance(done, int):
                self.undoable.append(done)
        self.house.work()
        self.house.wire.errors = []
        self.house.clock.advance(hours=self.chance.choice((1, 5, 19, 24)))

    def enroll(self, who: int) -> int | None:
        return self.house.enroll(self.sequence_id, who).change_set_id

    def _running(self, who: int) -> int:
        found = self.house.enrollment(who)
        if found is None or found.state not in RUNNING:
            raise Refused("none", "in no sequence")
        return found.id

    def pause(self, who: int) -> int | None:
        return enrollments.pause(self.house.db, self._running(who), actor_id=1, now=self.house.now)

    def resume(self, who: int) -> int | None:
        return enrollments.resume(self.house.db, self._running(who), actor_id=1, now=self.house.now)

    def stop(self, who: int) -> int | None:
        return enrollments.stop(self.house.db, self._running(who), actor_id=1, now=self.house.now)

    def skip(self, who: int) -> int | None:
        return enrollments.skip_step(self.house.db, self._running(who), actor_id=1, now=self.house.now)

    def reply(self, who: int) -> None:
        with self.house.db.write() as session:
            sequence_stops.stop_for_provider(session, who, StopReason.REPLIED, actor_id=None, now=self.house.now)

    def away(self, who: int) -> None:
        with self.house.db.write() as session:
            sequence_stops.pause_away(session, who, return_on=None, now=self.house.now)

    def task(self, who: int) -> int | None:
        with self.house.db.read() as session:
            open_ = session.exec(select(Task).where(Task.provider_id == who, Task.state == TaskState.OPEN)).first()
        if open_ is None:
            return None
        done = Done(self.chance.choice((Outcome.NO_ANSWER, Outcome.CONVERSATION)))
        today = self.house.now.date()
        completed = tasks.complete(
            self.house.db, open_.id, done, propose=False, actor_id=1, now=self.house.now, today=today
        )
        return completed.change_set_id

    def _message(self, who: int, *states: MessageState) -> int:
        found = self.house.messages(who, *states)
        if not found:
            raise Refused("none", "no such message")
        return found[-1].id

    def hold(self, who: int) -> None:
        message_id = self._message(who, MessageState.QUEUED, MessageState.DEFERRED)
        message_states.hold(self.house.db, message_id, actor_id=1, now=self.house.now)

    def release(self, who: int) -> None:
        message_id = self._message(who, MessageState.HELD, MessageState.FAILED)
        message_states.release(self.house.db, message_id, actor_id=1, now=self.house.now)

    def cancel(self, who: int) -> None:
        message_id = self._message(who, MessageState.QUEUED, MessageState.HELD, MessageState.FAILED)
        message_states.cancel(self.house.db, message_id, actor_id=1, now=self.house.now)

    def settle(self, who: int) -> None:
        message_id = self._message(who, MessageState.IN_DOUBT)
        settled = self.chance.choice((message_states.arrived, message_states.send_again))
        settled(self.house.db, message_id, actor_id=1, now=self.house.now)

    def undo(self, _who: int) -> None:
        if self.undoable:
            changes.undo(self.house.db, self.undoable.pop(), actor_id=1, now=self.house.now)

    def trouble(self, _who: int) -> None:
        error = self.chance.choice((InDoubt(Phase.AFTER_DOT, None, "lost"), Retryable(Phase.RCPT, 451, "later")))
        self.house.wire.errors = [error]


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_forgotten_or_written_to_twice(db: Database, tmp_path: Path, seed: int) -> None:
    house = House(db, tmp_path)
    walk = Walk(house, seed)
    for who in walk.ids:
        walk.enroll(who)
    for _ in range(60):
        walk.step()
        _check(house)
    _ends(house)


def _check(house: House) -> None:
    with house.db.read() as session:
        running = [each for each in session.exec(select(Enrollment)) if each.state in RUNNING]
        messages = session.exec(select(Message)).all()
    assert max(Counter(each.provider_id for each in running).values(), default=0) <= 1
    left = [each for each in messages if each.state in (MessageState.SENT, MessageState.IN_DOUBT)]
    assert max(Counter(each.enrollment_step_id for each in left).values(), default=0) <= 1
    assert len(house.wire.taken) == len(set(house.wire.taken))
    alive = [each for each in messages if each.state not in (MessageState.CANCELLED, MessageState.SKIPPED)]
    assert max(Counter(each.enrollment_step_id for each in alive).values(), default=0) <= 1


def _ends(house: House) -> None:
    """Left alone, with every doubt settled, every hold released and every pause ended, all come to an end."""
    for _ in range(40):
        with house.db.read() as session:
            open_ = session.exec(select(Message)).all()
            paused = [each for each in session.exec(select(Enrollment)) if each.state is EnrollmentState.PAUSED]
        for each in paused:
            enrollments.resume(house.db, each.id, actor_id=1, now=house.now)
        for message in open_:
            if message.state is MessageState.IN_DOUBT:
                message_states.arrived(house.db, message.id, actor_id=1, now=house.now)
            elif message.state is MessageState.HELD:
                message_states.release(house.db, message.id, actor_id=1, now=house.now)
        house.work()
        house.clock.now = (house.now + timedelta(days=1)).replace(hour=16)  # in the window
    with house.db.read() as session:
        assert [each.state for each in session.exec(select(Enrollment)) if each.state in RUNNING] == []
