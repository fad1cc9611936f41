"""How names and nouns go into sentences: salutations, possessives, articles, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

#: Degrees whose holders are addressed as "Dr." in a medical office.
_DOCTORS = frozenset({"MD", "DO", "DPM", "MBBS", "MBCHB", "DC", "ND", "PHD", "PSYD", "EDD", "DDS", "DMD", "OD"})
#: Degrees that mark a therapist, who is addressed by name even with a doctorate (DPT, OTD, PhD).
_BY_NAME = frozenset({"PT", "DPT", "MPT", "MSPT", "RPT", "OT", "OTR", "OTD", "OTR/L", "OTRL", "OTR-L", "PTA", "COTA"})
_THERAPIST_TAXONOMIES = ("2251", "225X", "225Z", "2252")
_PHYSICIAN_TAXONOMIES = ("20", "111N", "213E")

_CONSONANT_SOUNDS = re.compile(r"^(?:uni(?!n|m)|use|usu|uro|eu|one\b|once\b|ewe)", re.IGNORECASE)
_VOWEL_SOUNDS = re.compile(r"^(?:[aeiou]|hour|honest|honor|heir)", re.IGNORECASE)
_SPELLED = re.compile(r"^[A-Z]{2,}(?:\b|s\b)")


def degrees(credentials: str) -> frozenset[str]:
    """The degrees in "M.D., FAAOS" as {"MD", "FAAOS"}: without dots, in capitals."""
    words = re.split(r"[,;\s]+", credentials.replace(".", "").upper())
    return frozenset(word for word in words if word)


def is_doctor(credentials: str, taxonomy_code: str = "", prefix: str = "") -> bool:
    """Whether this person is addressed as "Dr."; therapists are not, whatever their degree."""
    held = degrees(credentials)
    if held & _BY_NAME or taxonomy_code.upper().startswith(_THERAPIST_TAXONOMIES):
        return False
    titled = prefix.replace(".", "").casefold() in ("dr", "doctor")
    return titled or bool(held & _DOCTORS) or taxonomy_code.startswith(_PHYSICIAN_TAXONOMIES)


def salutation(
    *,
    first_name: str = "",
    last_name: str = "",
    organization: str = "",
    credentials: str = "",
    taxonomy_code: str = "",
    prefix: str = "",
) -> str:
    """How we say a provider's name: "Dr. López-Ruiz", "Luis Ortega", "the team at Bayou Physical Therapy".

    Empty when there is nothing to say.
    """
    first, last = tidy(first_name), tidy(last_name)
    if last and is_doctor(credentials, taxonomy_code, prefix):
        return f"Dr. {last}"
    if first or last:
        return f"{first} {last}".strip()
    return f"the team at {tidy(organization)}" if tidy(organization) else ""


def possessive(name: str) -> str:
    """ "Dr. Okafor's", "Dr. Reyes's", "the nurses'"."""
    name = tidy(name)
    if not name:
        return ""
    return f"{name}’" if re.search(r"\b(?:the|our|your|their)\b.*[a-z]s$", name) else f"{name}’s"


def article(noun: str) -> str:
    """ "an orthopedic surgeon", "a university clinic", "an MRI"."""
    noun = tidy(noun)
    if not noun:
        return ""
    return f"{'an' if _starts_with_vowel_sound(noun) else 'a'} {noun}"


def _starts_with_vowel_sound(noun: str) -> bool:
    if _SPELLED.match(noun):
        return noun[0] in "AEFHILMNORSX"
    return bool(_VOWEL_SOUNDS.match(noun)) and not _CONSONANT_SOUNDS.match(noun)


def listed(words: Sequence[str], conjunction: str = "and") -> str:
    """ "range of motion, balance and endurance"."""
    words = [word for word in words if word]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def capitalized(text: str) -> str:
    """The same text with its first letter large; the rest is left alone (unlike `str.capitalize`)."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """A title inside a sentence: "Post-rehab conditioning" becomes "post-rehab conditioning", "PA or NP" stays."""
    first = text.split(" ", maxsplit=1)[0]
    return text[:1].lower() + text[1:] if first[1:].islower() or "-" in first else text


def tidy(text: str) -> str:
    """One line: control and invisible characters gone, runs of space made one."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    visible = "".join(" " if char.isspace() else char for char in text if char.isspace() or char.isprintable())
    return " ".join(visible.split())


def day_in_words(day: date, today: date) -> str:
    """When something was, as one says it in a sentence: "yesterday", "on Tuesday", "on November 12"."""
    ago = (today - day).days
    if ago <= 0:
        return "today"
    if ago == 1:
        return "yesterday"
    if ago < 7:
        return f"on {day:%A}"
    year = f", {day.year}" if day.year != today.year and ago > 300 else ""
    return f"on {day:%B} {day.day}{year}"


def day_written(day: date) -> str:
    """A date at the head of a letter: "November 23, 2026"."""
    return f"{day:%B} {day.day}, {day.year}"


def shortened(text: str, most: int) -> str:
    """At most that many characters, cut between words."""
    text = tidy(text)
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rsplit(' ', 1)[0].rstrip(',;:')}…"
