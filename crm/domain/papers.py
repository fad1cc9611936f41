"""The papers: what there is, for whom, and how each may leave."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """A kind of paper. The names are also those of `handoff document`."""

    SAMPLE_ASSESSMENT = "sample-assessment"
    SAMPLE_PROGRESS_REPORT = "sample-progress-report"
    SAMPLE_DISCHARGE = "sample-discharge"
    SAMPLE_SESSION_LOG = "sample-session-log"
    SAMPLE_STATUS_CHANGE = "sample-status-change"
    SAMPLE_CLIENT_INTRODUCTION = "sample-client-intro"
    INTRODUCTION_LETTER = "introduction-letter"
    THANK_YOU = "thank-you"
    OVERVIEW = "overview"
    OUTCOMES_SHEET = "outcomes-sheet"
    SERVICE_SHEET = "service-sheet"
    REFERRAL_PAD = "referral-pad"
    CLEARANCE_REQUEST = "clearance-request"
    CLIENT_AUTHORIZATION = "client-authorization"
    FAX_COVER = "fax-cover"
    VISIT_SHEET = "visit-sheet"
    CLIENT_INTRODUCTION = "client-introduction"
    ASSESSMENT_SUMMARY = "assessment-summary"
    SESSION_LOG = "session-log"
    PROGRESS_REPORT = "progress-report"
    DISCHARGE_SUMMARY = "discharge-summary"
    STATUS_CHANGE = "status-change"


class DeliveryHow(StrEnum):
    """How a paper left."""

    PRINT = "print"
    HAND = "hand"
    MAIL = "mail"
    FAX = "fax"
    DOWNLOAD = "download"
    ENCRYPTED = "encrypted"
    EMAIL = "email"


SAMPLES = frozenset(kind for kind in DocumentKind if kind.value.startswith("sample-"))
"""Papers about a fictitious client, marked SAMPLE on every page."""

REPORTS = frozenset(
    {
        DocumentKind.CLIENT_INTRODUCTION,
        DocumentKind.ASSESSMENT_SUMMARY,
        DocumentKind.SESSION_LOG,
        DocumentKind.PROGRESS_REPORT,
        DocumentKind.DISCHARGE_SUMMARY,
        DocumentKind.STATUS_CHANGE,
    }
)
"""Papers about a real client: they leave with the client's authorization only, and never by plain e-mail."""
