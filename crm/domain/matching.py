"""Whom to approach first, and about what: services for a specialty, and a fit score whose parts are said in words.

The score depends on a few small values only (specialty, distance band, flags), so that a million providers share a few
hundred cached results.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from crm.domain.kinds import Ask
from crm.domain.services import Service, next_after, service
from crm.domain.taxonomy import OTHER, Specialty, specialty

MOST = 100
_SPECIALTY_MOST = 40
#: A peer whom the trainer chose to work with after all is worth about what an unknown specialty is.
_WELCOME_PEER = 20
_ASK = {
    Ask.HANDOFF: (15, "hands over people at discharge"),
    Ask.CLEARANCE: (10, "can refer and clear people all year"),
    Ask.EARLIER_HANDOFF: (8, "plans the next step, earlier in care"),
    Ask.COMMUNITY: (8, "hosts people who need supervised exercise"),
}
_ASK_MOST = 15
#: Upper end of each band in miles, points, words.
_BANDS: tuple[tuple[float, int, str], ...] = (
    (2, 25, "within 2 miles"),
    (5, 22, "within 5 miles"),
    (10, 17, "within 10 miles"),
    (20, 10, "within 20 miles"),
    (40, 4, "within 40 miles"),
    (float("inf"), 0, "over 40 miles away"),
)
UNKNOWN_DISTANCE = -1
_DISTANCE_MOST = 25
_PHONE, _EMAIL = 8, 7


@dataclass(frozen=True)
class FitPart:
    """One reason for a score: what it is about, the words, and its points of the most possible."""

    key: str
    words: str
    points: int
    most: int


@dataclass(frozen=True)
class Fit:
    """A score from 0 to 100 and the parts that add up to it."""

    score: int
    parts: tuple[FitPart, ...]

    @property
    def why(self) -> str:
        """The parts in one line, best first."""
        good = sorted((part for part in self.parts if part.points), key=lambda part: -part.points / part.most)
        return " · ".join(part.words for part in good) or " · ".join(part.words for part in self.parts)


def distance_band(miles: float | None) -> int:
    """The small number that stands for a distance in `fit`."""
    if miles is None:
        return UNKNOWN_DISTANCE
    return next(band for band, (upper, _, _) in enumerate(_BANDS) if miles <= upper)


def services_for(specialty_key: str, switched_off: Collection[str] = ()) -> tuple[Service, ...]:
    """The services to talk about with this specialty, in that order, without those the trainer switched off."""
    return tuple(service(key) for key in specialty(specialty_key).services if key not in switched_off)


def suggested_next(specialty_key: str, referred: Collection[str], switched_off: Collection[str] = ()) -> Service | None:
    """The service to bring up with a provider who already refers for `referred`: the next step of the first that has
    one they don't refer for yet, else a service of their specialty that they haven't used. None when nothing is left.
    """
    taken = {*referred, *switched_off}
    for key in referred:
        following = next_after(key, taken)
        if following and not following.is_addon:
            return following
    return next((s for s in services_for(specialty_key, taken) if referred and not s.is_addon), None)


@lru_cache(maxsize=8192)
def fit(
    specialty_key: str,
    band: int,
    *,
    has_phone: bool = False,
    has_email: bool = False,
    is_person: bool = True,
    is_peer: bool = False,
    is_deactivated: bool = False,
    switched_off: frozenset[str] = frozenset(),
) -> Fit:
    """How well a provider fits, 0 to 100. `is_peer` means flagged and not overridden by the trainer."""
    if is_deactivated:
        return Fit(0, (FitPart("deactivated", "NPI deactivated", 0, MOST),))
    if is_peer:
        return Fit(0, (FitPart("peer", "works in exercise too, so not ranked", 0, MOST),))
    known = specialty(specialty_key)
    parts = (
        _specialty_part(known, switched_off),
        _ask_part(known),
        _distance_part(band),
        _reach_part(has_phone=has_phone, has_email=has_email),
        FitPart("kind", "a person to meet" if is_person else "an organization", 5 if is_person else 2, 5),
    )
    return Fit(sum(part.points for part in parts), parts)


def fit_score(
    specialty_key: str,
    miles: float | None,
    *,
    has_phone: bool,
    has_email: bool,
    is_person: bool,
    is_peer: bool = False,
    is_deactivated: bool = False,
    switched_off: frozenset[str] = frozenset(),
) -> int:
    """Only the number, for lists and imports; a microsecond."""
    return fit(
        specialty_key,
        distance_band(miles),
        has_phone=has_phone,
        has_email=has_email,
        is_person=is_person,
        is_peer=is_peer,
        is_deactivated=is_deactivated,
        switched_off=switched_off,
    ).score


def _specialty_part(known: Specialty, switched_off: frozenset[str]) -> FitPart:
    offered = [s for s in services_for(known.key, switched_off) if not s.is_addon]
    if known.is_peer:
        return FitPart("specialty", "exercise professional you chose to work with", _WELCOME_PEER, _SPECIALTY_MOST)
    if known.key == OTHER:
        return FitPart("specialty", "specialty seldom refers", known.strength, _SPECIALTY_MOST)
    if not offered:
        return FitPart("specialty", f"{known.label}: the services for them are switched off", 0, _SPECIALTY_MOST)
    names = ", ".join(s.short for s in offered[:2])
    return FitPart("specialty", f"{known.label}: {names}", known.strength, _SPECIALTY_MOST)


def _ask_part(known: Specialty) -> FitPart:
    if known.key == OTHER:
        return FitPart("ask", "no usual ask", 0, _ASK_MOST)
    points, words = _ASK[known.ask]
    return FitPart("ask", words, points, _ASK_MOST)


def _distance_part(band: int) -> FitPart:
    if band == UNKNOWN_DISTANCE:
        return FitPart("distance", "distance unknown", 5, _DISTANCE_MOST)
    _, points, words = _BANDS[band]
    return FitPart("distance", words, points, _DISTANCE_MOST)


def _reach_part(*, has_phone: bool, has_email: bool) -> FitPart:
    points = _PHONE * has_phone + _EMAIL * has_email
    words = {15: "phone and e-mail known", 8: "phone known", 7: "e-mail known", 0: "no phone or e-mail yet"}[points]
    return FitPart("reach", words, points, _PHONE + _EMAIL)
