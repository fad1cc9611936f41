"""Agreements with organizations: their way from idea to renewal, and what they are worth."""

from __future__ import annotations

from enum import StrEnum


class AgreementState(StrEnum):
    """Where an agreement stands."""

    IDEA = "idea"
    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"
    DECLINED = "declined"


class AgreementPer(StrEnum):
    """What the value of an agreement is for."""

    TOTAL = "total"
    MONTH = "month"
    YEAR = "year"
