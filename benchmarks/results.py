"""How long the Results page takes with a long past, against an empty page of the same app and against the bare SQL.

    .venv/bin/python -m benchmarks.results [--providers 100000] [--activities 1000000] [--referrals 50000]
        [--keep FOLDER] [--url postgresql://…] [--explain]

Milliseconds of the processor and, in brackets, of the clock: the middle of several, without network. "bare SQL" runs the
page's statements once more through the driver, with nothing around them. `--explain` prints the plans of those that
take longer than ten milliseconds. Making the database takes about two minutes; `--keep` leaves it there.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask.testing import FlaskClient

from benchmarks import people, referring
from crm.bootstrap import Handoff, open_handoff
from crm.config import Settings
from crm.services import accounts
from crm.web import create_app

ROUNDS = 7
SLOW = 10
PASSWORD = "correct horse battery"
EMAIL = "dana@stride.example"
PAGES = {
    "an empty page": "/changes",
    "results: this month": "/results",
    "results: last month": "/results?period=last-month",
    "results: last month, alone": "/results?period=last-month&compare=none",
    "results: last 12 months": "/results?period=last-12-months",
    "results: all time": "/results?period=all",
    "rows of a figure": "/results/rows/referral.received?period=last-month",
}


class Statement(NamedTuple):
    """What a page asked the database, and how long that took bare."""

    sql: str
    values: Any
    milliseconds: float = 0


class Time(NamedTuple):
    """Milliseconds of the processor and of the clock."""

    cpu: float
    wall: float


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        handoff = _filled(folder, options)
        browser = _signed_in(handoff)
        print(f"{'page':32}{'page, ms':>20}{'bare SQL, ms':>16}{'statements':>12}")
        for name, address in PAGES.items():
            _tell(handoff, browser, name, address, explain=options.explain)
        handoff.db.dispose()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--providers", type=int, default=100_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--referrals", type=int, default=50_000)
    parser.add_argument("--keep", default="")
    parser.add_argument("--url", default="")
    parser.add_argument("--explain", action="store_true")
    return parser.parse_args()


def _filled(folder: Path, options: argparse.Namespace) -> Handoff:
    url = options.url or f"sqlite:///{folder / 'results.db'}"
    handoff = open_handoff(Settings(data_dir=folder / "data", database_url=url), clock=lambda: people.NOW)
    if accounts.needs_owner(handoff.db):
        started = time.perf_counter()
        referring.fill(handoff.db, options.providers, options.activities, options.referrals)
        print(f"made in {time.perf_counter() - started:.0f} s", flush=True)
        accounts.make_owner(handoff.db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=people.NOW)
    return handoff


def _signed_in(handoff: Handoff) -> FlaskClient:
    browser = create_app(handoff).test_client()
    form = {"email": EMAIL, "password": PASSWORD}
    answer = browser.post("/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303, answer.text
    return browser


def _tell(handoff: Handoff, browser: FlaskClient, name: str, address: str, *, explain: bool) -> None:
    asked = _asked(handoff, lambda: _ask(browser, address))
    times = [_ask(browser, address) for _ in range(ROUNDS)]
    page = Time(statistics.median(one.cpu for one in times), statistics.median(one.wall for one in times))
    bare = _bare(handoff, asked)
    said = f"{page.cpu:.1f} ({page.wall:.1f})"
    print(f"{name:32}{said:>20}{sum(one.milliseconds for one in bare):>16.1f}{len(bare):>12}", flush=True)
    for one in bare if explain else []:
        if one.milliseconds > SLOW:
            _explain(handoff, one)


def _ask(browser: FlaskClient, address: str) -> Time:
    began, started = time.process_time(), time.perf_counter()
    answer = browser.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return Time((time.process_time() - began) * 1000, (time.perf_counter() - started) * 1000)


def _asked(handoff: Handoff, ask: Callable[[], object]) -> list[Statement]:
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            found.append(Statement(sql, values))

    sa.event.listen(handoff.db.engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(handoff.db.engine, "before_cursor_execute", note)
    return found


def _bare(handoff: Handoff, asked: list[Statement]) -> list[Statement]:
    with handoff.db.read() as session:
        cursor = session.connection().connection.cursor()
        return [one._replace(milliseconds=statistics.median(_run(cursor, one) for _ in range(3))) for one in asked]


def _run(cursor: Any, one: Statement) -> float:
    started = time.perf_counter()
    cursor.execute(one.sql, one.values)
    cursor.fetchall()
    return (time.perf_counter() - started) * 1000


def _explain(handoff: Handoff, one: Statement) -> None:
    with handoff.db.read() as session:
        cursor = session.connection().connection.cursor()
        cursor.execute(("EXPLAIN QUERY PLAN " if handoff.db.is_sqlite else "EXPLAIN ANALYZE ") + one.sql, one.values)
        print(f"  {one.milliseconds:.1f} ms: {' '.join(one.sql.split())[:160]}")
        for row in cursor.fetchall():
            print(f"      {row[-1]}")


if __name__ == "__main__":
    main()
