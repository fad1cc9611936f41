"""How fast files come in, end to end, against the floor: reading the same file and splitting it for the needed columns.

    .venv/bin/python -m benchmarks.imports [--rows 200000] [--contacts 100000] [--postgres] [--keep FOLDER]

Every case runs in a process of its own. Rows a second are given by the clock and, in brackets, by the processor, which
other work on the machine disturbs less. A large first import has a second process to help: processor and memory are
those of both, and memory is the most that they ever held.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import nppes_files

STATE, LARGE_STATE = "CT", "TX"
"""With 4 and 8 in a hundred rows of the generated file; the average state of the real one has 2."""
TARGETS = {
    "SQLite, all rows": "40,000 rows/s, 120 MB",
    "SQLite, all changed": "10,000 rows/s",
    "SQLite, search": "17,000 rows/s",
    "SQLite, undo": "13,000 rows/s",
    "SQLite, one state": "half the floor",
    "PostgreSQL, all rows": "30,000 rows/s, 120 MB",
    "SQLite, contacts": "20,000 rows/s",
}

STEPS = (
    ("SQLite, all rows", "all"),
    ("SQLite, all again", "again"),
    ("SQLite, all changed", "changed"),
    ("SQLite, search", "search"),
    ("SQLite, undo", "undo"),
)


def main() -> None:
    """Make the files, run every case, print the table."""
    if len(sys.argv) > 2 and sys.argv[1] == "--case":
        print(json.dumps(CASES[sys.argv[2]](*map(Path, sys.argv[3:5]), *sys.argv[5:])))
        return
    asked = _arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(asked.keep or stack.enter_context(tempfile.TemporaryDirectory()))
        directory, contacts = _files(folder, asked.rows, asked.contacts)
        floor = _run("floor", directory, folder)
        _print("floor: read and split", floor, floor)
        for name, case in STEPS:
            _print(name, _run(case, directory, folder), floor)
        _print("floor: read and split", _run("floor", directory, folder), floor)
        _print("SQLite, one state", _run("state", directory, folder), floor)
        _print("SQLite, a large state", _run("large_state", directory, folder), floor)
        _print("SQLite, contacts", _run("contacts", contacts, folder), floor)
        _print("SQLite, contacts undone", _run("undo_contacts", contacts, folder), floor)
        if asked.postgres:
            url = stack.enter_context(_postgres())
            _print("PostgreSQL, all rows", _run("all", directory, folder, url), floor)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL too, from the test extra")
    parser.add_argument("--keep", help="a folder for the generated files, used again next time")
    return parser.parse_args()


def _files(folder: Path, rows: int, contacts: int) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    directory, people = folder / f"npidata-{rows}.csv", folder / f"contacts-{contacts}.csv"
    if not directory.exists():
        nppes_files.write_large(directory, rows)
    if not people.exists():
        _write_contacts(people, contacts)
    return directory, people


def _write_contacts(path: Path, count: int) -> None:
    chance = random.Random(5)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Name", "Practice", "Phone", "E-mail", "Address", "City", "State", "Zip", "Specialty", "Notes"))
        for number in range(count):
            middle, clinic = "ABCDEFGHKLMNPRSTW"[number % 17], number % (count // 8)
            last = f"{chance.choice(nppes_files.LAST)}-{chance.choice(nppes_files.LAST)}".title()
            name = f"{chance.choice(nppes_files.FIRST).title()} {middle}. {last}, {chance.choice(('MD', 'PT', 'DO'))}"
            phone = f"({201 + number % 700}) 5{number // 10000 % 100:02d}-{number % 10000:04d}"
            where = (f"{clinic} Main St Suite {clinic % 9}", "Houston", "TX", "77005")
            kind = chance.choice(("Orthopedics", "Physical Therapy", "Cardiology"))
            rows.writerow((name, f"Clinic {clinic}", phone, f"p{number}@clinic{clinic}.com", *where, kind, "Met once"))


# --- cases, each in a process of its own -----------------------------------------------------------------------------


def _floor(path: Path, _folder: Path) -> dict[str, Any]:
    def work() -> int:
        count = 0
        with path.open("rb") as file:
            next(file)
            for line in file:
                if line.count(b'","') == 329:
                    line.decode().split('","', 51)
                    count += 1
        return count

    return _timed(work)


def _all(path: Path, folder: Path, url: str = "") -> dict[str, Any]:
    shop = _workshop(folder, url, new=True)
    return _timed(lambda: _imported(shop, path))


def _again(path: Path, folder: Path) -> dict[str, Any]:
    shop = _workshop(folder)
    return _timed(lambda: _imported(shop, path))


def _changed(path: Path, folder: Path) -> dict[str, Any]:
    """One row in twenty says something else than last time."""
    other, chance = folder / "changed.csv", random.Random(3)
    with path.open(encoding="utf-8") as source, other.open("w", encoding="utf-8") as target:
        for number, line in enumerate(source):
            if number % 20 == 1:
                line = line.replace("07/08/2007", "07/08/2020").replace("ST", f"ST {chance.randrange(9)}")  # noqa: PLW2901
                target.write(line)
            elif number == 0:
                target.write(line)
    shop = _workshop(folder)
    return _timed(lambda: _imported(shop, other))


def _search(_path: Path, folder: Path) -> dict[str, Any]:
    from crm.services import search_entries

    shop = _workshop(folder)
    return _timed(lambda: search_entries.refresh_due(shop.db))


def _undo(_path: Path, folder: Path) -> dict[str, Any]:
    from crm.services import imports

    shop = _workshop(folder)
    return _timed(lambda: int(imports.undo_now(shop, 1)["removed"]))


def _state(path: Path, folder: Path) -> dict[str, Any]:
    shop = _workshop(folder, new=True)
    return _timed(lambda: _imported(shop, path, STATE))


def _large_state(path: Path, folder: Path) -> dict[str, Any]:
    shop = _workshop(folder, new=True)
    return _timed(lambda: _imported(shop, path, LARGE_STATE))


def _contacts(path: Path, folder: Path) -> dict[str, Any]:
    from crm.services import imports

    shop = _workshop(folder, new=True)
    return _timed(lambda: int(imports.run_list_now(shop, path, {})["rows"]))


def _imported(shop: Any, path: Path, *states: str) -> int:
    from crm.domain.kinds import ImportKind
    from crm.services import imports
    from crm.services.imports_options import Options

    answer = imports.run_now(shop, ImportKind.NPPES, path, Options(states=states))
    print(json.dumps(answer), file=sys.stderr)
    return int(answer["rows"])


def _workshop(folder: Path, url: str = "", *, new: bool = False) -> Any:
    import crm.models  # noqa: F401  (registers the tables)
    from crm.models.accounts import Business
    from crm.services.imports_workshop import Workshop
    from crm.store.engine import Database

    path = folder / "handoff.db"
    db = Database(url or f"sqlite:///{path}")
    if new:
        now = datetime.now(UTC)
        with db.write() as session:
            session.add(Business(id=1, name="Benchmark", zip="77005", created_at=now, updated_at=now))
    return Workshop(db, folder / "imports", lambda: datetime.now(UTC))


def _schema(_path: Path, folder: Path, url: str = "") -> dict[str, Any]:
    """A new database. As in daily use another process makes it: its tools don't count as the import's memory."""
    import crm.models  # noqa: F401
    from crm.store import migrate
    from crm.store.engine import Database

    if not url:
        for old in folder.glob("handoff.db*"):
            old.unlink()
    migrate.upgrade(Database(url or f"sqlite:///{folder / 'handoff.db'}"))
    return {}


def _timed(work: Callable[[], int]) -> dict[str, Any]:
    clock, processor = time.perf_counter(), _processor()
    with _watching() as helper:
        count = work()
    return {
        "rows": count,
        "clock": time.perf_counter() - clock,
        "processor": _processor() - processor,
        "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + max(helper)) / 1024,
    }


@contextlib.contextmanager
def _watching() -> Iterator[list[int]]:
    """Kilobytes of a second process beside what it shares with this one, looked at while there is one: what the system
    says afterwards is the memory of this process, as it was copied to start the other.
    """
    seen, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            with contextlib.suppress(OSError, IndexError):
                child = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[0]
                sizes = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
                if "imports_ready" in Path(f"/proc/{child}/cmdline").read_text():  # not before it has begun
                    seen.append(sum(int(line.split()[1]) for line in sizes if line.startswith("Private")))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _processor() -> float:
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, WHO))


WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
NEW = frozenset(("all", "state", "large_state", "contacts"))
CASES: dict[str, Callable[..., dict[str, Any]]] = {
    "floor": _floor,
    "all": _all,
    "again": _again,
    "changed": _changed,
    "search": _search,
    "undo": _undo,
    "state": _state,
    "large_state": _large_state,
    "contacts": _contacts,
    "undo_contacts": _undo,
    "schema": _schema,
}


# --- running and printing --------------------------------------------------------------------------------------------


def _run(case: str, path: Path, folder: Path, *more: str) -> dict[str, Any]:
    if case in NEW:
        _run("schema", path, folder, *more)
    command = [sys.executable, "-m", "benchmarks.imports", "--case", case, str(path), str(folder), *more]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _print(name: str, found: dict[str, Any], floor: dict[str, Any]) -> None:
    by_clock, by_processor = found["rows"] / found["clock"], found["rows"] / max(0.001, found["processor"])
    share = by_clock / (floor["rows"] / floor["clock"])
    share_processor = by_processor / (floor["rows"] / floor["processor"])
    speed = f"{by_clock:>9,.0f} ({by_processor:>9,.0f}) rows/s"
    print(
        f"{name:<26}{speed}  {share:>5.2f} ({share_processor:>4.2f}) of the floor {found['megabytes']:>6.0f} MB"
        f"  {TARGETS.get(name, '')}",
        flush=True,
    )


@contextlib.contextmanager
def _postgres() -> Iterator[str]:
    from tests import postgres

    with postgres.server() as server, server.empty_database() as url:
        yield url


if __name__ == "__main__":
    main()
