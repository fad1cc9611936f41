"""Names of organizations: "HOUSTON METHODIST PT & REHAB LLC" to "Houston Methodist PT & Rehab LLC"."""

from __future__ import annotations

import re
from functools import lru_cache

from crm.domain.names import fold, proper_name

_UPPER = frozenset(
    str.split(
        "LLC PLLC PC PA LLP LP LC PLC PSC LTD PT OT MD DO DPM DC DDS USA US UT VA ENT MRI EMS PET CT ER ICU SNF CCRC "
        "HMO IPA ACO YMCA YWCA JCC UCLA UCSF NYU II III IV VI VII NW NE SW SE IV DBA FQHC CORF ADL ACL PM ALF"
    )
)
_SPELLED = {"INC": "Inc", "CORP": "Corp", "CO": "Co", "LTD": "Ltd", "ST": "St", "DR": "Dr", "MT": "Mt", "FT": "Ft"}
_SMALL = frozenset(str.split("and of the for at in on by to a an or de la del with"))
_LEGAL = re.compile(
    r"(?:p\.?l\.?l\.?c|l\.?l\.?l?\.?c|l\.?l\.?p|inc(?:orporated)?|corp(?:oration)?|ltd|p\.?c|p\.?a|p\.?s\.?c|l\.?p|co)\.?",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_][\w'.]*")


@lru_cache(maxsize=512)
def organization_name(text: str) -> str:
    """Proper case for a directory's capitals; names in mixed case are left as they were written."""
    text = _SPACES.sub(" ", text.strip()).replace(" ,", ",")
    if not (text.isupper() or text.islower()):
        return text
    words = text.split(" ")
    if not words[0][:1].isalnum():  # the first word comes after a sign
        first = _WORD.search(text)
        start = first.start() if first else 0
        return _WORD.sub(lambda match: _word(match[0], is_first=match.start() == start), text)
    return " ".join([_leading(words[0]), *(_following(word) if word.isalpha() else _other(word) for word in words[1:])])


@lru_cache(maxsize=4096)
def _leading(text: str) -> str:
    return _WORD.sub(lambda match: _word(match[0], is_first=match.start() == 0), text)


@lru_cache(maxsize=4096)
def _following(text: str) -> str:
    return _other(text)


def _other(text: str) -> str:
    """Any piece after the first. Those with signs and digits are too many to be kept."""
    return text if text.isdecimal() else _WORD.sub(lambda match: _word(match[0], is_first=False), text)


@lru_cache(maxsize=512)
def sort_key(text: str) -> str:
    """What sorting and comparing use: folded, without a leading "the" and without the legal form at the end."""
    folded = fold(" ".join(text.split()))
    bare = without_legal_form(folded)
    return bare.removeprefix("the ").strip(" ,.") or folded


def without_legal_form(text: str) -> str:
    """ "Pekin MRI, LLC" to "Pekin MRI", for a place where the short name is meant."""
    while (start := max(text.rfind(" "), text.rfind(",")) + 1) and _is_legal(text[start:]):
        text = text[:start].rstrip(" ,")
    return text


@lru_cache(maxsize=4096)
def _is_legal(word: str) -> bool:
    """Whether a name may end in this legal form: few last words answer for many names."""
    return _LEGAL.fullmatch(word) is not None


def _word(word: str, *, is_first: bool) -> str:
    upper = word.upper()
    bare = upper.replace(".", "")
    if "." in word.rstrip(".") and len(bare) <= 4:
        return upper
    if bare in _UPPER:
        return upper
    if bare in _SPELLED:
        return _SPELLED[bare] + ("." if word.endswith(".") else "")
    if word.lower() in _SMALL and not is_first:
        return word.lower()
    if upper.endswith("'S") and len(word) > 3:
        return proper_name(upper[:-2]) + "'s"
    if bare[0].isdigit():
        return word.lower()
    if len(bare) <= 3 and not any(char in "AEIOUY" for char in bare):
        return upper
    return proper_name(upper)
