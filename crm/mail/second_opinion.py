"""What flufl.bounce makes of a message in which we see no report: it knows a few forms of its own.

It is asked last and only about short messages of programs: it is slow on long ones, reads bounces into other mail, and
fails on messages without From.
"""

from __future__ import annotations

from email import message_from_bytes
from email.policy import compat32

from crm.domain.away import says_away
from crm.mail.bounce_signs import Sign, is_daemon
from crm.mail.mentions import tidy, unique
from crm.mail.reading import Reading

LIMIT = 40_000


def second_opinion(raw: bytes, reading: Reading) -> Sign | None:
    """The sign of a bounce that flufl.bounce finds; None where it finds none, or wasn't asked."""
    sender = reading.header("from")
    if len(raw) > LIMIT or not sender or not is_daemon(reading, sender) or says_away(reading.body()):
        return None
    from flufl.bounce import all_failures

    try:
        temporary, permanent = all_failures(message_from_bytes(raw, policy=compat32))
    except Exception:  # whatever it stumbles over is no bounce that it knows
        return None
    found = unique(tidy(_text(each)) for each in (*sorted(permanent), *sorted(temporary)))
    return Sign("flufl.bounce reads a bounce", reading.header("subject"), recipients=tuple(found)) if found else None


def _text(address: object) -> str:
    return address.decode("utf-8", "replace") if isinstance(address, bytes) else str(address)
