"""Browser tests: Debian's Chromium, driven over a Handoff that runs for real."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.furnish import EMAIL, PASSWORD, furnish, move_in
from tests.e2e.house import House, Letterbox, letterbox, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

__all__ = ["EMAIL", "PASSWORD", "move_in"]

#: Sunday evening in Houston.
SUNDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.e2e)


def chromium() -> str | None:
    """Where Chromium is, None when it isn't installed."""
    named = os.environ.get("HANDOFF_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed (apt-get install chromium, or name it in HANDOFF_CHROMIUM)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    sync_api.expect.set_options(timeout=30_000)
    with sync_api.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@dataclass
class Watched:
    """A browser window, and whatever its console complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    _screen: CDPSession | None = None

    def resize(self, width: int, height: int, *, touched: bool) -> None:
        """Show the page as on another screen."""
        if self._screen is None:  # kept, since what it says ends with it
            self._screen = self.page.context.new_cdp_session(self.page)
        self.page.set_viewport_size({"width": width, "height": height})
        self._screen.send("Emulation.setTouchEmulationEnabled", {"enabled": touched})

    def listen(self) -> None:
        """Collect console errors and warnings (which is how CSP violations show), uncaught errors, failed loads."""
        self.page.on("console", lambda said: self._note(said.type, said.text, said.location.get("url", "")))
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("requestfailed", lambda failed: self._failed(failed.url, failed.failure or ""))

    def _note(self, kind: str, text: str, where: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text} ({where})")

    def _failed(self, url: str, why: str) -> None:
        if "ERR_ABORTED" not in why:  # what a page left behind when it was left
            self.complaints.append(f"not loaded: {url} {why}")


OpenWindow = Callable[..., Watched]
#: A page of Handoff whose scripts have not all begun.
BEGINNING = "html:not([data-ready]):has(script[src$='/js/app.js'])"


def _be_patient(page: Page) -> None:
    """Nobody taps before a page has begun; a browser that is driven does, on a busy machine."""
    ready = page.locator("html[data-ready]")
    page.add_locator_handler(page.locator(BEGINNING), lambda: ready.wait_for(state="attached"), no_wait_after=True)


@pytest.fixture
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenWindow]:
    """Opens browser windows: `window(house, width=390, scheme="dark", token=…)`."""
    contexts: list[BrowserContext] = []

    def open_window(
        house: House, *, width: int = 1280, height: int = 900, scheme: str = "light", token: str = ""
    ) -> Watched:
        context = browser.new_context(
            base_url=house.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            has_touch=width < 500,
            timezone_id="America/Chicago",
            locale="en-US",
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        if token:
            context.add_cookies([{"name": "handoff_session", "value": token, "url": house.url}])
        context.on("page", _be_patient)
        watched = Watched(context.new_page())
        watched.listen()
        return watched

    yield open_window
    for context in contexts:
        for page in context.pages:
            _keep_for_the_curious(page, request)
        context.close()


def _keep_for_the_curious(page: Page, request: pytest.FixtureRequest) -> None:
    """With HANDOFF_SHOTS=folder, what each window showed at the end of its test."""
    folder = os.environ.get("HANDOFF_SHOTS")
    if folder:
        name = "".join(char if char.isalnum() else "-" for char in request.node.name)
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.fixture
def post_office() -> Iterator[Letterbox]:
    """A local SMTP server."""
    with letterbox() as box:
        yield box


@pytest.fixture
def mailing(post_office: Letterbox) -> dict[str, Any]:
    """Settings of a house that sends by the local SMTP server."""
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": post_office.port,
        "smtp_security": "none",
        "smtp_from": "dana@stride.example",
    }


@pytest.fixture
def settings() -> dict[str, Any]:
    """Further settings of `house`; tests override it."""
    return {}


@pytest.fixture
def house(tmp_path: Path, _sqlite_template: Path, settings: dict[str, Any]) -> Iterator[House]:
    """A Handoff that nobody has opened yet, on a Sunday evening."""
    database = tmp_path / "handoff.db"
    shutil.copyfile(_sqlite_template, database)
    with opened(tmp_path, database, SUNDAY, **settings) as running:
        yield running


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Iterator[tuple[House, str]]:
    """A Handoff full of sample data for tests that only look, and the token of its owner."""
    original = _furnished_once(tmp_path_factory, _sqlite_template)
    said = json.loads((original / "said.json").read_text())
    folder = tmp_path_factory.mktemp("furnished") / "copy"
    shutil.copytree(original, folder)
    with opened(folder, folder / "handoff.db", datetime.fromisoformat(said["now"])) as running:
        yield running, said["token"]


def _furnished_once(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """Furnished by the first who comes, for all processes that test beside each other."""
    import fcntl

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "furnished-once"
    with (shared / "furnished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "said.json").exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that failed at it
            folder.mkdir()
            shutil.copyfile(template, folder / "handoff.db")
            with opened(folder, folder / "handoff.db", SUNDAY) as running:
                said = {"token": furnish(running), "now": running.clock.now.isoformat()}
            (folder / "said.json").write_text(json.dumps(said))
    return folder
