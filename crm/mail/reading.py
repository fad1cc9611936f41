"""Bytes of a message in, headers and texts out, whatever the bytes are. The parts keep their order.

Attachments are not decoded. A message inside the message (a bounce returns what was sent) becomes a part of its own,
and nothing in it counts as written by the sender of the outer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from crm.mail.decoding import decode_bytes, decode_header
from crm.mail.html_text import html_to_text
from crm.mail.mime import DEEPEST, HEAD_LIMIT, MOST_PARTS, TEXT_LIMIT, Entity, entity, parts

#: What is read of one message.
LIMIT = 11_000_000
HEADER_LIMIT = 20_000
#: So many of a header's repetitions are kept (`Received` comes often).
MOST_VALUES = 50

_TYPE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,80})")
_RETURNED = frozenset(
    {
        "message/rfc822",
        "message/global",
        "message/rfc822-headers",
        "message/global-headers",
        "message/partial",
        "text/rfc822-headers",
        "text/rfc822-header",
        "text/rfc822",
    }
)
_KNOWN_HEADERS = frozenset({"from", "to", "subject", "date", "received", "return-path", "message-id", "content-type"})


@dataclass(frozen=True)
class Part:
    """One leaf of a message. `text` is empty for what isn't text; `returned` marks a message inside the message."""

    kind: str
    text: str
    returned: bool = False
    attached: bool = False
    filename: str = ""


@dataclass(frozen=True)
class Reading:
    """A message, read: header names are lower-case, values decoded and unfolded, each in the order it came."""

    headers: Mapping[str, tuple[str, ...]]
    parts: tuple[Part, ...]
    error: str = ""

    def header(self, name: str) -> str:
        """The first value, or empty."""
        return next(iter(self.headers.get(name, ())), "")

    def texts(self) -> list[str]:
        """The texts that the sender of this message wrote, HTML only where no plain text stands beside it."""
        own = [part for part in self.parts if not part.returned and not part.attached and part.text.strip()]
        plain = [part.text for part in own if part.kind == "text/plain"]
        return (
            plain
            or [html_to_text(part.text) for part in own if part.kind == "text/html"]
            or [part.text for part in own if part.kind.startswith("text/")]
        )

    def body(self) -> str:
        return "\n".join(self.texts())


def read(raw: bytes) -> Reading:
    """Read a message, within bounds of size, depth and number of parts."""
    error = f"only the first {LIMIT // 1_000_000} MB were read" if len(raw) > LIMIT else ""
    raw = _line_ends(raw[:LIMIT])
    whole = entity(raw.lstrip(b"\n"), limit=HEAD_LIMIT)
    headers = _headers(whole.head)
    if not _KNOWN_HEADERS & headers.keys():
        return Reading({}, (Part("text/plain", decode_bytes(raw[:TEXT_LIMIT], "")),), error or "no headers")
    return Reading(headers, tuple(islice(_leaves(whole, returned=False, depth=0), MOST_PARTS)), error)


def _line_ends(raw: bytes) -> bytes:
    """Line ends as \\n, whatever they were."""
    raw = raw.replace(b"\r\n", b"\n")
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _headers(head: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in head.raw_items():
        kept = found.setdefault(name.lower(), [])
        if len(kept) < MOST_VALUES:
            kept.append(decode_header(str(value)[:HEADER_LIMIT]))
    return {name: tuple(values) for name, values in found.items()}


def _kind(head: Message) -> str:
    """The content type, also of headers that are folded or spelled in ways that parsers take for plain text."""
    found = _TYPE.match(str(head.get("content-type", "text/plain")).lower())
    return found[1] if found else "text/plain"


def _leaves(whole: Entity, *, returned: bool, depth: int) -> Iterator[Part]:
    kind = _kind(whole.head)
    if depth >= DEEPEST:
        return
    if kind in _RETURNED:
        inner = entity(whole.text().encode("utf-8", "surrogateescape"))
        yield Part("message/rfc822", inner.head_text, returned=True)
        yield from _leaves(inner, returned=True, depth=depth + 1)
        return
    children = parts(whole) if kind.startswith("multipart/") else []
    for each in children:
        yield from _leaves(each, returned=returned, depth=depth + 1)
    if not children:
        yield _leaf(whole, kind, returned=returned)


def _leaf(whole: Entity, kind: str, *, returned: bool) -> Part:
    """A part without parts. A multipart whose boundary never comes is text, with everything in it."""
    if kind.startswith("multipart/"):
        kind = "text/plain"
    filename = decode_header(str(whole.head.get_filename() or ""))
    attached = whole.head.get_content_disposition() == "attachment"
    readable = kind.startswith(("text/", "message/"))
    return Part(kind, whole.text() if readable else "", returned, attached, filename)
