"""The business: name, postal address, ZIP and zone. Mail, letters and distances hang on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from sqlmodel import Session

from crm.domain import emails, phones, places, text_checks
from crm.domain.errors import Invalid
from crm.domain.scope_text import OurName
from crm.domain.text_checks import TextFinding
from crm.models.accounts import Business
from crm.services import accounts, audit, demo, overrides, visit_settings
from crm.store.engine import Database

FIELDS = ("name", "tagline", "line1", "line2", "city", "state", "zip", "phone", "fax", "email", "website", "zone")
SUBJECT = "business"
LIMITS = {"name": 120, "state": 2, "zip": 5, "website": 200}


def save(db: Database, values: Mapping[str, str], *, actor_id: int | None, now: datetime) -> Business:
    """Change the fields named in `values`, others stay. Raises Invalid with every field that is wrong.

    A tagline that leaves the scope of practice needs a reason too (`override_reason`), given by a person.
    """
    with db.write() as session:
        return save_in(session, values, actor_id=actor_id, now=now)


def save_in(session: Session, values: Mapping[str, str], *, actor_id: int | None, now: datetime) -> Business:
    """As `save`, in the caller's transaction. A new ZIP moves the business and asks for new distances and fits."""
    business = accounts.ensure_business(session, now=now)
    clean = _all_checked(values)
    if "zip" in clean and "zone" not in clean and clean["zip"] != business.zip:
        clean["zone"] = places.zone_of(str(clean["zip"]), business.zone)
    changed = {name: value for name, value in clean.items() if getattr(business, name) != value}
    for name, value in changed.items():
        setattr(business, name, value)
    if "tagline" in changed:
        _judge(session, business, values.get(overrides.FIELD, ""), actor_id=actor_id, now=now)
    if "zip" in changed:
        place = places.place(business.zip)
        business.lat, business.lon = (place.lat, place.lon) if place is not None else (None, None)
        business.scored_at = None
        demo.follow(session, business)
    if changed:
        business.updated_at = now
        audit.note(session, "business_changed", business.name, actor_id=actor_id, now=now, fields=sorted(changed))
    session.add(business)
    return business


def doubts(business: Business) -> list[TextFinding]:
    """What the checks say of the tagline, which stands on every paper."""
    said = f"{business.name}: {business.tagline}" if business.name else business.tagline
    allowed = (business.phone, business.email, business.website)
    return text_checks.check(said, names=(OurName(business.name),) if business.name else (), allowed=allowed)


def _judge(session: Session, business: Business, reason: str, *, actor_id: int | None, now: datetime) -> None:
    covered = overrides.allowed(session, SUBJECT, 1)
    standing = overrides.standing(doubts(business), covered)
    if not standing:
        return
    worst = standing[0]
    said = f"“{worst.text}” stands on every paper of yours. {worst.why} {worst.suggestion}".strip()
    try:
        overrides.allow(session, SUBJECT, 1, standing, reason, actor_id=actor_id, now=now)
    except Invalid as error:
        raise Invalid({"tagline": said, **error.errors}) from error


def _all_checked(values: Mapping[str, str]) -> dict[str, str | int | None]:
    clean: dict[str, str | int | None] = {}
    errors: dict[str, str] = {}
    for check in (checked, visit_settings.read):
        try:
            clean |= check(values)
        except Invalid as error:
            errors |= error.errors
    if errors:
        raise Invalid(errors)
    return clean


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """The values in the form in which they are stored; Invalid names each field that can't be used."""
    clean: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name in FIELDS:
        if name in values:
            try:
                clean[name] = _checked(name, " ".join(values[name].split()))
            except Invalid as error:
                errors |= error.errors
    if errors:
        raise Invalid(errors)
    return clean


def _checked(name: str, value: str) -> str:
    if name in {"phone", "fax"}:
        return phones.normalise(value, field=name).number
    if name == "email":
        return emails.normalise(value)
    if name in {"zip", "state", "zone", "website"} and value:
        return {"zip": _zip, "state": _state, "zone": _zone, "website": _website}[name](value)
    if len(value) > LIMITS.get(name, 200):
        raise Invalid({name: f"Use at most {LIMITS.get(name, 200)} characters."})
    return value


def _zip(value: str) -> str:
    if not re.fullmatch(r"\d{5}(-?\d{4})?", value):
        raise Invalid({"zip": "A ZIP has five digits, such as 77005."})
    return value[:5]


def _state(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise Invalid({"state": "Write the state with two letters, such as TX."})
    return value.upper()


def _zone(value: str) -> str:
    if not is_zone(value):
        raise Invalid({"zone": "Choose a time zone from the list, such as America/Chicago."})
    return value


def _website(value: str) -> str:
    address = value if re.match(r"^https?://", value, re.IGNORECASE) else f"https://{value}"
    if not re.fullmatch(r"https?://[^\s/@]+\.[^\s/@]+(/\S*)?", address, re.IGNORECASE):
        raise Invalid({"website": "Write the address as it stands in the browser, such as strideaftercare.com."})
    return address


def is_zone(name: str) -> bool:
    """Whether this names a time zone."""
    return name in _zones()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
