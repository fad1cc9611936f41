"""What an agreement says: read from its form, every field checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.domain import agreements as rules
from crm.domain import money
from crm.domain.agreements import AgreementPer, Dates
from crm.domain.errors import Invalid
from crm.domain.services import all_services, service_label
from crm.models.practices import Contact
from crm.models.providers import Provider

LONGEST_TITLE = 120


@dataclass(frozen=True)
class Terms:
    """What an agreement is about, checked."""

    service_key: str
    title: str
    value_cents: int | None
    per: AgreementPer
    dates: Dates
    contact_id: int | None
    remarks: str

    @property
    def columns(self) -> dict[str, Any]:
        """As the table holds them. The first day is set when it becomes active."""
        return {
            "service_key": self.service_key,
            "title": self.title,
            "value_cents": self.value_cents,
            "per": self.per,
            "ends_on": self.dates.ends_on,
            "renews_on": self.dates.renews_on,
            "notice_days": self.dates.notice_days,
            "contact_id": self.contact_id,
            "remarks": self.remarks,
        }


def choices() -> list[tuple[str, str]]:
    """The services to agree on with an organization: those made for it first."""
    offered = [one for one in all_services() if not one.is_addon]
    return [(one.key, one.label) for one in sorted(offered, key=lambda one: not one.is_agreement)]


def read(session: Session, provider: Provider, form: Mapping[str, str], days: Mapping[str, date | None]) -> Terms:
    """The terms in a form, whose days were read already. Invalid names every field that isn't right."""
    errors: dict[str, str] = {}
    key = form.get("service_key", "")
    if key not in dict(choices()):
        errors["service_key"] = "Choose the service it is about."
    value = _cents(form.get("value", ""), errors)
    notice = _whole(form.get("notice_days", "").strip() or "60", errors)
    dates = Dates(days.get("starts_on"), days.get("ends_on"), days.get("renews_on"), notice)
    errors |= rules.check_dates(dates)
    contact_id = _contact(session, provider, form.get("contact_id", ""), errors)
    per = form.get("per") or AgreementPer.TOTAL.value
    if per not in set(AgreementPer):
        errors["per"] = "Choose what the value is for."
    if errors:
        raise Invalid(errors)
    title = " ".join(form.get("title", "").split())[:LONGEST_TITLE] or service_label(key)
    return Terms(key, title, value, AgreementPer(per), dates, contact_id, form.get("remarks", "").strip())


def _cents(text: str, errors: dict[str, str]) -> int | None:
    try:
        return money.cents(text, field="value")
    except Invalid as error:
        errors |= error.errors
        return None


def _whole(text: str, errors: dict[str, str]) -> int:
    if text.isdecimal() and len(text) < 6:
        return int(text)
    errors["notice_days"] = "Give a number of days, such as 60."
    return 60


def _contact(session: Session, provider: Provider, text: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    contact = session.get(Contact, int(text)) if text.isdecimal() else None
    if contact is None or contact.practice_id != provider.practice_id:
        errors["contact_id"] = "Choose somebody of this organization."
        return None
    return contact.id
