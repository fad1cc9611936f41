"""What is known of a client, read from a form: nothing that names anybody, and days that can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.domain import privacy
from crm.domain import referrals as rules
from crm.domain.errors import Invalid
from crm.domain.form_reading import LONGEST, Reading
from crm.domain.services import referable
from crm.models.clients import Client
from crm.store import clients as store
from crm.store import referrals as referral_store

FREE_TEXT = ("condition", "precautions", "goals")
SEXES = ("", "female", "male")
LONGEST_RHYTHM = 365


def checked(session: Session, form: Mapping[str, str], client: Client | None, today: date) -> dict[str, Any]:
    """Columns for what the form holds; Invalid with every field that is wrong."""
    reading = Reading(form, today=today)
    values: dict[str, Any] = {}
    if "code" in form:
        values |= _code(session, form["code"], client, reading.errors)
    if "birth_year" in form:
        values["birth_year"] = _year(form["birth_year"], today, reading.errors)
    if "sex" in form:
        values["sex"] = form["sex"] if form["sex"] in SEXES else ""
    if "shows_pain" in form:
        values["shows_pain"] = form["shows_pain"] == "1"
    for name in FREE_TEXT:
        if name in form:
            values[name] = check_words(form[name], name, reading.errors, allowed=_known(session, client))
    values |= _days(reading, client) | _program(reading)
    reading.finish()
    return values


def check_words(text: str, name: str, errors: dict[str, str], *, allowed: tuple[str, ...] = ()) -> str:
    """Free text about a client, with nothing that names anybody; what is wrong is put into `errors`."""
    said = text.replace("\r\n", "\n").strip()
    found = privacy.identifiers(said, allowed=allowed)
    if found:
        errors[name] = privacy.sentence(found)
    elif len(said) > LONGEST:
        errors[name] = f"Shorten this to {LONGEST} letters."
    return said


def _days(reading: Reading, client: Client | None) -> dict[str, Any]:
    """First and last day and the next visit to the provider, where the form has them."""
    found: dict[str, Any] = {}
    if "started_on" in reading.form:
        found["started_on"] = reading.day("started_on", future=False)
    started = found.get("started_on", client.started_on if client else None)
    if "ended_on" in reading.form:
        found["ended_on"] = reading.day("ended_on", future=False, since=started)
        if found["ended_on"] and started is None:
            reading.refuse("ended_on", "Say first on which day the client started.")
    if "sees_provider_on" in reading.form:
        found["sees_provider_on"] = reading.day("sees_provider_on")
    return found


def _program(reading: Reading) -> dict[str, Any]:
    """The service and the rhythm of progress reports, where the form has them; 0 days is none."""
    found: dict[str, Any] = {}
    if "service_key" in reading.form:
        key = reading.form["service_key"]
        if key and key not in {service.key for service in referable(frozenset())}:
            reading.refuse("service_key", "Choose one of the services.")
        found["service_key"] = key
    if "report_days" in reading.form:
        found["report_days"] = reading.number("report_days", 0, LONGEST_RHYTHM) or 0
    return found


def _known(session: Session, client: Client | None) -> tuple[str, ...]:
    """The names of providers who sent the client, which may be written down."""
    if client is None or client.id is None:
        return ()
    return tuple(sender.name for sender in store.senders(session, client.id))


def _code(session: Session, text: str, client: Client | None, errors: dict[str, str]) -> dict[str, Any]:
    try:
        code = rules.check_code(text)
    except Invalid as error:
        errors |= error.errors
        return {}
    other = referral_store.client_by_code(session, code)
    if other is not None and (client is None or other.id != client.id):
        errors["code"] = f"{code} is taken. Choose another code."
    return {"code": code}


def _year(text: str, today: date, errors: dict[str, str]) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not today.year - 115 <= int(text) <= today.year:
        errors["birth_year"] = f"The year only, between {today.year - 115} and {today.year}."
        return None
    return int(text)
