"""The day on which an absent person is back, read from an automatic answer.

The first day back, not the last day away: "until Friday the 5th" and "back on the 8th" both end on a day that can be
written to. A date without a year is the next one from the day of arrival on; one that has passed is no answer.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

#: An absence longer than this is a misread date.
LONGEST = timedelta(days=550)

_NAMES = {
    1: "january jan januar janvier janv enero ene gennaio gen janeiro januari",
    2: "february feb februar février fevrier févr fev febrero febbraio fevereiro februari",
    3: "march mar märz maerz mrz mars marzo março marco maart",
    4: "april apr avril avr abril abr aprile",
    5: "may mai mayo maggio mag maio mei maj",
    6: "june jun juni juin junio giugno giu junho",
    7: "july jul juli juillet juil julio luglio lug julho",
    8: "august aug août aout agosto ago augustus augusti",
    9: "september sep sept septembre septiembre settembre set setembro",
    10: "october oct oktober okt octobre octubre ottobre ott outubro",
    11: "november nov novembre noviembre novembro",
    12: "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
}
_MONTHS = {name: number for number, names in _NAMES.items() for name in names.split()}
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag lundi lunes lunedì",
            "tuesday tue tues dienstag mardi martes martedì",
            "wednesday wed mittwoch mercredi miércoles mercoledì",
            "thursday thu thurs donnerstag jeudi jueves giovedì",
            "friday fri freitag vendredi viernes venerdì",
            "saturday sat samstag samedi sábado sabato",
            "sunday sun sonntag dimanche domingo domenica",
        )
    )
    for name in names.split()
}
_MONTH = r"(?P<@month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_WEEKDAY = (
    r"(?:\(?(?:" + "|".join(sorted(_DAYS, key=len, reverse=True)) + r")\b\.?,?\)?\s{0,2}(?:the |dem |den |le )?)?"
)
_YEAR = r"(?:,?\s{1,2}(?:de |del )?(?P<@year>20\d\d))?"
_ORDINAL = r"(?:st|nd|rd|th|\.|º|er)?"
#: Month first (July 31st, 2026), day first (31 July 2026; el 31 de julio), ISO, numbers (7/31/2026, 31.07.2026).
_FORMS = (
    _MONTH.replace("@", "a")
    + r"\s{0,2}(?:the )?(?P<aday>\d{1,2})"
    + _ORDINAL
    + r"(?!\d|:\d)"
    + _YEAR.replace("@", "a"),
    r"(?P<bday>\d{1,2})"
    + _ORDINAL
    + r"\s{0,2}(?:of |de )?"
    + _MONTH.replace("@", "b")
    + r"\b"
    + _YEAR.replace("@", "b"),
    r"(?P<cyear>20\d\d)[-/.年](?P<cmonth>\d{1,2})[-/.月](?P<cday>\d{1,2})",
    r"(?P<done>\d{1,2})(?P<dsign>[/.-])(?P<dtwo>\d{1,2})(?:(?P=dsign)(?P<dyear>20\d\d|\d\d)\b)?(?![\d/%])",
)
_DATE = re.compile(r"(?<![\w/.-])" + _WEEKDAY + r"(?:" + "|".join(_FORMS) + ")", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:return\w*|back|resum\w*|available again|available|reachable|wieder|zurück|erreichbar|retour|"
    r"reviendrai|regres\w*|vuelv\w*|rientr\w*|volt\w*|terug|tillbaka)\b[^.!?\n]{0,60}$",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|bis|jusqu\S*|hasta|fino|até|tot|t/m|bis zum|by)\b(?:\s\S{1,12}){0,3}\s{0,2}$",
    re.IGNORECASE,
)
_THROUGH = re.compile(
    r"(?:\b(?:through|thru|to|bis einschlie\S+|ending|au|al)\b|[-–—])(?:\s(?:and including|the|on))?\s{0,2}$",
    re.IGNORECASE,
)
_INCLUSIVE = re.compile(r"^\s{0,2}\(?(?:inclusive|included|einschlie|inclus)", re.IGNORECASE)
_AGAIN = re.compile(r"^\s{0,2}(?:wieder|zurück|bin ich wieder|de retour)\b", re.IGNORECASE)
_RANGE_END = re.compile(
    r"^\s{0,2}(?:[-–—]|to|through|thru|bis|until)\s{0,2}(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?(?![\d/:.])",
    re.IGNORECASE,
)
_ON_WEEKDAY = re.compile(
    r"\b(?:return\w*|back|until|till|resum\w*|wieder|zurück|bis|retour|hasta)\b[^.!?\n]{0,30}?\b(?:(next|"
    r"following)\s)?(" + "|".join(sorted(_DAYS, key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)
_SOON = re.compile(r"\b(?:return\w*|back|available|until)\b[^.!?\n]{0,25}\b(tomorrow|next week)\b", re.IGNORECASE)
LIMIT = 4_000


@dataclass(frozen=True)
class _Found:
    """A day in the text, and how sure it is the end of an absence (the higher the surer)."""

    day: date
    weight: int


def return_date(text: str, received_on: date) -> date | None:
    """The first day back, on or after the day of arrival; None where the text names none."""
    text = re.sub(r"[ \t\xa0*_]+", " ", text[:LIMIT])
    text = re.sub(r"(?<=\S)\n(?=\S)", " ", text)
    found = [each for each in _dated(text, received_on) if received_on <= each.day <= received_on + LONGEST]
    if found:
        best = max(each.weight for each in found)
        days = [each.day for each in found if each.weight == best]
        return days[0] if best == 3 else max(days)
    return _spoken(text, received_on)


def _dated(text: str, today: date) -> Iterator[_Found]:
    for match in _DATE.finditer(text):
        day = _day(match, today)
        if day is None:
            continue
        before, after = text[max(match.start() - 90, 0) : match.start()], text[match.end() : match.end() + 30]
        end = _RANGE_END.match(after)
        if end and match["aday"] and day.day < int(end[1]) <= monthrange(day.year, day.month)[1]:
            yield _Found(day.replace(day=int(end[1])) + timedelta(days=1), 2)
        elif _INCLUSIVE.match(after):
            yield _Found(day + timedelta(days=1), 3)
        elif _UNTIL.search(before):
            yield _Found(day, 2)
        elif _THROUGH.search(before):
            yield _Found(day + timedelta(days=1), 2)
        elif _BACK.search(before) or _AGAIN.match(after):
            yield _Found(day, 3)


def _day(match: re.Match[str], today: date) -> date | None:
    group = match.groupdict()
    if group["done"]:
        return _numeric(group, today)
    which = next(each for each in "abc" if group[f"{each}day"])
    month = group[f"{which}month"].lower()
    number = int(month) if month.isdigit() else _MONTHS[month]
    return _placed(group[f"{which}year"], number, int(group[f"{which}day"]), today)


def _numeric(group: dict[str, str | None], today: date) -> date | None:
    """Month first with a slash, as Americans write; day first with a dot, and where no month is so high."""
    one, two = int(group["done"] or 0), int(group["dtwo"] or 0)
    day_first = group["dsign"] == "." or one > 12
    if group["dsign"] == "-" and not group["dyear"]:
        return None
    year = group["dyear"]
    return _placed(
        f"20{year}" if year and len(year) == 2 else year, two if day_first else one, one if day_first else two, today
    )


def _placed(year: str | None, month: int, day: int, today: date) -> date | None:
    """The date; without a year the next one that isn't more than two months ago."""
    try:
        if year:
            return date(int(year), month, day)
        found = date(today.year, month, day)
        return found.replace(year=today.year + 1) if found < today - timedelta(days=60) else found
    except ValueError:
        return None


def _spoken(text: str, today: date) -> date | None:
    soon = _SOON.search(text)
    if soon:
        return today + timedelta(days=1 if soon[1].lower() == "tomorrow" else 7 - today.weekday())
    match = _ON_WEEKDAY.search(text)
    if not match:
        return None
    ahead = (_DAYS[match[2].lower()] - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead)
