"""What pages call the states of a client's file: words and the colour of their pills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crm.domain.client_kinds import ClearanceAnswer, ClientRole, EventKind, SessionState
from crm.domain.permits import Standing
from crm.models.client_care import ClientClearance
from crm.web import filters

ROLES: Mapping[ClientRole, str] = {
    ClientRole.REFERRING: "Sent the client",
    ClientRole.INFORMED: "Kept informed",
    ClientRole.CLEARING: "Clears",
}
STATES: Mapping[SessionState, tuple[str, str, str]] = {
    SessionState.ATTENDED: ("Attended", "check", "good"),
    SessionState.MISSED: ("Missed", "x", "bad"),
    SessionState.CANCELLED: ("Cancelled", "ban", ""),
    SessionState.SCHEDULED: ("Planned", "calendar", "brand"),
}
EVENTS: Mapping[EventKind, tuple[str, str]] = {
    EventKind.SYMPTOM: ("Symptom", "activity"),
    EventKind.FALL: ("Fall", "person-standing"),
    EventKind.LIMIT_EXCEEDED: ("Beyond a limit", "gauge"),
    EventKind.ILLNESS: ("Illness", "thermometer"),
    EventKind.HOSPITAL: ("Hospital", "hospital"),
    EventKind.MEDICATION: ("Medication", "pill"),
    EventKind.OTHER: ("Something else", "circle-alert"),
}
ANSWERS: Mapping[ClearanceAnswer, str] = {
    ClearanceAnswer.CLEARED: "Cleared",
    ClearanceAnswer.LIMITED: "Cleared within limits",
    ClearanceAnswer.NOT_CLEARED: "Not cleared",
}
URGENT = (EventKind.SYMPTOM, EventKind.FALL, EventKind.LIMIT_EXCEEDED, EventKind.HOSPITAL)
"""Events that are often urgent: the form says to call first."""

_PERMITS: Mapping[Standing, tuple[str, str]] = {
    Standing.NONE: ("None", "warn"),
    Standing.ASKED: ("Outstanding", "warn"),
    Standing.HOLDS: ("Valid", "good"),
    Standing.SOON: ("Ends soon", "warn"),
    Standing.TO_COME: ("Not yet valid", ""),
    Standing.EXPIRED: ("Expired", "bad"),
    Standing.REVOKED: ("Taken back", "bad"),
    Standing.REFUSED: ("Not cleared", "bad"),
}


def standing(value: Standing) -> tuple[str, str]:
    """A standing in words, and the colour of its pill."""
    return _PERMITS[value]


def until(day: date | None, today: date) -> str:
    """Until when, in words."""
    return f"until {filters.day(day, today)}" if day else "without an end"


def limits(one: ClientClearance) -> list[str]:
    """The limits of a clearance, a line each."""
    pressure = "/".join(str(part) if part else "–" for part in (one.systolic_max, one.diastolic_max))
    return [
        line
        for line in (
            f"Blood pressure up to {pressure} mmHg" if one.systolic_max or one.diastolic_max else "",
            f"Heart rate up to {one.heart_rate_max} a minute" if one.heart_rate_max else "",
            f"Weight bearing: {one.weight_bearing}" if one.weight_bearing else "",
            one.precautions,
        )
        if line
    ]
