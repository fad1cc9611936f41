"""What the web server and its worker hold in memory: after the start, after every page was opened, after papers.

    .venv/bin/python -m benchmarks.memory [--pages 1500]

Starts `app.py` with the sample data, opens every page, paper and picture of one that links lead to, twice, and reads
what the system says of both processes. "together" counts once what they share (PSS); RSS counts it twice.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

TARGET = 220
EMAIL, PASSWORD = "dana@stride.example", "correct horse battery"
LINK = re.compile(r'(?:href|src|data-src)="(/[^"#]*)')
SKIPPED = re.compile(r"^/(assets|logout)|/(delete|revoke)")
WORK_SECONDS = 6.0


def main() -> None:
    """Start, look, open, look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1500, help="open at most this many")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder)) as (web, port):
        browser = Browser(port)
        time.sleep(WORK_SECONDS)
        _print("started", web)
        browser.sign_in()
        time.sleep(WORK_SECONDS)
        _print("signed in, sample data", web)
        opened = browser.walk(asked.pages)
        _print(f"{opened} pages and papers opened", web)
        browser.walk(asked.pages)
        time.sleep(WORK_SECONDS)
        _print("all of them again", web)


class Browser:
    """One signed-in person."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def sign_in(self) -> None:
        """Make the owner, with sample data."""
        form = {
            "name": "Dana Whitfield",
            "email": EMAIL,
            "password": PASSWORD,
            "zone": "America/Chicago",
            "sample": "1",
        }
        status, said = self.ask("/welcome", form)
        assert status == 303, said
        mine = {"business_name": "Stride", "address": "1 Main St", "city": "Houston", "state": "TX", "zip": "77005"}
        self.ask("/settings/business", mine)

    def walk(self, most: int) -> int:
        """Open every page that links lead to, each kind of address a few times. Returns how many."""
        waiting, seen, kinds = deque(["/"]), {"/"}, dict[str, int]()
        opened = 0
        while waiting and opened < most:
            address = waiting.popleft()
            status, text = self.ask(address)
            opened += 1
            assert status < 500, f"{address}: {status}"
            for link in LINK.findall(text):
                target = urljoin(address, html.unescape(link))
                kind = re.sub(r"\d+", "N", urlsplit(target).path)
                if target in seen or SKIPPED.search(target) or kinds.get(kind, 0) >= 8:
                    continue
                seen.add(target)
                kinds[kind] = kinds.get(kind, 0) + 1
                waiting.append(target)
        return opened

    def ask(self, address: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """(status, text) of a page."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Sec-Fetch-Site": "same-origin",
        }
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if form is None else "POST", address, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        text = answer.read().decode(errors="replace")
        connection.close()
        if answer.status in (301, 302, 303) and form is None:
            return self.ask(urljoin(address, answer.headers["Location"]))
        return answer.status, text if "html" in (answer.headers["Content-Type"] or "") else ""


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[tuple[int, int]]:
    """(process id, port) of a new Handoff."""
    environment = os.environ | {"HANDOFF_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "app.py", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as web:
        assert web.stdout is not None
        try:
            said = web.stdout.readline()
            yield web.pid, int(said.split("  ")[0].rpartition(":")[2])
        finally:
            web.send_signal(signal.SIGTERM)


def _print(what: str, web: int) -> None:
    worker = next(
        int(pid) for task in Path(f"/proc/{web}/task").iterdir() for pid in (task / "children").read_text().split()
    )
    sizes = [_sizes(web), _sizes(worker)]
    rss, pss = ([one[name] / 1024 for one in sizes] for name in ("Rss", "Pss"))
    own = [(one["Private_Dirty"] + one["Private_Clean"]) / 1024 for one in sizes]
    print(
        f"{what:32} web {rss[0]:4.0f} MB ({own[0]:4.0f} its own)  worker {rss[1]:4.0f} ({own[1]:4.0f})"
        f"  together {sum(pss):4.0f} of {TARGET} (RSS {sum(rss):4.0f})",
        flush=True,
    )


def _sizes(process: int) -> dict[str, int]:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    return {name.rstrip(":"): int(size) for name, size, *_ in map(str.split, lines)}


if __name__ == "__main__":
    main()
