"""Names of people: parse what is typed, give directory capitals their proper case, display and sort.

The bulk path (`from_directory`) never touches nameparser, which costs 200 µs a name and is loaded when first used.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from crm.domain.credentials import is_credential, normalise_credentials

_PARTICLES = frozenset(str.split("de la las los del da das do dos y e von der den zu af bin ibn"))
# "La Roche" and "Den Hartog" stand capitalised unless a leading particle carries them ("de la Cruz").
_ONLY_AFTER = frozenset(str.split("la las los der den"))
_MAC = frozenset(
    str.split(
        "macarthur macaulay macbride maccallum maccormack macdonald macdougall macfarlane macgregor macinnis macintosh "
        "macintyre mackay mackenzie mackinnon maclachlan maclaren maclean macleod macmillan macnamara macneil macneill "
        "macphail macpherson macrae"
    )
)
_ROMAN = frozenset(("II", "III", "IV", "VI", "VII"))
_GENERATION = {"JR": "Jr.", "SR": "Sr.", "JUNIOR": "Jr.", "SENIOR": "Sr.", "I": "I", "V": "V"} | {r: r for r in _ROMAN}
_TITLES = {"DR": "Dr.", "MR": "Mr.", "MRS": "Mrs.", "MS": "Ms.", "MISS": "Miss", "PROF": "Prof.", "SISTER": "Sister"}
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'", "\u00b4": "'"})
_ELISION = re.compile(r"^([OD])'(\w)", re.IGNORECASE)
_SPLIT = re.compile(r"([\s-]+)")
_JOB = re.compile(r"\b(manager|navigator|director|coordinator|planner|specialist|owner|administrator)\b", re.IGNORECASE)


class PersonName(NamedTuple):
    """The parts of a person's name, each in proper case, each possibly empty."""

    prefix: str = ""
    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""
    credentials: str = ""


def fold(text: str) -> str:
    """Casefolded and without accents, so that "López" is found by "lopez"."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()


def from_directory(
    first: str, middle: str, last: str, *, prefix: str = "", suffix: str = "", credentials: str = ""
) -> PersonName:
    """A name from separate, usually upper-case directory columns."""
    return PersonName(
        _title(prefix) if prefix else "",
        proper_name(first),
        _middle(middle) if middle else "",
        proper_name(last),
        _generation(suffix) if suffix else "",
        normalise_credentials(credentials) if credentials else "",
    )


def parse(text: str) -> PersonName:
    """A name as a person types it: "Dr. Maria C. López-Ruiz, MD, FAAOS" or "Cruz, Maria de la, PT"."""
    from nameparser import HumanName

    plain, credentials = _split_credentials(" ".join(text.translate(_APOSTROPHES).split()))
    found = HumanName(plain)
    middle = " ".join(part for part in (found.middle, found.nickname) if part)
    name = from_directory(found.first, middle, found.last, prefix=found.title, suffix=found.suffix)
    return name._replace(credentials=credentials)


def display_name(name: PersonName) -> str:
    """ "Maria C. López-Ruiz Jr., MD, FAAOS": what lists and letters show, without the title."""
    if name.middle or name.suffix:
        text = f"{name.first} {name.middle} {name.last} {name.suffix}"
    else:
        text = f"{name.first} {name.last}"
    if "  " in text or text[-1:] == " " or text[:1] == " ":
        text = " ".join(text.split())
    return f"{text}, {name.credentials}" if name.credentials else text


def sort_name(name: PersonName) -> str:
    """ "lopez-ruiz maria c.": family name first, casefolded, without accents."""
    text = f"{name.last} {name.first} {name.middle}"
    return (text.lower() if text.isascii() else fold(text)).strip()


def _middle(text: str) -> str:
    return text + "." if len(text) == 1 else proper_name(text)


@lru_cache(maxsize=16384)
def proper_name(text: str) -> str:
    """ "DE LA CRUZ" to "de la Cruz", "O'NEILL" to "O'Neill"; text in mixed case is left alone but for spaces."""
    text = " ".join(text.translate(_APOSTROPHES).split())
    if text.isalpha() and text.isupper() and text.isascii() and text[:2] != "MC" and text[:3] != "MAC":
        return text if text in _ROMAN else text.capitalize()
    if not (text.isupper() or text.islower()):
        return text
    pieces = _SPLIT.split(text)
    return "".join(_piece(pieces, index) for index in range(len(pieces)))


def _piece(pieces: list[str], index: int) -> str:
    word = pieces[index].lower()
    # A particle needs a name after it; the only word of a name, or its last, is the name itself.
    if word in _PARTICLES and index + 2 < len(pieces) and " " in pieces[index + 1]:
        follows = index >= 2 and pieces[index - 2].lower() in (*_PARTICLES, "van")
        if word not in _ONLY_AFTER or follows:
            return word
    if word == "van" and index + 2 < len(pieces) and pieces[index + 2].lower() in _ONLY_AFTER:
        return word
    return _word(pieces[index])


def _word(word: str) -> str:
    lower = word.lower()
    if word.upper() in _ROMAN:
        return word.upper()
    if lower.startswith("mc") and len(lower) > 3:
        return "Mc" + lower[2:].capitalize()
    if lower in _MAC:
        return "Mac" + lower[3:].capitalize()
    if match := _ELISION.match(lower):
        return match[1].upper() + "'" + lower[2:].capitalize()
    return lower[:1].upper() + lower[1:]


@lru_cache(maxsize=256)
def _generation(text: str) -> str:
    words = [word for word in re.split(r"[\s,]+", text.upper().replace(".", "")) if word]
    return ", ".join(_GENERATION.get(word, word) for word in words)


@lru_cache(maxsize=256)
def _title(text: str) -> str:
    words = text.replace(".", " ").split()
    return " ".join(_TITLES.get(word.upper(), proper_name(word)) for word in words)


def _split_credentials(text: str) -> tuple[str, str]:
    """The name without the credentials after it. Words after a comma count as such only where they look it."""
    head, *tail = (part.strip() for part in text.split(","))
    names = [part for part in tail if part and not _looks_like_credentials(part)]
    found = [part for part in tail if part and _looks_like_credentials(part)]
    words = head.split()
    if len(words) > 1 and any(_JOB.search(part) for part in names):
        return head, ", ".join(tail)
    trailing: list[str] = []
    while len(words) > 2 and is_credential(words[-1]):
        trailing.insert(0, words.pop())
    return ", ".join([" ".join(words), *names]), normalise_credentials(", ".join([*trailing, *found]))


def _looks_like_credentials(part: str) -> bool:
    words = part.split()
    if all(is_credential(word) for word in words):
        return True
    shouted = part.replace(".", "").replace("-", "").replace(" ", "")
    return len(shouted) <= 8 and "." in part and shouted.isupper() and part.upper().replace(".", "") not in _GENERATION
