"""Follow-ups: what a kind of task asks for, how it can end, and which ones a touch settles by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from crm.domain.kinds import ActivityKind, Outcome, TaskKind, TaskOrigin

#: The touch that does a task; those that aren't about reaching the provider have none.
ACTIVITY_OF: Mapping[TaskKind, ActivityKind] = {
    TaskKind.CALL: ActivityKind.CALL,
    TaskKind.VISIT: ActivityKind.VISIT,
    TaskKind.EMAIL: ActivityKind.EMAIL,
    TaskKind.LETTER: ActivityKind.LETTER,
    TaskKind.THANK_YOU: ActivityKind.EMAIL,
    TaskKind.SAMPLE: ActivityKind.EMAIL,
}
#: How each kind of touch can end, the likeliest first: the chips of the form.
OUTCOMES: Mapping[ActivityKind, tuple[Outcome, ...]] = {
    ActivityKind.CALL: (
        Outcome.CONVERSATION,
        Outcome.LEFT_MESSAGE,
        Outcome.NO_ANSWER,
        Outcome.STAFF_ONLY,
        Outcome.WANTS_SAMPLE,
        Outcome.WILL_REFER,
        Outcome.NOT_INTERESTED,
    ),
    ActivityKind.VISIT: (
        Outcome.CONVERSATION,
        Outcome.STAFF_ONLY,
        Outcome.LEFT_MATERIALS,
        Outcome.NOT_POSSIBLE,
        Outcome.WANTS_SAMPLE,
        Outcome.WILL_REFER,
        Outcome.NOT_INTERESTED,
    ),
    ActivityKind.MEETING: (
        Outcome.CONVERSATION,
        Outcome.WANTS_SAMPLE,
        Outcome.WILL_REFER,
        Outcome.NOT_POSSIBLE,
        Outcome.NOT_INTERESTED,
    ),
    ActivityKind.IN_SERVICE: (Outcome.DONE, Outcome.WANTS_SAMPLE, Outcome.WILL_REFER),
    ActivityKind.EMAIL: (Outcome.DONE,),
    ActivityKind.LETTER: (Outcome.DONE,),
    ActivityKind.FAX: (Outcome.DONE,),
}
CLIENT_OUTCOMES = (Outcome.CONVERSATION, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER)
TITLES: Mapping[TaskKind, str] = {
    TaskKind.CALL: "Call",
    TaskKind.VISIT: "Visit",
    TaskKind.EMAIL: "Send an e-mail",
    TaskKind.LETTER: "Send a letter",
    TaskKind.THANK_YOU: "Say thank you",
    TaskKind.SAMPLE: "Send the sample documentation",
    TaskKind.CALL_CLIENT: "Call the client",
    TaskKind.REPORT: "Send the report",
    TaskKind.FIND_EMAIL: "Find the e-mail address",
    TaskKind.WRITTEN_REFERRAL: "Ask for the written referral",
    TaskKind.CLEARANCE: "Get the clearance back",
    TaskKind.AGREEMENT: "Follow up on the agreement",
    TaskKind.TODO: "To do",
}
#: Kinds whose only point is to be in touch: any newer touch makes a proposed one out of date.
_BEING_IN_TOUCH = frozenset({TaskKind.CALL, TaskKind.VISIT, TaskKind.EMAIL, TaskKind.LETTER})
#: Attempts that reached nobody.
MISSED = frozenset({Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE, Outcome.NOT_POSSIBLE})
#: Outcomes that are real conversations.
SPOKEN = frozenset({Outcome.CONVERSATION, Outcome.WANTS_SAMPLE, Outcome.WILL_REFER, Outcome.NOT_INTERESTED})


class Bucket(StrEnum):
    """The parts of the follow-ups list, in order."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"
    WAITING = "waiting"


class Fate(StrEnum):
    """What a new touch does to an open follow-up."""

    STAYS = "stays"
    DONE = "done"
    OUTDATED = "outdated"


def fate(task: TaskKind, origin: TaskOrigin, due_on: date, touch: ActivityKind, today: date) -> Fate:
    """What becomes of an open follow-up when a touch of another kind or without it is logged.

    A call does the call that was due, whoever asked for it. A proposal to be in touch is out of date once somebody has
    been in touch, since intervals count from the last touch. What a person planned for later, and what is owed (a
    thank-you, a sample, a report), stays.
    """
    same = ACTIVITY_OF.get(task) is touch
    if task in _BEING_IN_TOUCH and same and (due_on <= today or origin is not TaskOrigin.PERSON):
        return Fate.DONE
    if task in _BEING_IN_TOUCH and origin is TaskOrigin.CADENCE:
        return Fate.OUTDATED
    return Fate.STAYS


def outcomes_of(task: TaskKind) -> tuple[Outcome, ...]:
    """The ways a task can end."""
    if task is TaskKind.CALL_CLIENT:
        return CLIENT_OUTCOMES
    activity = ACTIVITY_OF.get(task)
    return OUTCOMES[activity] if activity else (Outcome.DONE,)
