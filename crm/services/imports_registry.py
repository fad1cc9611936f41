"""Search the public NPI Registry around a ZIP code and add what was found: no download needed.

The registry finds by the beginning of a ZIP and words of a taxonomy description, at most 1,200 a question. So a search
asks for the three-digit beginnings within the radius and the words of the chosen specialties, asks again more narrowly
where there was more to come, and keeps what truly lies within both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.domain import matching, places, taxonomy
from crm.domain.addresses import zip5
from crm.domain.errors import Invalid
from crm.domain.kinds import ImportKind, ImportState
from crm.models.accounts import Business
from crm.models.imports import ImportRun
from crm.services import duplicate_scans, imports_rows
from crm.services.imports_counts import Counts
from crm.services.imports_rows import Turn
from crm.services.imports_values import DISPLAY_NAME, PROVIDER_COLUMNS, Reader, address
from crm.services.imports_workshop import Workshop
from crm.sources import npi_registry
from crm.sources.nppes_layout import Row
from crm.store import directory, prices
from crm.store.engine import Database

LARGEST_RADIUS = 50.0
MOST_QUESTIONS = 60
_ZIP_DIGITS = 5
#: What the registry calls the specialties; a specialty that isn't here is asked for by our own label.
WORDS: dict[str, tuple[str, ...]] = {
    "pt": ("Physical Therapist",),
    "ot": ("Occupational Therapist",),
    "orthopedics": ("Orthopaedic Surgery",),
    "sports_medicine": ("Sports Medicine",),
    "primary_care": ("Family Medicine", "Internal Medicine"),
    "cardiology": ("Cardiovascular Disease", "Cardiology"),
    "cardiac_rehab": ("Cardiac",),
    "pulmonology": ("Pulmonary Disease",),
    "endocrinology": ("Endocrinology",),
    "bariatrics": ("Obesity Medicine", "Bariatric"),
    "dietitian": ("Dietitian", "Nutrition"),
    "geriatrics": ("Geriatric",),
    "oncology": ("Oncology",),
    "rheumatology": ("Rheumatology",),
    "pediatrics": ("Pediatrics",),
    "occupational_medicine": ("Occupational Medicine",),
    "pmr": ("Physical Medicine & Rehabilitation",),
    "pain": ("Pain",),
    "neurology": ("Neurology",),
    "chiropractic": ("Chiropractor",),
    "pa_np": ("Physician Assistant", "Nurse Practitioner"),
    "nephrology": ("Nephrology",),
    "podiatry": ("Podiatrist",),
    "womens_health": ("Obstetrics & Gynecology",),
    "surgery": ("Surgery",),
    "home_health": ("Home Health",),
    "skilled_nursing": ("Skilled Nursing Facility",),
    "assisted_living": ("Assisted Living Facility",),
    "rehab_hospital": ("Rehabilitation Hospital",),
    "hospital": ("General Acute Care Hospital",),
    "case_management": ("Case Manager",),
    "community_health": ("Federally Qualified Health Center",),
}


@dataclass(frozen=True)
class Search:
    """Where and what to look for."""

    zip: str
    radius: float
    specialties: tuple[str, ...]

    @classmethod
    def checked(cls, *, zip_code: str, radius: float | None, specialties: Iterable[str]) -> Search:
        """A search that makes sense; Invalid says what to correct."""
        errors: dict[str, str] = {}
        if places.place(zip_code) is None:
            errors["zip"] = "Write the five digits of a ZIP code, such as 77005."
        if radius is not None and not 0 < radius <= LARGEST_RADIUS:
            errors["radius"] = f"Give a radius between 1 and {LARGEST_RADIUS:.0f} miles."
        chosen = tuple(sorted(taxonomy.check_keys(one for one in specialties if one.strip())))
        if not chosen:
            errors["specialty"] = "Choose at least one specialty: the registry is too large to search without."
        if errors:
            raise Invalid(errors)
        return cls(zip5(zip_code), radius or 10.0, chosen)


@dataclass(frozen=True)
class Hit:
    """One result: what it would look like here, and why it ranks where it does."""

    npi: str
    name: str
    kind: str
    specialty: str
    city: str
    zip: str
    phone: str
    miles: float | None
    fit: matching.Fit
    services: tuple[str, ...]
    known_id: int | None
    text: str


@dataclass(frozen=True)
class Result:
    """Hits, the best first. `more`: the registry holds more than it hands out for this search."""

    hits: tuple[Hit, ...]
    more: bool


def search(db: Database, wanted: Search, *, url: str) -> Result:
    """Ask the registry, with no transaction open. RegistryUnavailable says what to do."""
    near = places.zips_within(wanted.zip, wanted.radius)
    rows, more = _ask(wanted, near, url)
    with db.read() as session:
        reader, off = _reader(session), prices.switched_off(session)
        known = directory.known(session, list(rows))
    hits = [_hit(row, reader, off, known.get(npi)) for npi, row in rows.items()]
    return Result(tuple(sorted(hits, key=lambda hit: (-hit.fit.score, hit.miles or 0.0, hit.name))), more)


def add(
    db: Database, hits: Iterable[Hit] | Sequence[str], search_name: str, *, actor_id: int | None, now: datetime
) -> dict[str, Any]:
    """Add chosen results, given as hits or as their texts. An import like any other, to be undone as a whole."""
    texts = [hit if isinstance(hit, str) else hit.text for hit in hits]
    with db.write() as session:
        run = ImportRun(
            kind=ImportKind.REGISTRY,
            name=search_name,
            state=ImportState.DONE,
            progress=100,
            actor_id=actor_id,
            created_at=now,
            finished_at=now,
        )
        session.add(run)
        session.flush()
        counts = Counts(rows=len(texts))
        imports_rows.apply(Turn(session, run, _reader(session), now), texts, counts)
        counts.write(run)
        duplicate_scans.request(session, now=now)
        return {"import_id": run.id, **run.counts, "seconds": 0.0}


def add_all(shop: Workshop, wanted: Search, *, url: str) -> dict[str, Any]:
    """Search and add everybody found."""
    started = shop.clock()
    found = search(shop.db, wanted, url=url)
    answer = add(shop.db, found.hits, name_of(wanted), actor_id=None, now=started)
    return answer | {"seconds": round((shop.clock() - started).total_seconds(), 2)}


def name_of(wanted: Search) -> str:
    """What the list of imports calls a search."""
    labels = ", ".join(taxonomy.specialty(key).label for key in wanted.specialties)
    return f"NPI Registry: {labels} within {wanted.radius:g} miles of {wanted.zip}"


def _ask(wanted: Search, near: Collection[str], url: str) -> tuple[dict[str, Row], bool]:
    waiting = [(start, word) for start in _beginnings(near, 3) for word in _words(wanted.specialties)]
    found: dict[str, Row] = {}
    asked, more = 0, False
    while waiting:
        start, word = waiting.pop(0)
        asked += 1
        answer = npi_registry.search(start if len(start) == _ZIP_DIGITS else f"{start}*", taxonomy=word, url=url)
        found |= {row.npi: row for row in answer.rows if _is_wanted(row, wanted, near)}
        if answer.more and len(start) < _ZIP_DIGITS and asked + len(waiting) < MOST_QUESTIONS:
            narrower = _beginnings((code for code in near if code.startswith(start)), len(start) + 1)
            waiting += [(one, word) for one in narrower]
        else:
            more = more or answer.more
    return found, more


def _beginnings(codes: Iterable[str], digits: int) -> list[str]:
    return sorted({code[:digits] for code in codes})


def _words(specialties: Sequence[str]) -> list[str]:
    words = (WORDS.get(key) or (taxonomy.specialty(key).label,) for key in specialties)
    return list(dict.fromkeys(word for some in words for word in some))


def _is_wanted(row: Row, wanted: Search, near: Collection[str]) -> bool:
    inside = row.postal[:5] in near
    return inside and taxonomy.belongs(row.taxonomy, wanted.specialties) and not row.is_deactivated


def _hit(row: Row, reader: Reader, off: frozenset[str], known: directory.Known | None) -> Hit:
    where = address(row)
    values: dict[str, Any] = dict(zip(PROVIDER_COLUMNS, reader.values(row, where), strict=True))
    fit = matching.fit(
        values["specialty"],
        matching.distance_band(values["distance_miles"]),
        has_phone=bool(where.phone),
        is_person=values["kind"] == "person",
        is_peer=bool(values["is_peer"]),
        switched_off=off,
    )
    return Hit(
        npi=row.npi,
        name=values[PROVIDER_COLUMNS[DISPLAY_NAME]],
        kind=values["kind"],
        specialty=taxonomy.classify(row.taxonomy).label,
        city=where.city,
        zip=where.zip,
        phone=where.phone,
        miles=values["distance_miles"],
        fit=fit,
        services=tuple(one.short for one in matching.services_for(values["specialty"], off)),
        known_id=known.id if known else None,
        text=row.text(),
    )


def _reader(session: Session) -> Reader:
    business = session.get(Business, 1)
    return Reader(business.zip if business else "", prices.switched_off(session))
