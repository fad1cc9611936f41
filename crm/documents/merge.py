"""The merge fields that templates may use: typed, each with its meaning, an example, and where to fill it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from crm.documents.merge_field import (
    ON_BUSINESS,
    ON_PRACTICE,
    ON_PROVIDER,
    ON_TIMELINE,
    ON_YOU,
    Fields,
    MergeField,
    says,
)
from crm.domain.scope_text import OurName


@dataclass(frozen=True, slots=True)
class TrainerFields(Fields):
    """The person who speaks or signs."""

    record: ClassVar[str] = "trainer"
    title: ClassVar[str] = "You"

    name: str = says("Name", "Your full name", "Dana Reyes", ON_YOU)
    first_name: str = says("Name", "Your first name", "Dana", ON_YOU)
    credentials: str = says("Credentials", "Your certifications, as you write them after your name", "MedExPRO", ON_YOU)
    profession: str = says("Title", "What you call yourself", "medical exercise professional", ON_YOU)
    phone: str = says("Phone", "Your own number, else the business's", "(713) 555-0142", ON_YOU)
    email: str = says("E-mail", "The address that replies come to", "dana@reyesmedex.example", ON_YOU)
    signature: str = says("Signature", "A line of your own under your name", "Certified since 2016", ON_YOU)


@dataclass(frozen=True, slots=True)
class BusinessFields(Fields):
    """The business that mail and papers come from."""

    record: ClassVar[str] = "business"
    title: ClassVar[str] = "Your business"

    name: str = says("Business name", "The name of your business", "Reyes Medical Exercise", ON_BUSINESS)
    address: str = says(
        "Postal address",
        "Your postal address on one line; the law asks for it in every outreach mail",
        "2200 Holcombe Blvd, Suite 4, Houston, TX 77030",
        ON_BUSINESS,
    )
    city: str = says("City", "The town you work in", "Houston", ON_BUSINESS)
    phone: str = says("Phone", "The number of the business", "(713) 555-0140", ON_BUSINESS)
    website: str = says("Website", "Your website", "https://reyesmedex.example", ON_BUSINESS)
    tagline: str = says("Tagline", "A few words under your business's name", "Exercise after therapy", ON_BUSINESS)


@dataclass(frozen=True, slots=True)
class ProviderFields(Fields):
    """The clinician or organization we speak to."""

    record: ClassVar[str] = "provider"
    title: ClassVar[str] = "The provider"

    salutation: str = says("Name", "How you address them", "Dr. Okafor", ON_PROVIDER)
    dear: str = says("Name", "How you greet them, after Hello or Dear", "Dr. Okafor", ON_PROVIDER)
    name: str = says("Name", "Full name without credentials", "Grace Okafor", ON_PROVIDER)
    formal_name: str = says("Name", "Full name with credentials, for an envelope", "Grace Okafor, MD", ON_PROVIDER)
    first_name: str = says("First name", "First name", "Grace", ON_PROVIDER)
    last_name: str = says("Last name", "Last name", "Okafor", ON_PROVIDER)
    credentials: str = says("Credentials", "Their degrees", "MD, FAAOS", ON_PROVIDER)
    specialty: str = says("Specialty", "Their specialty in plain words", "orthopedic surgery", ON_PROVIDER)
    email: str = says("E-mail", "Their address for mail", "g.okafor@bayouortho.example", ON_PROVIDER)


@dataclass(frozen=True, slots=True)
class PracticeFields(Fields):
    """Where the provider works."""

    record: ClassVar[str] = "practice"
    title: ClassVar[str] = "The practice"

    name: str = says("Practice name", "The name of the practice", "Bayou Orthopedics", ON_PRACTICE)
    street: str = says("Street", "Street and suite", "1315 St Joseph Pkwy, Suite 800", ON_PRACTICE)
    city: str = says("City", "The town of the practice", "Houston", ON_PRACTICE)
    town_line: str = says("City, state and ZIP", "Town line of an envelope", "Houston, TX 77002", ON_PRACTICE)
    phone: str = says("Phone", "The practice's number", "(713) 555-0177", ON_PRACTICE)
    fax: str = says("Fax", "The practice's fax number", "(713) 555-0178", ON_PRACTICE)


@dataclass(frozen=True, slots=True)
class ContactFields(Fields):
    """Somebody else at the practice: front desk, office manager, referral coordinator."""

    record: ClassVar[str] = "contact"
    title: ClassVar[str] = "A contact at the practice"

    name: str = says("Contact", "Their full name", "Teresa Vance", ON_PRACTICE)
    first_name: str = says("Contact", "Their first name", "Teresa", ON_PRACTICE)
    role: str = says("Role", "What they do there", "office manager", ON_PRACTICE)


@dataclass(frozen=True, slots=True)
class ServiceFields(Fields):
    """The service that fits this provider best."""

    record: ClassVar[str] = "service"
    title: ClassVar[str] = "The service you talk about"

    name: str = says("Service", "The service's name inside a sentence", "post-rehab conditioning", ON_PROVIDER)
    serves: str = says("Service", "Whom the service is for", "people out of coverage but not finished", ON_PROVIDER)
    others: tuple[str, ...] = says(
        "Services", "Other services that fit this provider", "medical exercise for older adults", ON_PROVIDER, many=True
    )


@dataclass(frozen=True, slots=True)
class RelationshipFields(Fields):
    """What has happened between you. Every field may be empty."""

    record: ClassVar[str] = "relationship"
    title: ClassVar[str] = "What happened so far"

    last_touch: str = says("Last touch", "When you last spoke, in words", "last Tuesday", ON_TIMELINE)
    answer: str = says(
        "Answer",
        "What they said to your discovery question, short enough to quote",
        "most of them get a sheet of exercises and that's it",
        ON_TIMELINE,
    )
    sample_sent: str = says("Sample", "When you sent the sample, in words", "on November 12", ON_TIMELINE)
    promise: str = says("Promise", "What you agreed to do next", "bring referral pads", ON_TIMELINE)


@dataclass(frozen=True, slots=True)
class MessageFields(Fields):
    """The mail or letter itself."""

    record: ClassVar[str] = "message"
    title: ClassVar[str] = "This message"

    date: str = says("Date", "The day it is written", "November 23, 2026")
    opt_out_url: str = says("Opt-out page", "The page where a provider unsubscribes", "https://handoff.example/u/x")


@dataclass(frozen=True, slots=True)
class ScriptFields(Fields):
    """Which script is being filled; templates choose their words by it."""

    record: ClassVar[str] = "script"
    title: ClassVar[str] = "The script"

    audience: str = says("Audience", "For whom the script is", "physician")
    channel: str = says("Channel", "How you meet: visit, hallway, phone or voicemail", "visit")
    state: str = says("State", "Where the relationship stands", "first_contact")


@dataclass(frozen=True, slots=True)
class PaperFields(Fields):
    """Which paper is being filled; its wording chooses by it."""

    record: ClassVar[str] = "paper"
    title: ClassVar[str] = "The paper"

    kind: str = says("Paper", "Which paper it is", "progress-report")
    sample: str = says("Sample", "“yes” on a sample about a made-up client", "yes")


@dataclass(frozen=True, slots=True)
class DigestFields(Fields):
    """What the morning digest lists."""

    record: ClassVar[str] = "digest"
    title: ClassVar[str] = "The morning digest"

    day: str = says("Day", "The day in words", "Monday, November 23")
    headline: str = says("Headline", "The count of what waits", "5 follow-ups today, 2 overdue")
    overdue: tuple[str, ...] = says("Overdue", "Follow-ups past their day", "Call Dr. Okafor (2 days late)", many=True)
    today: tuple[str, ...] = says("Today", "Follow-ups due today", "Visit Luis Ortega", many=True)
    visits: tuple[str, ...] = says("Visits", "Visits planned for today", "10:00 Bayou Orthopedics", many=True)
    replies: tuple[str, ...] = says("Replies", "Replies to answer", "Dr. Patel wrote back", many=True)
    mail: tuple[str, ...] = says("Mail", "Messages that need a look", "1 message failed", many=True)
    reports: tuple[str, ...] = says("Reports", "Reports due", "Progress report for K-14", many=True)
    papers: tuple[str, ...] = says("Papers", "Your papers that run out", "CPR expires in 12 days", many=True)
    url: str = says("Link", "The page with all follow-ups", "http://127.0.0.1:8080/tasks")


@dataclass(frozen=True, slots=True)
class NoticeFields(Fields):
    """A notice from the software to one of its users."""

    record: ClassVar[str] = "notice"
    title: ClassVar[str] = "A notice about your account"

    to_name: str = says("Name", "Whom the notice is for", "Dana")
    url: str = says("Link", "Where to go", "http://127.0.0.1:8080/login")
    when: str = says("When", "When it happened, in the reader's zone", "Monday, November 23 at 7:05 AM")
    device: str = says("Device", "The browser that signed in", "Firefox on Linux")
    detail: str = says("Detail", "What happened, in a sentence", "Mail to two providers could not be delivered.")


RECORDS: tuple[type[Fields], ...] = (
    TrainerFields,
    BusinessFields,
    ProviderFields,
    PracticeFields,
    ContactFields,
    ServiceFields,
    RelationshipFields,
    MessageFields,
    ScriptFields,
    PaperFields,
    DigestFields,
    NoticeFields,
)


@dataclass(frozen=True, slots=True)
class MergeFields:
    """Everything that one template is filled with."""

    trainer: TrainerFields = TrainerFields()
    business: BusinessFields = BusinessFields()
    provider: ProviderFields = ProviderFields()
    practice: PracticeFields = PracticeFields()
    contact: ContactFields = ContactFields()
    service: ServiceFields = ServiceFields()
    relationship: RelationshipFields = RelationshipFields()
    message: MessageFields = MessageFields()
    script: ScriptFields = ScriptFields()
    paper: PaperFields = PaperFields()
    digest: DigestFields = DigestFields()
    notice: NoticeFields = NoticeFields()

    def context(self) -> dict[str, Fields]:
        """The names a template sees."""
        return {record.record: getattr(self, record.record) for record in RECORDS}

    def names(self) -> tuple[str, ...]:
        """Names that may stand in the text, longest first: theirs claim nothing, what ours do is our act."""
        them = self.provider
        found = {them.name, them.formal_name, them.dear.removeprefix("team at "), self.practice.name, self.contact.name}
        ours = {OurName(self.business.name), OurName(self.trainer.name)}
        return tuple(sorted((name for name in found | ours if name), key=lambda name: (-len(name), name)))

    def particulars(self) -> list[str]:
        """Numbers, addresses and names of theirs and ours, which may stand in the text."""
        records = (self.trainer, self.business, self.provider, self.practice, self.contact)
        named = ("name", "phone", "fax", "email", "address", "street", "website")
        return [value for record in records for name in named if (value := getattr(record, name, ""))]


def _described(record: type[Fields]) -> dict[str, MergeField]:
    found = (each for each in fields(record) if each.metadata)
    return {each.name: MergeField(record=record.record, name=each.name, **each.metadata) for each in found}


_BY_RECORD: dict[str, dict[str, MergeField]] = {record.record: _described(record) for record in RECORDS}


def fields_of(record: str) -> dict[str, MergeField]:
    """The merge fields of one record ("provider") by name; empty for an unknown record."""
    return _BY_RECORD.get(record, {})


def registry() -> dict[str, MergeField]:
    """Every merge field by its path ("provider.salutation"), in the order shown to people."""
    return {known.path: known for record in _BY_RECORD.values() for known in record.values()}


def examples() -> MergeFields:
    """Every field filled with its example: what the editor previews with, and tests fill with."""
    return _filled(lambda known: known.example)


def _filled(value: Callable[[MergeField], str]) -> MergeFields:
    records: dict[str, Any] = {}
    for record in RECORDS:
        known = fields_of(record.record).values()
        values: dict[str, Any] = {each.name: (value(each),) if each.many else value(each) for each in known}
        records[record.record] = record(**values)
    return MergeFields(**records)
