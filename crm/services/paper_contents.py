"""What stands on each paper: the wording in force, filled for a provider, and the figures that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.documents import letters, paper_form, paper_letter, paper_report, paper_sheet, paper_text, prose
from crm.documents.environment import fill, fill_source
from crm.documents.merge import MergeFields, PaperFields
from crm.documents.paper_frame import Sender
from crm.documents.paper_report import Filing
from crm.documents.paper_text import Words
from crm.documents.pdf import Sheet
from crm.domain import calendar, colors, matching, phones, sample_clients, text_checks, wording
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import TemplateKind
from crm.domain.papers import FREE, LETTERS, SAMPLES, TITLES, DocumentKind
from crm.domain.report import Report
from crm.domain.script import Audience
from crm.domain.services import all_services, referable, service
from crm.domain.text_checks import TextFinding
from crm.models.accounts import Business
from crm.models.providers import Provider
from crm.services import branding, merge, paper_outcomes, paper_visits, templates
from crm.services.merge import Filling
from crm.store import documents as store
from crm.store import prices

K = DocumentKind


@dataclass(frozen=True, slots=True)
class Wish:
    """Which paper is wanted, for whom, by whom and when."""

    kind: DocumentKind
    provider_id: int | None
    service_key: str
    user_id: int | None
    now: datetime
    folder: Path | None = None
    report: Report | None = None
    filing: Filing | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A paper ready to be set. `checked` is what the checks read: the same without name and birth date of a client."""

    sheet: Sheet
    checked: Mapping[str, Any]
    slug: str
    audience: str
    service_key: str
    sender_name: str
    practice_id: int | None
    facts: Mapping[str, object]
    names: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    client_codes: tuple[str, ...] = ()

    def check(self, text: str) -> list[TextFinding]:
        """Scope and privacy of everything that is printed."""
        return text_checks.check(text, names=self.names, client_names=self.client_codes, allowed=self.ours)


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

    def words(self, slug: str) -> Words:
        """The wording in force, filled."""
        own = templates.source_in_force(self.session, TemplateKind.DOCUMENT, slug)
        return paper_text.words(slug, self.fields, own=own)


def content(session: Session, wish: Wish) -> Content:
    """Put a paper together. Raises MissingField, TemplateFault, NotFound, Refused."""
    desk = _desk(session, wish)
    key = _service_key(desk)
    slug = _slug(wish.kind, key)
    build = _BUILD.get(wish.kind, _report)
    checked = sheet = build(desk, slug)
    if wish.filing is not None:
        desk.filing = wish.filing
        sheet = build(desk, slug)
    desk.facts |= {"audience": desk.audience.value, "moment": desk.fields.script.state}
    return Content(
        sheet=sheet,
        checked=checked.paper,
        slug=slug,
        audience=desk.audience.value,
        service_key=key,
        sender_name=desk.sender.name,
        practice_id=desk.provider.practice_id if desk.provider else None,
        facts=desk.facts,
        names=_names(desk),
        ours=_ours(desk),
        client_codes=() if wish.report else tuple(store.client_codes(session)),
    )


def _names(desk: Desk) -> tuple[str, ...]:
    """Names that claim nothing for us: theirs, and those of the business and the trainer."""
    own = (desk.sender.name, desk.sender.tagline, desk.fields.trainer.name, desk.fields.trainer.credentials)
    return tuple(each for each in (*desk.fields.names(), *own) if each)


def _ours(desk: Desk) -> tuple[str, ...]:
    us, place = desk.sender, desk.fields.practice
    trainer = desk.fields.trainer
    found = (us.address, us.phone, us.fax, us.email, us.website, trainer.phone, trainer.email, desk.fields.message.date)
    theirs = (place.street, place.town_line, place.phone, place.fax, f"{place.street}, {place.town_line}")
    return tuple(each for each in (*found, *theirs) if each.strip(", "))


def _desk(session: Session, wish: Wish) -> Desk:
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


# --- which wording, which service -------------------------------------------------------------------------------------


def _slug(kind: DocumentKind, service_key: str) -> str:
    if kind is K.SERVICE_SHEET:
        return f"service-{service_key.replace('_', '-')}"
    return paper_report.TEXTS.get(kind, kind.value)


def _service_key(desk: Desk) -> str:
    """The service that was asked for, else the one that suits this provider best."""
    if desk.kind is not K.SERVICE_SHEET:
        return ""
    asked = desk.wish.service_key.replace("-", "_")
    if asked:
        return service(asked).key
    suited = matching.services_for(desk.provider.specialty, desk.switched_off) if desk.provider else ()
    offered = [one for one in (*suited, *referable(desk.switched_off)) if not one.is_addon]
    if not offered:
        raise NotFound("No service is switched on. Choose your services in Settings › Services.")
    return offered[0].key


# --- one for each kind ------------------------------------------------------------------------------------------------


def _report(desk: Desk, slug: str) -> Sheet:
    """A sample of this specialty, or the real report that was given."""
    specialty = desk.provider.specialty if desk.provider else ""
    report = desk.wish.report or sample_clients.sample_report(desk.audience, desk.kind, specialty)
    desk.facts |= {"client": report.subject.code, "period": report.subject.period}
    referrer = "" if report.sample else desk.fields.provider.formal_name
    return paper_report.report_sheet(
        report,
        desk.words(slug),
        desk.sender,
        desk.fields.trainer,
        title=TITLES[desk.kind],
        referrer=referrer,
        filing=desk.filing,
    )


def _letter(desk: Desk, slug: str) -> Sheet:
    own = templates.source_in_force(desk.session, TemplateKind.DOCUMENT, slug)
    file = letters.letter_templates()[slug].file
    filled = fill(f"documents/letter/{file}", desk.fields) if own is None else fill_source(own, desk.fields)
    return paper_letter.letter_sheet(
        prose.sections(filled.text), desk.sender, desk.fields.trainer, title=TITLES[desk.kind]
    )


def _overview(desk: Desk, slug: str) -> Sheet:
    """The services that suit this provider first, then the others that are offered."""
    suited = matching.services_for(desk.provider.specialty, desk.switched_off) if desk.provider else ()
    offered = dict.fromkeys(one for one in (*suited, *referable(desk.switched_off)) if not one.is_addon)
    return paper_sheet.overview_sheet(
        desk.words(slug), desk.sender, desk.fields.trainer, list(offered), title=TITLES[desk.kind]
    )


def _service(desk: Desk, slug: str) -> Sheet:
    words = desk.words(slug)
    title = f"{TITLES[desk.kind]} · {words.line('kicker')}"
    return paper_sheet.service_sheet(words, desk.sender, desk.fields.trainer, title=title)


def _outcomes(desk: Desk, slug: str) -> Sheet:
    business = desk.session.get(Business, 1)
    today = calendar.local_day(desk.wish.now, business.zone if business else "America/Chicago")
    found = paper_outcomes.outcomes(desk.session, today)
    desk.facts |= {"clients": found.clients}
    months = [f"{day:%B} {day.year}" for day in (found.first_on, found.last_on) if day]
    return paper_sheet.outcomes_sheet(
        desk.words(slug),
        desk.sender,
        desk.fields.trainer,
        found.reached,
        title=TITLES[desk.kind],
        clients=found.clients,
        period=" to ".join(dict.fromkeys(months)),
        fewest=paper_outcomes.FEWEST,
    )


def _clearance(desk: Desk, slug: str) -> Sheet:
    return paper_form.clearance_sheet(
        desk.words(slug), desk.sender, desk.fields, title=TITLES[desk.kind], filing=desk.filing
    )


def _authorization(desk: Desk, slug: str) -> Sheet:
    return paper_form.authorization_sheet(
        desk.words(slug), desk.sender, desk.fields, title=TITLES[desk.kind], filing=desk.filing
    )


def _fax(desk: Desk, slug: str) -> Sheet:
    return paper_form.fax_sheet(desk.words(slug), desk.sender, desk.fields, title=TITLES[desk.kind])


def _pad(desk: Desk, slug: str) -> Sheet:
    offered = [wording.capitalized(one.short) for one in all_services() if one.key not in desk.switched_off]
    return paper_form.pad_sheet(desk.words(slug), desk.sender, desk.fields, offered, title=TITLES[desk.kind])


def _visit(desk: Desk, slug: str) -> Sheet:
    assert desk.filling is not None
    objections = desk.words("objections")
    return paper_visits.sheet(
        desk.session, desk.filling, desk.fields, desk.words(slug), objections, desk.sender, desk.switched_off,
        user_id=desk.wish.user_id, now=desk.wish.now,
    )  # fmt: skip


_BUILD: Mapping[DocumentKind, Callable[[Desk, str], Sheet]] = {
    **dict.fromkeys(LETTERS, _letter),
    K.OVERVIEW: _overview,
    K.OUTCOMES_SHEET: _outcomes,
    K.SERVICE_SHEET: _service,
    K.REFERRAL_PAD: _pad,
    K.CLEARANCE_REQUEST: _clearance,
    K.CLIENT_AUTHORIZATION: _authorization,
    K.FAX_COVER: _fax,
    K.VISIT_SHEET: _visit,
}
