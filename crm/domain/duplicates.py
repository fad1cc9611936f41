"""Are two records one provider? A score from 0 to 100 with its reasons; a person decides."""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

#: Pairs below this are not worth anybody's time.
WORTH_ASKING = 60
CERTAIN = 100
_INITIALS = 3


class Candidate(NamedTuple):
    """What comparing needs. Names folded (casefolded, no accents); `address_key` as in addresses."""

    npi: str = ""
    email: str = ""
    phone: str = ""
    first: str = ""
    last: str = ""
    organization: str = ""
    address_key: str = ""
    city: str = ""
    specialty: str = ""


class Likeness(NamedTuple):
    """How much two records look like one, and why."""

    score: int
    reasons: tuple[str, ...]


def compare(one: Candidate, other: Candidate) -> Likeness:
    """The likeness of two records. Two different NPIs are two people, whatever else agrees."""
    if one.npi and other.npi:
        return Likeness(CERTAIN, ("same NPI",)) if one.npi == other.npi else Likeness(0, ("different NPIs",))
    name, name_reason = _name_points(one, other)
    found = [(name, name_reason)] if name else []
    same_email = bool(one.email) and one.email == other.email
    if same_email:
        found.append((40, "same e-mail"))
    if one.phone and one.phone == other.phone:
        found.append((25, "same phone"))
    if one.address_key and one.address_key == other.address_key:
        found.append((25, "same practice"))
    elif one.city and one.city == other.city:
        found.append((20, "same town"))
    if name and one.specialty and one.specialty == other.specialty and one.specialty != "other":
        found.append((5, "same specialty"))
    score = min(99, sum(points for points, _ in found))
    # Colleagues share phone and address: without a likeness of names only a shared e-mail is worth a question.
    if not name:
        score = WORTH_ASKING if same_email else min(score, WORTH_ASKING - 1)
    return Likeness(score, tuple(reason for _, reason in found))


def worth_asking(likeness: Likeness) -> bool:
    """Whether the pair belongs into the queue."""
    return likeness.score >= WORTH_ASKING


def _name_points(one: Candidate, other: Candidate) -> tuple[int, str]:
    if one.organization and other.organization and not (one.last and other.last):
        alike = JaroWinkler.similarity(one.organization, other.organization)
        return (50, "same name") if alike == 1 else (40, "similar name") if alike >= 0.93 else (0, "")
    if not (one.last and other.last):
        return 0, ""
    last = JaroWinkler.similarity(one.last, other.last)
    first = _first_likeness(one.first, other.first)
    if last == 1 and first == 1:
        return 50, "same name"
    if last >= 0.91 and first >= 0.85:
        return 40, "similar name"
    if last == 1 and _is_initial(one.first, other.first):
        return 35, "same last name, fitting initial"
    return 0, ""


def _first_likeness(one: str, other: str) -> float:
    return JaroWinkler.similarity(one, other) if one and other else 0.0


def _is_initial(one: str, other: str) -> bool:
    short, long = sorted((one.rstrip("."), other.rstrip(".")), key=len)
    return 0 < len(short) < _INITIALS and long.startswith(short)
