"""Closed vocabularies of visits. Values are what the database stores."""

from __future__ import annotations

from enum import StrEnum


class VisitKind(StrEnum):
    """A visit to one provider, or a talk for a group of people."""

    VISIT = "visit"
    IN_SERVICE = "in_service"


class Met(StrEnum):
    """The first tap after a visit: how far we got."""

    PROVIDER = "provider"
    STAFF = "staff"
    MATERIALS = "materials"
    NOT_POSSIBLE = "not_possible"


class Interest(StrEnum):
    """How warm it was, by the visitor's own feeling."""

    WARM = "warm"
    OPEN = "open"
    COOL = "cool"


class Visitors(StrEnum):
    """What an office does with visitors who come unannounced."""

    UNKNOWN = "unknown"
    WELCOME = "welcome"
    BY_APPOINTMENT = "by_appointment"
    NOT_WELCOME = "not_welcome"
