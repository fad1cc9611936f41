"""When to be in touch next, and why: rules of thumb of outreach, counted in business days from the last touch of any
kind. Proposals only; the person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from crm.domain.calendar import add_business_days, business_day_from
from crm.domain.kinds import TOUCHES, ActivityKind, Outcome, TaskKind
from crm.domain.pipeline import Stage

#: Business days. A partner is visited again after three to four quiet weeks, since reports keep it warm meanwhile.
PARTNER_QUIET = 18
STEADY = 15
THANK_YOU_SLUG = "thank_you"


@dataclass(frozen=True)
class Happened:
    """What has just been done: the activity, how it ended, and which kind of follow-up it answered, if any.

    `since_conversation` counts the touches since the last real conversation (0 right after one); `unanswered` the
    attempts in a row without reaching anybody, this one included.
    """

    kind: ActivityKind
    outcome: Outcome | None = None
    task_kind: TaskKind | None = None
    since_conversation: int | None = None
    unanswered: int = 0


@dataclass(frozen=True)
class Proposal:
    """A follow-up to suggest: what, when, and the reason in words."""

    kind: TaskKind
    title: str
    days: int
    why: str
    template_slug: str = ""
    due_on: date = date.min

    def dated(self, today: date) -> Proposal:
        """The same with its day, `days` business days after `today`."""
        return Proposal(
            self.kind, self.title, self.days, self.why, self.template_slug, add_business_days(today, self.days)
        )


@dataclass(frozen=True)
class Snooze:
    """A choice when putting a follow-up off."""

    key: str
    label: str
    due_on: date


_BY_OUTCOME: Mapping[Outcome, Proposal] = {
    Outcome.WANTS_SAMPLE: Proposal(
        TaskKind.SAMPLE,
        "Send the sample documentation",
        1,
        "They asked for a sample: send it within a day.",
        "sample",
    ),
    Outcome.WILL_REFER: Proposal(
        TaskKind.CALL, "Ask about the first client", 5, "They agreed to send a first client: check in after a week."
    ),
    Outcome.CONVERSATION: Proposal(
        TaskKind.THANK_YOU, "Say thank you", 1, "A thank-you within a day of talking.", "after_visit"
    ),
    Outcome.STAFF_ONLY: Proposal(
        TaskKind.CALL,
        "Call to find out when they are in",
        3,
        "You met the staff: a call in three days keeps the door open.",
    ),
    Outcome.LEFT_MATERIALS: Proposal(
        TaskKind.CALL, "Ask whether the materials reached them", 3, "You left materials: ask after three days."
    ),
    Outcome.LEFT_MESSAGE: Proposal(TaskKind.CALL, "Call again", 2, "You left a message: try again in two days."),
    Outcome.NO_ANSWER: Proposal(TaskKind.CALL, "Call again", 1, "Nobody answered: try again tomorrow."),
    Outcome.NOT_POSSIBLE: Proposal(
        TaskKind.VISIT, "Try another visit", 5, "The visit didn't work out: try again next week."
    ),
}
_UNANSWERED = Proposal(
    TaskKind.VISIT, "Stop by instead", 5, "Three tries without an answer: a visit next week may work better."
)
_AFTER_SAMPLE = Proposal(
    TaskKind.CALL, "Ask what they thought of the sample", 3, "The sample is out: ask about it after three days."
)
_AFTER_EMAIL = Proposal(
    TaskKind.CALL,
    "Call about your e-mail",
    3,
    "You wrote: a call three days later gets more answers than a second mail.",
)
_AFTER_LETTER = Proposal(TaskKind.CALL, "Call about your letter", 5, "You sent a letter: call once it has arrived.")
_ANSWER = Proposal(TaskKind.EMAIL, "Answer their message", 1, "They wrote to you: answer within a day.")
_RESOURCE = Proposal(
    TaskKind.EMAIL,
    "Send a useful resource",
    3,
    "After the thank-you, something useful three to five days later.",
    "sample_offer",
)
_NEW_VALUE = Proposal(TaskKind.CALL, "Call with something new", 5, "A week later, bring something new to talk about.")
_STEADY = Proposal(TaskKind.VISIT, "Stop by again", STEADY, "From here on, a steady visit about every three weeks.")
_PARTNER = Proposal(
    TaskKind.VISIT,
    "Visit your partner",
    PARTNER_QUIET,
    "They refer already: reports keep you in mind, so visit after three to four quiet weeks.",
)
_RETURN = "They asked you to come back about now."


def propose(stage: Stage, happened: Happened, today: date, *, return_on: date | None = None) -> Proposal | None:
    """The next follow-up after what has just happened, or None where none is due by itself.

    `stage` is the stage after the activity, `today` the day of the touch in the owner's zone.
    """
    if stage is Stage.NOT_NOW:
        return _come_back(return_on, today)
    if stage in (Stage.DECLINED, Stage.DO_NOT_CONTACT) or happened.outcome is Outcome.NOT_INTERESTED:
        return None
    found = _next(stage, happened)
    return found.dated(today) if found else None


def after_adding(today: date, *, has_email: bool, later: int = 0) -> Proposal:
    """The first step with somebody who has just been put on the list to work, `later` business days after the next."""
    kind = TaskKind.EMAIL if has_email else TaskKind.CALL
    why = "A first word before you call." if has_email else "No e-mail known yet, so a call comes first."
    template = "introduction" if has_email else ""
    return Proposal(kind, "Introduce yourself", 1 + later, why, template).dated(today)


def snooze_choices(today: date) -> tuple[Snooze, ...]:
    """When a follow-up can be put off to, each on a business day and no day twice."""
    monday = today + timedelta(days=7 - today.weekday())
    wanted = (
        ("tomorrow", "Next business day", add_business_days(today, 1)),
        ("days3", "In three business days", add_business_days(today, 3)),
        ("week", "Next week", business_day_from(monday)),
        ("weeks2", "In two weeks", business_day_from(today + timedelta(days=14))),
        ("month", "In a month", business_day_from(today + timedelta(days=30))),
    )
    choices: dict[date, Snooze] = {}
    for key, label, day in wanted:
        choices.setdefault(day, Snooze(key, label, day))
    return tuple(sorted(choices.values(), key=lambda choice: choice.due_on))


def _come_back(return_on: date | None, today: date) -> Proposal | None:
    if return_on is None:
        return None
    due = business_day_from(max(return_on, today))
    return Proposal(TaskKind.CALL, "Come back to them", 0, _RETURN, "reactivation", due)


def _next(stage: Stage, happened: Happened) -> Proposal | None:
    if happened.kind is ActivityKind.REFERRAL:
        return Proposal(
            TaskKind.THANK_YOU, "Thank them for the referral", 1, "A thank-you within a day.", THANK_YOU_SLUG
        )
    if happened.kind not in TOUCHES:
        return None
    if happened.unanswered >= 3:
        return _UNANSWERED
    if happened.task_kind is TaskKind.SAMPLE and happened.kind is not ActivityKind.REPLY:
        return _AFTER_SAMPLE
    if stage is Stage.PARTNER and happened.outcome not in (
        Outcome.WANTS_SAMPLE,
        Outcome.LEFT_MESSAGE,
        Outcome.NO_ANSWER,
    ):
        return _answer_or(_PARTNER, happened)
    if happened.task_kind is TaskKind.THANK_YOU:
        return _RESOURCE
    by_outcome = _BY_OUTCOME.get(happened.outcome) if happened.outcome else None
    return by_outcome or _after_kind(happened)


def _answer_or(otherwise: Proposal, happened: Happened) -> Proposal:
    return _ANSWER if happened.kind is ActivityKind.REPLY else otherwise


def _after_kind(happened: Happened) -> Proposal:
    if happened.kind is ActivityKind.REPLY:
        return _ANSWER
    if happened.kind in (ActivityKind.MEETING, ActivityKind.IN_SERVICE):
        return _BY_OUTCOME[Outcome.CONVERSATION]
    written = happened.kind in (ActivityKind.EMAIL, ActivityKind.LETTER, ActivityKind.FAX)
    if happened.since_conversation is None and written:
        return _AFTER_EMAIL if happened.kind is ActivityKind.EMAIL else _AFTER_LETTER
    ladder = (_RESOURCE, _RESOURCE, _NEW_VALUE)
    step = happened.since_conversation or 0
    return ladder[step] if step < len(ladder) else _STEADY
