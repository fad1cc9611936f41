"""What search looks for and how it ranks: exact words before prefixes before fragments, names before the rest.

Entries and questions are brought to the same plain form: casefolded, without accents, words apart by one space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from crm.domain.names import fold

MAX_TERMS = 8
MAX_LENGTH = 40
REMARKS_LENGTH = 20_000
TRIGRAM = 3
NAME_KEY = "0"
"""Put before the words of a name among an entry's keys, so that they can be asked for by themselves."""
WORKED_KEY = "00worked"

LETTERS = "abcdefghijklmnopqrstuvwxyz"

_SPELT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})
_JOINED = re.compile(r"['’`´.]")
_APART = re.compile(r"[\W_]+")
#: Both patterns for plain letters, several times as fast.
_PLAIN = {code: None if chr(code) in "'`." else " " for code in range(128) if not chr(code).isalnum()}
_NUMBER = re.compile(r"[\d\s().+\-/]*\d[\d\s().+\-/]*")
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof"})

Term = tuple[str, ...]
"""What a typed word may stand for: itself, or the words it may have been meant to be."""


class Tier(IntEnum):
    """How well an entry answers; lower is better."""

    EXACT = 0
    PREFIX = 1
    FRAGMENT = 2
    TYPO = 3


class Entry(NamedTuple):
    """A provider as search sees it. Name and body begin and end with a space, so that whole words can be looked for."""

    name: str
    body: str
    keys: str
    mark: str


def plain(text: str) -> str:
    """`"O'Brien, M.D."` becomes `obrien md`."""
    if text.isascii():
        return " ".join(text.lower().translate(_PLAIN).split())
    folded = fold(text).translate(_SPELT)
    return _APART.sub(" ", _JOINED.sub("", folded)).strip()


def digits(number: str) -> str:
    """The ten digits of a US number, or all the digits there are."""
    if len(number) == 12 and number.startswith("+1") and number[2:].isdecimal():
        return number[2:]
    only = "".join(char for char in number if char.isdecimal())
    return only[1:] if len(only) == 11 and only[0] == "1" else only


def tails(numbers: Iterable[str]) -> str:
    """What people remember of a phone number: the last seven digits and the last four."""
    return " ".join([f"{number[-7:]} {number[-4:]}" for number in numbers if len(number) >= 7])


def entry(
    *, names: Iterable[str], places: Iterable[str], phones: Iterable[str], npi: str, remarks: str, worked: bool
) -> Entry:
    """The entry of one provider. `places` are plain. `worked` ones, which somebody has had to do with, come first."""
    name = plain(" ".join(names))
    found = dict.fromkeys([digits(number) for number in phones if number])
    said = plain(remarks[:REMARKS_LENGTH]) if remarks else ""
    body = " ".join((*places, *found, npi, tails(found), said))
    keys = NAME_KEY + name.replace(" ", " " + NAME_KEY) if name else ""
    if worked:
        return Entry(f" {name} ", f" {body} ", f"{keys} {WORKED_KEY}".strip(), "worked")
    return Entry(f" {name} ", f" {body} ", keys, "")


def terms(question: str) -> tuple[Term, ...]:
    """The words of a question; a phone number or NPI, however it is written, is one of them."""
    question = question.strip()
    if _NUMBER.fullmatch(question):
        return ((digits(question)[:MAX_LENGTH],),)
    words = [word[:MAX_LENGTH] for word in plain(question).split()]
    kept = [word for word in words if word not in _TITLES] or words
    return tuple((word,) for word in dict.fromkeys(kept[:MAX_TERMS]))


def words_of(text: str) -> set[str]:
    """The words of a name or place that typos are compared with."""
    return {word for word in text.split() if 1 < len(word) <= 30 and not word.isdecimal()}


def tier(asked: Sequence[Term], *texts: str) -> Tier | None:
    """How well `texts` answer: the worst of the words' tiers, None when one is not in there at all."""
    whole = "".join(texts)
    worst = Tier.EXACT
    for term in asked:
        found = min((_tier_of(word, whole) for word in term), key=lambda one: 9 if one is None else one)
        if found is None:
            return None
        worst = max(worst, found)
    return worst


def _tier_of(word: str, text: str) -> Tier | None:
    if f" {word} " in text:
        return Tier.EXACT
    if f" {word}" in text:
        return Tier.PREFIX
    return Tier.FRAGMENT if word in text else None


def slips(word: str) -> int:
    """How many slips are forgiven: one up to five letters, two beyond. Two letters changed places count as one."""
    return 1 if len(word) <= 5 else 2


def one_slip(word: str) -> set[str]:
    """Every word that `word` may be with one slip: a letter missing, too many or wrong, or two that changed places."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    letters = {*LETTERS, *word}
    found |= {left + letter + right[1:] for left, right in cuts if right for letter in letters}
    found |= {left + letter + right for left, right in cuts for letter in letters}
    return found - {word}


def beginnings(word: str) -> set[str]:
    """What a word two slips away begins with, unless both slips are in the first half of `word`."""
    middle = len(word) // 2
    half = word[:middle]
    turned = half[:-1] + word[middle : middle + 1]  # the letters around the middle changed places
    return {half, turned} | one_slip(half) | one_slip(turned)


def end_of(word: str) -> str:
    """What a word two slips away ends in when both slips are in the first half of `word`."""
    return word[len(word) // 2 :]


def likely(word: str, words: Iterable[str], limit: int = 6) -> Term:
    """The words that `word` may have been meant to be: those with the fewest slips."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    scorer: Any = OSA.distance  # its stub has an overload that extract's does not know
    found = process.extract(word, words, scorer=scorer, score_cutoff=slips(word), limit=limit)
    best = found[0][1] if found else 0
    return tuple(match for match, distance, _ in found if distance == best)
