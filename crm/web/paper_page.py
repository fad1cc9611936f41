"""What the pages of papers list: groups with their use, services to choose, and papers that were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from flask import url_for

from crm.domain.papers import FREE, LETTERS, TITLES, USES, DeliveryHow, DocumentKind
from crm.domain.periods import PRESET_LABELS, Preset
from crm.domain.services import all_services
from crm.models.documents import DocumentDelivery
from crm.services.paper_deliveries import SAID
from crm.store.documents import Made
from crm.web import filters
from crm.web.presentation import today

K = DocumentKind
GROUPS: tuple[tuple[str, tuple[DocumentKind, ...]], ...] = (
    ("Before the visit", (K.VISIT_SHEET,)),
    ("Month by month", (K.MONTHLY_RESULTS, K.PARTNER_SUMMARY)),
    ("To leave", (K.REFERRAL_PAD, K.OVERVIEW, K.SERVICE_SHEET, K.OUTCOMES_SHEET)),
    (
        "Samples, when they say yes",
        (
            K.SAMPLE_PROGRESS_REPORT,
            K.SAMPLE_ASSESSMENT,
            K.SAMPLE_DISCHARGE,
            K.SAMPLE_SESSION_LOG,
            K.SAMPLE_STATUS_CHANGE,
            K.SAMPLE_CLIENT_INTRODUCTION,
        ),
    ),
    ("Letters", (K.INTRODUCTION_LETTER, K.THANK_YOU)),
    ("Forms", (K.CLEARANCE_REQUEST, K.CLIENT_AUTHORIZATION, K.FAX_COVER)),
)
HOWS: tuple[tuple[DeliveryHow, str, str], ...] = (
    (DeliveryHow.HAND, "I left it there", "hand"),
    (DeliveryHow.MAIL, "I posted it", "mailbox"),
    (DeliveryHow.FAX, "I faxed it", "printer"),
    (DeliveryHow.PRINT, "Only printed", "file-text"),
    (DeliveryHow.DOWNLOAD, "Only saved", "download"),
)
_ICONS = {
    K.VISIT_SHEET: "map-pin",
    K.REFERRAL_PAD: "notebook-pen",
    K.OVERVIEW: "file-text",
    K.SERVICE_SHEET: "file-text",
    K.OUTCOMES_SHEET: "chart-no-axes-column",
    K.INTRODUCTION_LETTER: "mailbox",
    K.THANK_YOU: "heart-handshake",
    K.FAX_COVER: "printer",
    K.MONTHLY_RESULTS: "chart-no-axes-column",
    K.PARTNER_SUMMARY: "users",
}
_FAXED = "Faxed, confirmed"


class PaperLine(NamedTuple):
    """A paper that can be made."""

    kind: str
    title: str
    use: str
    icon: str
    href: str
    pdf: str
    docx: str


class MadeLine(NamedTuple):
    """A paper that was made, and how it left in words."""

    title: str
    at: datetime
    href: str
    left: list[str]
    message_id: int | None = None


def offered(provider_id: int | None) -> frozenset[str]:
    """The kinds that can be made here."""
    kinds = (kind for _, some in GROUPS for kind in some)
    return frozenset(kind.value for kind in kinds if (kind is not K.MONTHLY_RESULTS if provider_id else kind in FREE))


def groups(provider_id: int | None) -> list[tuple[str, list[PaperLine]]]:
    """Every paper under what it is for."""
    known = offered(provider_id)
    found = [(name, [paper(provider_id, kind) for kind in kinds if kind.value in known]) for name, kinds in GROUPS]
    return [(name, lines) for name, lines in found if lines]


def paper(provider_id: int | None, kind: DocumentKind, chosen: Mapping[str, str] = MappingProxyType({})) -> PaperLine:
    """One paper with its addresses, which say what was chosen: service, period, wording."""
    where: dict[str, Any] = {"provider_id": provider_id, "kind": kind.value, **chosen}
    docx = url_for("papers.letter", **where) if provider_id and kind in LETTERS else ""
    href, pdf = url_for("papers.show", **where), url_for("papers.file", **where)
    return PaperLine(kind.value, TITLES[kind], USES[kind], _ICONS.get(kind, "clipboard-list"), href, pdf, docx)


def title(kind: DocumentKind) -> str:
    """What people call it."""
    return TITLES[kind]


def periods(kind: DocumentKind) -> list[tuple[str, str]]:
    """Stretches of time to choose for a paper about one."""
    if kind not in (K.MONTHLY_RESULTS, K.PARTNER_SUMMARY):
        return []
    return [(each.value, words) for each, words in PRESET_LABELS.items() if each not in (Preset.CUSTOM, Preset.ALL)]


def services(switched_off: Collection[str]) -> list[tuple[str, str]]:
    """Services to choose for a sheet."""
    return [(one.key, one.label) for one in all_services() if one.key not in switched_off]


def _left(one: DocumentDelivery) -> str:
    """How and when it left: "Sent by e-mail, March 4"."""
    said = SAID.get(one.how, "Sent by e-mail" if one.how is DeliveryHow.EMAIL else "Given")
    words = _FAXED if one.how is DeliveryHow.FAX and one.confirmed_at else said
    return f"{words}, {filters.day(one.delivered_on, today())}"


def lines(made: Sequence[Made]) -> list[MadeLine]:
    """Papers that were made, each with how it left."""
    return [
        MadeLine(
            each.document.title,
            each.document.made_at,
            url_for("papers.kept", document_id=each.document.id),
            [_left(one) for one in each.deliveries],
            next((one.message_id for one in reversed(each.deliveries) if one.message_id), None),
        )
        for each in made
    ]
