"""What a picture is, told by its bytes and never by its name: kind and size of a PNG or JPEG, or why it won't do."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

LARGEST = 1024 * 1024
"""Bytes: it goes into every paper, and papers go by mail."""

LONGEST_SIDE, SHORTEST_SIDE = 3000, 16
"""Pixels: more prints no better at the size of a logo and only takes memory to unpack."""

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_WRITTEN_IN = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})
_END, _ADOBE = 0xD9, 0xEE
_SCANNED = re.compile(rb"(?:[^\xff]|\xff(?:\x00|[\xd0-\xd7]))*", re.DOTALL)
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


class Unusable(Exception):
    """The picture can't be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be printed."""

    mime: str
    width: int
    height: int


def read(content: bytes) -> Picture:
    """Kind and size. Raises Unusable."""
    if not content:
        raise Unusable("The file is empty. Choose the picture again.")
    if len(content) > LARGEST:
        raise Unusable("The picture is larger than 1 MB. Save it smaller: 600 pixels across are enough.")
    if content.startswith(PNG):
        found = Picture("image/png", *_png(content))
    elif content.startswith(JPEG):
        found = Picture("image/jpeg", *_jpeg(content))
    else:
        raise Unusable(_other_kind(content))
    if max(found.width, found.height) > LONGEST_SIDE:
        raise Unusable(f"The picture is {found.width} × {found.height} pixels. Save it with at most {LONGEST_SIDE:,}.")
    if min(found.width, found.height) < SHORTEST_SIDE:
        raise Unusable(f"The picture is only {found.width} × {found.height} pixels: too small to print.")
    return found


def _other_kind(content: bytes) -> str:
    start = content[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return "SVG can hold programs, so it isn't taken. Save the logo as PNG, 600 pixels across or more."
    return "This is neither a PNG nor a JPEG, whatever its name says. Save the logo as PNG."


def _png(content: bytes) -> tuple[int, int]:
    """Width and height, once every chunk has been found whole."""
    at, size = len(PNG), None
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            break
        body = content[at + 8 : end - 4]
        if zlib.crc32(kind + body) != struct.unpack_from(">I", content, end - 4)[0]:
            break
        if kind == b"acTL":
            raise Unusable("This is a moving picture. Save one still picture of it as PNG.")
        if size is None:
            if kind != b"IHDR" or length != 13:
                break
            size = struct.unpack_from(">II", body)
        if kind == b"IEND":
            return size[0], size[1]
        at = end
    raise Unusable("The picture is damaged or cut off. Save it once more as PNG.")


def _jpeg(content: bytes) -> tuple[int, int]:
    """Width and height from the frame's header."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", content, at + 2)[0]
        if marker in _FRAMES and at + 10 <= len(content):
            _check_jpeg(content, parts=content[at + 9])
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        if length < 2 or marker == 0xDA:
            break
        at += 2 + length
    raise Unusable("This JPEG is damaged, or of a rare kind. Save it once more as PNG.")


def _check_jpeg(content: bytes, *, parts: int) -> None:
    if parts == 4:
        raise Unusable("This JPEG has colors for the printing press (CMYK). Save it as RGB, or as PNG.")
    if b"\xff\xd9" not in content[-64:]:
        raise Unusable("The picture is cut off. Save it once more.")


def bare(content: bytes) -> bytes:
    """A picture that `read` has taken, without what cameras and programs write into it: place, names, comments."""
    return _bare_png(content) if content.startswith(PNG) else _bare_jpeg(content)


def _bare_png(content: bytes) -> bytes:
    kept, at = [PNG], len(PNG)
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind not in _WRITTEN_IN:
            kept.append(content[at : at + 12 + length])
        at += 12 + length
        if kind == b"IEND":
            break
    return b"".join(kept)


def _bare_jpeg(content: bytes) -> bytes:
    """Segments before and between the scans, without comments and those of programs but for the colours' profile."""
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == _END:
            break
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if not _told(marker, content[at + 4 : end]):
            kept.append(content[at:end])
        at = end
        if marker == 0xDA:
            scanned = _SCANNED.match(content, at)
            assert scanned is not None
            kept.append(scanned[0])
            at = scanned.end()
    return b"".join([*kept, b"\xff\xd9"])


def _told(marker: int, body: bytes) -> bool:
    """Whether a segment tells about the picture without being needed to show it."""
    if marker == 0xE2:
        return not body.startswith(b"ICC_PROFILE\0")
    return marker == 0xFE or (marker in range(0xE1, 0xF0) and marker != _ADOBE)
