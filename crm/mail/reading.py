"""Bytes of a message in, headers and texts out, whatever the bytes are. The parts keep their order.

Attachments are not decoded. A message inside the message (a bounce returns what was sent) becomes a part of its own,
and nothing in it counts as written by the sender of the outer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from itertools import islice

from crm.mail.allowance import HTML, Allowance
from crm.mail.decoding import decode_bytes, decode_header
from crm.mail.html_text import LIMIT as HTML_LIMIT
from crm.mail.html_text import html_to_text
from crm.mail.mime import DEEPEST, HEAD_LIMIT, MOST_PARTS, TEXT_LIMIT, Entity, entity, parts

#: What is read of one message.
LIMIT = 11_000_000
HEADER_LIMIT = 20_000
#: Of all texts together so much is judged; of a text that is attached, or in a returned message, so much is read.
BODY_LIMIT = 300_000
ATTACHED_LIMIT = 200_000
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
    work: Allowance = field(default_factory=Allowance, repr=False, compare=False)

    def header(self, name: str) -> str:
        """The first value, or empty."""
        return next(iter(self.headers.get(name, ())), "")

    def texts(self) -> list[str]:
        """The texts that the sender of this message wrote, HTML only where no plain text stands beside it."""
        return self._texts

    def body(self) -> str:
        """Them together, as far as anybody writes."""
        return self._body

    @cached_property
    def _texts(self) -> list[str]:
        own = [part for part in self.parts if not part.returned and not part.attached and part.text.strip()]
        plain = [part.text for part in own if part.kind == "text/plain"]
        return (
            plain
            or [self._from_html(part.text) for part in own if part.kind == "text/html"]
            or [part.text for part in own if part.kind.startswith("text/")]
        )

    @cached_property
    def _body(self) -> str:
        return "\n".join(self._texts)[:BODY_LIMIT]

    def _from_html(self, html: str) -> str:
        return html_to_text(html[: self.work.bytes_at(HTML, min(len(html), HTML_LIMIT))])


def read(raw: bytes) -> Reading:
    """Read a message, within bounds of size, depth, number of parts, and work."""
    work = Allowance()
    error = f"only the first {LIMIT // 1_000_000} MB were read" if len(raw) > LIMIT else ""
    raw = _line_ends(raw[:LIMIT])
    whole = entity(raw.lstrip(b"\n"), limit=HEAD_LIMIT)
    headers = _headers(whole.head)
    if not _KNOWN_HEADERS & headers.keys():
        return Reading({}, (Part("text/plain", decode_bytes(raw[:TEXT_LIMIT], "")),), error or "no headers")
    leaves = _leaves(whole, work, returned=False, depth=0)
    return Reading(headers, tuple(islice(leaves, MOST_PARTS)), error, work)


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


def _leaves(whole: Entity, work: Allowance, *, returned: bool, depth: int) -> Iterator[Part]:
    kind = _kind(whole.head)
    if depth >= DEEPEST:
        return
    if kind in _RETURNED:
        inner = entity(whole.text(work).encode("utf-8", "surrogateescape"))
        yield Part("message/rfc822", inner.head_text, returned=True)
        yield from _leaves(inner, work, returned=True, depth=depth + 1)
        return
    is_leaf = True
    for each in parts(whole, work) if kind.startswith("multipart/") else ():
        is_leaf = False
        yield from _leaves(each, work, returned=returned, depth=depth + 1)
    if is_leaf:
        yield _leaf(whole, kind, work, returned=returned)


def _leaf(whole: Entity, kind: str, work: Allowance, *, returned: bool) -> Part:
    """A part without parts. A multipart whose boundary never comes is text, with everything in it."""
    if kind.startswith("multipart/"):
        kind = "text/plain"
    filename = decode_header(str(whole.head.get_filename() or ""))
    attached = whole.head.get_content_disposition() == "attachment"
    readable = kind.startswith(("text/", "message/"))
    limit = ATTACHED_LIMIT if attached or returned else TEXT_LIMIT
    return Part(kind, whole.text(work, limit) if readable else "", returned, attached, filename)
