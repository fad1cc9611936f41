"""Small closed vocabularies that tables and rules share. Values are what the database stores."""

from __future__ import annotations

from enum import StrEnum


class ProviderKind(StrEnum):
    """An individual clinician or source, or an organization."""

    PERSON = "person"
    ORGANIZATION = "organization"


class Ask(StrEnum):
    """What we ask of a provider: hand over those discharged, or refer those who need supervised exercise."""

    HANDOFF = "handoff"
    EARLIER_HANDOFF = "earlier_handoff"
    CLEARANCE = "clearance"
    COMMUNITY = "community"


class CareStage(StrEnum):
    """Where in the continuum of care a provider works."""

    ACUTE = "acute"
    SUBACUTE = "subacute"
    OUTPATIENT = "outpatient"
    HOME_HEALTH = "home_health"
    LONG_TERM = "long_term"
    ONGOING = "ongoing"
    COMMUNITY = "community"


class ContactRole(StrEnum):
    """Other people at a practice."""

    FRONT_DESK = "front_desk"
    OFFICE_MANAGER = "office_manager"
    REFERRAL_COORDINATOR = "referral_coordinator"
    PA_NP = "pa_np"
    NURSE = "nurse"
    OTHER = "other"


class ActivityKind(StrEnum):
    """A line of the timeline. `TOUCHES` are those in which we reached, or tried to reach, the provider."""

    CALL = "call"
    VISIT = "visit"
    MEETING = "meeting"
    IN_SERVICE = "in_service"
    EMAIL = "email"
    LETTER = "letter"
    FAX = "fax"
    REPLY = "reply"
    NOTE = "note"
    REFERRAL = "referral"
    STAGE = "stage"
    TASK = "task"
    MESSAGE = "message"
    MERGE = "merge"
    IMPORT = "import"
    EDIT = "edit"
    SYSTEM = "system"
    SEQUENCE = "sequence"
    REPORT = "report"
    CLIENT = "client"
    AGREEMENT = "agreement"
    GIFT = "gift"


TOUCHES: frozenset[ActivityKind] = frozenset(
    {
        ActivityKind.CALL,
        ActivityKind.VISIT,
        ActivityKind.MEETING,
        ActivityKind.IN_SERVICE,
        ActivityKind.EMAIL,
        ActivityKind.LETTER,
        ActivityKind.FAX,
        ActivityKind.REPLY,
    }
)


class Outcome(StrEnum):
    """How a call, visit or meeting ended."""

    CONVERSATION = "conversation"
    STAFF_ONLY = "staff_only"
    LEFT_MESSAGE = "left_message"
    LEFT_MATERIALS = "left_materials"
    NO_ANSWER = "no_answer"
    NOT_POSSIBLE = "not_possible"
    WANTS_SAMPLE = "wants_sample"
    WILL_REFER = "will_refer"
    NOT_INTERESTED = "not_interested"
    DONE = "done"


class TaskKind(StrEnum):
    """What a person has to do."""

    CALL = "call"
    VISIT = "visit"
    EMAIL = "email"
    LETTER = "letter"
    THANK_YOU = "thank_you"
    SAMPLE = "sample"
    CALL_CLIENT = "call_client"
    REPORT = "report"
    FIND_EMAIL = "find_email"
    WRITTEN_REFERRAL = "written_referral"
    CLEARANCE = "clearance"
    AGREEMENT = "agreement"
    TODO = "todo"


class TaskState(StrEnum):
    """Open work, work that waits for somebody else, and the ways it ends."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"


class TaskOrigin(StrEnum):
    """Who asked for the task."""

    PERSON = "person"
    CADENCE = "cadence"
    REFERRAL = "referral"
    SEQUENCE = "sequence"
    CLIENT = "client"
    AGREEMENT = "agreement"


class VisitState(StrEnum):
    """A visit is planned, then done or not."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class ReferralStatus(StrEnum):
    """The referral's own small pipeline; `LOST` can follow any step and has a reason."""

    RECEIVED = "received"
    CONTACTED = "contacted"
    SCHEDULED = "scheduled"
    STARTED = "started"
    COMPLETED = "completed"
    CONTINUING = "continuing"
    LOST = "lost"


class ReferralHow(StrEnum):
    """How a referral reached us."""

    WRITTEN_PAD = "written_pad"
    FAX = "fax"
    CALL = "call"
    EMAIL = "email"
    IN_PERSON = "in_person"
    PATIENT_MENTION = "patient_mention"
    UNKNOWN = "unknown"


class MessageKind(StrEnum):
    """Why an outbox message exists."""

    OUTREACH = "outreach"
    REPLY = "reply"
    TEST = "test"
    NOTICE = "notice"


class MessageState(StrEnum):
    """Where an outbox message stands; see ARCHITECTURE.md for the moves."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    IN_DATA = "in_data"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class SuppressionReason(StrEnum):
    """Why an address gets no outreach mail any more."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BY_HAND = "by_hand"


class TemplateKind(StrEnum):
    """What a template makes."""

    SCRIPT = "script"
    EMAIL = "email"
    DOCUMENT = "document"


class ImportKind(StrEnum):
    """Where imported rows come from."""

    NPPES = "nppes"
    LOCATIONS = "locations"
    CONTACTS = "contacts"
    REGISTRY = "registry"
    REFERRALS = "referrals"


class ImportState(StrEnum):
    """An import's life. `STAGED` waits for a person's yes; `INTERRUPTED` can be completed or undone."""

    QUEUED = "queued"
    READING = "reading"
    STAGED = "staged"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    UNDOING = "undoing"
    UNDONE = "undone"


class PairState(StrEnum):
    """A likely duplicate: to decide, merged, or known to be two."""

    OPEN = "open"
    MERGED = "merged"
    SEPARATE = "separate"


class Role(StrEnum):
    """What a user may do."""

    OWNER = "owner"
    MEMBER = "member"


class CredentialKind(StrEnum):
    """Papers of the trainer that expire."""

    CERTIFICATION = "certification"
    INSURANCE = "insurance"
    CPR = "cpr"


class InboundKind(StrEnum):
    """What a received message is. `OWN` is a copy of what we sent; `OTHER` is neither from a person nor a report."""

    REPLY = "reply"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    DELIVERED = "delivered"
    OWN = "own"
    OTHER = "other"


class BounceCause(StrEnum):
    """What a bounce is about: the address (no more mail to it), us as sender (pause), or a state that passes."""

    ADDRESS = "address"
    SENDER = "sender"
    TEMPORARY = "temporary"
