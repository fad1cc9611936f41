"""Where one paper is put together: what is wanted, and what was read for it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents import paper_text
from crm.documents.merge import MergeFields, PaperFields
from crm.documents.paper_frame import Sender
from crm.documents.paper_report import Filing
from crm.documents.paper_text import Words
from crm.domain import colors, phones
from crm.domain.errors import Invalid
from crm.domain.kinds import TemplateKind
from crm.domain.papers import FREE, SAMPLES, TITLES, DocumentKind
from crm.domain.report import Report
from crm.domain.script import Audience
from crm.models.accounts import Business
from crm.models.providers import Provider
from crm.services import branding, merge, templates
from crm.services.merge import Filling
from crm.store import prices


@dataclass(frozen=True, slots=True)
class Covers:
    """What a fax cover goes before: its title, which names no client, and its pages."""

    title: str
    pages: int


@dataclass(frozen=True, slots=True)
class Wish:
    """Which paper is wanted, for whom, by whom and when.

    `service_key` names the service of a service sheet; without one it is the service that suits the provider best.
    `folder` is where the logo lies; without it the name stands for it. `report` is what a paper about a real client
    says; `filing` the name and birth date that are put on it and kept nowhere; `covers` what a fax cover goes before.
    `period` names the days of a paper about a stretch of time, as `crm.domain.periods` reads it;
    `wording` the wording of one's own that stands on the paper, where it was copied from the one that does otherwise.
    `visit_id` says before which visit a visit sheet is read; without one it is the next that is planned.
    """

    kind: DocumentKind
    provider_id: int | None = None
    service_key: str = ""
    _: KW_ONLY
    user_id: int | None
    now: datetime
    folder: Path | None = None
    report: Report | None = None
    filing: Filing | None = None
    covers: Covers | None = None
    period: str = ""
    wording: str = ""
    visit_id: int | None = None


@dataclass(slots=True)
class Desk:
    """Where one paper is put together: the wish, and what was read for it."""

    session: Session
    wish: Wish
    fields: MergeFields
    sender: Sender
    filling: Filling | None
    switched_off: frozenset[str]
    facts: dict[str, object] = field(default_factory=dict)
    filing: Filing = field(default_factory=Filing)

    @property
    def kind(self) -> DocumentKind:
        return self.wish.kind

    @property
    def audience(self) -> Audience:
        """Whom the paper speaks to; without a provider, a physician."""
        return self.filling.audience if self.filling else Audience.PHYSICIAN

    @property
    def provider(self) -> Provider | None:
        return self.filling.provider if self.filling else None

    def wording(self, slug: str) -> str:
        """The copy of a wording that was chosen for this paper, else the wording itself."""
        wanted = self.wish.wording
        return wanted if wanted and wanted in {each.slug for each in templates.copies(self.session, slug)} else slug

    def words(self, slug: str, *, mark_missing: bool = False) -> Words:
        """The wording in force, filled; an empty field raises MissingField unless it is to be marked."""
        own = templates.source_in_force(self.session, TemplateKind.DOCUMENT, self.wording(slug))
        return paper_text.words(slug, self.fields, own=own, mark_missing=mark_missing)


def open_desk(session: Session, wish: Wish) -> Desk:
    """Read what every paper needs. Raises Invalid where a provider is missing."""
    if wish.provider_id is None and wish.kind not in FREE:
        raise Invalid({"provider": f"{TITLES[wish.kind]}: say for which provider."})
    filling = merge.filling(session, wish.provider_id, wish.user_id, now=wish.now) if wish.provider_id else None
    fields = filling.fields if filling else merge.without_provider(session, wish.user_id, now=wish.now)
    sample = wish.kind in SAMPLES
    audience = filling.audience if filling else Audience.PHYSICIAN
    fields = replace(
        fields,
        paper=PaperFields(kind=wish.kind.value, sample="yes" if sample else ""),
        script=replace(fields.script, audience=audience.value, state=filling.moment.value if filling else ""),
    )
    return Desk(session, wish, fields, sender(session, wish.folder), filling, prices.switched_off(session))


def sender(session: Session, folder: Path | None) -> Sender:
    """Who papers come from, in the business's colour and with its logo."""
    business = session.get(Business, 1)
    if business is None:
        return Sender("")
    look = branding.of(session, folder) if folder else _plain_look(business)
    fields = merge.business_fields(business)
    return Sender(
        name=fields.name,
        tagline=fields.tagline,
        address=fields.address,
        phone=fields.phone,
        fax=phones.show(business.fax),
        email=business.email,
        website=fields.website,
        color=look.color,
        ink=look.ink,
        logo=look.logo or b"",
        logo_mime=look.logo_mime,
    )


def _plain_look(business: Business) -> branding.Branding:
    verdict = colors.judged(branding.color_of(business))
    return branding.Branding(verdict.color, verdict.ink, verdict.on_color)
