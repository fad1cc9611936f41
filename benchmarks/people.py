"""Databases full of invented providers, fast: rows are made by arithmetic and go in by the driver."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crm.domain import matching
from crm.store.engine import Database

NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
TODAY = NOW.date()
WORKED = 2000
"""So many providers somebody works with, however many there are; a tenth in the smallest database."""

STARTS = (
    "al an bar ber bo bran cal car chan cor dal dan del dor el fa fer gar gil gon ha hol ja kim lan lo mar men mo na"
)
MIDDLES = "a be de di do e ga i la le li ma me mi na ne ni no o ra re ri ro sa ta te ti va ve zi"
ENDS = "ez son ner ski ton man ley rez dez ng en ini ard ford well berg stein lin ko va ker by er ano ota ura"
FIRSTS = "Ana Bao Carl Dana Elena Femi Grace Hugo Ines Jon Kira Luis Maria Nadia Omar Pia Quinn Rosa Sam Tess Uma Vera"
CITIES = ("Houston", "Katy", "Pasadena", "Sugar Land", "Bellaire", "Pearland", "Spring", "Humble", "Cypress", "Tomball")
TOWNS = 600
SPECIALTIES = ("orthopedics", "primary_care", "pt", "cardiology", "endocrinology", "oncology", "geriatrics")
STAGES = ("contacted", "introduced", "sample_sent", "trial", "partner", "not_now", "declined")

PROVIDER = (
    "id, kind, npi, prefix, first_name, middle_name, last_name, suffix, credentials, organization_name, display_name, "
    "sort_name, said_as, taxonomy_code, specialty, care_stage, ask, edited_fields, is_peer, peer_overridden, phone, "
    "phone_extension, fax, email, website, remarks, practice_id, practice_name, city, state, zip, distance_miles, fit, "
    "stage, stage_reason, touch_count, last_touch_at, next_due_on, referral_count, sample, created_at, updated_at"
).split(", ")
PRACTICE = (
    "id, name, address_key, line1, line2, city, state, zip, country, phone, fax, email, website, hours, visitor_policy, "
    "remarks, edited_fields, sample, created_at, updated_at"
).split(", ")
AFFILIATION = ("provider_id", "practice_id", "is_primary", "days", "phone", "fax")
ACTIVITY = ("provider_id", "kind", "happened_at", "summary", "body", "reason", "evidence", "sample", "created_at")
TASK = (
    "provider_id, kind, title, why, remarks, due_on, state, waiting_for, origin, template_slug, snoozed, sample, created_at"
).split(", ")


def fill(db: Database, count: int) -> None:
    """Put `count` providers with practices, affiliations, and for some of them a history into an empty database."""
    chance = random.Random(count)
    with db.connect() as connection:
        insert = _inserter(connection, is_sqlite=db.is_sqlite)
        for start in range(1, count + 1, 5000):
            numbers = range(start, min(start + 5000, count + 1))
            insert("practice", PRACTICE, [_practice(n) for n in numbers if n % 3 == 1])
            rows = [_provider(n, count, chance) for n in numbers]
            insert("provider", PROVIDER, rows)
            insert("affiliation", AFFILIATION, [(n, _practice_id(n), True, 0, "", "") for n in numbers])
            worked = [row for row in rows if row[PROVIDER.index("touch_count")]]
            insert("activity", ACTIVITY, [line for row in worked for line in _history(row[0])])
            insert("task", TASK, [_task(row) for row in worked if row[PROVIDER.index("next_due_on")]])
    if not db.is_sqlite:
        with db.connect() as connection:
            connection.exec_driver_sql("SELECT setval('provider_id_seq', (SELECT max(id) FROM provider))")
            connection.exec_driver_sql("ANALYZE")


def vacuum(db: Database) -> None:
    """What PostgreSQL does by itself a minute later: count its rows and know which pages everybody may see."""
    if not db.is_sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _inserter(connection: Any, *, is_sqlite: bool) -> Any:
    def insert(table: str, columns: tuple[str, ...] | list[str], rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        mark = "?" if is_sqlite else "%s"
        marks = ", ".join([mark] * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    return insert


def npi(number: int) -> str:
    """A fictional NPI: nine digits from 200000000 up and the check digit."""
    body = str(200_000_000 + number)
    digits = [int(digit) for digit in "80840" + body]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::-2])
    return body + str(-(doubled + sum(digits[-2::-2])) % 10)


def worked(count: int) -> int:
    """The number of somebody with a history, from the middle."""
    step = _step(count)
    return count // 2 // step * step or step


def _step(count: int) -> int:
    return max(count // min(WORKED, count // 5), 1)


def last_name(rank: int) -> str:
    """One of 40,000 family names."""
    starts, middles, ends = STARTS.split(), MIDDLES.split(), ENDS.split()
    rank, end = divmod(rank, len(ends))
    rank, middle = divmod(rank, len(middles))
    second, start = divmod(rank, len(starts))
    return (
        starts[start] + (middles[second % len(middles)] if second else "") + middles[middle] + ends[end]
    ).capitalize()


def _provider(number: int, count: int, chance: random.Random) -> tuple[Any, ...]:
    first = FIRSTS.split()[number % 22] if number % 4 else last_name(number % 3000)[:6]
    last = last_name(min(int(chance.paretovariate(0.35)) * 7, 40_000) + number % 1009)
    worked = number % _step(count) == 0
    city = _city(_practice_id(number))
    miles = round(number * 7919 % 100_003 / 100_003 * 2500, 1)
    mixed = number * 7919 % 100_003
    due = TODAY + timedelta(days=mixed % 41 - 20) if worked and mixed % 5 else None
    return (
        number, "person", npi(number), "", first, "", last, "", "MD", "", f"{first} {last}, MD",
        f"{last} {first}".lower(), "", "207X00000X", SPECIALTIES[number % 7], "ongoing", "clearance", "[]", number % 53 == 7,
        False, f"+1713{2000000 + number % 8000000}", "", "", f"p{number}@clinic.example" if worked else "", "", "",
        _practice_id(number), f"{city} Clinic {_practice_id(number)}", city, "TX", "77005", miles,
        _fit(SPECIALTIES[number % 7], miles, has_email=worked), STAGES[mixed % 7] if worked else "prospect", "",
        3 if worked else 0, _stamp(NOW - timedelta(days=number * 31 % 200)) if worked else None, due, 0, False, _stamp(NOW), _stamp(NOW),
    )  # fmt: skip


def _fit(specialty: str, miles: float, *, has_email: bool) -> int:
    return matching.fit_score(specialty, miles, has_phone=True, has_email=has_email, is_person=True)


def _stamp(at: datetime) -> str:
    """As SQLAlchemy writes it: SQLite compares instants as texts."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


def _city(number: int) -> str:
    """Half of all in ten cities, the others in six hundred towns."""
    place = number * 31
    return CITIES[place // 2 % 10] if place % 2 else f"{last_name(place // 2 % TOWNS)} Springs"


def _practice_id(number: int) -> int:
    return number - (number - 1) % 3


def _practice(number: int) -> tuple[Any, ...]:
    city = _city(number)
    return (
        number, f"{city} Clinic {number}", f"{number} main st|77005", f"{number} Main St", "", city, "TX", "77005", "US",
        f"+1713{2000000 + number % 8000000}", "", "", "", "", "", "", "[]", False, _stamp(NOW), _stamp(NOW),
    )  # fmt: skip


def _history(number: int) -> Iterator[tuple[Any, ...]]:
    for back, kind in enumerate(("call", "visit", "note")):
        at = _stamp(NOW - timedelta(days=number * 31 % 200 + 20 * back))
        yield (
            number,
            kind,
            at,
            "Spoke with the front desk",
            f"Asked about balance classes, case {number}",
            "",
            "{}",
            False,
            at,
        )


def _task(row: tuple[Any, ...]) -> tuple[Any, ...]:
    due: date = row[PROVIDER.index("next_due_on")]
    return (row[0], "call", "Call again", "", "", due, "open", "", "cadence", "", 0, False, _stamp(NOW))
