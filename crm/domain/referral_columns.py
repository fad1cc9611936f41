"""Columns of a list of past referrals: which field each one is, and what its cells say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from crm.domain import names
from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralHow, ReferralStatus
from crm.domain.services import all_services

#: Field -> (its name on the page, headings it goes by), headings in small letters without signs.
FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "provider": ("Provider’s name", ("provider", "referring provider", "referred by", "referrer", "referral source",
                 "source", "doctor", "physician", "therapist", "from", "clinician", "provider name",
                 "referring physician")),
    "npi": ("Provider’s NPI", ("npi", "npi number", "provider npi")),
    "email": ("Provider’s e-mail", ("email", "e mail", "provider email", "email address")),
    "phone": ("Provider’s phone", ("phone", "telephone", "provider phone", "office phone", "phone number", "tel")),
    "city": ("Provider’s city", ("city", "town", "provider city")),
    "received_on": ("Received on", ("received", "received on", "date", "referral date", "date received", "referred on",
                    "date of referral", "referred")),
    "code": ("Client’s code", ("client", "code", "client code", "initials", "client initials", "id", "client id")),
    "service_key": ("Service", ("service", "program", "service line", "referred for", "for")),
    "how": ("How it came", ("how", "how it came", "channel", "way", "method")),
    "status": ("Status", ("status", "outcome", "result", "state", "what became of it")),
    "contacted_on": ("Contacted on", ("contacted", "contacted on", "called", "called on", "first contact")),
    "scheduled_on": ("Scheduled on", ("scheduled", "scheduled on", "booked on")),
    "started_on": ("Started on", ("started", "started on", "start", "start date", "first session", "first visit")),
    "ended_on": ("Ended on", ("ended", "ended on", "end", "end date", "discharged", "discharged on", "completed on",
                 "last session", "lost on")),
    "lost_reason": ("Why it was lost", ("lost reason", "reason lost", "why lost", "lost because")),
    "reason": ("In their words", ("reason", "reason for referral", "notes", "note", "diagnosis", "condition", "words",
               "remarks")),
    "value": ("What it brought", ("value", "booked", "revenue", "paid", "amount", "total", "income")),
}  # fmt: skip
DAYS = ("received_on", "contacted_on", "scheduled_on", "started_on", "ended_on")
_BY_HEADING = {heading: field for field, (_, headings) in FIELDS.items() for heading in headings}
_BREAK = re.compile(r"[^a-z0-9]+")
_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m.%d.%Y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y",
          "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d")  # fmt: skip

S = ReferralStatus
_STATUS_WORDS: Mapping[str, ReferralStatus] = {
    "received": S.RECEIVED, "new": S.RECEIVED, "open": S.RECEIVED, "pending": S.RECEIVED,
    "contacted": S.CONTACTED, "called": S.CONTACTED, "spoken": S.CONTACTED,
    "scheduled": S.SCHEDULED, "booked": S.SCHEDULED,
    "started": S.STARTED, "start": S.STARTED, "active": S.STARTED, "current": S.STARTED, "in progress": S.STARTED,
    "continuing": S.CONTINUING, "ongoing": S.CONTINUING, "member": S.CONTINUING, "stays": S.CONTINUING,
    "completed": S.COMPLETED, "complete": S.COMPLETED, "discharged": S.COMPLETED, "finished": S.COMPLETED,
    "done": S.COMPLETED, "ended": S.COMPLETED, "graduated": S.COMPLETED,
    "lost": S.LOST, "no show": S.LOST, "declined": S.LOST, "not started": S.LOST, "did not start": S.LOST,
    "never started": S.LOST, "cancelled": S.LOST, "canceled": S.LOST, "unreachable": S.LOST, "no": S.LOST,
}  # fmt: skip
H = ReferralHow
_HOW_WORDS: Mapping[str, ReferralHow] = {
    "pad": H.WRITTEN_PAD, "written": H.WRITTEN_PAD, "paper": H.WRITTEN_PAD, "prescription": H.WRITTEN_PAD,
    "fax": H.FAX, "faxed": H.FAX, "call": H.CALL, "phone": H.CALL, "called": H.CALL, "telephone": H.CALL,
    "email": H.EMAIL, "mail": H.EMAIL, "person": H.IN_PERSON, "visit": H.IN_PERSON, "verbal": H.IN_PERSON,
    "patient": H.PATIENT_MENTION, "client": H.PATIENT_MENTION, "self": H.PATIENT_MENTION,
}  # fmt: skip
_SERVICE_WORDS: Mapping[str, str] = {
    "rehab": "post_rehab_conditioning", "knee": "post_rehab_conditioning", "conditioning": "post_rehab_conditioning",
    "chronic": "chronic_disease", "diabetes": "chronic_disease", "hypertension": "chronic_disease",
    "older": "older_adults", "senior": "older_adults", "seniors": "older_adults", "balance": "older_adults",
    "fall": "older_adults", "falls": "older_adults", "geriatric": "older_adults",
    "work": "workplace", "workplace": "workplace", "corporate": "workplace",
    "weight": "weight_management", "obesity": "weight_management", "bariatric": "weight_management",
    "cancer": "cancer_recovery", "oncology": "cancer_recovery",
    "cardiac": "cardiac_pulmonary", "heart": "cardiac_pulmonary", "pulmonary": "cardiac_pulmonary",
    "copd": "cardiac_pulmonary",
    "youth": "youth", "teen": "youth", "kids": "youth", "pediatric": "youth",
    "group": "group_programs", "groups": "group_programs", "class": "group_programs",
}  # fmt: skip


def guess(headings: Sequence[str]) -> list[str | None]:
    """The field of each column by its heading; none is given twice."""
    found: list[str | None] = []
    for heading in headings:
        field = _BY_HEADING.get(fold(heading))
        found.append(field if field not in found else None)
    return found


def fold(text: str) -> str:
    """Small letters and digits, one space between words."""
    return " ".join(_BREAK.sub(" ", text.lower()).split())


def day(text: str, field: str) -> date | None:
    """A day as people and spreadsheets write it; Invalid names the field."""
    said = text.strip().partition(" 00:00")[0].partition("T00:00")[0]
    if not said:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(said, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise Invalid({field: f"“{text.strip()[:20]}” is no day. Write it like 2024-03-05 or 3/5/2024."})


def status(text: str) -> ReferralStatus | None:
    """What became of it, in words; Invalid where they mean nothing here."""
    said = fold(text)
    if not said:
        return None
    if said in _STATUS_WORDS:
        return _STATUS_WORDS[said]
    found = {meant for words, meant in _STATUS_WORDS.items() if f" {words} " in f" {said} "}
    if len(found) == 1:
        return found.pop()
    choices = ", ".join(each.value for each in ReferralStatus)
    raise Invalid({"status": f"“{text.strip()[:30]}” could be anything. Write one of: {choices}."})


def how(text: str) -> ReferralHow:
    """How it came; what nobody noted is unknown."""
    said = fold(text)
    if said.replace(" ", "_") in set(ReferralHow):
        return ReferralHow(said.replace(" ", "_"))
    return next((meant for word, meant in _HOW_WORDS.items() if word in said.split()), ReferralHow.UNKNOWN)


def service_key(text: str) -> str:
    """The service that is meant; empty where nothing is written, Invalid where it means none."""
    said = fold(text)
    if not said:
        return ""
    known = [one for one in all_services() if not one.is_addon]
    for one in known:
        if said in (fold(one.key), fold(one.label), fold(one.short)):
            return one.key
    found = {key for word, key in _SERVICE_WORDS.items() if word in said.split()}
    if len(found) == 1:
        return found.pop()
    if within := [each for each in known if said in fold(each.label)]:
        return within[0].key
    raise Invalid({"service_key": f"“{text.strip()[:30]}” is none of your services. Write, for example, Older adults."})


def initials(text: str) -> str:
    """ "Margaret Lindholm" as "M.L.", to write instead of a name."""
    name = names.parse(text)
    parts = [part for part in (name.first, name.last) if part] or text.split()[:2]
    return "".join(f"{part[0].upper()}." for part in parts)


def inferred(days: Mapping[str, date], *, is_lost: bool) -> ReferralStatus:
    """Where a referral stands whose days are known and whose status isn't."""
    if is_lost or ("ended_on" in days and "started_on" not in days):
        return S.LOST
    if "ended_on" in days:
        return S.COMPLETED
    reached = ((S.STARTED, "started_on"), (S.SCHEDULED, "scheduled_on"), (S.CONTACTED, "contacted_on"))
    return next((status for status, field in reached if field in days), S.RECEIVED)
