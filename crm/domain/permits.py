"""How a client's papers stand on a day: what they permit to leave, and whether the client may exercise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from crm.domain.client_kinds import ClearanceAnswer
from crm.domain.errors import Invalid

SOON = timedelta(days=30)
"""How long before its last day a paper is shown as running out: time enough to ask for another one."""

NOT_CLEARED_NEXT = (
    "Don’t train with this client. Tell them that their physician has said no for now, ask the physician what would "
    "have to change, and put the sessions that are planned on hold."
)
"""What follows when a physician answers no."""


class Standing(StrEnum):
    """How a paper stands. `SOON` still holds."""

    NONE = "none"
    ASKED = "asked"
    HOLDS = "holds"
    SOON = "soon"
    TO_COME = "to_come"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REFUSED = "refused"


GOOD = frozenset({Standing.HOLDS, Standing.SOON})


def of_authorization(signed_on: date, until_on: date | None, revoked_on: date | None, today: date) -> Standing:
    """How an authorization stands. It holds through its last day, and not on the day it was taken back."""
    if revoked_on is not None and revoked_on <= today:
        return Standing.REVOKED
    if signed_on > today:
        return Standing.TO_COME
    return _until(until_on, today)


def covers(kinds: Collection[str], kind: str) -> bool:
    """Whether an authorization is about this kind of report; one that names none is about all."""
    return not kinds or kind in kinds


def of_clearance(
    asked_on: date | None, returned_on: date | None, answer: ClearanceAnswer | None, until_on: date | None, today: date
) -> Standing:
    """How a clearance stands: asked until it is back, refused, or as its last day says."""
    if returned_on is None or answer is None:
        return Standing.ASKED if asked_on is not None else Standing.NONE
    if answer is ClearanceAnswer.NOT_CLEARED:
        return Standing.REFUSED
    return _until(until_on, today)


def check_pressure(systolic: int | None, diastolic: int | None) -> None:
    """Invalid where the two limits can't belong together."""
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        raise Invalid({"diastolic_max": "The second number is the lower one, such as 160 over 100."})


def _until(until_on: date | None, today: date) -> Standing:
    if until_on is None:
        return Standing.HOLDS
    if until_on < today:
        return Standing.EXPIRED
    return Standing.SOON if until_on - today <= SOON else Standing.HOLDS
