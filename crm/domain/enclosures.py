"""Papers that go with a mail or a letter, and when a paper may be faxed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.domain.papers import ABOUT_CLIENTS, SAMPLES, DocumentKind
from crm.domain.services import all_services, service_label

LARGEST_TOTAL = 5 * 1024 * 1024
"""Bytes of all that goes with one mail: offices' servers turn larger mail away."""

MOST = 5
"""Papers with one mail; more than that nobody opens."""

SAMPLE_CHOICES = (
    DocumentKind.SAMPLE_PROGRESS_REPORT,
    DocumentKind.SAMPLE_ASSESSMENT,
    DocumentKind.SAMPLE_DISCHARGE,
)
"""What "a sample of my documentation" can be, the usual one first."""

WORDS: Mapping[DocumentKind, str] = {
    DocumentKind.SAMPLE_PROGRESS_REPORT: "Sample progress report",
    DocumentKind.SAMPLE_ASSESSMENT: "Sample assessment",
    DocumentKind.SAMPLE_DISCHARGE: "Sample discharge summary",
    DocumentKind.OVERVIEW: "Overview of the practice",
    DocumentKind.SERVICE_SHEET: "Service sheet",
    DocumentKind.REFERRAL_PAD: "Referral pad",
    DocumentKind.INTRODUCTION_LETTER: "Letter of introduction",
    DocumentKind.THANK_YOU: "Thank-you letter",
}
WITH_MAIL = (
    *SAMPLE_CHOICES,
    DocumentKind.OVERVIEW,
    DocumentKind.SERVICE_SHEET,
    DocumentKind.REFERRAL_PAD,
)
"""Papers that may be attached to a mail. Nothing about a real client is among them, and never will be."""

WITH_LETTER = (DocumentKind.INTRODUCTION_LETTER, DocumentKind.THANK_YOU, *WITH_MAIL)
"""Papers that a letter step can ask to print."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A paper to go with something; a service sheet may name its service (else the one that suits best), a paper about
    a stretch of time its period, and each a wording of one's own.
    """

    kind: DocumentKind
    service_key: str = ""
    period: str = ""
    wording: str = ""

    @property
    def value(self) -> str:
        """As forms send it: "overview", "service-sheet:weight_management"."""
        return f"{self.kind.value}:{self.service_key}" if self.service_key else self.kind.value

    @property
    def words(self) -> str:
        """What people call it."""
        said = WORDS.get(self.kind, self.kind.value.replace("-", " ").capitalize())
        return f"{said}: {service_label(self.service_key)}" if self.service_key else said


def read(texts: Sequence[str], *, among: Sequence[DocumentKind] = WITH_MAIL) -> tuple[Enclosure, ...]:
    """What a form chose, each once and in its order; what isn't known or doesn't belong there is left out."""
    found = (_read(text, among) for text in texts)
    return tuple(dict.fromkeys(each for each in found if each is not None))[:MOST]


def _read(text: str, among: Sequence[DocumentKind]) -> Enclosure | None:
    kind, _, service = text.strip().partition(":")
    if kind not in set(among) or (service and service not in {one.key for one in all_services()}):
        return None
    known = DocumentKind(kind)
    return Enclosure(known, service if known is DocumentKind.SERVICE_SHEET else "")


def is_sample(kind: DocumentKind) -> bool:
    """Whether having it means that a provider has seen how the documentation looks."""
    return kind in SAMPLES


def fax_refusal(kind: DocumentKind, *, asked: bool) -> str:
    """Why this paper must not be faxed, or an empty text. Advertising by fax is lawful only where it was asked for."""
    if kind in ABOUT_CLIENTS or kind is DocumentKind.CLEARANCE_REQUEST or asked:
        return ""
    return (
        "Nobody there has asked for it, and advertising by fax that wasn't asked for is against the law. Post it or "
        "hand it over; once they say “yes, send me a sample”, a fax is fine."
    )
