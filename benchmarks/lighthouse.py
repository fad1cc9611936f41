"""What Lighthouse says of the pages a phone opens most: Today, a visit's sheet, a provider, the week.

    npm install --global lighthouse
    .venv/bin/python -m benchmarks.lighthouse [--runs 3] [--only sheet] [--forms mobile,desktop]

Handoff runs on loopback over sample data in a temporary folder, in a Chromium of its own that has signed in by the form.
Every page is loaded with empty caches, `--runs` times on each kind of screen; the best run is shown, since whatever else
the computer does only ever costs points. Lighthouse simulates its usual slow phone (150 ms away, 1.6 Mbit/s, a quarter
of the processor) and its usual desktop. Below 100, the audits that cost points follow. Nothing is downloaded here:
Lighthouse is found where the variable LIGHTHOUSE says, on the path, or beside you (`npx --no-install lighthouse`).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright
from sqlmodel import col, select

from crm.models.visits import Visit
from crm.store import migrate
from crm.store.engine import Database
from tests.e2e.conftest import FLAGS, chromium
from tests.e2e.furnish import EMAIL, PASSWORD, move_in
from tests.e2e.house import House, opened

MISSING = (
    "Lighthouse is not here. Get it with `npm install --global lighthouse`, "
    "or name its program in the variable LIGHTHOUSE."
)
CATEGORIES = ("performance", "accessibility", "best-practices")
FIGURES = {
    "FCP": "first-contentful-paint",
    "LCP": "largest-contentful-paint",
    "TBT": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
}
SCREENS = {"mobile": [], "desktop": ["--preset=desktop"]}
PATIENCE = 180
Report = dict[str, Any]


class Page(NamedTuple):
    """A page to look at."""

    name: str
    path: str


def main() -> None:
    """Measure and print."""
    options = _options()
    program = _lighthouse()
    with tempfile.TemporaryDirectory() as folder, _house(Path(folder)) as house, _browser(Path(folder), house) as port:
        pages = [page for page in _pages(house) if options.only in page.name]
        for screen in options.forms.split(","):
            _print_head(screen, options.runs)
            for page in pages:
                asked = [*program, house.url + page.path, f"--port={port}", *SCREENS[screen]]
                _print(page, [_run(asked, Path(folder)) for _ in range(options.runs)])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="part of a page's name")
    parser.add_argument("--forms", default=",".join(SCREENS), help="mobile, desktop or both with a comma")
    return parser.parse_args()


def _lighthouse() -> list[str]:
    """How to start Lighthouse; ends the program with what to do when it isn't there."""
    if named := os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse"):
        return [named]
    npx = shutil.which("npx")
    known = npx and subprocess.run([npx, "--no-install", "lighthouse", "--version"], capture_output=True, check=False)
    if not npx or not known or known.returncode:
        raise SystemExit(MISSING)
    return [npx, "--no-install", "lighthouse"]


@contextlib.contextmanager
def _house(folder: Path) -> Iterator[House]:
    """Handoff with sample data."""
    database = folder / "handoff.db"
    db = Database(f"sqlite:///{database}")
    migrate.upgrade(db)
    db.dispose()
    with opened(folder, database, datetime.now(UTC)) as house:
        move_in(house)
        yield house


@contextlib.contextmanager
def _browser(folder: Path, house: House) -> Iterator[int]:
    """A signed-in Chromium; the port by which it is driven."""
    path = chromium()
    if path is None:
        raise SystemExit("Chromium is not installed (apt-get install chromium, or name it in HANDOFF_CHROMIUM).")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = [*FLAGS, "--headless=new", f"--remote-debugging-port={port}", f"--user-data-dir={folder / 'browser'}"]
    with subprocess.Popen([path, *flags, "about:blank"], stderr=subprocess.DEVNULL) as running:
        try:
            _sign_in(port, house)
            yield port
        finally:
            running.terminate()


def _sign_in(port: int, house: House) -> None:
    """By the form, as people do: Lighthouse empties caches and storage before a page, but leaves the cookie."""
    _wait_for(port)
    with sync_playwright() as driver:
        browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        page = browser.contexts[0].new_page()
        page.goto(house.url)  # leads to the form
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Good").wait_for()
        page.close()


def _wait_for(port: int, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _pages(house: House) -> list[Page]:
    """Today, and what hangs on the last visit that is planned."""
    with house.handoff.db.read() as session:
        visit = session.exec(select(Visit).order_by(col(Visit.planned_on).desc(), col(Visit.id)).limit(1)).one()
        return [
            Page("Today", "/"),
            Page("sheet of a visit", f"/visits/{visit.id}"),
            Page("provider", f"/providers/{visit.provider_id}"),
            Page("week", f"/visits?week={visit.planned_on}"),
        ]


def _run(command: list[str], folder: Path) -> Report:
    """One run's report."""
    out = folder / "report.json"
    out.unlink(missing_ok=True)
    asked = ["--quiet", "--output=json", f"--output-path={out}", f"--only-categories={','.join(CATEGORIES)}"]
    done = subprocess.run([*command, *asked], capture_output=True, text=True, timeout=PATIENCE, check=False)
    if not out.exists():
        raise SystemExit(f"Lighthouse wrote no report:\n{done.stderr[-2000:]}")
    report: Report = json.loads(out.read_text())
    return report


def _scores(report: Report) -> list[int]:
    return [round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES]


def _print_head(screen: str, runs: int) -> None:
    head = "".join(f"{name:>16}" for name in CATEGORIES) + "".join(f"{name:>9}" for name in FIGURES)
    print(f"\n{f'{screen}, best of {runs}':<26}{head}")


def _print(page: Page, reports: list[Report]) -> None:
    best = max(reports, key=_scores)
    figures = [best["audits"][key].get("displayValue", "-").replace("\xa0", " ") for key in FIGURES.values()]
    print(f"{page.name:<26}" + "".join(f"{n:>16}" for n in _scores(best)) + "".join(f"{f:>9}" for f in figures))
    for report in reports:
        if error := report.get("runtimeError"):
            print(f"    a run failed: {error['code']}")
    if page.path.split("?")[0] not in best["finalDisplayedUrl"]:
        print(f"    ended elsewhere: {best['finalDisplayedUrl']}")
    for line in _costs(best):
        print(f"    {line}")


def _costs(report: Report) -> Iterator[str]:
    """The audits that cost points, with what they found first."""
    for name, score in zip(CATEGORIES, _scores(report), strict=True):
        if score == 100:
            continue
        for ref in report["categories"][name]["auditRefs"]:
            audit = report["audits"][ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{name}: {audit['title']} {audit['score']:.2f} {_first(audit)}"


def _first(audit: Report) -> str:
    found = [item for item in audit.get("details", {}).get("items", []) if isinstance(item, dict)][:3]
    return ", ".join(str(item.get("node", {}).get("selector") or item.get("description", ""))[:90] for item in found)


if __name__ == "__main__":
    main()
