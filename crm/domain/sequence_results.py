"""What the steps of a sequence brought: each answer counted for one step, with counts and intervals, never opens.

An answer counts for the step it answers where that is known (a reply quotes its mail), else a reply for the last e-mail
before it, and a conversation or a referral for the last step of any kind before it; all within `HORIZON` of that step.

*Positive* is a reply that a person has marked so, or an outcome after the step: a conversation, a wish for the sample,
or the promise of a client.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from crm.domain.conversion import Rate
from crm.domain.kinds import Outcome
from crm.domain.mail_kinds import StepKind

HORIZON: Final = timedelta(days=90)
POSITIVE_OUTCOMES: Final = frozenset({Outcome.CONVERSATION, Outcome.WANTS_SAMPLE, Outcome.WILL_REFER})
POSITIVE_VERDICT: Final = "positive"


class Answer(StrEnum):
    """What came back."""

    REPLIED = "replied"
    POSITIVE = "positive"
    REFERRED = "referred"


class Group(NamedTuple):
    """What results are counted by: the step, and the wording of its e-mail."""

    position: int
    kind: StepKind
    template_slug: str
    template_version_id: int | None


class Taken(NamedTuple):
    """A step that was taken with a provider."""

    id: int
    provider_id: int
    done_at: datetime
    group: Group


class Event(NamedTuple):
    """Something that came from a provider. `step_id` where it is known which step it answers; `by_mail` for replies."""

    provider_id: int
    at: datetime
    answer: Answer
    by_mail: bool = False
    step_id: int | None = None


@dataclass(frozen=True)
class Tally:
    """The results of one step and wording. Each rate is of those who were sent it, or with whom it was done."""

    group: Group
    sent: int
    replied: Rate
    positive: Rate
    referred: Rate


def tally(taken: Iterable[Taken], events: Iterable[Event]) -> list[Tally]:
    """Results by step and wording, in the order of the steps; a provider counts once for each."""
    steps = sorted(taken, key=lambda each: (each.done_at, each.group.position))
    by_id = {each.id: each for each in steps}
    of_provider: dict[int, list[Taken]] = defaultdict(list)
    for each in steps:
        of_provider[each.provider_id].append(each)
    found: dict[Answer, set[int]] = {answer: set() for answer in Answer}
    for event in events:
        step = _step_of(event, by_id, of_provider.get(event.provider_id, []))
        if step is not None:
            found[event.answer].add(step.id)
    return [_tally(group, ids, found) for group, ids in sorted(_grouped(steps).items(), key=lambda each: each[0][:3])]


def _step_of(event: Event, by_id: Mapping[int, Taken], steps: list[Taken]) -> Taken | None:
    if event.step_id is not None and event.step_id in by_id:
        return by_id[event.step_id]
    before = steps[: bisect_right(steps, event.at, key=lambda each: each.done_at)]
    fitting = [each for each in before if not event.by_mail or each.group.kind is StepKind.EMAIL]
    last = fitting[-1] if fitting else None
    return last if last is not None and event.at - last.done_at <= HORIZON else None


def _grouped(steps: Iterable[Taken]) -> dict[Group, set[int]]:
    found: dict[Group, set[int]] = defaultdict(set)
    for each in steps:
        found[each.group].add(each.id)
    return found


def _tally(group: Group, ids: set[int], found: Mapping[Answer, set[int]]) -> Tally:
    def rate(answer: Answer) -> Rate:
        return Rate(len(ids & found[answer]), len(ids))

    return Tally(group, len(ids), rate(Answer.REPLIED), rate(Answer.POSITIVE), rate(Answer.REFERRED))
