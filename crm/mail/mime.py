"""Taking a message apart, within bounds. The standard library's parser reads line by line and tests every line against
every open boundary: it takes minutes for ten megabytes made to hurt. Here a part is a slice, found by searching.
"""

from __future__ import annotations

import re
from binascii import Error as BadBase64
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from crm.mail.allowance import CANDIDATE, DECODING, HEADERS, SEARCHING, Allowance
from crm.mail.decoding import decode_bytes

MOST_PARTS = 100
DEEPEST = 12
#: Headers of the message and of its parts are read so far, and texts.
HEAD_LIMIT = 256_000
PART_HEAD_LIMIT = 16_000
TEXT_LIMIT = 1_000_000

_HEADER = re.compile(rb"From |>From |[!-9;-~]{1,80}[ \t]*:|[ \t]")
_PARSER = BytesParser(policy=compat32)


@dataclass(frozen=True)
class Entity:
    """A message or a part of one: its headers, and what stands below them."""

    head: Message
    body: bytes
    #: The headers as they came, as text.
    head_text: str

    def text(self, work: Allowance, limit: int = TEXT_LIMIT) -> str:
        """The body decoded, as far as the allowance goes: transfer encoding, then character set."""
        encoding = str(self.head.get("content-transfer-encoding", "")).strip().lower()
        wanted = min(len(self.body), limit * (2 if encoding == "base64" else 1))
        return decode_bytes(_decoded(self.body[: work.bytes_at(DECODING, wanted)], encoding), self._charset())

    def _charset(self) -> str:
        charset = self.head.get_param("charset", "")
        return str(charset[2] if isinstance(charset, tuple) else charset or "")


def entity(raw: bytes, *, limit: int = PART_HEAD_LIMIT) -> Entity:
    """Split a message or part into headers and body. The first line that is no header begins the body."""
    end = raw.find(b"\n\n", 0, limit)
    block = b"" if raw.startswith(b"\n") else raw[: limit if end < 0 else end + 1]
    size = _headers_end(block)
    body = raw[size:]
    head = _PARSER.parsebytes(block[:size], headersonly=True)
    return Entity(head, body[1:] if body.startswith(b"\n") else body, decode_bytes(block[:size], ""))


def _headers_end(block: bytes) -> int:
    size = 0
    for line in block.split(b"\n"):
        if not _HEADER.match(line):
            break
        size += len(line) + 1
    return min(size, len(block))


def parts(whole: Entity, work: Allowance) -> Iterator[Entity]:
    """The parts of a multipart, one by one; none where its boundary is missing or never comes."""
    boundary = whole.head.get_boundary()
    if not boundary:
        return
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    body = b"\n" + whole.body[: work.bytes_at(SEARCHING, len(whole.body))]
    for piece in _pieces(body, mark, work):
        if not work.covers(HEADERS):
            return
        yield entity(piece)


def _pieces(body: bytes, mark: bytes, work: Allowance) -> Iterator[bytes]:
    start = -1
    at = body.find(b"\n" + mark)
    count = 0
    while at >= 0 and count < MOST_PARTS and work.covers(CANDIDATE):
        line_end = body.find(b"\n", at + 1)
        tail = body[at + 1 + len(mark) : line_end if line_end >= 0 else None][:200].strip()
        if tail in {b"", b"--"}:
            if start >= 0:
                yield body[start:at]
                count += 1
            if tail or line_end < 0:
                return
            start = line_end + 1
        at = body.find(b"\n" + mark, max(line_end, at + 1))
    if start >= 0 and at < 0:
        yield body[start:]


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return _from_base64(body)
    return a2b_qp(body) if encoding == "quoted-printable" else body


def _from_base64(body: bytes) -> bytes:
    packed = body.translate(None, b" \t\r\n")
    for short in range(4):
        try:
            return a2b_base64(packed[: len(packed) - short] + b"===")[:TEXT_LIMIT]
        except BadBase64:
            continue
    return body[:TEXT_LIMIT]
