"""How long the scheduler's tick takes while 300,000 messages and 300,000 enrollments wait for later.

.venv/bin/python -m benchmarks.tick [--rows 300000]

A tick asks every job when it is next due, as the worker does, and then claims (nothing is due). The floor is the
cheapest query there is, `SELECT 1`, as often as the tick asks.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

import crm.models  # noqa: F401  (registers the tables)
from benchmarks.outbox import opened
from crm.bootstrap import Handoff
from crm.config import Settings
from crm.jobs.schedule import JOBS
from crm.jobs.worker import next_due
from crm.services import claims
from crm.store import claims as rows
from crm.store.engine import Database

NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
ROUNDS = 50


def main() -> None:
    """Print one JSON line for each database: milliseconds, median and worst of fifty."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    given = parser.parse_args()
    for name in ("sqlite", "postgres"):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, opened(name, Path(folder)) as db:
            fill(db, given.rows)
            Handoff(Settings(Path(folder), str(db.url)), db)
            measure(db, name, given.rows)


def measure(db: Database, name: str, count: int) -> None:
    """The whole tick, its parts that look at these rows, and the floor."""
    asked = [job for job in JOBS if job.next_due is not None or job.chore is not None]
    line: dict[str, object] = {"database": name, "rows": count}
    for what, act in (
        ("tick", lambda: tick(db)),
        ("send_mail", lambda: one(db, "send_mail")),
        ("take_steps", lambda: one(db, "take_steps")),
        ("due", lambda: due(db)),
        ("claim", lambda: claims.claim(db, me="benchmark", now=NOW)),
        ("floor", lambda: floor(db, len(asked))),
    ):
        line |= {f"{what}_ms": timed(act)}
    print(json.dumps(line | {"load": os.getloadavg()[0]}), flush=True)


def tick(db: Database) -> None:
    """What the worker asks when somebody has committed something."""
    with db.read() as session:
        for job in JOBS:
            next_due(job, session)


def one(db: Database, name: str) -> None:
    """One job's part of it."""
    with db.read() as session:
        next_due(next(job for job in JOBS if job.name == name), session)


def due(db: Database) -> None:
    """What may leave now."""
    with db.read() as session:
        assert not rows.due(session, 1, NOW, 50)


def floor(db: Database, count: int) -> None:
    """As many of the cheapest queries."""
    with db.read() as session:
        for _ in range(count):
            session.execute(sa.text("SELECT 1"))


def timed(act: Callable[[], object]) -> list[float]:
    """Median and worst, in milliseconds of wall time; then the median of this process's CPU."""
    act()
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return [round(sorted(walls)[ROUNDS // 2], 2), round(max(walls), 2), round(sorted(cpus)[ROUNDS // 2], 2)]


def fill(db: Database, count: int) -> None:
    """One mailbox, one sequence, and rows made by the database itself."""
    at = (NOW + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
    numbers = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})"
    later = f"datetime('{at}', '+' || n || ' seconds')" if db.is_sqlite else f"timestamp '{at}' + n * interval '1 s'"
    with db.connect() as connection:
        for table, columns, values in (
            ("mail_account", ACCOUNT, ACCOUNT_VALUES),
            ("provider", PROVIDER, PROVIDER_VALUES),
            ("sequence", SEQUENCE, SEQUENCE_VALUES),
            ("message", MESSAGE, MESSAGE_VALUES),
            ("enrollment", ENROLLMENT, ENROLLMENT_VALUES),
        ):
            whole = table in ("mail_account", "sequence")
            select = f"SELECT {values}" if whole else f"{numbers} SELECT {values} FROM n"
            filled = select.replace(":at", f"'{at}'").replace(":later", later)
            connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) {filled}".replace("%", "%%"))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


ACCOUNT = (
    "address, from_name, preset, smtp_host, smtp_port, smtp_security, username, secret, auth, imap_host, imap_port, "
    "imap_security, imap_state, daily_cap, domain_cap, gap_seconds, window_start, window_end, paused_reason, created_at"
)
ACCOUNT_VALUES = (
    "'dana@stride.example', '', 'other', 'smtp', 587, 'none', '', '', 'password', '', 993, 'tls', '{}', 50, 20, 20, "
    "480, 1020, '', :at"
)
PROVIDER = (
    "kind, prefix, first_name, middle_name, last_name, suffix, credentials, organization_name, display_name, "
    "sort_name, said_as, taxonomy_code, specialty, care_stage, ask, edited_fields, is_peer, peer_overridden, phone, "
    "phone_extension, fax, email, website, remarks, practice_name, city, state, zip, fit, "
    "stage, stage_reason, touch_count, referral_count, sample, created_at, updated_at"
)
PROVIDER_VALUES = (
    "'person', '', '', '', 'P', '', '', '', 'P', 'p', '', '', 'pt', 'ongoing', 'clearance', '[]', false, false, '', '', '', '', '', '',"
    " '', '', '', '', 0, 'prospect', '', 0, 0, false, :at, :at"
)
SEQUENCE = "name, about, window_start, window_end, one_per_practice, colleague_stops, created_at, updated_at"
SEQUENCE_VALUES = "'First contact', '', 510, 990, true, false, :at, :at"
MESSAGE = (
    'kind, provider_id, mail_account_id, dedupe_key, message_id, in_reply_to, "references", unsubscribe_token, '
    "unsubscribe_url, from_address, from_name, reply_to, to_address, to_name, subject, text_body, html_body, "
    "merge_values, override_reason, state, state_reason, due_at, lease_owner, attempts, via, server_reply, sample, "
    "created_at"
)
MESSAGE_VALUES = (
    "'outreach', n, 1, 'k' || n, '<' || n || '@x>', '', '', 't' || n, '', 'dana@stride.example', '', '', "
    "'p' || n || '@clinic.example', '', 's', 't', '', '{}', '', 'queued', 'scheduled', :later, '', 0, '', '', false, :at"
)
ENROLLMENT = (
    "sequence_id, provider_id, address, zone, window_start, window_end, colleague_stops, state, state_reason, "
    'evidence, position, due_at, subject, last_message_id, "references", stage_at_start, overrides, enrolled_at, sample'
)
ENROLLMENT_VALUES = (
    "1, n, '', 'America/Chicago', 510, 990, false, 'active', '', '{}', 1, :later, '', '', '', '', '{}', :at, false"
)


if __name__ == "__main__":
    main()
