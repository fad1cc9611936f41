"""Small pictures for tests, made here byte by byte."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 120, height: int = 40, *, shade: int = 90) -> bytes:
    """A grey PNG of that size."""
    rows = b"".join(b"\x00" + bytes([shade]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    """A part of a PNG with its length and check sum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg(width: int = 120, height: int = 40, *, parts: int = 3) -> bytes:
    """The frame of a JPEG of that size, without a picture in it."""
    frame = struct.pack(">BHHB", 8, height, width, parts) + b"\x01\x11\x00" * parts
    jfif = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    return b"\xff\xd8" + jfif + b"\xff\xc0" + struct.pack(">H", 2 + len(frame)) + frame + b"\xff\xd9"
