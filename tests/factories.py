"""Plain factories: each adds one believable row, flushes it and gives it back. Every column can be given by name.

What a row needs (a provider for a task, a client for a referral) is made too unless it is given. Nothing here commits.
People, practices and numbers are invented; NPIs start with 2 and pass the check digit.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlmodel import Session, SQLModel

from crm.domain.kinds import ActivityKind, CredentialKind, ImportKind, ImportState, SuppressionReason, TemplateKind
from crm.domain.papers import DeliveryHow, DocumentKind
from crm.domain.pipeline import Stage
from crm.models.accounts import Business, Chore, Credential, MailAccount, ServicePrice, User, WebSession
from crm.models.activities import Activity
from crm.models.audit import AuditEntry, Change, ChangeSet
from crm.models.clients import Client
from crm.models.documents import Document, DocumentDelivery
from crm.models.imports import ImportRun, ImportSkip
from crm.models.measurements import Assessment, ClientGoal, Measurement
from crm.models.messages import Message, MessageAttempt, StoredFile
from crm.models.practices import Affiliation, Contact, Practice
from crm.models.providers import (
    Provider,
    ProviderDifference,
    ProviderPair,
    ProviderSource,
    ProviderTag,
    SavedView,
    Tag,
)
from crm.models.referrals import Referral, ReferralStep, ReferralTouch
from crm.models.sequences import Enrollment, EnrollmentStep, Sequence, SequenceStep
from crm.models.suppressions import Suppression
from crm.models.tasks import Task
from crm.models.templates import Template, TemplateVersion
from crm.models.visits import Visit

#: A Wednesday, 10:00 in Chicago. No federal holiday near.
NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
TODAY = date(2026, 3, 4)

RowT = TypeVar("RowT", bound=SQLModel)
_numbers = itertools.count(1)
_cheap_hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class FakeClock:
    """A clock for `Handoff(clock=…)` that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> datetime:
        """Move on by `timedelta(**parts)`; gives the new time."""
        self.now += timedelta(**parts)
        return self.now


def npi(number: int) -> str:
    """A fictional NPI: nine digits from 200000000 up and the check digit (Luhn over 80840 and the number)."""
    body = str(200_000_000 + number)
    digits = [int(digit) for digit in "80840" + body]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::-2])
    return body + str(-(doubled + sum(digits[-2::-2])) % 10)


def saved(session: Session, row: RowT) -> RowT:
    """Add the row and flush, so that it has its id."""
    session.add(row)
    session.flush()
    return row


def _row(session: Session, model: type[RowT], defaults: Mapping[str, Any], given: Mapping[str, Any]) -> RowT:
    values = {**defaults, **given}
    if unknown := set(values) - set(model.model_fields):
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return saved(session, model(**values))


def _id(row: Any) -> int:
    assert row.id is not None
    return int(row.id)


# --- the house -------------------------------------------------------------------------------------------------------


def make_business(session: Session, **given: Any) -> Business:
    defaults = {
        "id": 1,
        "name": "Stride After Care",
        "line1": "2450 Holcombe Blvd",
        "city": "Houston",
        "state": "TX",
        "zip": "77005",
        "phone": "7135550100",
        "email": "dana@stride.example",
        "lat": 29.7174,
        "lon": -95.4257,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _row(session, Business, defaults, given)


def make_user(session: Session, *, password: str = "", **given: Any) -> User:
    number = next(_numbers)
    defaults = {
        "name": "Dana Whitfield",
        "email": f"dana{number}@stride.example",
        "password_hash": _cheap_hasher.hash(password) if password else "!",
        "credentials": "MS, MedExPRO",
        "phone": "7135550100",
        "created_at": NOW,
    }
    return _row(session, User, defaults, given)


def make_credential(session: Session, **given: Any) -> Credential:
    defaults = {"kind": CredentialKind.CERTIFICATION, "name": "MedExPRO", "expires_on": TODAY + timedelta(days=200)}
    return _row(session, Credential, defaults | _parent(session, given, "user_id", make_user), given)


def make_web_session(session: Session, **given: Any) -> WebSession:
    number = next(_numbers)
    defaults = {
        "token_hash": f"{number:064x}",
        "created_at": NOW,
        "seen_at": NOW,
        "expires_at": NOW + timedelta(days=30),
    }
    return _row(session, WebSession, defaults | _parent(session, given, "user_id", make_user), given)


def make_mail_account(session: Session, **given: Any) -> MailAccount:
    defaults = {
        "address": f"dana{next(_numbers)}@stride.example",
        "from_name": "Dana Whitfield",
        "smtp_host": "smtp.example",
        "created_at": NOW,
    }
    return _row(session, MailAccount, defaults, given)


def make_service_price(session: Session, **given: Any) -> ServicePrice:
    return _row(session, ServicePrice, {"service_key": f"service_{next(_numbers)}", "session_cents": 9000}, given)


def make_chore(session: Session, **given: Any) -> Chore:
    return _row(session, Chore, {"name": f"chore_{next(_numbers)}", "due_at": NOW}, given)


# --- providers and practices -----------------------------------------------------------------------------------------


def make_practice(session: Session, **given: Any) -> Practice:
    number = next(_numbers)
    defaults = {
        "name": f"Bayou Clinic {number}",
        "address_key": f"{number} main st|77005",
        "line1": f"{number} Main St",
        "city": "Houston",
        "state": "TX",
        "zip": "77005",
        "phone": f"713556{number % 10000:04d}",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _row(session, Practice, defaults, given)


def make_contact(session: Session, **given: Any) -> Contact:
    defaults = {"name": f"Rosa Front {next(_numbers)}", "created_at": NOW}
    return _row(session, Contact, defaults | _parent(session, given, "practice_id", make_practice), given)


def make_provider(session: Session, *, practice: Practice | None = None, **given: Any) -> Provider:
    """A physician. With a `practice`, its name, place and an affiliation are filled in."""
    number = next(_numbers)
    last_name = given.get("last_name", f"Provider{number}")
    first_name = given.get("first_name", "Maria")
    defaults = {
        "npi": npi(number),
        "first_name": first_name,
        "last_name": last_name,
        "credentials": "MD",
        "display_name": f"{first_name} {last_name}, MD",
        "sort_name": f"{last_name} {first_name}".lower(),
        "taxonomy_code": "207X00000X",
        "specialty": "orthopedics",
        "phone": f"713555{number % 10000:04d}",
        "email": f"provider{number}@clinic.example",
        "stage": Stage.PROSPECT,
        "created_at": NOW,
        "updated_at": NOW,
    }
    if practice is None:
        return _row(session, Provider, defaults | {"city": "Houston", "state": "TX", "zip": "77005"}, given)
    place = {"practice_id": practice.id, "practice_name": practice.name, "city": practice.city}
    provider = _row(session, Provider, defaults | place | {"state": practice.state, "zip": practice.zip}, given)
    make_affiliation(session, provider_id=provider.id, practice_id=practice.id, is_primary=True)
    return provider


def make_affiliation(session: Session, **given: Any) -> Affiliation:
    parents = _parent(session, given, "provider_id", make_provider) | _parent(
        session, given, "practice_id", make_practice
    )
    return _row(session, Affiliation, parents, given)


def make_provider_source(session: Session, **given: Any) -> ProviderSource:
    defaults = {"source": "nppes", "content": "{}", "seen_at": NOW}
    return _row(session, ProviderSource, defaults | _parent(session, given, "provider_id", make_provider), given)


def make_provider_difference(session: Session, **given: Any) -> ProviderDifference:
    defaults = {"field": "phone", "ours": "7135550101", "theirs": "7135550102", "found_at": NOW}
    return _row(session, ProviderDifference, defaults | _parent(session, given, "provider_id", make_provider), given)


def make_provider_pair(session: Session, **given: Any) -> ProviderPair:
    parents = _parent(session, given, "left_id", make_provider) | _parent(session, given, "right_id", make_provider)
    return _row(session, ProviderPair, {"score": 90, "reasons": ["phone"], "found_at": NOW} | parents, given)


def make_tag(session: Session, provider: Provider | None = None, **given: Any) -> Tag:
    """A tag, put on `provider` when one is given."""
    tag = _row(session, Tag, {"name": f"tag {next(_numbers)}"}, given)
    if provider is not None:
        saved(session, ProviderTag(provider_id=_id(provider), tag_id=_id(tag)))
    return tag


def make_saved_view(session: Session, **given: Any) -> SavedView:
    defaults = {"name": f"View {next(_numbers)}", "query": "stage=partner", "created_at": NOW}
    return _row(session, SavedView, defaults | _parent(session, given, "user_id", make_user), given)


# --- work ------------------------------------------------------------------------------------------------------------


def make_activity(session: Session, **given: Any) -> Activity:
    """A bare line of the timeline; use `crm.services.activities.record` where the provider's counts matter."""
    defaults = {
        "kind": ActivityKind.CALL,
        "summary": "Called the office",
        "happened_at": given.get("created_at", NOW),
        "created_at": NOW,
    }
    return _row(session, Activity, defaults | _parent(session, given, "provider_id", make_provider), given)


def make_task(session: Session, **given: Any) -> Task:
    defaults = {"title": "Call the office", "due_on": TODAY, "created_at": NOW}
    return _row(session, Task, defaults | _parent(session, given, "provider_id", make_provider), given)


def make_visit(session: Session, **given: Any) -> Visit:
    defaults = {"planned_on": TODAY, "purpose": "Introduce myself", "created_at": NOW}
    return _row(session, Visit, defaults | _parent(session, given, "provider_id", make_provider), given)


def make_change_set(session: Session, **given: Any) -> ChangeSet:
    return _row(session, ChangeSet, {"kind": "move", "label": "Moved a provider", "created_at": NOW}, given)


def make_change(session: Session, **given: Any) -> Change:
    defaults = {"table_name": "provider", "row_id": 1, "before": {"city": "Houston"}, "after": {"city": "Katy"}}
    return _row(session, Change, defaults | _parent(session, given, "change_set_id", make_change_set), given)


def make_audit_entry(session: Session, **given: Any) -> AuditEntry:
    return _row(session, AuditEntry, {"kind": "login", "subject": "Dana", "created_at": NOW}, given)


# --- mail and templates ----------------------------------------------------------------------------------------------


def make_message(session: Session, **given: Any) -> Message:
    number = next(_numbers)
    defaults = {
        "dedupe_key": f"manual:{number}",
        "message_id": f"<{number}@stride.example>",
        "unsubscribe_token": f"token-{number}",
        "from_address": "dana@stride.example",
        "to_address": f"provider{number}@clinic.example",
        "subject": "After therapy ends",
        "text_body": "Hello",
        "due_at": NOW,
        "created_at": NOW,
    }
    parents = _parent(session, given, "provider_id", make_provider) | _parent(
        session, given, "mail_account_id", make_mail_account
    )
    return _row(session, Message, defaults | parents, given)


def make_message_attempt(session: Session, **given: Any) -> MessageAttempt:
    defaults = {"started_at": NOW, "phase": "data"}
    return _row(session, MessageAttempt, defaults | _parent(session, given, "message_id", make_message), given)


def make_stored_file(session: Session, **given: Any) -> StoredFile:
    defaults = {"sha256": f"{next(_numbers):064x}", "name": "flyer.pdf", "mime": "application/pdf", "created_at": NOW}
    return _row(session, StoredFile, defaults, given)


def acquainted(session: Session, **given: Any) -> Provider:
    """Dr. Okafor at her practice, whom Dana of Stride writes to; with the two and their business."""
    make_business(session)
    make_user(session, name="Dana Whitfield", email="dana@stride.example")
    who = {"first_name": "Grace", "last_name": "Okafor", "credentials": "MD", "display_name": "Grace Okafor, MD"}
    where = {"email": "g.okafor@bayou.example", "practice_id": make_practice(session).id, "specialty": "orthopedics"}
    return make_provider(session, **{**who, **where, **given})


def make_suppression(session: Session, **given: Any) -> Suppression:
    defaults = {
        "address": f"gone{next(_numbers)}@clinic.example",
        "reason": SuppressionReason.UNSUBSCRIBED,
        "created_at": NOW,
    }
    return _row(session, Suppression, defaults, given)


def make_template(session: Session, **given: Any) -> Template:
    defaults = {"kind": TemplateKind.EMAIL, "slug": f"template-{next(_numbers)}", "created_at": NOW}
    return _row(session, Template, defaults, given)


def make_template_version(session: Session, **given: Any) -> TemplateVersion:
    defaults = {"content_hash": f"{next(_numbers):064x}", "content": {"text": "Hello"}, "created_at": NOW}
    return _row(session, TemplateVersion, defaults | _parent(session, given, "template_id", make_template), given)


# --- sequences -------------------------------------------------------------------------------------------------------


def make_sequence(session: Session, **given: Any) -> Sequence:
    defaults = {"name": f"First contact {next(_numbers)}", "created_at": NOW, "updated_at": NOW}
    return _row(session, Sequence, defaults, given)


def make_sequence_step(session: Session, **given: Any) -> SequenceStep:
    defaults = {"position": 1, "template_slug": "introduction"}
    return _row(session, SequenceStep, defaults | _parent(session, given, "sequence_id", make_sequence), given)


def make_enrollment(session: Session, **given: Any) -> Enrollment:
    """A bare row under way; use the service where steps and lines matter."""
    parents = _parent(session, given, "sequence_id", make_sequence) | _parent(
        session, given, "provider_id", make_provider
    )
    defaults = {"zone": "America/Chicago", "due_at": NOW, "enrolled_at": NOW}
    return _row(session, Enrollment, defaults | parents, given)


def make_enrollment_step(session: Session, **given: Any) -> EnrollmentStep:
    defaults = {"position": 1, "template_slug": "introduction", "planned_at": NOW}
    return _row(session, EnrollmentStep, defaults | _parent(session, given, "enrollment_id", make_enrollment), given)


# --- referrals -------------------------------------------------------------------------------------------------------


def make_own_wording(
    session: Session,
    slug: str = "overview",
    source: str = "== hero ==\nOurs\n",
    kind: TemplateKind = TemplateKind.DOCUMENT,
) -> Template:
    """The trainer's own words in the place of a built-in template's, in force."""
    template = saved(session, Template(kind=kind, slug=slug, title=slug, built_in=False, created_at=NOW))
    content: dict[str, object] = {"source": source}
    version = TemplateVersion(
        template_id=_id(template), content_hash=f"{next(_numbers)}", content=content, created_at=NOW
    )
    template.version_id = saved(session, version).id
    return saved(session, template)


def make_document(session: Session, **given: Any) -> Document:
    defaults = {"kind": DocumentKind.OVERVIEW, "title": "Overview", "file_name": "overview.pdf", "made_at": NOW}
    return _row(session, Document, defaults | _parent(session, given, "stored_file_id", make_stored_file), given)


def make_document_delivery(session: Session, **given: Any) -> DocumentDelivery:
    defaults = {"how": DeliveryHow.PRINT, "delivered_on": TODAY, "created_at": NOW}
    return _row(session, DocumentDelivery, defaults | _parent(session, given, "document_id", make_document), given)


def make_client(session: Session, **given: Any) -> Client:
    return _row(session, Client, {"code": f"K-{next(_numbers)}", "created_at": NOW}, given)


def make_assessment(session: Session, **given: Any) -> Assessment:
    defaults = {"measured_on": TODAY, "tester": "Dana", "created_at": NOW, "updated_at": NOW}
    return _row(session, Assessment, defaults | _parent(session, given, "client_id", make_client), given)


def make_measurement(session: Session, **given: Any) -> Measurement:
    defaults = {"measure_key": "cst30", "value": 9.0}
    return _row(session, Measurement, defaults | _parent(session, given, "assessment_id", make_assessment), given)


def make_client_goal(session: Session, **given: Any) -> ClientGoal:
    defaults = {"measure_key": "cst30", "target": 14.0, "created_at": NOW}
    return _row(session, ClientGoal, defaults | _parent(session, given, "client_id", make_client), given)


def make_referral(session: Session, **given: Any) -> Referral:
    """A bare referral; use the service where the provider's counts and stage matter."""
    parents = _parent(session, given, "client_id", make_client) | _parent(session, given, "provider_id", make_provider)
    defaults = {"received_on": TODAY, "service_key": "post_rehab_conditioning", "created_at": NOW}
    return _row(session, Referral, defaults | parents, given)


def make_referral_step(session: Session, **given: Any) -> ReferralStep:
    defaults = {"status_to": "received", "happened_on": TODAY, "created_at": NOW}
    return _row(session, ReferralStep, defaults | _parent(session, given, "referral_id", make_referral), given)


def make_referral_touch(session: Session, **given: Any) -> ReferralTouch:
    defaults = {"kind": "call", "happened_at": NOW - timedelta(days=7)}
    return _row(session, ReferralTouch, defaults | _parent(session, given, "referral_id", make_referral), given)


# --- imports ---------------------------------------------------------------------------------------------------------


def make_import_run(session: Session, **given: Any) -> ImportRun:
    defaults = {"kind": ImportKind.NPPES, "name": "npidata.csv", "state": ImportState.DONE, "created_at": NOW}
    return _row(session, ImportRun, defaults, given)


def make_import_skip(session: Session, **given: Any) -> ImportSkip:
    defaults = {"line": 2, "reason": "no_name"}
    return _row(session, ImportSkip, defaults | _parent(session, given, "import_id", make_import_run), given)


def _parent(session: Session, given: Mapping[str, Any], column: str, make: Any) -> dict[str, int]:
    return {} if column in given else {column: _id(make(session))}
