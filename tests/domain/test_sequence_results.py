"""Which step an answer counts for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_results import HORIZON, Answer, Event, Group, Taken, tally

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = Group(1, StepKind.EMAIL, "introduction", 1)
REWORDED = Group(1, StepKind.EMAIL, "introduction", 2)
CALL = Group(2, StepKind.CALL, "", None)
SECOND = Group(3, StepKind.EMAIL, "follow_up", 3)
WALK = [Taken(1, 7, MONDAY, FIRST), Taken(2, 7, MONDAY + 3 * DAY, CALL), Taken(3, 7, MONDAY + 6 * DAY, SECOND)]


def counted(event: Event) -> list[tuple[int, int, int, int]]:
    found = tally(WALK, [event])
    return [(each.sent, each.replied.part, each.positive.part, each.referred.part) for each in found]


def test_a_reply_counts_for_the_last_mail_before_it_not_for_the_call_between() -> None:
    event = Event(7, MONDAY + 4 * DAY, Answer.REPLIED, by_mail=True)
    assert counted(event) == [(1, 1, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)]


def test_a_reply_that_quotes_its_mail_counts_for_that_one() -> None:
    event = Event(7, MONDAY + 9 * DAY, Answer.REPLIED, by_mail=True, step_id=1)
    assert counted(event) == [(1, 1, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)]


def test_a_conversation_counts_for_the_last_step_of_any_kind() -> None:
    assert counted(Event(7, MONDAY + 3 * DAY, Answer.POSITIVE))[1] == (1, 0, 1, 0)


def test_what_comes_before_all_steps_or_too_late_counts_for_none() -> None:
    for at in (MONDAY - DAY, MONDAY + 6 * DAY + HORIZON + DAY):
        assert counted(Event(7, at, Answer.REFERRED)) == [(1, 0, 0, 0)] * 3
    assert counted(Event(8, MONDAY + DAY, Answer.REFERRED)) == [(1, 0, 0, 0)] * 3


def test_two_answers_of_one_provider_count_once() -> None:
    event = Event(7, MONDAY + DAY, Answer.REPLIED, by_mail=True)
    assert tally(WALK, [event, event])[0].replied.words == "1 of 1"


def test_wordings_are_counted_apart_with_intervals() -> None:
    taken = [Taken(n, n, MONDAY, FIRST if n <= 10 else REWORDED) for n in range(1, 31)]
    events = [Event(n, MONDAY + DAY, Answer.REPLIED, by_mail=True) for n in (1, 2, 3, 11)]
    old, new = tally(taken, events)
    assert (old.replied.words, new.replied.words) == ("3 of 10", "1 of 20")
    low, high = new.replied.interval
    assert low < 0.05 < high < 0.25
