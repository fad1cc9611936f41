"""Six weeks of forty providers under a clock that jumps: enrolled on a Sunday evening, and trusted."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from crm.domain.calendar import is_business_day
from crm.domain.followups import outcomes_of
from crm.domain.kinds import MessageState, Outcome, SuppressionReason, TaskState
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.sequences import StopReason
from crm.mail.ports import Permanent, Phase, Retryable, Unreachable
from crm.models.messages import Message
from crm.models.sequences import Enrollment
from crm.models.tasks import Task
from crm.services import sequence_stops, sequences, suppressions, tasks
from crm.services.tasks import Done
from crm.store import sequences as store
from crm.store.engine import Database
from tests.services.sequences import House

SUNDAY = datetime(2026, 2, 22, 20, 0, tzinfo=ZoneInfo("America/Chicago"))
ZONES = ("America/Chicago", "America/New_York", "America/Denver", "America/Phoenix")
WEEKS = 6


def test_six_weeks_of_forty_providers(sqlite_db: Database, tmp_path: Path) -> None:
    """Replies, out-of-office notes, unsubscribes, bounces, put-offs, an outage, calls done late or never, and a laptop
    that sleeps for three days; clocks change on March 8.
    """
    house, chance = House(sqlite_db, tmp_path, SUNDAY, cap=50), random.Random(7)
    sequences.make_built_ins(house.db, now=house.now)
    with house.db.read() as session:
        found = [store.by_slug(session, slug) for slug in ("first_contact_physician", "first_contact_therapy")]
    ids = [house.provider(zone=ZONES[n % 4]) for n in range(40)]
    for half, sequence in zip((ids[:20], ids[20:]), found, strict=True):
        assert house.enroll(sequence.id, *half).count == 20
    life = Life(house, chance)
    while house.now < SUNDAY + timedelta(weeks=WEEKS):
        life.hour()
    _check(house, ids, life)


class Life:
    """What happens in an hour."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self.house = house
        self.chance = chance
        self.answered: dict[int, datetime] = {}
        self.back: dict[int, datetime] = {}

    def hour(self) -> None:
        """The wire has its moods, people answer, the trainer does some of the follow-ups; then the worker's round."""
        house, chance = self.house, self.chance
        if house.now.date() == date(2026, 3, 18):  # the laptop's lid is closed until Saturday
            house.clock.advance(days=3)
        mood = chance.random()
        if mood < 0.04:
            house.wire.errors = [Retryable(Phase.RCPT, 451, "later")]
        elif mood < 0.05:
            house.wire.errors = [Permanent(Phase.RCPT, 550, "no such user")]
        elif mood < 0.07:
            house.wire.errors = [Unreachable(Phase.CONNECT, None, "no network")]
        self._people()
        self._trainer()
        house.work()
        house.wire.errors = []
        by_day = is_business_day(house.now.date()) and 6 <= house.now.hour < 18
        house.clock.advance(hours=1 if by_day else 4)

    def _people(self) -> None:
        with self.house.db.read() as session:
            running = session.exec(
                select(Enrollment).where(col(Enrollment.state) == EnrollmentState.ACTIVE, Enrollment.position > 1)
            ).all()
        for each in running:
            luck = self.chance.random()
            if luck < 0.004:
                self._reply(each.provider_id)
            elif luck < 0.006:
                self._away(each.provider_id)
            elif luck < 0.007:
                self._unsubscribe(each)

    def _reply(self, who: int) -> None:
        with self.house.db.write() as session:
            sequence_stops.stop_for_provider(session, who, StopReason.REPLIED, actor_id=None, now=self.house.now)
        self.answered[who] = self.house.now

    def _away(self, who: int) -> None:
        day = self.house.now.date() + timedelta(days=self.chance.randint(1, 20))
        with self.house.db.write() as session:
            sequence_stops.pause_away(session, who, return_on=day, now=self.house.now)

    def _unsubscribe(self, enrollment: Enrollment) -> None:
        with self.house.db.write() as session:
            suppressions.suppress(
                session,
                enrollment.address,
                SuppressionReason.UNSUBSCRIBED,
                evidence="stop",
                actor_id=None,
                now=self.house.now,
            )
        self.answered[enrollment.provider_id] = self.house.now

    def _trainer(self) -> None:
        with self.house.db.read() as session:
            open_ = session.exec(select(Task).where(Task.state == TaskState.OPEN)).all()
        for task in open_:
            if self.chance.random() < 0.03:
                outcome = self.chance.choice(outcomes_of(task.kind)[:3])
                tasks.complete(
                    self.house.db,
                    task.id,
                    Done(outcome),
                    propose=False,
                    actor_id=1,
                    now=self.house.now,
                    today=self.house.now.date(),
                )
                if outcome is Outcome.CONVERSATION:
                    self.answered[task.provider_id] = self.house.now


def _check(house: House, ids: list[int], life: Life) -> None:
    with house.db.read() as session:
        sent = session.exec(select(Message).where(Message.state == MessageState.SENT).order_by(col(Message.id))).all()
        enrollments = {each.provider_id: each for each in session.exec(select(Enrollment))}
    assert len(sent) > 60
    assert len(sent) == len(house.wire.taken) == len(set(house.wire.taken))
    assert set(enrollments) == set(ids)
    by_provider: dict[int, list[Message]] = defaultdict(list)
    by_day: dict[date, int] = defaultdict(int)
    for message in sent:
        by_provider[message.provider_id].append(message)
        by_day[message.sent_at.date()] += 1
        _in_its_window(message, enrollments[message.provider_id])
    for who, messages in by_provider.items():
        _in_order(messages)
        assert all(message.sent_at <= life.answered.get(who, message.sent_at) for message in messages)
    assert max(by_day.values()) <= 40
    _everybody_waits_for_something(list(enrollments.values()), house.now)


def _in_its_window(message: Message, enrollment: Enrollment) -> None:
    here = message.sent_at.astimezone(ZoneInfo(enrollment.zone))
    assert is_business_day(here.date())
    assert enrollment.window_start <= here.hour * 60 + here.minute < enrollment.window_end


def _in_order(messages: list[Message]) -> None:
    """Two days apart at least, in the order of the steps, one message a step, each in the thread of the first."""
    assert all(later.sent_at - earlier.sent_at >= timedelta(days=2) for earlier, later in pairwise(messages))
    steps = [message.enrollment_step_id or 0 for message in messages]
    assert steps == sorted(set(steps))
    first, *others = messages
    assert not first.subject.startswith("Re:")
    assert all(other.references.startswith(first.message_id) for other in others)
    assert all(other.subject == f"Re: {first.subject}" for other in others)


def _everybody_waits_for_something(enrollments: list[Enrollment], now: datetime) -> None:
    """Nobody is forgotten: who is under way has a time, who isn't has a reason."""
    for each in enrollments:
        if each.state is EnrollmentState.ACTIVE:
            assert each.due_at is not None
            assert each.due_at > now - timedelta(hours=2)
        else:
            assert each.state_reason
    ended = [each for each in enrollments if each.state not in (EnrollmentState.ACTIVE, EnrollmentState.PAUSED)]
    assert len(ended) >= 20
