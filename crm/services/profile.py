"""How a person signs, and how they like to work: credentials, signature, zone, digest hour, shortcuts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from crm.domain import phones, places
from crm.domain.errors import Invalid
from crm.models.accounts import User
from crm.services import accounts, audit
from crm.services.business import is_zone
from crm.store import accounts as store
from crm.store.engine import Database

TEXTS = {"credentials": 120, "title": 120, "signature": 1000}
THEMES = ("", "light", "dark")


def save(db: Database, user_id: int, values: Mapping[str, str], *, now: datetime) -> User:
    """Change the fields named in `values`; others stay. Raises Invalid with every field that is wrong."""
    with db.write() as session:
        user = session.get_one(User, user_id)
        set_fields(session, user, values)
        audit.note(session, "profile_changed", actor_id=user_id, now=now, fields=sorted(values))
    return user


def set_fields(session: Session, user: User, values: Mapping[str, str]) -> None:
    """As `save`, for a user in the caller's transaction, who may be new."""
    clean, errors = _checked(values)
    other = store.user_by_email(session, str(clean.get("email", ""))) if clean.get("email") else None
    if other is not None and other.id != user.id:
        errors["email"] = "Somebody else signs in with this e-mail."
    if errors:
        raise Invalid(errors)
    for name, value in clean.items():
        setattr(user, name, value)
    session.add(user)


def prefer(db: Database, user_id: int, form: Mapping[str, str]) -> None:
    """Store zone, digest hour (empty: no digest), shortcuts and colours."""
    zone, hour, theme = form.get("zone", ""), form.get("digest_hour", ""), form.get("theme", "")
    errors = {}
    if zone and not is_zone(zone):
        errors["zone"] = "Choose a time zone from the list."
    if hour and not (hour.isdecimal() and int(hour) < 24):
        errors["digest_hour"] = "Choose an hour from the list."
    if theme not in THEMES:
        errors["theme"] = "Choose light, dark, or as the device does."
    if errors:
        raise Invalid(errors)
    with db.write() as session:
        user = session.get_one(User, user_id)
        user.zone = zone or None
        if user.digest_hour != (int(hour) if hour else None):
            user.digest_hour, user.next_digest_at = (int(hour) if hour else None), None
        user.shortcuts_on = bool(form.get("shortcuts_on"))
        user.preferences = user.preferences | {"theme": theme}
        session.add(user)


def hide_checklist(db: Database, user_id: int) -> None:
    """Don't show the first steps on Today any more."""
    with db.write() as session:
        user = session.get_one(User, user_id)
        user.preferences = user.preferences | {"checklist": "hidden"}
        session.add(user)


def _checked(values: Mapping[str, str]) -> tuple[dict[str, object], dict[str, str]]:
    clean: dict[str, object] = {}
    errors: dict[str, str] = {}
    checks = {"name": accounts.checked_name, "email": accounts.checked_email, "phone": _phone, "home_zip": _home_zip}
    for name, value in values.items():
        try:
            if name in checks:
                clean[name] = checks[name](value)
            elif name in TEXTS:
                clean[name] = value.strip()
                if len(value) > TEXTS[name]:
                    errors[name] = f"Use at most {TEXTS[name]} characters."
        except Invalid as error:
            errors |= error.errors
    return clean, errors


def _phone(value: str) -> str:
    return phones.normalise(value).number


def _home_zip(value: str) -> str:
    """Five digits of a ZIP code whose place is known, or nothing."""
    if not value.strip():
        return ""
    found = places.place(value)
    if found is None:
        raise Invalid({"home_zip": "Write a ZIP code of five digits, such as 77005. We don't know where this one is."})
    return found.zip
