"""The answers of an IMAP server to FETCH, taken apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

GROUP_BYTES = 4 * 1024 * 1024
GROUP_SIZE = 25
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
ARRIVED = re.compile(rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')
QUOTED = re.compile(rb'BODY\[(?:HEADER)?\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')
ROLES = {"\\sent": "sent", "\\junk": "junk", "\\trash": "trash", "\\drafts": "drafts", "\\all": "all"}
CLOSED = {"\\noselect", "\\nonexistent"}


def role_of(name: str, flags: Iterable[str]) -> str:
    """What a folder is for (RFC 6154), or empty."""
    if name.upper() == "INBOX":
        return "inbox"
    said = {flag.lower() for flag in flags}
    return next((role for flag, role in ROLES.items() if flag in said), "")


def can_be_opened(flags: Iterable[str]) -> bool:
    """Not a mere node of the tree of folders."""
    return not CLOSED & {flag.lower() for flag in flags}


def answers(lines: Sequence[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """imaplib gives `(text, literal)` followed by the rest of the line, or a line alone."""
    head, literal = b"", None
    for line in lines:
        if isinstance(line, tuple):
            if literal is not None:
                yield head, literal
            head, literal = line[0], line[1]
        elif literal is not None:
            yield head + b" " + (line or b""), literal
            head, literal = b"", None
        elif line:
            yield line, None
    if literal is not None:
        yield head, literal


def groups(sizes: dict[int, int], whole: dict[int, int]) -> Iterator[list[int]]:
    """What is asked for at once: few enough bytes that a batch fits into memory; too large ones one by one."""
    group: list[int] = []
    for uid, size in sizes.items():
        is_full = len(group) == GROUP_SIZE or sum(sizes[each] for each in group) + size > GROUP_BYTES
        if group and (uid not in whole or is_full):
            yield group
            group = []
        group.append(uid)
        if uid not in whole:
            yield group
            group = []
    if group:
        yield group


def arrived_at(head: bytes) -> datetime | None:
    """The INTERNALDATE: when the server got the message."""
    found = ARRIVED.search(head)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = (each.decode() for each in found.groups())
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        number = MONTHS.index(month.capitalize()) + 1
        local = datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def unquoted(text: bytes) -> bytes:
    """What a quoted string stands for."""
    return re.sub(rb"\\(.)", rb"\1", text)
