"""While somebody is being typed: is this a provider we have already?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from crm.domain import duplicates, names
from crm.domain.addresses import zip5
from crm.domain.duplicates import Candidate
from crm.domain.emails import is_valid
from crm.domain.kinds import ProviderKind
from crm.domain.phones import from_directory
from crm.store import providers as store
from crm.store.providers import Namesake

MOST_SIMILAR = 5
LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Similar:
    """Somebody who may be the one being typed, and why."""

    who: Namesake
    reasons: tuple[str, ...]
    certain: bool


def similar(session: Session, form: Mapping[str, str], *, but: int | None = None) -> list[Similar]:
    """Providers who may be the one being typed: same NPI, e-mail or phone, or a like name nearby."""
    typed = _typed(form)
    found = store.by_exact(session, typed.npi, typed.email, typed.phone, MOST_SIMILAR)
    if typed.last or typed.organization:
        found = [*found, *store.by_sort_name(session, typed.last or typed.organization, LOOKED_AT)]
    likely = [_compared(typed, one) for one in {one.id: one for one in found}.values() if one.id != but]
    ranked = sorted((pair for pair in likely if pair[0] > 0), key=lambda pair: -pair[0])
    return [one for _, one in ranked[:MOST_SIMILAR]]


def _typed(form: Mapping[str, str]) -> Candidate:
    text = form.get("name", "")
    is_organization = form.get("kind") == ProviderKind.ORGANIZATION
    name = names.parse(text) if text.strip() and not is_organization else names.PersonName()
    npi, email = form.get("npi", "").strip(), form.get("email", "").strip().lower()
    return Candidate(
        npi=npi if len(npi) == 10 and npi.isdecimal() else "",
        email=email if is_valid(email) else "",
        phone=from_directory(form.get("phone", "")),
        first=names.fold(form.get("first_name", "") or name.first),
        last=names.fold(form.get("last_name", "") or name.last),
        organization=names.fold(text.strip()) if is_organization else "",
        address_key=zip5(form.get("practice_zip", "")),
        city=names.fold(form.get("practice_city", "")),
    )


def _compared(typed: Candidate, one: Namesake) -> tuple[int, Similar]:
    other = Candidate(
        npi=one.npi or "",
        email=one.email,
        phone=one.phone,
        first=names.fold(one.first_name),
        last=names.fold(one.last_name),
        organization=names.fold(one.organization_name),
        address_key=one.zip,
        city=names.fold(one.city),
    )
    likeness = duplicates.compare(typed, other)
    reasons = tuple("same ZIP" if reason == "same practice" else reason for reason in likeness.reasons)
    exact = {"same NPI", "same e-mail", "same phone"} & set(reasons)
    named = {"same name", "similar name", "same last name, fitting initial"} & set(reasons)
    return (likeness.score if exact or named else 0), Similar(one, reasons, "same NPI" in reasons)
