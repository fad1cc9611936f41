"""Small closed vocabularies of a client's file. Values are what the database stores."""

from __future__ import annotations

from enum import StrEnum


class ClientOrigin(StrEnum):
    """How somebody became a client. Those who came by themselves have no referral."""

    REFERRED = "referred"
    SELF = "self"


class ClientRole(StrEnum):
    """What a provider is to a client. One provider can be several of these."""

    REFERRING = "referring"
    INFORMED = "informed"
    CLEARING = "clearing"


class SessionState(StrEnum):
    """A session is planned, then held or not. A cancelled one counts neither as scheduled nor as missed."""

    SCHEDULED = "scheduled"
    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"


class EventKind(StrEnum):
    """Something about a client that their provider should hear of."""

    SYMPTOM = "symptom"
    FALL = "fall"
    LIMIT_EXCEEDED = "limit_exceeded"
    ILLNESS = "illness"
    HOSPITAL = "hospital"
    MEDICATION = "medication"
    OTHER = "other"


class ClearanceAnswer(StrEnum):
    """What the physician answered to a clearance request."""

    CLEARED = "cleared"
    LIMITED = "limited"
    NOT_CLEARED = "not_cleared"


class ReportState(StrEnum):
    """A report that is owed, was delivered, or is not wanted any more (with a reason)."""

    OPEN = "open"
    DELIVERED = "delivered"
    SKIPPED = "skipped"
