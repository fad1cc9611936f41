"""Why somebody isn't enrolled, why a sequence pauses or stops, and what became of a step: values with sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from crm.domain.kinds import SuppressionReason
from crm.domain.reasons import Reason

AWAY_DAYS: Final = 5
"""Business days that an out-of-office reply without a date pauses a sequence."""

ANSWERED_DAYS: Final = 14
"""Days in which nobody is enrolled after a referral, or after a reply that nobody has answered yet."""

USUAL_PERSON_GAP: Final = timedelta(days=2)
"""The least time between two mails to one person, unless the settings say otherwise."""

MOST_AT_ONCE: Final = 500
"""Providers enrolled in one go: what one transaction holds the database for, and one person can look over."""


def person_gap(days: int | None) -> timedelta:
    """The least time between two mails of sequences to one person: the days of the settings, None for the usual."""
    return USUAL_PERSON_GAP if days is None else timedelta(days=days)


class NotEnrolled(StrEnum):
    """Why a provider is not enrolled."""

    GONE = "gone"
    ARCHIVED = "archived"
    DEACTIVATED = "deactivated"
    PEER = "peer"
    DO_NOT_CONTACT = "do_not_contact"
    DECLINED = "declined"
    NOT_NOW = "not_now"
    IN_SEQUENCE = "in_sequence"
    SUPPRESSED = "suppressed"
    NO_ADDRESS = "no_address"
    ANSWERED_LATELY = "answered_lately"
    REFERRED_LATELY = "referred_lately"
    COLLEAGUE_ENROLLED = "colleague_enrolled"
    NO_POSTAL_ADDRESS = "no_postal_address"
    MISSING_FIELD = "missing_field"
    SCOPE_WARNING = "scope_warning"
    TEMPLATE_FAULT = "template_fault"
    NO_PAPER = "no_paper"


NOT_ENROLLED: Final[Mapping[NotEnrolled, str]] = {
    NotEnrolled.GONE: "This provider isn't here any more",
    NotEnrolled.ARCHIVED: "Archived or merged into another one",
    NotEnrolled.DEACTIVATED: "The NPI has been deactivated",
    NotEnrolled.PEER: "A peer of yours, not a source of referrals; you can override that on the provider's page",
    NotEnrolled.DO_NOT_CONTACT: "Marked “do not contact”",
    NotEnrolled.DECLINED: "Has declined",
    NotEnrolled.NOT_NOW: "Asked to be left alone until a later day",
    NotEnrolled.IN_SEQUENCE: "Already in a sequence",
    NotEnrolled.SUPPRESSED: "The address gets no mail from you any more",
    NotEnrolled.NO_ADDRESS: "No e-mail address yet",
    NotEnrolled.ANSWERED_LATELY: "Wrote to you lately: answer in person first",
    NotEnrolled.REFERRED_LATELY: "Referred somebody lately: thank them in person first",
    NotEnrolled.COLLEAGUE_ENROLLED: "Somebody else of the same practice is in a sequence",
    NotEnrolled.NO_POSTAL_ADDRESS: "Your postal address is missing in the settings; every outreach mail must show it",
    NotEnrolled.MISSING_FIELD: "A field that the text needs is empty",
    NotEnrolled.SCOPE_WARNING: "The text would leave your scope of practice",
    NotEnrolled.TEMPLATE_FAULT: "The e-mail template can't be filled",
    NotEnrolled.NO_PAPER: "A paper that goes with a step can't be made for them",
}


class StopReason(StrEnum):
    """Why a sequence ended for a provider. All but `finished` end it early."""

    REPLIED = "replied"
    CONVERSATION = "conversation"
    REFERRAL = "referral"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    STAGE_ASIDE = "stage_aside"
    DEACTIVATED = "deactivated"
    ARCHIVED = "archived"
    COLLEAGUE_REPLIED = "colleague_replied"
    BY_HAND = "by_hand"
    UNDONE = "undone"
    FINISHED = "finished"
    MERGED = "merged"


STOPPED: Final[Mapping[StopReason, str]] = {
    StopReason.REPLIED: "They replied",
    StopReason.CONVERSATION: "You spoke with them",
    StopReason.REFERRAL: "They referred somebody",
    StopReason.BOUNCED: "The e-mail address doesn't work",
    StopReason.UNSUBSCRIBED: "They unsubscribed",
    StopReason.COMPLAINED: "They complained about an e-mail",
    StopReason.SUPPRESSED: "The address gets no mail from you any more",
    StopReason.STAGE_ASIDE: "They were set aside",
    StopReason.DEACTIVATED: "The NPI was deactivated",
    StopReason.ARCHIVED: "The provider was archived",
    StopReason.COLLEAGUE_REPLIED: "A colleague in the practice replied",
    StopReason.BY_HAND: "Stopped by you",
    StopReason.UNDONE: "The enrolment was undone",
    StopReason.FINISHED: "All steps are done",
    StopReason.MERGED: "Merged with somebody who is in a sequence",
}


class PauseReason(StrEnum):
    """Why a sequence waits for a day, or for a person."""

    AWAY = "away"
    BY_HAND = "by_hand"
    MISSING_FIELD = "missing_field"
    SCOPE_WARNING = "scope_warning"
    TEMPLATE_FAULT = "template_fault"
    NO_PAPER = "no_paper"
    NO_ADDRESS = "no_address"
    NO_POSTAL_ADDRESS = "no_postal_address"
    ADDRESS_CHANGED = "address_changed"
    DELIVERY_FAILED = "delivery_failed"
    MESSAGE_CANCELLED = "message_cancelled"
    TROUBLE = "trouble"
    RESTORED = "restored"


PAUSED: Final[Mapping[PauseReason, str]] = {
    PauseReason.AWAY: "Out of office",
    PauseReason.BY_HAND: "Paused by you",
    PauseReason.MISSING_FIELD: "A field that the next e-mail needs is empty",
    PauseReason.SCOPE_WARNING: "The next e-mail would leave your scope of practice",
    PauseReason.TEMPLATE_FAULT: "The next e-mail's template can't be filled",
    PauseReason.NO_PAPER: "The paper that goes with the next e-mail can't be made; resume once that is mended",
    PauseReason.NO_ADDRESS: "The e-mail address is missing now",
    PauseReason.NO_POSTAL_ADDRESS: "Your postal address is missing in the settings",
    PauseReason.ADDRESS_CHANGED: "The e-mail address changed before the mail left; resume to write to the new one",
    PauseReason.DELIVERY_FAILED: "The last e-mail could not be delivered; resume to try again",
    PauseReason.MESSAGE_CANCELLED: "You cancelled the last e-mail; resume to go on with the next step",
    PauseReason.TROUBLE: "Something unforeseen went wrong; resume to try again",
    PauseReason.RESTORED: "A backup was restored: steps may have been taken since it was made, so please look first",
}


class StepReason(StrEnum):
    """Why a step was skipped, or waits beyond its day."""

    NOT_DONE_IN_TIME = "not_done_in_time"
    BY_HAND = "by_hand"
    DROPPED = "dropped"
    PERSON_GAP = "person_gap"
    MISSED = "missed"
    OUTSIDE_WINDOW = "outside_window"


STEPS: Final[Mapping[StepReason, str]] = {
    StepReason.NOT_DONE_IN_TIME: "Not done in time, so the sequence went on",
    StepReason.BY_HAND: "Skipped by you",
    StepReason.DROPPED: "The follow-up was dropped",
    StepReason.PERSON_GAP: "This person had a mail from you a short time ago",
    StepReason.MISSED: "Its day passed while Handoff wasn't running, so it moved, and with it the steps after it",
    StepReason.OUTSIDE_WINDOW: "Waits for the sending window",
}

SUPPRESSION_STOPS: Final[Mapping[SuppressionReason, StopReason]] = {
    SuppressionReason.UNSUBSCRIBED: StopReason.UNSUBSCRIBED,
    SuppressionReason.BOUNCED: StopReason.BOUNCED,
    SuppressionReason.COMPLAINED: StopReason.COMPLAINED,
    SuppressionReason.BY_HAND: StopReason.SUPPRESSED,
}
SKIP_STOPS: Final[Mapping[str, StopReason]] = {
    Reason.SUPPRESSED: StopReason.SUPPRESSED,
    Reason.DO_NOT_CONTACT: StopReason.STAGE_ASIDE,
    Reason.DECLINED: StopReason.STAGE_ASIDE,
    Reason.DEACTIVATED: StopReason.DEACTIVATED,
    Reason.ARCHIVED: StopReason.ARCHIVED,
    Reason.UNSUBSCRIBED: StopReason.UNSUBSCRIBED,
}
"""What it means for a sequence that its message was left out for this reason."""


def sentence(reason: str) -> str:
    """Any of these reasons in words; one that this version doesn't know is shown as it is stored."""
    return _SENTENCES.get(reason, reason.replace("_", " "))


def paused_words(reason: str) -> str:
    """Why a sequence is paused, in words."""
    return PAUSED[PauseReason(reason)] if reason in frozenset(PauseReason) else sentence(reason)


def stopped_words(reason: str) -> str:
    """Why a sequence ended, in words."""
    return STOPPED[StopReason(reason)] if reason in frozenset(StopReason) else sentence(reason)


_SENTENCES: Final[Mapping[str, str]] = {
    **{each.value: words for each, words in NOT_ENROLLED.items()},
    **{each.value: words for each, words in STEPS.items()},
    **{each.value: words for each, words in PAUSED.items()},
    **{each.value: words for each, words in STOPPED.items()},
}
