"""Postal addresses: a key that groups what is one place, and proper case for what directories shout."""

from __future__ import annotations

import re
from functools import lru_cache

from crm.domain.names import fold, proper_name

_STREET = {
    "street": "st",
    "str": "st",
    "avenue": "ave",
    "av": "ave",
    "boulevard": "blvd",
    "road": "rd",
    "drive": "dr",
    "lane": "ln",
    "court": "ct",
    "circle": "cir",
    "place": "pl",
    "parkway": "pkwy",
    "pky": "pkwy",
    "highway": "hwy",
    "freeway": "fwy",
    "expressway": "expy",
    "terrace": "ter",
    "trail": "trl",
    "square": "sq",
    "plaza": "plz",
    "turnpike": "tpke",
    "center": "ctr",
    "centre": "ctr",
    "loop": "loop",
    "crossing": "xing",
    "point": "pt",
    "heights": "hts",
    "mount": "mt",
    "saint": "st",
    "fort": "ft",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
    "route": "rt",
    "rte": "rt",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
}
_UNIT = {
    "suite": "#",
    "ste": "#",
    "unit": "#",
    "apt": "#",
    "apartment": "#",
    "room": "#",
    "rm": "#",
    "no": "#",
    "number": "#",
    "bldg": "bldg",
    "building": "bldg",
    "floor": "fl",
    "fl": "fl",
    "flr": "fl",
    "dept": "dept",
    "department": "dept",
}
_WORDS = _STREET | _UNIT
_PO_BOX = re.compile(r"\b(?:post office box|p\s*\.?\s*o\s*\.?\s*box|po box|box)\b")
_BREAK = re.compile(r"[^0-9a-z#]+")
_HASH = re.compile(r"#\s*")
_REPEATED = re.compile(r"(?:# )+#")
_DIRECTIONS = frozenset(("N", "S", "E", "W", "NE", "NW", "SE", "SW", "PO", "P.O.", "US", "FM", "SR", "CR", "II", "III"))
_ORDINAL = re.compile(r"^\d+(?:ST|ND|RD|TH)$")


def address_key(line1: str, line2: str, zip_code: str) -> str:
    """The same text for one place however it is spelt: "1234 main st # 200|77005". Empty without a street line."""
    folded = fold(f"{line1} {line2}" if line2 else line1).replace("'", "")
    # Most lines are letters, digits and spaces: the patterns are worth their time only for the others.
    if "#" in folded:
        folded = _HASH.sub(" # ", folded)
    if "box" in folded:
        folded = _PO_BOX.sub("pobox", folded)
    if not folded.replace(" ", "").isalnum() or not folded.isascii():
        folded = _BREAK.sub(" ", folded)
    words = [_WORDS.get(word, word) for word in folded.split()]
    if not words:
        return ""
    street = " ".join(words)
    if "# #" in street:
        street = _REPEATED.sub("#", street)
    return f"{street}|{zip5(zip_code)}"


def street_key(key: str) -> str:
    """An address key without its suite: neighbours in one building share it."""
    street, _, zip_code = key.partition("|")
    return f"{street.partition(' #')[0]}|{zip_code}"


def zip5(text: str) -> str:
    """Five digits of a ZIP or ZIP+4 with or without hyphen, leading zeros restored; "" if it isn't one."""
    digits = text.strip().partition("-")[0]
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if len(digits) in (3, 4, 5):
        return digits.zfill(5)
    return digits.zfill(9)[:5] if len(digits) in (8, 9) else ""


def proper_line(text: str) -> str:
    """ "1234 N MAIN ST STE 200" to "1234 N Main St Ste 200"; mixed case is left as written."""
    words = text.split()
    if not (text.isupper() or text.islower()):
        return " ".join(words)
    return " ".join(map(_line_word, words))


@lru_cache(maxsize=8192)
def proper_city(text: str) -> str:
    """ "SAN LUIS OBISPO" to "San Luis Obispo"."""
    return proper_name(text.strip(" ,.")) if text.isupper() or text.islower() else " ".join(text.split())


def one_line(line1: str, line2: str, city: str, state: str, zip_code: str) -> str:
    """An address for a map link or an envelope in one line."""
    place = " ".join(part for part in (state, zip_code) if part)
    return ", ".join(part for part in (line1, line2, city, place) if part)


@lru_cache(maxsize=16384)
def _line_word(word: str) -> str:
    upper = word.upper()
    if upper.rstrip(".,") in _DIRECTIONS:
        return upper
    if _ORDINAL.match(upper):
        return word.lower()
    if any(char.isdigit() for char in word):
        return upper
    return proper_name(upper)
