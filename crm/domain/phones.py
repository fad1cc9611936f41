"""Telephone numbers: stored as E.164, shown the way people write them, found by their last four digits."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm.domain.errors import Invalid

_EXTENSION = re.compile(r"[\s,;]*(?:ext\.?|extension|x|#)\s*[:.]?\s*(\d{1,6})\s*$", re.IGNORECASE)
_PUNCTUATION = str.maketrans("", "", " ()-.\u00a0\u2011/")


class Phone(NamedTuple):
    """A number as E.164 ("+17135550142") and an extension, both possibly empty."""

    number: str = ""
    extension: str = ""


def normalise(text: str, *, field: str = "phone") -> Phone:
    """What somebody typed; raises Invalid for `field` when it can't be a number. Empty text stays empty."""
    text = text.strip()
    if not text:
        return Phone()
    extension = ""
    if match := _EXTENSION.search(text):
        text, extension = text[: match.start()], match[1]
    number = from_directory(text) or _by_library(text)
    if not number:
        raise Invalid({field: "This isn't a telephone number we can dial. Write it as 713-555-0142."})
    return Phone(number, extension)


def from_directory(text: str) -> str:
    """E.164 of a ten-digit US number by its digits alone (under a microsecond), or "" if it isn't one."""
    if not (len(text) == 10 and text.isdecimal()):
        text = text.translate(_PUNCTUATION)
        if len(text) in (11, 12):
            text = text.removeprefix("+").removeprefix("1")
    if len(text) == 10 and text.isascii() and text.isdecimal() and text[0] > "1" and text[3] > "1":
        return "+1" + text
    return ""


def show(number: str, extension: str = "") -> str:
    """ "(713) 555-0142 ext. 12"; numbers outside North America in their international form."""
    if not number:
        return ""
    if len(number) == 12 and number.startswith("+1"):
        shown = f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    else:
        shown = _international(number)
    return f"{shown} ext. {extension}" if extension else shown


def link(number: str, extension: str = "") -> str:
    """The target of a tap-to-call link."""
    return f"tel:{number},{extension}" if extension else f"tel:{number}"


def last_four(number: str) -> str:
    """The digits by which a ringing phone finds the office."""
    return number[-4:]


def _by_library(text: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    if parsed.country_code == 1 and not from_directory(str(parsed.national_number)):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _international(number: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
