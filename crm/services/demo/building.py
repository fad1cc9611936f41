"""Sample data as rows: practices and providers first, then what happened with each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, select

from crm.domain import addresses, calendar, matching, names, organizations, phones, places
from crm.domain.kinds import ProviderKind
from crm.domain.npi import check_digit
from crm.domain.taxonomy import Specialty, classify, specialties, specialty
from crm.models.accounts import Business, MailAccount, User
from crm.models.clients import Client
from crm.models.practices import Affiliation, Contact, Practice
from crm.models.providers import Provider, ProviderDifference, ProviderTag, Tag
from crm.models.referrals import Referral
from crm.services.demo import reading
from crm.store import prices

HOME = "77005"
"""Where the sample data lies while the business has no ZIP yet."""

FIRST_NPI = 287_314_000
DAY_LETTERS = "MTWRFSU"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when the sample data is told: around which ZIP, on which day, by whom."""

    zip: str
    city: str
    zone: str
    business_zip: str
    email: str
    sender: str
    actor_id: int | None
    now: datetime
    switched_off: frozenset[str]

    @property
    def today(self) -> date:
        """The day it is for the trainer."""
        return calendar.local_day(self.now, self.zone)

    def day(self, days: int) -> date:
        """So many days from today, on a business day: the one before in the past, the one after ahead."""
        day = self.today + timedelta(days=days)
        while days and not calendar.is_business_day(day):
            day += timedelta(days=1 if days > 0 else -1)
        return day

    def at(self, days: int, nth: int) -> datetime:
        """A moment of a working day, in the past if the day is; the nth differs by some minutes from the next."""
        minutes = 9 * 60 + (nth * 37) % 440
        moment = calendar.instant_of(self.day(days), time(minutes // 60, minutes % 60), self.zone)
        return min(moment, self.now - timedelta(minutes=5 + nth % 50)) if days <= 0 else moment


def setting(session: Session, business: Business | None, actor_id: int | None, now: datetime) -> Setting:
    """The setting for this business."""
    user = session.get(User, actor_id) if actor_id else None
    known = business is not None and bool(business.zip) and places.place(business.zip) is not None
    home = business.zip if business is not None and known else HOME
    city = business.city if business is not None and known and business.city else ""
    return Setting(
        zip=home,
        city=city or ("Houston" if home == HOME else "Springfield"),
        zone=business.zone if business is not None else places.zone_of(home, "America/Chicago"),
        business_zip=home if known else "",
        email=user.email if user else "",
        sender=user.name if user else "",
        actor_id=actor_id,
        now=now,
        switched_off=prices.switched_off(session),
    )


def practices(session: Session, told: Setting) -> dict[str, Practice]:
    """The practices with the people at their desks, around the trainer's ZIP."""
    near = nearby(told.zip)
    made: dict[str, Practice] = {}
    contacts: list[tuple[str, Contact]] = []
    for place in reading.places():
        zip_code = near[place.nth_zip % len(near)]
        made[place.key] = _practice(place, zip_code, told)
        for contact in place.contacts:
            row = Contact(
                practice_id=0, name=contact.name, role=contact.role, remarks=contact.remarks, sample=True,
                created_at=told.now,
            )  # fmt: skip
            contacts.append((place.key, row))
    session.add_all(made.values())
    session.flush()
    for key, row in contacts:
        row.practice_id = id_of(made[key])
        session.add(row)
    return made


def nearby(zip_code: str) -> list[str]:
    """Fifteen ZIPs around one, nearest first."""
    within = places.zips_within(zip_code, 25) or {zip_code: 0.0}
    return sorted(within, key=lambda code: (within[code], code))[:15]


def _practice(place: reading.Place, zip_code: str, told: Setting) -> Practice:
    middle = places.place(zip_code)
    return Practice(
        name=place.name,
        address_key=addresses.address_key(place.line1, place.line2, zip_code),
        line1=place.line1,
        line2=place.line2,
        city=told.city,
        state=places.state_of(zip_code),
        zip=zip_code,
        phone=phones.from_directory(place.phone),
        hours=place.hours,
        visitor_policy=place.visitor_policy,
        lat=middle.lat if middle else None,
        lon=middle.lon if middle else None,
        sample=True,
        created_at=told.now,
        updated_at=told.now,
    )


def providers(session: Session, told: Setting, at: dict[str, Practice]) -> list[tuple[reading.Person, Provider]]:
    """The providers, each at their practice, with tags."""
    made = [
        (person, _provider(person, number, at[person.place], told)) for number, person in enumerate(reading.people())
    ]
    session.add_all(provider for _, provider in made)
    session.flush()
    for person, provider in made:
        days = sum(1 << DAY_LETTERS.index(letter) for letter in "".join(person.marked("days")))
        session.add(
            Affiliation(provider_id=id_of(provider), practice_id=id_of(at[person.place]), is_primary=True, days=days)
        )
    _tag(session, made)
    _differ(session, made, told)
    return made


def _provider(person: reading.Person, number: int, practice: Practice, told: Setting) -> Provider:
    kind = specialty(person.code) if person.code in specialties() else classify(person.code).specialty
    is_person = "," in person.name and not person.name.endswith("HR")
    own_phone = phones.from_directory(f"713-555-01{number % 100:02d}") if "phone" in person.marks else practice.phone
    row = Provider(
        kind=ProviderKind.PERSON if is_person else ProviderKind.ORGANIZATION,
        npi=None if person.marked("npi") else _npi(number),
        display_name=person.name,
        sort_name="",
        taxonomy_code="" if person.code == kind.key else person.code,
        specialty=kind.key,
        care_stage=kind.care_stage,
        ask=kind.ask,
        is_peer=kind.is_peer,
        phone=own_phone,
        practice_id=practice.id,
        practice_name=practice.name,
        city=practice.city,
        state=practice.state,
        zip=practice.zip,
        deactivated_on=told.day(-90) if "off" in person.marks else None,
        sample=True,
        created_by=told.actor_id,
        created_at=told.now,
        updated_at=told.now,
    )
    _name(row, person, is_person=is_person)
    row.distance_miles = places.zip_miles(told.business_zip or told.zip, practice.zip)
    row.fit = _fit(row, kind, told)
    return row


def _name(row: Provider, person: reading.Person, *, is_person: bool) -> None:
    if not is_person:
        row.organization_name = person.name
        row.sort_name = organizations.sort_key(person.name)
        domain = "".join(letter for letter in names.fold(person.name) if letter.isalnum())[:18]
        row.email = f"hello@{domain}.example" if "email" in person.marks else ""
        return
    name = names.parse(person.name)
    row.prefix, row.first_name, row.middle_name = name.prefix, name.first, name.middle
    row.last_name, row.suffix, row.credentials = name.last, name.suffix, name.credentials
    row.display_name, row.sort_name = names.display_name(name), names.sort_name(name)
    if "email" in person.marks:
        who = "".join(letter for letter in names.fold(f"{name.first[:1]}{name.last}") if letter.isalnum())
        row.email = f"{who}@{person.place.replace('_', '-')}.example"


def _fit(row: Provider, kind: Specialty, told: Setting) -> int:
    return matching.fit_score(
        kind.key,
        row.distance_miles,
        has_phone=bool(row.phone),
        has_email=bool(row.email),
        is_person=row.kind is ProviderKind.PERSON,
        is_peer=row.is_peer,
        is_deactivated=row.deactivated_on is not None,
        switched_off=told.switched_off,
    )


def _npi(number: int) -> str:
    body = str(FIRST_NPI + number * 137)
    return body + check_digit(body)


def _tag(session: Session, made: list[tuple[reading.Person, Provider]]) -> None:
    known = {tag.name: tag for tag in session.exec(select(Tag))}
    for person, provider in made:
        for word in person.marked("tags"):
            if word not in known:
                known[word] = Tag(name=word)
                session.add(known[word])
                session.flush()
            session.add(ProviderTag(provider_id=id_of(provider), tag_id=id_of(known[word])))


def _differ(session: Session, made: list[tuple[reading.Person, Provider]], told: Setting) -> None:
    """Two providers whose directory entry says something else than the trainer wrote."""
    for (_, provider), theirs in zip(made[1:3], ("+17135550122", "+17135550133"), strict=True):
        provider.edited_fields = ["phone"]
        session.add(
            ProviderDifference(
                provider_id=id_of(provider), field="phone", ours=provider.phone, theirs=theirs, found_at=told.now
            )
        )


def id_of(row: Client | MailAccount | Practice | Provider | Referral | Tag) -> int:
    """The id of a row that has been flushed."""
    assert row.id is not None
    return row.id
