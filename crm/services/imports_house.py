"""Where the trainer is and what is offered: what the score of somebody from a list depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlmodel import Session

from crm.domain import matching, places, taxonomy
from crm.models.accounts import Business
from crm.store import prices


class Rank(NamedTuple):
    """What the house says about somebody new, as columns of a provider."""

    care_stage: str
    ask: str
    is_peer: int
    miles: float | None
    fit: int


@dataclass(frozen=True)
class House:
    """Where the trainer is, and which services are switched off."""

    zip: str
    off: frozenset[str]

    @classmethod
    def of(cls, session: Session) -> House:
        """The business as it stands."""
        business = session.get(Business, 1)
        return cls(business.zip if business else "", prices.switched_off(session))

    def rank(self, specialty: str, zip_code: str, *, reach: tuple[bool, bool], is_person: bool) -> Rank:
        """How near and how fit somebody new is. `reach` is by phone and by e-mail. Many share both: kept."""
        return _rank(self, specialty, zip_code, reach, is_person)

    def fit(self, specialty: str, miles: float | None, content: Mapping[str, Any], *, is_person: bool) -> int:
        """The score of somebody from a list."""
        return matching.fit_score(
            specialty,
            miles,
            has_phone=bool(content.get("phone")),
            has_email=bool(content.get("email")),
            is_person=is_person,
            is_peer=taxonomy.specialty(specialty).is_peer,
            switched_off=self.off,
        )


@lru_cache(maxsize=8192)
def _rank(house: House, specialty: str, zip_code: str, reach: tuple[bool, bool], is_person: bool) -> Rank:
    known = taxonomy.specialty(specialty)
    miles = places.zip_miles(house.zip, zip_code) if zip_code and house.zip else None
    fit = house.fit(specialty, miles, {"phone": reach[0], "email": reach[1]}, is_person=is_person)
    return Rank(known.care_stage.value, known.ask.value, int(known.is_peer), miles, fit)
