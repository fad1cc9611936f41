"""Where the trainer is and what is offered: what the score of somebody from a list depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from crm.domain import matching, taxonomy
from crm.models.accounts import Business
from crm.store import prices


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
