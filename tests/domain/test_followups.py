from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm.domain.followups import ACTIVITY_OF, OUTCOMES, TITLES, Fate, fate, outcomes_of
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome, TaskKind, TaskOrigin

TODAY = date(2026, 3, 4)
LATER = TODAY + timedelta(days=9)


def test_every_task_has_a_title_and_a_way_to_end() -> None:
    assert set(TITLES) == set(TaskKind)
    assert all(outcomes_of(kind) for kind in TaskKind)
    assert set(ACTIVITY_OF.values()) <= TOUCHES
    assert set(ACTIVITY_OF.values()) <= set(OUTCOMES)


@pytest.mark.parametrize(
    ("task", "origin", "due_on", "touch", "what"),
    [
        (TaskKind.CALL, TaskOrigin.PERSON, TODAY, ActivityKind.CALL, Fate.DONE),
        (TaskKind.CALL, TaskOrigin.PERSON, LATER, ActivityKind.CALL, Fate.STAYS),
        (TaskKind.CALL, TaskOrigin.CADENCE, LATER, ActivityKind.CALL, Fate.DONE),
        (TaskKind.VISIT, TaskOrigin.CADENCE, LATER, ActivityKind.CALL, Fate.OUTDATED),
        (TaskKind.VISIT, TaskOrigin.PERSON, TODAY, ActivityKind.CALL, Fate.STAYS),
        (TaskKind.THANK_YOU, TaskOrigin.CADENCE, TODAY, ActivityKind.EMAIL, Fate.STAYS),
        (TaskKind.SAMPLE, TaskOrigin.CADENCE, TODAY, ActivityKind.CALL, Fate.STAYS),
        (TaskKind.CALL, TaskOrigin.CADENCE, LATER, ActivityKind.REFERRAL, Fate.OUTDATED),
        (TaskKind.CALL_CLIENT, TaskOrigin.REFERRAL, TODAY, ActivityKind.CALL, Fate.STAYS),
    ],
)
def test_a_touch_settles_what_it_does_or_makes_out_of_date(
    task: TaskKind, origin: TaskOrigin, due_on: date, touch: ActivityKind, what: Fate
) -> None:
    assert fate(task, origin, due_on, touch, TODAY) is what


def test_a_clients_call_ends_in_its_own_ways() -> None:
    assert Outcome.WANTS_SAMPLE not in outcomes_of(TaskKind.CALL_CLIENT)
    assert Outcome.NO_ANSWER in outcomes_of(TaskKind.CALL_CLIENT)
