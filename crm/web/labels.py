"""The words and icons that pages use for stored values."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

from crm.domain.agreements import AgreementPer
from crm.domain.kinds import (
    ActivityKind,
    Ask,
    CareStage,
    ContactRole,
    Outcome,
    ReferralHow,
    ReferralStatus,
    TaskKind,
)
from crm.domain.mail_kinds import EnrollmentState, StepKind
from crm.domain.pipeline import LABELS
from crm.domain.taxonomy import specialty as specialty_by_key
from crm.domain.visit_kinds import Visitors
from crm.services.imports_review import word_of

OUTCOMES: dict[Outcome, str] = {
    Outcome.CONVERSATION: "Spoke with the provider",
    Outcome.STAFF_ONLY: "Staff only",
    Outcome.LEFT_MESSAGE: "Left a message",
    Outcome.LEFT_MATERIALS: "Left materials",
    Outcome.NO_ANSWER: "No answer",
    Outcome.NOT_POSSIBLE: "Not possible",
    Outcome.WANTS_SAMPLE: "Wants a sample",
    Outcome.WILL_REFER: "Will refer",
    Outcome.NOT_INTERESTED: "Not interested",
    Outcome.DONE: "Done",
}
KINDS: dict[ActivityKind, tuple[str, str]] = {
    ActivityKind.CALL: ("Call", "phone"),
    ActivityKind.VISIT: ("Visit", "map-pin"),
    ActivityKind.MEETING: ("Meeting", "users"),
    ActivityKind.IN_SERVICE: ("In-service talk", "presentation"),
    ActivityKind.EMAIL: ("E-mail", "mail"),
    ActivityKind.LETTER: ("Letter", "mailbox"),
    ActivityKind.FAX: ("Fax", "printer"),
    ActivityKind.REPLY: ("Reply", "reply"),
    ActivityKind.NOTE: ("Note", "sticky-note"),
    ActivityKind.REFERRAL: ("Referral", "handshake"),
    ActivityKind.STAGE: ("Stage", "arrow-right"),
    ActivityKind.TASK: ("Next step", "circle-check"),
    ActivityKind.MESSAGE: ("Message", "mail"),
    ActivityKind.MERGE: ("Merge", "merge"),
    ActivityKind.IMPORT: ("Import", "download"),
    ActivityKind.EDIT: ("Edit", "pencil"),
    ActivityKind.SYSTEM: ("Note", "settings-2"),
    ActivityKind.SEQUENCE: ("Sequence", "route"),
    ActivityKind.REPORT: ("Report", "clipboard-list"),
    ActivityKind.CLIENT: ("Client", "user-round"),
    ActivityKind.AGREEMENT: ("Agreement", "signature"),
    ActivityKind.GIFT: ("Gift or meal", "gift"),
}
TASKS: dict[TaskKind, tuple[str, str]] = {
    TaskKind.CALL: ("Call", "phone"),
    TaskKind.VISIT: ("Visit", "map-pin"),
    TaskKind.EMAIL: ("E-mail", "mail"),
    TaskKind.LETTER: ("Letter", "mailbox"),
    TaskKind.THANK_YOU: ("Thank-you", "heart-handshake"),
    TaskKind.SAMPLE: ("Send a sample", "file-text"),
    TaskKind.CALL_CLIENT: ("Call the client", "phone-outgoing"),
    TaskKind.REPORT: ("Report", "clipboard-list"),
    TaskKind.FIND_EMAIL: ("Find the e-mail", "at-sign"),
    TaskKind.WRITTEN_REFERRAL: ("Written referral", "file-pen-line"),
    TaskKind.CLEARANCE: ("Clearance", "shield-check"),
    TaskKind.AGREEMENT: ("Agreement", "signature"),
    TaskKind.TODO: ("To do", "circle-check"),
}
STEPS: dict[StepKind, tuple[str, str]] = {
    StepKind.EMAIL: ("E-mail", "mail"),
    StepKind.CALL: ("Call", "phone"),
    StepKind.VISIT: ("Visit", "map-pin"),
    StepKind.LETTER: ("Letter", "mailbox"),
    StepKind.TASK: ("Task", "circle-check"),
}
ENROLLMENTS: dict[EnrollmentState, str] = {
    EnrollmentState.ACTIVE: "Under way",
    EnrollmentState.PAUSED: "Paused",
    EnrollmentState.FINISHED: "Finished",
    EnrollmentState.STOPPED: "Stopped",
}
ASKS: dict[Ask, str] = {
    Ask.HANDOFF: "Hand over clients when therapy ends",
    Ask.EARLIER_HANDOFF: "Pass my name on at discharge",
    Ask.CLEARANCE: "Refer those who need supervised exercise",
    Ask.COMMUNITY: "Point people to me",
}
CARE: dict[CareStage, str] = {
    CareStage.ACUTE: "Acute care",
    CareStage.SUBACUTE: "Subacute care",
    CareStage.OUTPATIENT: "Outpatient therapy",
    CareStage.HOME_HEALTH: "Home health",
    CareStage.LONG_TERM: "Long-term care",
    CareStage.ONGOING: "Ongoing medical care",
    CareStage.COMMUNITY: "Community",
}
CONTACTS: dict[ContactRole, str] = {
    ContactRole.FRONT_DESK: "Front desk",
    ContactRole.OFFICE_MANAGER: "Office manager",
    ContactRole.REFERRAL_COORDINATOR: "Referral coordinator",
    ContactRole.PA_NP: "PA or NP",
    ContactRole.NURSE: "Nurse",
    ContactRole.OTHER: "Other",
}
VISITORS: dict[Visitors, str] = {
    Visitors.UNKNOWN: "Not known yet",
    Visitors.WELCOME: "Are welcome",
    Visitors.BY_APPOINTMENT: "By appointment only",
    Visitors.NOT_WELCOME: "Are turned away",
}
REFERRALS: dict[ReferralStatus, str] = {status: status.value.capitalize() for status in ReferralStatus}
HOWS: dict[ReferralHow, str] = {
    ReferralHow.WRITTEN_PAD: "Written pad",
    ReferralHow.FAX: "Fax",
    ReferralHow.CALL: "Call",
    ReferralHow.EMAIL: "E-mail",
    ReferralHow.IN_PERSON: "In person",
    ReferralHow.PATIENT_MENTION: "A patient named the doctor",
    ReferralHow.UNKNOWN: "Not noted",
}
AGREEMENT_PER: dict[AgreementPer, str] = {
    AgreementPer.TOTAL: "In all",
    AgreementPer.MONTH: "A month",
    AgreementPer.YEAR: "A year",
}
_TABLES: tuple[Mapping[StrEnum, str], ...] = (
    cast(Mapping[StrEnum, str], LABELS),
    cast(Mapping[StrEnum, str], OUTCOMES),
    {kind: words for kind, (words, _) in KINDS.items()},
    {kind: words for kind, (words, _) in TASKS.items()},
    {kind: words for kind, (words, _) in STEPS.items()},
    cast(Mapping[StrEnum, str], ENROLLMENTS),
    cast(Mapping[StrEnum, str], ASKS),
    cast(Mapping[StrEnum, str], CARE),
    cast(Mapping[StrEnum, str], CONTACTS),
    cast(Mapping[StrEnum, str], VISITORS),
    cast(Mapping[StrEnum, str], REFERRALS),
    cast(Mapping[StrEnum, str], HOWS),
    cast(Mapping[StrEnum, str], AGREEMENT_PER),
)
# By type first: members of different enums with equal values are equal keys.
_LABELS: dict[type[StrEnum], Mapping[StrEnum, str]] = {type(next(iter(table))): table for table in _TABLES}


def label(value: StrEnum | str | None) -> str:
    """The words for a stored value; one without words of its own is spelt out."""
    if value is None:
        return ""
    words = _LABELS.get(type(value), {}).get(value) if isinstance(value, StrEnum) else None
    return words or str(value).replace("_", " ").capitalize()


def icon_of(value: StrEnum) -> str:
    """The name of the icon for a kind of activity, task or step."""
    if isinstance(value, TaskKind):
        return TASKS[value][1]
    if isinstance(value, StepKind):
        return STEPS[value][1]
    return KINDS[value][1] if isinstance(value, ActivityKind) else "circle"


def specialty(key: str) -> str:
    """What pages call a specialty."""
    return specialty_by_key(key).label


def field(name: str) -> str:
    """What pages call a column of a provider."""
    words = word_of(name)
    return words[:1].upper() + words[1:]
