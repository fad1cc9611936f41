"""How long a hand takes for what a test did: counted in taps and letters, so that no machine is too slow for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Seconds to find a place and tap it, and to type a letter on glass.
TAP, LETTER = 3, 1
#: A tap is a pointer that goes down, or a field that is typed in without one (`fill` needs none, a hand does).
WATCH = """
try {
  const add = (name, by) => sessionStorage.setItem(name, Number(sessionStorage.getItem(name)) + by);
  const typed = new WeakMap();
  addEventListener("pointerdown", () => add("test-taps", 1), true);
  addEventListener("input", ({ target }) => {
    if (!("value" in target) || ["checkbox", "radio"].includes(target.type)) return;
    const before = typed.get(target);
    if (before === undefined) add("test-taps", 1);
    add("test-letters", Math.max(0, target.value.length - (before ?? 0)));
    typed.set(target, target.value.length);
  }, true);
} catch {}  // a page that may keep nothing
"""


def watch(page: Page) -> None:
    """Count what is done in this window from its next page on."""
    page.add_init_script(WATCH)


def begin(page: Page) -> None:
    """Count from here."""
    page.evaluate("['test-taps', 'test-letters'].forEach(name => sessionStorage.removeItem(name))")


def seconds(page: Page) -> int:
    """What all that was done takes a hand."""
    taps, letters = page.evaluate("['test-taps', 'test-letters'].map(name => Number(sessionStorage.getItem(name)))")
    assert taps, "nothing was counted"
    return int(taps * TAP + letters * LETTER)
