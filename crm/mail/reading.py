"""Bytes of a message in, headers and texts out, whatever the bytes are. The parts keep their order.

Attachments are not decoded. A message inside the message (a bounce returns what was sent) becomes one part of its own,
and nothing in it counts as written by the sender of the outer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from crm.mail.decoding import decode_bytes, decode_header
from crm.mail.html_text import html_to_text

#: What is read of one message, and of one text in it.
LIMIT = 10_000_000
TEXT_LIMIT = 1_000_000
#: The parser's time grows with the depth of nesting: a message with more boundaries than this is read as plain text.
MOST_BOUNDARIES = 100
MOST_PARTS = 200
HEADER_LIMIT = 20_000

_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_TYPE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,80})")
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/rfc822-headers", "message/global-headers"})
_RETURNED = _MESSAGES | {"text/rfc822-headers", "text/rfc822", "message/partial", "text/rfc822-header"}
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

    @property
    def media_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

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
    """Read a message. Raises only what a broken message makes the parser raise; `classify` catches it."""
    error = f"only the first {LIMIT // 1_000_000} MB were read" if len(raw) > LIMIT else ""
    raw = raw[:LIMIT]
    if len(_BOUNDARY.findall(raw)) > MOST_BOUNDARIES:
        return _plain(raw, "the message is nested too deeply")
    message = message_from_bytes(raw, policy=compat32)
    headers = _headers(message)
    if not _KNOWN_HEADERS & headers.keys():
        return Reading({}, (Part("text/plain", decode_bytes(raw[:TEXT_LIMIT], "")),), error or "no headers")
    parts = tuple(part for part, _ in zip(_leaves(message, returned=False), range(MOST_PARTS), strict=False))
    return Reading(headers, parts, error)


def _plain(raw: bytes, error: str) -> Reading:
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    message = message_from_bytes(head[:TEXT_LIMIT] + b"\n\n", policy=compat32)
    return Reading(_headers(message), (Part("text/plain", decode_bytes(body[:TEXT_LIMIT], "")),), error)


def _headers(message: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(decode_header(str(value)[:HEADER_LIMIT]))
    return {name: tuple(values) for name, values in found.items()}


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _kind(message: Message) -> str:
    """The content type, also of headers that are folded or spelled in ways that the parser reads as plain text."""
    found = _TYPE.match(str(message.get("content-type", "text/plain")).lower())
    return found[1] if found else "text/plain"


def _leaves(message: Message, *, returned: bool) -> Iterator[Part]:
    kind, children = _kind(message), _children(message)
    if kind == "message/delivery-status" and children:
        yield Part(kind, "\n\n".join(_fields(block) for block in children), returned)
    elif kind in _RETURNED:
        yield Part("message/rfc822", _returned(message, children), returned=True)
        for each in children:
            yield from _leaves(each, returned=True)
    elif children and kind.startswith("message/"):
        yield Part(kind, "\n\n".join(_fields(each) + "\n\n" + _body(each) for each in children), returned)
    elif children:
        for each in children:
            yield from _leaves(each, returned=returned)
    else:
        yield _leaf(message, kind, returned)


def _leaf(message: Message, kind: str, returned: bool) -> Part:
    """A part without parts. A multipart whose boundary never comes is text, with everything in it."""
    if kind.startswith("multipart/"):
        kind = "text/plain"
    filename = decode_header(str(message.get_filename() or ""))
    attached = message.get_content_disposition() == "attachment"
    readable = kind.startswith(("text/", "message/")) or kind in _RETURNED
    return Part(kind, _body(message) if readable else "", returned, attached, filename)


def _returned(message: Message, children: list[Message]) -> str:
    """The headers of a returned message, as text."""
    return "\n\n".join(_fields(each) for each in children) if children else _body(message)


def _fields(message: Message) -> str:
    return "\n".join(f"{name}: {decode_header(str(value)[:HEADER_LIMIT])}" for name, value in message.raw_items())


def _body(message: Message) -> str:
    children = _children(message)
    if children:
        return "\n\n".join(_fields(each) + "\n\n" + _body(each) for each in children)
    payload = message.get_payload(decode=True)
    return decode_bytes(payload[:TEXT_LIMIT], _charset(message)) if isinstance(payload, bytes) else ""


def _charset(message: Message) -> str:
    charset = message.get_param("charset", "")
    return str(charset[2] if isinstance(charset, tuple) else charset or "")
