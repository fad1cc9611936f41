"""Programs that stay give memory back that they no longer need."""

from __future__ import annotations

import sys

ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1
LARGE = 128 * 1024


def give_memory_back() -> None:
    """Let the C library keep one heap for all threads, and what is large apart from it.

    Left to itself, glibc gives each thread a heap of its own, and once something large was let go (a password's hash
    takes 19 MB) it takes the next from the heap, where it stays: 70 MB more after a day of pages and papers.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    change = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    for option, value in ((ARENA_MAX, 1), (MMAP_THRESHOLD, LARGE), (TRIM_THRESHOLD, LARGE)):
        if change is not None:
            change(option, value)
