"""What stands on each paper: the wording in force, filled for a provider, and the figures that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from crm.documents import letters, paper_form, paper_letter, paper_report, paper_sheet, prose
from crm.documents.pdf import Sheet
from crm.domain import calendar, matching, sample_clients, text_checks, wording
from crm.domain.errors import NotFound
from crm.domain.kinds import TemplateKind
from crm.domain.papers import ABOUT_CLIENTS, LETTERS, TITLES, DocumentKind
from crm.domain.scope_text import OurName
from crm.domain.services import all_services, referable, service
from crm.domain.text_checks import TextFinding
from crm.models.accounts import Business
from crm.services import paper_outcomes, paper_results, paper_visits, templates
from crm.services.paper_desk import Desk, Wish, open_desk
from crm.store import documents as store

K = DocumentKind


@dataclass(frozen=True, slots=True)
class Content:
    """A paper ready to be set, in the wording `slug` on the `layout` of a built-in one. `checked` is what the checks
    read: the same without name and birth date of a client.
    """

    sheet: Sheet
    checked: Mapping[str, Any]
    slug: str
    layout: str
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


def content(session: Session, wish: Wish) -> Content:
    """Put a paper together. Raises MissingField, TemplateFault, NotFound, Refused."""
    desk = open_desk(session, wish)
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
        checked={} if wish.kind is K.MONTHLY_RESULTS else checked.paper,  # it names providers, and leaves to nobody
        slug=desk.wording(slug),
        layout=slug,
        audience=desk.audience.value,
        service_key=key,
        sender_name=desk.sender.name,
        practice_id=desk.provider.practice_id if desk.provider else None,
        facts=desk.facts,
        names=_names(desk),
        ours=_ours(desk),
        client_codes=() if _may_name_clients(wish) else tuple(store.client_codes(session)),
    )


def _may_name_clients(wish: Wish) -> bool:
    """By code. The visit sheet is for our own eyes, and says whose reports to hand over."""
    return wish.report is not None or wish.kind is K.VISIT_SHEET or wish.kind in ABOUT_CLIENTS


def _names(desk: Desk) -> tuple[str, ...]:
    """The names that stand on it, and what follows ours."""
    own = (OurName(desk.sender.name), desk.sender.tagline, desk.fields.trainer.credentials)
    return tuple(each for each in (*desk.fields.names(), *own) if each)


def _ours(desk: Desk) -> tuple[str, ...]:
    us, place = desk.sender, desk.fields.practice
    trainer = desk.fields.trainer
    found = (us.address, us.phone, us.fax, us.email, us.website, trainer.phone, trainer.email, desk.fields.message.date)
    theirs = (place.street, place.town_line, place.phone, place.fax, f"{place.street}, {place.town_line}")
    return tuple(each for each in (*found, *theirs) if each.strip(", "))


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
    filled = letters.words(slug, desk.fields, own=own)
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
    before = desk.wish.covers
    return paper_form.fax_sheet(
        desk.words(slug), desk.sender, desk.fields, title=TITLES[desk.kind],
        subject=before.title if before else "", pages=before.pages + 1 if before else None,
    )  # fmt: skip


def _pad(desk: Desk, slug: str) -> Sheet:
    offered = [wording.capitalized(one.short) for one in all_services() if one.key not in desk.switched_off]
    return paper_form.pad_sheet(desk.words(slug), desk.sender, desk.fields, offered, title=TITLES[desk.kind])


_BUILD: Mapping[DocumentKind, Callable[[Desk, str], Sheet]] = {
    **dict.fromkeys(LETTERS, _letter),
    K.OVERVIEW: _overview,
    K.OUTCOMES_SHEET: _outcomes,
    K.SERVICE_SHEET: _service,
    K.REFERRAL_PAD: _pad,
    K.CLEARANCE_REQUEST: _clearance,
    K.CLIENT_AUTHORIZATION: _authorization,
    K.FAX_COVER: _fax,
    K.VISIT_SHEET: paper_visits.sheet,
    K.MONTHLY_RESULTS: paper_results.monthly,
    K.PARTNER_SUMMARY: paper_results.partner,
}
