"""Identifiers in free text: what could name a person in a referral's notes or in outgoing mail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """One place that may identify a person. Positions are code points of the whole text, half-open."""

    kind: str
    start: int
    end: int
    text: str
    why: str


_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    rf"|{_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}\s+{_MONTHS}\.?,?\s+\d{{4}})"
)
_BORN = r"(?:d\.?\s?o\.?\s?b\.?|date of birth|birth\s?dat?e|birth\s?day|born(?:\s+on)?|b\.?d\.?)"
_TITLES = r"(?:Mr|Mrs|Ms|Miss|Mister)"
_NAME = r"[A-Z][a-zà-öø-ÿ’'-]+(?:\s+[A-Z]\b\.?)?(?:\s+[A-Z][a-zà-öø-ÿ’'-]+){0,2}"

_PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("ssn", re.compile(r"(?<![\d-])(?!000|666"
        r"|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\d-])"), "a Social Security number"),
    ("ssn", re.compile(r"\b(?:ssn|social security)(?:\s*(?:no|number"
        r"|#))?\W{0,4}\d{3}\W?\d{2}\W?\d{4}\b", re.IGNORECASE),
     "a Social Security number"),
    ("birth_date", re.compile(rf"\b{_BORN}\W{{0,4}}(?:is\s+|was\s+)?{_DAY}", re.IGNORECASE), "a date of birth"),
    ("record_number", re.compile(
        r"\b(?:mrn|m\.r\.n\.|medical record|chart|record|member|medicare|medicaid|policy|claim|account|acct"
        r"|patient|case)"
        r"(?:\s*(?:id|no|num|number"
        r"|#))?\.?\s*[#:]?\s*(?=[\w-]*\d{3})[A-Z0-9][\w-]{4,}\b", re.IGNORECASE), "a record number"),
    ("record_number", re.compile(r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?"
                                 r"[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?"
                                 r"[AC-HJKMNP-RT-Y]{2}\d{2}\b"), "a Medicare number"),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "an e-mail address"),
    ("phone", re.compile(r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\)\s?"
        r"|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"), "a phone number"),
    ("birth_date", re.compile(rf"(?<![\w/]){_DAY}(?![\w/])", re.IGNORECASE), "a full date, perhaps of birth"),
    ("address", re.compile(
        r"\b\d{1,6}\s+(?:[NSEW]\.?\s+)?(?:[A-Z][\w’'-]*\s+){1,3}(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr"
        r"|Drive|Ln|Lane|Ct|Court"
        r"|Way|Pkwy|Parkway|Pl|Place|Ter|Terrace|Cir|Circle)\b\.?"), "a street address"),
    ("name", re.compile(rf"\b{_TITLES}\.?\s+{_NAME}"), "a person’s name"),
    ("name", re.compile(rf"\b(?i:(?:client|patient|pt|resident)(?:'s|’s)?\s+(?:name\s*(?:is|:)?\s*|is\s+called\s+"
        rf"|named\s+|,\s*))(?:{_NAME})"),
     "a person’s name"),
    ("name", re.compile(r"\b(?i:client|patient"
        r"|resident)\s+[A-Z][a-zà-öø-ÿ’'-]{1,}\s+[A-Z][a-zà-öø-ÿ’'-]{1,}\b"), "a person’s name"),
    ("name", re.compile(r"\b(?i:(?:name"
        r"|full name))\s*[:=]\s*[A-Z][a-zà-öø-ÿ’'-]+\s+[A-Z][a-zà-öø-ÿ’'-]+\b"), "a person’s name"),
)  # fmt: skip


#: What to write where something could name a person.
INSTEAD = "Write initials or a code instead."


def identifiers(text: str, *, known_names: Iterable[str] = (), allowed: Iterable[str] = ()) -> list[Identifier]:
    """What in this text could identify a person, in order of place.

    `known_names` are names that must not appear (of the trainer's clients); `allowed` are our own and the provider's
    phone numbers, addresses and names, which may.
    """
    found: list[Identifier] = []
    fine = [_bare(each) for each in allowed if _bare(each)]
    for kind, pattern, why in (*_PATTERNS, *_known(known_names)):
        for match in pattern.finditer(text):
            taken = any(one.start < match.end() and match.start() < one.end for one in found)
            if not taken and not any(_bare(match[0]) in each or each in _bare(match[0]) for each in fine):
                found.append(Identifier(kind, match.start(), match.end(), match[0], why))
    return sorted(found, key=lambda one: one.start)


def sentence(found: list[Identifier]) -> str:
    """What to tell the person who wrote it; empty when nothing was found."""
    if not found:
        return ""
    kinds = list(dict.fromkeys(one.why for one in found))
    listed = " and ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)
    return f"This looks like {listed}. {INSTEAD}"


def _known(names: Iterable[str]) -> list[tuple[str, re.Pattern[str], str]]:
    return [
        ("known_name", re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)", re.IGNORECASE), "the name of a client")
        for name in names
        if len(name.strip()) > 2
    ]


def _bare(text: str) -> str:
    """Letters and digits only: how a phone number or address is recognised however it is written."""
    return "".join(char for char in text.casefold() if char.isalnum())
