"""What of Results somebody asks for, since counting all of a long past takes longer than the part that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crm.domain.results import Dimension


class Piece(StrEnum):
    """A part of `Figures` or `Overview` that is counted by itself. What nobody asks for is left empty."""

    TALLY = "tally"
    """Received to kept of the referral funnel, expected and booked value, referrals with a visit before them: of the
    period itself always there."""
    STEPS = "steps"
    """Where referrals were lost and why, where they wait, and the days that each step took."""
    RELATIONS = "relations"
    FIRST = "first"
    """How many providers referred for the first time."""
    UNTIL_FIRST = "until_first"
    """Their touches, conversations and days until then."""
    VISITS = "visits"
    SESSIONS = "sessions"
    REPORTS = "reports"
    ARRIVALS = "arrivals"
    COHORTS = "cohorts"
    SEQUENCES = "sequences"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Asked:
    """The pieces wanted of the period and of the one it is compared with, and the breakdowns of the former."""

    now: frozenset[Piece]
    before: frozenset[Piece] = frozenset()
    rankings: frozenset[Dimension] = frozenset()


EVERYTHING = Asked(frozenset(Piece), frozenset(Piece), frozenset(Dimension))
