"""What templates are filled with: the merge fields of one provider, one user and the business."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.documents.merge import (
    BusinessFields,
    ContactFields,
    MergeFields,
    MessageFields,
    PracticeFields,
    ProviderFields,
    RelationshipFields,
    ServiceFields,
    TrainerFields,
)
from crm.domain import addresses, calendar, matching, organizations, phones, script, taxonomy, wording
from crm.domain.errors import NotFound
from crm.domain.kinds import ContactRole, ProviderKind
from crm.domain.pipeline import quiet_since
from crm.domain.script import Audience, Moment
from crm.models.accounts import Business, User
from crm.models.practices import Contact, Practice
from crm.models.providers import Provider
from crm.store import prices, relationships
from crm.store.relationships import Past

PROFESSION = "medical exercise professional"
LONGEST_ANSWER = 90
REFERRED_LATELY_DAYS = 7


@dataclass(frozen=True, slots=True)
class Filling:
    """The fields for one provider, with the audience and moment that suit them."""

    provider: Provider
    fields: MergeFields
    audience: Audience
    moment: Moment
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What texts about several providers need, read at once."""

    pasts: Mapping[int, Past]
    people: Mapping[int, Sequence[Contact]]
    switched_off: frozenset[str]
    business: Business | None
    user: User | None


def known_of(session: Session, providers: Iterable[Provider], user_id: int | None, *, at_desk: bool = False) -> Known:
    """For `filling` many: a few queries, however many providers."""
    them = list(providers)
    practice_ids = sorted({one.practice_id for one in them if one.practice_id is not None})
    return Known(
        pasts=relationships.pasts(session, [one.id for one in them if one.id is not None], at_desk=at_desk),
        people=relationships.contacts_at(session, practice_ids) if practice_ids else {},
        switched_off=prices.switched_off(session),
        business=session.get(Business, 1),
        user=_user(session, user_id),
    )


def filling(
    session: Session,
    provider_id: int,
    user_id: int | None,
    *,
    now: datetime,
    contact_id: int | None = None,
    opt_out_url: str = "",
    at_desk: bool = False,
    known: Known | None = None,
) -> Filling:
    """Load everything a text about this provider may say. Without `user_id` the first user speaks.

    `at_desk` is for texts to the front desk, which quote what was said there.
    """
    provider = session.get(Provider, provider_id)
    if provider is None:
        raise NotFound("There is no such provider.")
    known = known or known_of(session, [provider], user_id, at_desk=at_desk)
    business = known.business
    zone = business.zone if business else "America/Chicago"
    past, people = known.pasts[provider_id], tuple(known.people.get(provider.practice_id or 0, ()))
    fields = MergeFields(
        trainer=_trainer(known.user, business),
        business=business_fields(business),
        provider=_provider(provider),
        practice=_practice(session, provider),
        contact=_contact(people, contact_id, provider),
        service=_service(provider, known.switched_off),
        relationship=_relationship(past, now, zone),
        message=MessageFields(date=wording.day_written(calendar.local_day(now, zone)), opt_out_url=opt_out_url),
    )
    return Filling(provider, fields, audience_of(provider), moment_of(provider, past, now, zone), people)


def merge_fields(
    session: Session,
    provider_id: int,
    user_id: int | None,
    *,
    now: datetime,
    contact_id: int | None = None,
    opt_out_url: str = "",
) -> MergeFields:
    """Only the fields; see `filling`."""
    return filling(session, provider_id, user_id, now=now, contact_id=contact_id, opt_out_url=opt_out_url).fields


def ourselves(session: Session, user_id: int | None) -> tuple[TrainerFields, BusinessFields]:
    """Who speaks, whoever is spoken to."""
    business = session.get(Business, 1)
    return _trainer(_user(session, user_id), business), business_fields(business)


def without_provider(session: Session, user_id: int | None, *, now: datetime) -> MergeFields:
    """The fields of a paper that is for nobody in particular: who speaks, the business, the day."""
    known = known_of(session, [], user_id)
    zone = known.business.zone if known.business else "America/Chicago"
    return MergeFields(
        trainer=_trainer(known.user, known.business),
        business=business_fields(known.business),
        message=MessageFields(date=wording.day_written(calendar.local_day(now, zone))),
    )


def audience_of(provider: Provider) -> Audience:
    """Whom a text to this provider speaks to."""
    return script.choose_audience(provider.specialty, taxonomy.specialty(provider.specialty).audience)


def moment_of(provider: Provider, past: Past, now: datetime, zone: str) -> Moment:
    """Where the relationship stands today."""
    today = calendar.local_day(now, zone)
    last = provider.last_referral_on
    first = provider.first_referral_on
    quiet = quiet_since(provider.stage, first, last, provider.referral_count, today) is not None
    lately = last is not None and (today - last).days <= REFERRED_LATELY_DAYS
    return script.choose_moment(provider.stage, conversations=past.conversations, quiet=quiet, referred_lately=lately)


def _user(session: Session, user_id: int | None) -> User | None:
    return session.get(User, user_id) if user_id is not None else relationships.first_user(session)


def _trainer(user: User | None, business: Business | None) -> TrainerFields:
    if user is None:
        return TrainerFields()
    phone = user.phone or (business.phone if business else "")
    return TrainerFields(
        name=user.name,
        first_name=user.name.split()[0] if user.name.split() else "",
        credentials=user.credentials,
        profession=wording.lowered(user.title.strip()) or PROFESSION,
        phone=phones.show(phone),
        email=user.email,
        signature=user.signature.split("\n")[0],
    )


def business_fields(business: Business | None) -> BusinessFields:
    """The business as texts name it; empty where there is none yet."""
    if business is None:
        return BusinessFields()
    complete = business.line1 and business.city and business.zip
    website = business.website.strip()
    return BusinessFields(
        name=business.name,
        address=addresses.one_line(business.line1, business.line2, business.city, business.state, business.zip)
        if complete
        else "",
        city=business.city,
        phone=phones.show(business.phone),
        website=website if not website or "://" in website else f"https://{website}",
        tagline=business.tagline,
    )


def _provider(provider: Provider) -> ProviderFields:
    said = salutation(provider)
    organization = provider.kind is ProviderKind.ORGANIZATION
    specialty = taxonomy.specialty(provider.specialty)
    named = " ".join(part for part in (provider.first_name, provider.last_name) if part) or provider.display_name
    return ProviderFields(
        of=_of(provider),
        salutation=said,
        dear=said.removeprefix("the "),
        name=provider.organization_name if organization else named,
        formal_name=provider.organization_name or provider.display_name,
        first_name=provider.first_name,
        last_name=provider.last_name,
        credentials=provider.credentials,
        specialty="" if specialty.key == taxonomy.OTHER else wording.lowered(specialty.label),
        email=provider.email,
    )


def salutation(provider: Provider) -> str:
    """How this provider is named in a sentence."""
    organization = _spoken(provider.organization_name) if provider.kind is ProviderKind.ORGANIZATION else ""
    return wording.salutation(
        first_name="" if organization else provider.first_name,
        last_name="" if organization else provider.last_name,
        organization=organization,
        credentials=provider.credentials,
        taxonomy_code=provider.taxonomy_code,
        prefix=provider.prefix,
    ) or wording.tidy(provider.display_name)


def _of(provider: Provider) -> str:
    """Whose page it is, in messages about what is missing there."""
    return wording.possessive("the provider" if provider.kind is ProviderKind.ORGANIZATION else salutation(provider))


def _spoken(organization: str) -> str:
    """An organization as people call it: "The Saluda Center, Inc. DBA Saluda Clinic" is "Saluda Clinic"."""
    known_as = re.split(r"\bd/?b/?a\b[:\s]*", organization, flags=re.IGNORECASE)[-1]
    return re.sub(r"^the\s", "", organizations.without_legal_form(known_as.strip()), flags=re.IGNORECASE)


def _practice(session: Session, provider: Provider) -> PracticeFields:
    of = _of(provider)
    practice = session.get(Practice, provider.practice_id) if provider.practice_id is not None else None
    if practice is None:
        return PracticeFields(of=of)
    return PracticeFields(
        of=of,
        name=practice.name or provider.practice_name,
        street=", ".join(line for line in (practice.line1, practice.line2) if line),
        city=practice.city,
        town_line=addresses.one_line("", "", practice.city, practice.state, practice.zip),
        phone=phones.show(practice.phone),
        fax=phones.show(practice.fax),
    )


DESK = (ContactRole.FRONT_DESK, ContactRole.OFFICE_MANAGER, ContactRole.REFERRAL_COORDINATOR)


def _contact(people: tuple[Contact, ...], contact_id: int | None, provider: Provider) -> ContactFields:
    """The contact asked for, else somebody at the desk."""
    asked = [person for person in people if person.id == contact_id]
    at_desk = [person for person in people if person.role in DESK]
    of = _of(provider)
    if not (asked or at_desk):
        return ContactFields(of=of)
    person = (asked or at_desk)[0]
    return ContactFields(of=of, name=person.name, first_name=person.name.split()[0], role=person.role.replace("_", " "))


def _service(provider: Provider, switched_off: frozenset[str]) -> ServiceFields:
    of = _of(provider)
    suited = [one for one in matching.services_for(provider.specialty, switched_off) if not one.is_addon]
    if not suited:
        return ServiceFields(of=of)
    first, *others = suited
    names = tuple(wording.lowered(one.label) for one in others)
    return ServiceFields(of=of, name=wording.lowered(first.label), serves=wording.lowered(first.serves), others=names)


def _relationship(past: Past, now: datetime, zone: str) -> RelationshipFields:
    today = calendar.local_day(now, zone)

    def said(at: datetime | None) -> str:
        return wording.day_in_words(calendar.local_day(at, zone), today) if at else ""

    return RelationshipFields(
        last_touch=said(past.last_conversation_at),
        answer=wording.shortened(past.answer, LONGEST_ANSWER).rstrip(".!"),
        sample_sent=said(past.sample_at),
    )
