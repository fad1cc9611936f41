"""An invented past for a database full of providers: touches, stages, referrals, sessions, reports, by the driver."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from benchmarks import people
from benchmarks.people import NOW, TODAY, _inserter, _stamp
from crm.store.engine import Database

YEARS = 3
SPAN = 365 * YEARS
TOUCHED = 0.6
"""So many of all providers have ever been contacted."""

ACTIVITY = (
    "provider_id, practice_id, kind, outcome, happened_at, summary, body, stage_from, stage_to, reason, evidence, "
    "sample, created_at, undone_at"
).split(", ")
CLIENT = "id, code, condition, sample, created_at, started_on".split(", ")
REFERRAL = (
    "id, client_id, provider_id, practice_id, received_on, service_key, how, status, reason, lost_reason, "
    "contacted_on, scheduled_on, started_on, ended_on, continuing_on, expected_cents, booked_cents, attribution_note, "
    "first_touch_kind, last_touch_kind, touches, conversations, visits, days_to_it, sequence_id, credited_id, sample, "
    "created_at"
).split(", ")
SESSION = "client_id, referral_id, happened_on, state, work, response, charge_cents, sample, created_at".split(", ")
REPORT = (
    "client_id, provider_id, kind, occasion, due_on, why, state, skipped_reason, bottom_line, plan, ask, tolerance, "
    "delivered_on, sample, created_at, updated_at"
).split(", ")
ENROLLMENT = (
    "sequence_id, provider_id, address, zone, window_start, window_end, colleague_stops, state, state_reason, evidence, "
    'position, subject, last_message_id, "references", stage_at_start, overrides, enrolled_at, sample'
).split(", ")
KINDS = ("call",) * 7 + ("visit",) * 5 + ("email",) * 5 + ("note", "letter", "reply")
WAY = ("prospect", "contacted", "introduced", "sample_sent", "trial", "partner")
SERVICES = ("post_rehab_conditioning", "chronic_disease", "older_adults", "weight_management", "cardiac_pulmonary")
HOW = ("call", "fax", "written_pad", "email", "in_person")
REASONS = ("Price", "Couldn't be reached", "Distance or transport", "Chose someone else")


def fill(db: Database, providers: int, activities: int, referrals: int) -> None:
    """Put providers and their past into an empty database."""
    people.fill(db, providers)
    chance = random.Random(providers)
    with db.connect() as connection:
        insert = _inserter(connection, is_sqlite=db.is_sqlite)
        insert("sequence", ["id", "name", "about", "window_start", "window_end", "one_per_practice", "colleague_stops",
                            "created_at", "updated_at"],
               [(n, f"Sequence {n}", "", 510, 990, True, False, _stamp(NOW), _stamp(NOW)) for n in range(1, 7)])  # fmt: skip
        for rows in _batches(_activities(providers, activities, chance)):
            insert("activity", ACTIVITY, rows)
        for rows in _batches(_enrollments(providers, chance)):
            insert("enrollment", ENROLLMENT, rows)
        for numbers in _batches(iter(range(1, referrals + 1))):
            made = [_referral(n, providers, chance) for n in numbers]
            insert("client", CLIENT, [(row[0], f"B-{row[0]}", "", False, row[-1], row[12]) for row in made])
            insert("referral", REFERRAL, made)
            insert("client_session", SESSION, [one for row in made for one in _sessions(row)])
            insert("due_report", REPORT, [one for row in made for one in _reports(row, chance)])
        connection.exec_driver_sql(
            """UPDATE provider SET stage = 'partner', referral_count = found.n, first_referral_on = found.one,
            last_referral_on = found.other FROM (SELECT provider_id, count(*) AS n, min(received_on) AS one,
            max(received_on) AS other FROM referral GROUP BY provider_id) AS found WHERE found.provider_id = provider.id"""
        )
    people.vacuum(db)


def _batches(rows: Iterator[Any], size: int = 20_000) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _activities(providers: int, count: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    """A year of touches from each first contact on, in order of time for each, with a move after some of them."""
    touched = int(providers * TOUCHED)
    each = count // touched + 1
    for number in range(1, touched + 1):
        first = NOW - timedelta(days=chance.random() * SPAN)
        left = min((NOW - first) / timedelta(days=1), 365)
        practice, place = people._practice_id(number), 0
        for n, part in enumerate(sorted([0.0, *(chance.random() for _ in range(each - 1))])):
            when = first + timedelta(days=left * part)
            if n in (1, 4, 7, 10) and place < 4 and chance.random() < 0.6:
                yield _line(number, practice, "stage", None, when, WAY[place], WAY[place + 1])
                place += 1
                continue
            kind = KINDS[chance.randrange(20)]
            yield _line(number, practice, kind, "conversation" if chance.random() < 0.3 else None, when, None, None)


def _line(
    number: int, practice: int, kind: str, outcome: str | None, when: datetime, before: str | None, after: str | None
) -> tuple[Any, ...]:
    at = _stamp(when)
    return number, practice, kind, outcome, at, "Spoke with the desk", "", before, after, "", "{}", False, at, None


def _enrollments(providers: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    for number in range(1, int(providers * TOUCHED), 2):
        at = _stamp(NOW - timedelta(days=chance.random() * SPAN))
        yield (
            number % 6 + 1, number, "", "", 510, 990, False, "finished", "finished", "{}", 1, "", "", "", "", "{}", at,
            False,
        )  # fmt: skip


def _referral(number: int, providers: int, chance: random.Random) -> tuple[Any, ...]:
    received = TODAY - timedelta(days=int(chance.random() * SPAN))
    provider = 1 + int(chance.random() ** 2 * providers * TOUCHED / 6)
    steps = [received + timedelta(days=n) for n in (1, 3, 3 + int(chance.random() * 30))]
    reached = chance.choices((0, 1, 2, 3), (8, 10, 12, 70))[0]
    known = [day if n < reached and day <= TODAY else None for n, day in enumerate(steps)]
    status = ("received", "contacted", "scheduled", "started")[sum(day is not None for day in known)]
    lost = status != "started" and (TODAY - received).days > 30
    ended = steps[2] + timedelta(days=60)
    done = status == "started" and ended <= TODAY
    return (
        number, number, provider, people._practice_id(provider), received, SERVICES[number % 5], HOW[number % 5],
        "lost" if lost else "completed" if done else status, "", REASONS[number % 4] if lost else "", *known,
        ended if done else None, None, 96_000, 80_000 if status == "started" else None, "", "call", KINDS[number % 20],
        1 + number % 14, number % 5, number % 4, number % 200, number % 6 + 1 if number % 3 else None, 1, False,
        _stamp(NOW),
    )  # fmt: skip


def _sessions(row: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    started: date | None = row[12]
    for n in range(8 if started else 0):
        assert started is not None
        day = started + timedelta(days=n * 4)
        if day <= TODAY:
            yield row[1], row[0], day, "attended", "", "", 8_000, False, _stamp(NOW)


def _reports(row: tuple[Any, ...], chance: random.Random) -> Iterator[tuple[Any, ...]]:
    started: date | None = row[12]
    for n, kind in enumerate(("client-introduction", "assessment-summary", "progress-report") if started else ()):
        assert started is not None
        due = started + timedelta(days=(1, 7, 30)[n])
        done = due - timedelta(days=1) + timedelta(days=int(chance.random() * 4))
        delivered = done if done <= TODAY else None
        state = "delivered" if delivered else "open"
        yield (
            row[1],
            row[2],
            kind,
            str(started),
            due,
            "",
            state,
            "",
            "",
            "",
            "",
            "",
            delivered,
            False,
            *[_stamp(NOW)] * 2,
        )
