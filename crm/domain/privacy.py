"""Identifiers in free text: what could name a person in a referral's notes or in outgoing mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocks", "warns"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One place that may identify a person. Positions are code points of the whole text, half-open.

    It warns when it may as well be somebody's at the office: a phone number, an address, a name with Mr. or Mrs.
    """

    kind: str
    start: int
    end: int
    text: str
    why: str
    severity: Severity = "blocks"


_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"


def _day(year: str, short: str) -> str:
    """A full date as people write it, with these years (of four and of two digits)."""
    return (
        rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:{year}|{short})|{year}-\d{{2}}-\d{{2}}"
        rf"|{_MONTHS}\.?\s+{_NTH},?\s+{year}|(?:the\s+)?{_NTH}\s+(?:of\s+)?{_MONTHS}\.?,?\s+{year})"
    )


_ANY_DAY = _day(r"\d{4}", r"\d{2}")
#: Nobody visits an office, signs or reports on such a day: who writes it in full means a birthday.
_LONG_AGO = _day(r"(?:19\d{2}|200\d)", r"[4-9]\d")
_BORN = r"(?:d\.?\s?o\.?\s?b\.?|date\s+of\s+birth|birth\s?-?dat?e|birth\s?day|born(?:\s+on)?|b\.?d\.?)"
_TITLES = r"(?:Mr|Mrs|Ms|Miss|Mister)"
_WORD = r"[A-Z][a-zà-öø-ÿ’'-]+"
_NAME = rf"{_WORD}(?:\s+[A-Z]\b\.?)?(?:\s+{_WORD}){{0,2}}"
_NO_NAME = (
    r"(?!(?:Care|Services?|Access|Relations|Education|Experience|Advoca\w+|Coordinat\w+|Portal|Name|Informat\w+|Director"
    r"|Liaison|Navigat\w+|Rights|Safety|Financial|Registration|Intake|Records?|Authorization|Satisfaction|Center|Manager"
    r"|Support|First|Success|Outcomes?|Report|Progress|Exercise|Introduction|Agreement|Code|Initials|Monday|Tuesday|Wednesday"
    r"|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Week|Session|Age|Goals?|Of|In|At|And|Or|The|Who|Is|Has|From|With|For|To|I|Dr|Signature|Phone|Date|Address|Home|Zero"
    r"|One|Two|Three|Number|Id|Family|Health|Activit\w+|Assessment|Handout|Engagement)\b)"
)
#: In capitals it is a therapist: "Angela Janssen, PT".
_PERSON = r"(?:(?i:client|patient|resident|member)|[Pp]t)"
_RECORD = (
    r"(?:mrn|m\.r\.n\.|mbi|medical\s+record|chart|record|member|subscriber|enrollee|medicare|medicaid|policy|claim|account"
    r"|acct|patient|case|insurance|health\s+plan|passport|driver(?:'s|’s|s)?\s+licen[sc]e)"
)
_NUMBERED = r"(?:\s*(?:id|no|num|number|card(?:\s+says)?|#))*\.?\s*[#:]?\s*"
_VALUE = r"(?:TX\s)?(?=(?:[\w-]*\d){3})(?!\d{4}\b(?!-))[A-Z0-9][\w-]{4,}\b"

_Pattern = tuple[str, re.Pattern[str], str]
_I = re.IGNORECASE
_PATTERNS: tuple[_Pattern, ...] = (
    ("ssn", re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\d-])"),
     "a Social Security number"),
    ("ssn", re.compile(r"\b(?:ssn?|soc(?:ial)?\.?\s+sec(?:urity)?)(?:\s*(?:no|number|#))?\W{0,4}\d{3}\W?\d{2}\W?\d{4}\b"
                       r"|\bss\s?#\W{0,3}\d{3}\W?\d{2}\W?\d{4}\b", _I), "a Social Security number"),
    ("birth_date", re.compile(rf"\b{_BORN}\W{{0,4}}(?:(?:is|was|of|on)\s+)?{_ANY_DAY}", _I), "a date of birth"),
    ("record_number", re.compile(rf"\b{_RECORD}{_NUMBERED}{_VALUE}", _I), "a record number"),
    ("record_number", re.compile(rf"\bgroup\s+(?:id|no|number|#)\.?\s*[#:]?\s*{_VALUE}", _I), "a record number"),
    ("record_number", re.compile(r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?"
                                 r"[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?"
                                 r"[AC-HJKMNP-RT-Y]{2}\d{2}\b"), "a Medicare number"),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"), "an e-mail address"),
    ("phone", re.compile(r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"
                         r"|(?:\b(?i:cell|phone|mobile|tel)\b\W{1,3}(?:is\s)?)\d{10}\b"), "a phone number"),
    ("birth_date", re.compile(rf"(?<![\w/]){_LONG_AGO}(?![\w/])", _I), "a full date, perhaps of birth"),
    ("address", re.compile(
        r"\b\d{1,6}\s+(?:[NSEW]\.?\s+)?(?:[A-Z][\w’'-]*\s+){1,3}(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln"
        r"|Lane|Ct|Court|Way|Pkwy|Parkway|Pl|Place|Ter|Terrace|Cir|Circle)\b\.?"), "a street address"),
    ("name", re.compile(rf"\b{_PERSON}(?i:(?:'s|’s)?\s+(?:name\s*(?:is|:)?\s*|is\s+called\s+|named\s+|called\s+))"
                        rf"(?P<hit>{_NO_NAME}{_NAME})"), "a person’s name"),
    ("name", re.compile(rf"\b{_PERSON}\.?\s*[,:]?[^\S\n]+(?P<hit>{_NO_NAME}(?:{_WORD}|[A-Z]\.)\s+{_NO_NAME}{_WORD})\b"),
     "a person’s name"),
    ("name", re.compile(rf"\b(?i:(?:my|our|your|the|a|one|another)\s+(?:client|patient|resident))\s+"
                        rf"(?P<hit>{_NO_NAME}{_WORD})\b"),
     "a person’s name"),
    ("name", re.compile(rf"\b(?i:(?:full\s+)?name)\s*[:=]\s*(?P<hit>{_WORD}\s+{_WORD})\b"), "a person’s name"),
    ("titled_name", re.compile(rf"\b{_TITLES}\.?\s+{_NAME}"), "a person’s name"),
)  # fmt: skip

#: Where these stand in the sentence, a number, address or name with a title is a client's and not the office's.
_ABOUT_A_CLIENT = re.compile(
    r"\b(?:client|patient|resident)(?!s)\b(?:'s|’s)?|\bemergency|\bhome\b|\bcell\b|\bdaughter\b|\b(?:she|he)\s+lives\b|\blives\s+(?:at|on|in)\b"
    r"|\b(?:trained|coached|improved|attended|fell|walks|y/?o|years\s+old)\b|\b(?:her|his)\s+(?:home|balance|gait|knees?|hips?"
    r"|shoulders?|sessions?|phone|address|strength)\b|\bsessions\s+with\b|\bstarted\s+with\s+me\b|\bmy\s+sessions\b",
    _I,
)
_OFFICE = re.compile(r"\b(?:coordinator|front\s+desk|billing|manager|director|office|fax|suite|department)\b", _I)
_WEAK = frozenset({"phone", "email", "address", "titled_name"})
#: What to write where something could name a person.
INSTEAD = "Write initials or a code instead."


def identifiers(text: str, *, known_names: Iterable[str] = (), allowed: Iterable[str] = ()) -> list[Identifier]:
    """What in this text could identify a person, in order of place.

    `known_names` are names and codes that must not appear (of the trainer's clients); `allowed` are our own and the
    provider's phone numbers, addresses and names, which may.
    """
    found: list[Identifier] = []
    fine = [_bare(each) for each in allowed if _bare(each)]
    for kind, pattern, why in (*_PATTERNS, *_known(known_names)):
        for match in pattern.finditer(text):
            start, end = match.span("hit") if "hit" in pattern.groupindex else match.span()
            taken = any(one.start < end and start < one.end for one in found)
            said = text[start:end]
            if not taken and not any(_bare(said) in each or each in _bare(said) for each in fine):
                severity = _severity(kind, text, start, end)
                found.append(Identifier("name" if kind == "titled_name" else kind, start, end, said, why, severity))
    return sorted(found, key=lambda one: one.start)


def blocking(found: Iterable[Identifier]) -> list[Identifier]:
    """Those that must not leave, unless a person takes responsibility."""
    return [one for one in found if one.severity == "blocks"]


def sentence(found: list[Identifier]) -> str:
    """What to tell the person who wrote it; empty when nothing was found."""
    if not found:
        return ""
    kinds = list(dict.fromkeys(one.why for one in found))
    listed = " and ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)
    return f"This looks like {listed}. {INSTEAD}"


def _severity(kind: str, text: str, start: int, end: int) -> Severity:
    """What may be the office's only warns, unless its sentence is about a client."""
    if kind not in _WEAK:
        return "blocks"
    first = max(text.rfind("\n", 0, start), text.rfind(". ", 0, max(0, start - 3)), start - 120, -1) + 1
    ends = [at for at in (text.find("\n", end), text.find(". ", end), end + 120) if at >= 0]
    around = f"{text[first:start]} … {text[end : min(ends)]}"
    return "blocks" if _ABOUT_A_CLIENT.search(around) and not _OFFICE.search(around) else "warns"


def _known(names: Iterable[str]) -> Iterator[_Pattern]:
    """Each name as a pattern; a code in capitals is one only in capitals."""
    for name in names:
        said = name.strip()
        if len(said) > 2:
            flags = re.NOFLAG if said.isupper() else _I
            yield "known_name", re.compile(rf"(?<!\w){re.escape(said)}(?!\w)", flags), "the name of a client"


def _bare(text: str) -> str:
    """Letters and digits only: how a phone number or address is recognised however it is written."""
    return "".join(char for char in text.casefold() if char.isalnum())
