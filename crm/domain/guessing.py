"""How long somebody who gives wrong passwords has to wait before the next try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

MEMORY = timedelta(days=1)
"""How long a wrong try counts."""

FREE_PER_EMAIL = 5
"""Wrong tries without a wait, for one e-mail address …"""

FREE_PER_ADDRESS = 20
"""… and from one network address, where several people may sit."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


def wait_left(tries: Sequence[datetime], *, free: int, now: datetime) -> timedelta:
    """How long to wait still, after these wrong tries. Zero when the next one may come.

    The wait doubles with each try beyond the free ones: 30 s, 1 min, 2 min … and never exceeds 15 minutes, so that
    somebody else's guessing can't keep the owner out for long.
    """
    counted = [at for at in tries if now - at < MEMORY]
    beyond = len(counted) - free
    if beyond < 0:
        return timedelta()
    wait = LONGEST_WAIT if beyond > 10 else min(FIRST_WAIT * 2**beyond, LONGEST_WAIT)
    return max(max(counted) + wait - now, timedelta()) if counted else timedelta()


def in_words(wait: timedelta) -> str:
    """ "30 seconds", "1 minute", "12 minutes"; rounded up, so that it is never too early."""
    seconds = -int(-wait.total_seconds() // 1)
    if seconds < 60:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
