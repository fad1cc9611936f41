"""Pictures are known by their bytes."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import pictures
from crm.domain.pictures import Picture, Unusable
from tests.pictures import chunk, jpeg, png


def test_a_png_and_a_jpeg_are_told_with_their_size() -> None:
    assert pictures.read(png(300, 90)) == Picture("image/png", 300, 90)
    assert pictures.read(jpeg(300, 90)) == Picture("image/jpeg", 300, 90)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "SVG"),
        (b"GIF89a" + bytes(40), "neither a PNG nor a JPEG"),
        (b"%PDF-1.7", "neither a PNG nor a JPEG"),
        (png()[:-20], "cut off"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "damaged"),
        (png(4000, 20), "4000 × 20"),
        (png(8, 8), "too small"),
        (jpeg()[:-4], "cut off"),
        (jpeg(parts=4), "CMYK"),
        (b"\xff\xd8\xff\xe0\x00", "damaged"),
        (png() + bytes(pictures.LARGEST), "larger than 1 MB"),
    ],
)
def test_what_will_not_do_says_why(content: bytes, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        pictures.read(content)


def test_a_moving_png_is_refused() -> None:
    moving = png().replace(chunk(b"IEND", b""), chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"IEND", b""))
    with pytest.raises(Unusable, match="moving"):
        pictures.read(moving)


@given(st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xc0"]), st.binary(max_size=200))
def test_no_bytes_break_it(start: bytes, rest: bytes) -> None:
    with contextlib.suppress(Unusable):
        assert pictures.read(start + rest).mime in ("image/png", "image/jpeg")


SECRET = b"taken at Dana's house"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"


def _segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def _told_jpeg() -> bytes:
    """With place, comment, colours and a second picture behind the end."""
    told = _segment(0xE1, b"Exif\0\0" + SECRET) + _segment(0xFE, SECRET) + _segment(0xED, b"Photoshop " + SECRET)
    colors = _segment(0xE2, b"ICC_PROFILE\0\x01\x01profile") + _segment(0xE2, b"MPF\0" + SECRET)
    plain = jpeg()
    return plain[:2] + told + colors + plain[2:-2] + SCAN + _segment(0xFE, SECRET) + SCAN + b"\xff\xd9" + SECRET


def test_a_jpeg_is_kept_without_what_is_written_in_it() -> None:
    bare = pictures.bare(_told_jpeg())
    assert SECRET not in bare
    assert b"ICC_PROFILE" in bare
    assert bare.count(SCAN) == 2
    assert pictures.read(bare) == pictures.read(jpeg())
    assert pictures.bare(bare) == bare


def test_a_png_is_kept_without_what_is_written_in_it() -> None:
    plain = png()
    told = plain[:33] + chunk(b"tEXt", b"Author\0" + SECRET) + chunk(b"eXIf", SECRET) + plain[33:] + SECRET
    assert pictures.bare(told) == plain
    assert pictures.bare(plain) == plain


@given(st.binary(max_size=200), st.integers(0, 30))
def test_a_jpeg_that_can_be_read_can_be_read_when_bare(odd: bytes, place: int) -> None:
    content = _told_jpeg()
    content = content[: 40 + place] + odd + content[40 + place :]
    with contextlib.suppress(Unusable):
        found = pictures.read(content + b"\xff\xd9")
        assert pictures.read(pictures.bare(content + b"\xff\xd9")) == found
