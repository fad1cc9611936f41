"""Waiting for what Playwright's own `expect` can't see: conditions, never a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

DRAFTS = "words => Object.entries(localStorage).some(([key, kept]) => key.startsWith('draft:') && kept.includes(words))"


def until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def draft_kept(page: Page, words: str) -> None:
    """Wait until this browser keeps a draft with these words: it does so a moment after the last letter."""
    until(lambda: page.evaluate(DRAFTS, words))
