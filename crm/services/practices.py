"""Practices and the people there: adding, correcting, contacts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.domain import emails, phones
from crm.domain.addresses import address_key, proper_city, proper_line
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ContactRole
from crm.domain.organizations import organization_name
from crm.domain.places import place, state_of
from crm.models.practices import Contact, Practice
from crm.services import changes, practice_visits
from crm.services.changes import Recorder
from crm.store import practices as store
from crm.store.engine import Database

ADDRESS = ("line1", "line2", "city", "state", "zip")
PLAIN = ("hours", "visitor_policy", "remarks", "website")
Values = dict[str, Any]
_ZIP = re.compile(r"\d{5}(-?\d{4})?")


def get(session: Session, practice_id: int) -> Practice:
    """The practice, or NotFound."""
    practice = store.get(session, practice_id)
    if practice is None:
        raise NotFound("This practice isn't here any more.")
    return practice


def find_or_add(session: Session, form: Mapping[str, str], recorder: Recorder, *, now: datetime) -> Practice | None:
    """The practice at the address in `form`, made when there is none. None when no street is given."""
    values = checked(form)
    key = address_key(str(values.get("line1", "")), str(values.get("line2", "")), str(values.get("zip", "")))
    if not key:
        return None
    known = store.by_key(session, key)
    if known is not None:
        if values.get("name") and not known.name:
            recorder.update(known, name=values["name"], updated_at=now)
        return known
    practice = Practice(address_key=key, created_at=now, updated_at=now, **values)
    recorder.insert(practice)
    return practice


def update(
    db: Database,
    practice_id: int,
    form: Mapping[str, str],
    *,
    doctor_days: Mapping[int, int] | None = None,
    actor_id: int | None,
    now: datetime,
) -> int | None:
    """Change what is named in `form`, and the days on which providers are in. Returns the change set, None when nothing
    differs.
    """
    values = checked(form)
    with db.write() as session:
        practice = get(session, practice_id)
        values |= _moved(session, practice, values)
        recorder = changes.begin(
            session, "practice", f"Changed {practice.name or 'a practice'}", actor_id=actor_id, now=now
        )
        days_changed = practice_visits.keep_days(session, practice_id, doctor_days or {}, recorder)
        changed = [name for name, value in values.items() if getattr(practice, name) != value]
        if not changed:
            return recorder.id if days_changed else None
        edited = sorted({*practice.edited_fields, *changed})
        recorder.update(practice, **values, edited_fields=edited, updated_at=now)
        _tell_providers(session, practice, recorder)
        return recorder.id


def _moved(session: Session, practice: Practice, values: Values) -> Values:
    """The new address key, unless another practice is there already."""
    if not set(ADDRESS) & set(values):
        return {}
    parts = {name: str(values.get(name, getattr(practice, name))) for name in ADDRESS}
    key = address_key(parts["line1"], parts["line2"], parts["zip"])
    other = store.by_key(session, key) if key else None
    if other is not None and other.id != practice.id:
        raise Invalid({"line1": f"{other.name or 'Another practice'} is at this address already."})
    return {"address_key": key or practice.address_key}


def _tell_providers(session: Session, practice: Practice, recorder: Recorder) -> None:
    """Providers repeat name and place of their primary practice, so that lists need no join."""
    for provider in store.primary_at(session, practice.id or 0):
        recorder.update(provider, **repeated(practice))


def repeated(practice: Practice) -> Values:
    """The columns of a provider that repeat its primary practice."""
    return {
        "practice_id": practice.id,
        "practice_name": practice.name,
        "city": practice.city,
        "state": practice.state,
        "zip": practice.zip,
    }


def checked(form: Mapping[str, str]) -> Values:
    """Columns of Practice for the fields named in `form`; Invalid with every field that is wrong."""
    errors: dict[str, str] = {}
    values: Values = {name: form[name].replace("\r\n", "\n").strip() for name in PLAIN if name in form}
    for read in (_name, _address, _reach, practice_visits.read):
        try:
            values |= read(form)
        except Invalid as error:
            errors |= error.errors
    if errors:
        raise Invalid(errors)
    return values


def _name(form: Mapping[str, str]) -> Values:
    return {"name": organization_name(" ".join(form["name"].split()))} if "name" in form else {}


def _address(form: Mapping[str, str]) -> Values:
    values: Values = {}
    for name, proper in (("line1", proper_line), ("line2", proper_line), ("city", proper_city)):
        if name in form:
            values[name] = proper(" ".join(form[name].split()))
    if "zip" in form:
        values |= _zip(form["zip"].strip())
    if "state" in form or values.get("zip"):
        state = form.get("state", "").strip().upper() or state_of(values.get("zip", ""))
        if state and not (len(state) == 2 and state.isalpha()):
            raise Invalid({"state": "Write the state with two letters, such as TX."})
        values["state"] = state
    return values


def _zip(text: str) -> Values:
    code = text[:5]
    if text and not _ZIP.fullmatch(text):
        raise Invalid({"zip": "A ZIP has five digits, such as 77005."})
    found = place(code) if code else None
    where = {"zone": found.zone, "lat": found.lat, "lon": found.lon} if found else {}
    return {"zip": code, **where}


def _reach(form: Mapping[str, str]) -> Values:
    values: Values = {n: phones.normalise(form[n], field=n).number for n in ("phone", "fax") if n in form}
    return values | ({"email": emails.normalise(form["email"])} if "email" in form else {})


def save_contact(
    db: Database,
    practice_id: int,
    form: Mapping[str, str],
    *,
    contact_id: int | None = None,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Add somebody at a practice, or correct who is there. Returns the change set."""
    values = _contact(form)
    with db.write() as session:
        practice = get(session, practice_id)
        label = f"Saved {values['name']}"
        recorder = changes.begin(session, "contact", label, actor_id=actor_id, now=now)
        if contact_id is None:
            recorder.insert(Contact(practice_id=practice_id, sample=practice.sample, created_at=now, **values))
        else:
            recorder.update(_contact_of(session, practice_id, contact_id), **values)
        return recorder.id


def remove_contact(db: Database, practice_id: int, contact_id: int, *, actor_id: int | None, now: datetime) -> int:
    """Somebody left. Returns the change set that brings them back."""
    with db.write() as session:
        contact = _contact_of(session, practice_id, contact_id)
        recorder = changes.begin(session, "contact", f"Removed {contact.name}", actor_id=actor_id, now=now)
        recorder.update(contact, archived_at=now)
        return recorder.id


def _contact_of(session: Session, practice_id: int, contact_id: int) -> Contact:
    contact = store.contact(session, contact_id)
    if contact is None or contact.practice_id != practice_id:
        raise NotFound("This person isn't here any more.")
    return contact


def _contact(form: Mapping[str, str]) -> Values:
    name = " ".join(form.get("name", "").split())
    errors = {} if name else {"name": "Write the name, or what people call them at the desk."}
    values: Values = {"name": name[:120], "remarks": form.get("remarks", "").strip()}
    try:
        values |= {"role": ContactRole(form.get("role") or "front_desk")} | _reach({"phone": "", "email": "", **form})
    except Invalid as error:
        errors |= error.errors
    except ValueError:
        errors["role"] = "Choose one of the list."
    values.pop("fax", None)
    if errors:
        raise Invalid(errors)
    return values
