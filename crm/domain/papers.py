"""The papers: what there is, for whom, and how each may leave."""

from __future__ import annotations

from collections.abc import Mapping
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
    MONTHLY_RESULTS = "monthly-results"
    PARTNER_SUMMARY = "partner-summary"
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

ABOUT_CLIENTS = REPORTS | {DocumentKind.PARTNER_SUMMARY}
"""Papers that say something about real clients: what is said of reports holds for all of them."""

FOR_ONESELF = frozenset({DocumentKind.VISIT_SHEET, DocumentKind.MONTHLY_RESULTS})
"""Papers that are given to nobody."""

LETTERS = frozenset({DocumentKind.INTRODUCTION_LETTER, DocumentKind.THANK_YOU})
"""Letters on letterhead: they come as DOCX too."""

FREE = (
    DocumentKind.OVERVIEW,
    DocumentKind.OUTCOMES_SHEET,
    DocumentKind.SERVICE_SHEET,
    DocumentKind.REFERRAL_PAD,
    DocumentKind.CLEARANCE_REQUEST,
    DocumentKind.CLIENT_AUTHORIZATION,
    DocumentKind.FAX_COVER,
    DocumentKind.MONTHLY_RESULTS,
)
"""Papers that make sense without a provider: to have in the bag, or to fill in by hand."""

TITLES: Mapping[DocumentKind, str] = {
    DocumentKind.SAMPLE_PROGRESS_REPORT: "Sample progress report",
    DocumentKind.SAMPLE_ASSESSMENT: "Sample assessment",
    DocumentKind.SAMPLE_DISCHARGE: "Sample discharge summary",
    DocumentKind.SAMPLE_SESSION_LOG: "Sample session log",
    DocumentKind.SAMPLE_STATUS_CHANGE: "Sample change in status",
    DocumentKind.SAMPLE_CLIENT_INTRODUCTION: "Sample first letter",
    DocumentKind.INTRODUCTION_LETTER: "Letter of introduction",
    DocumentKind.THANK_YOU: "Thank-you letter",
    DocumentKind.OVERVIEW: "Overview of the practice",
    DocumentKind.OUTCOMES_SHEET: "Outcomes sheet",
    DocumentKind.SERVICE_SHEET: "Service sheet",
    DocumentKind.REFERRAL_PAD: "Referral pad",
    DocumentKind.CLEARANCE_REQUEST: "Clearance request",
    DocumentKind.CLIENT_AUTHORIZATION: "Client authorization",
    DocumentKind.FAX_COVER: "Fax cover sheet",
    DocumentKind.VISIT_SHEET: "Visit sheet",
    DocumentKind.MONTHLY_RESULTS: "Results",
    DocumentKind.PARTNER_SUMMARY: "Your clients",
    DocumentKind.CLIENT_INTRODUCTION: "First letter",
    DocumentKind.ASSESSMENT_SUMMARY: "Assessment summary",
    DocumentKind.SESSION_LOG: "Session log",
    DocumentKind.PROGRESS_REPORT: "Progress report",
    DocumentKind.DISCHARGE_SUMMARY: "Discharge summary",
    DocumentKind.STATUS_CHANGE: "Change in status",
}

USES: Mapping[DocumentKind, str] = {
    DocumentKind.SAMPLE_PROGRESS_REPORT: "What they ask for when they say yes: a made-up client of their specialty.",
    DocumentKind.SAMPLE_ASSESSMENT: "Where a client stands in the first week, beside published figures.",
    DocumentKind.SAMPLE_DISCHARGE: "What they get when a client’s program ends.",
    DocumentKind.SAMPLE_SESSION_LOG: "What was done in each session, and how it was tolerated.",
    DocumentKind.SAMPLE_STATUS_CHANGE: "How they hear of a change, after the phone call.",
    DocumentKind.SAMPLE_CLIENT_INTRODUCTION: "What comes within a day of a client’s first session.",
    DocumentKind.INTRODUCTION_LETTER: "To post, where there is no e-mail address or paper is read.",
    DocumentKind.THANK_YOU: "Within a day of a referral. Says nothing about the person.",
    DocumentKind.OVERVIEW: "Your practice on one page, to leave at the second visit.",
    DocumentKind.OUTCOMES_SHEET: "What all your clients together reached, without persons.",
    DocumentKind.SERVICE_SHEET: "One service: for whom, what a session is, what is measured.",
    DocumentKind.REFERRAL_PAD: "Four slips to cut. The leave-behind that brings referrals.",
    DocumentKind.CLEARANCE_REQUEST: "To the physician of a client who came by themselves.",
    DocumentKind.CLIENT_AUTHORIZATION: "The client’s permission, before anything about them leaves.",
    DocumentKind.FAX_COVER: "Goes first when a paper that was asked for is faxed.",
    DocumentKind.VISIT_SHEET: "For yourself: who, what happened, what to say and ask.",
    DocumentKind.MONTHLY_RESULTS: "For yourself: a month or another period on one page.",
    DocumentKind.PARTNER_SUMMARY: "Where each of their clients stands this quarter, by code. Only with authorization.",
}
