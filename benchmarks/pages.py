"""How long pages take at 1,000, 100,000 and 1,000,000 providers, against an empty page of the same app in the same run.

    .venv/bin/python -m benchmarks.pages [--sizes 1000,100000,1000000] [--keep FOLDER] [--url postgresql://…/pages_{size}]

Times are the processor's and, in brackets, the clock's: the middle of many requests through the WSGI application, without
network, all pages in turn, so that a busy moment hits each. "over empty" is at the largest size, "growth" how much more
that is than at the smallest. Making the largest database takes a few minutes; `--keep` leaves it there for the next run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flask.testing import FlaskClient

from benchmarks import people
from crm.bootstrap import Handoff, open_handoff
from crm.config import Settings
from crm.services import accounts, search_entries
from crm.web import create_app

ROUNDS = 40
FLOOR = "an empty page"
PASSWORD = "correct horse battery"
EMAIL = "dana@stride.example"


class Page(NamedTuple):
    """A page to ask for, and the most it should cost in milliseconds."""

    name: str
    address: Callable[[int], str]
    target: float


PAGES = (
    Page(FLOOR, lambda _: "/changes", 0),
    Page("list: whom to approach first", lambda _: "/providers", 5),
    Page("list: everyone by name", lambda _: "/providers?stage=all&sort=name", 5),
    Page("list: a stage, by next step", lambda _: "/providers?stage=contacted&sort=next", 5),
    Page("list: four filters", lambda _: "/providers?stage=prospect&specialty=pt&city=Katy&miles=500", 5),
    Page("board", lambda _: "/board", 10),
    Page("today", lambda _: "/", 10),
    Page("follow-ups", lambda _: "/followups", 10),
    Page("provider", lambda size: f"/providers/{people.worked(size)}", 5),
    Page("search: a whole name", lambda _: "/search.json?q=" + people.last_name(7).lower(), 15),
    Page("search: two letters", lambda _: "/search.json?q=an", 15),
    Page("search: a fragment", lambda _: "/search.json?q=" + people.last_name(40).lower()[1:5], 15),
    Page("search: four digits", lambda size: f"/search.json?q={str(2_000_000 + size // 2)[-4:]}", 15),
    Page("search: words of a note", lambda size: f"/search.json?q=case+{people.worked(size)}", 15),
    Page("search: a typo", lambda _: "/search.json?q=" + people.last_name(40).lower() + "xq", 150),
    Page("search: a typo in a town", lambda _: "/search.json?q=hosuton", 150),
)


class Time(NamedTuple):
    """Milliseconds of the processor and of the clock."""

    cpu: float
    wall: float


def main() -> None:
    """Measure and print."""
    options = _options()
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measured = {size: _measure(_filled(folder, size, options.url), size) for size in sizes}
    _print(measured)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--keep", default="")
    parser.add_argument("--url", default="", help="PostgreSQL databases, {size} in the name; empty ones are filled")
    return parser.parse_args()


def _filled(folder: Path, size: int, url: str) -> Handoff:
    url = url.format(size=size) or f"sqlite:///{folder / f'pages-{size}.db'}"
    handoff = open_handoff(Settings(data_dir=folder / f"data-{size}", database_url=url), clock=lambda: people.NOW)
    if not accounts.needs_owner(handoff.db):
        return handoff
    started = time.perf_counter()
    people.fill(handoff.db, size)
    filled = time.perf_counter()
    search_entries.refresh_due(handoff.db)
    ended = time.perf_counter()
    print(
        f"{size:,} providers made in {filled - started:.0f} s, indexed for search in {ended - filled:.0f} s", flush=True
    )
    people.vacuum(handoff.db)
    _owner(handoff)
    return handoff


def _owner(handoff: Handoff) -> None:
    accounts.make_owner(handoff.db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=people.NOW)


def _measure(handoff: Handoff, size: int) -> dict[str, Time]:
    client = create_app(handoff).test_client()
    answer = client.post(
        "/login", data={"email": EMAIL, "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 303, answer.text
    for page in PAGES:
        _ask(client, page.address(size))
    rounds = [{page.name: _ask(client, page.address(size)) for page in PAGES} for _ in range(ROUNDS)]
    handoff.db.dispose()
    return {page.name: _middle([one[page.name] for one in rounds]) for page in PAGES}


def _ask(client: FlaskClient, address: str) -> Time:
    began, started = time.process_time(), time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    assert answer.data
    return Time((time.process_time() - began) * 1000, (time.perf_counter() - started) * 1000)


def _middle(times: list[Time]) -> Time:
    return Time(statistics.median(one.cpu for one in times), statistics.median(one.wall for one in times))


def _print(measured: dict[int, dict[str, Time]]) -> None:
    sizes = list(measured)
    print(f"\n{'page':32}" + "".join(f"{size:>20,}" for size in sizes) + "   over empty   growth   target")
    for page in PAGES:
        times = [measured[size][page.name] for size in sizes]
        shown = "".join(f"{f'{one.cpu:.1f} ({one.wall:.1f})':>20}" for one in times)
        over = [measured[size][page.name].cpu / measured[size][FLOOR].cpu for size in sizes]
        print(f"{page.name:32}{shown}{over[-1]:>12.1f}x{over[-1] / over[0]:>8.1f}x{page.target or '':>9}")


if __name__ == "__main__":
    main()
