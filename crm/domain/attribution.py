"""What led to a referral, in a few figures: the first touch, the last, how many, and whom it is due to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from crm.domain.calendar import day_bounds, local_day
from crm.domain.followups import SPOKEN
from crm.domain.kinds import ActivityKind, Outcome

#: Ways of meeting that are conversations unless their outcome says otherwise.
_IN_PERSON = frozenset({ActivityKind.MEETING, ActivityKind.IN_SERVICE, ActivityKind.REPLY})
_VISITS = frozenset({ActivityKind.VISIT, ActivityKind.IN_SERVICE})


@dataclass(frozen=True, slots=True)
class Led:
    """A touch as far as attribution asks."""

    kind: ActivityKind
    happened_at: datetime
    outcome: Outcome | None = None
    actor_id: int | None = None
    sequence_id: int | None = None
    template_version_id: int | None = None

    @property
    def is_conversation(self) -> bool:
        """Whether it reached the provider."""
        return self.outcome in SPOKEN or (self.kind in _IN_PERSON and self.outcome in (None, Outcome.DONE))


@dataclass(frozen=True, slots=True)
class Attribution:
    """The columns of a referral of the same names."""

    first_touch_at: datetime | None = None
    first_touch_kind: str = ""
    last_touch_kind: str = ""
    touches: int = 0
    conversations: int = 0
    visits: int = 0
    days_to_it: int | None = None
    sequence_id: int | None = None
    template_version_id: int | None = None
    credited_id: int | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)


def end_of(received_on: date, zone: str, now: datetime) -> datetime:
    """The instant up to which a touch counts as before a referral: the end of the day it came, at most now.

    The hour of a referral isn't known, and the visit at which it was handed over is what led to it.
    """
    return min(day_bounds(received_on, zone)[1], now)


def before(touches: Iterable[Led], received_on: date, zone: str, now: datetime) -> list[Led]:
    """Those of the touches that came before a referral, the first first."""
    end = end_of(received_on, zone, now)
    return sorted((touch for touch in touches if touch.happened_at <= end), key=lambda touch: touch.happened_at)


def summed(led: Sequence[Led], received_on: date, zone: str, *, otherwise: int | None = None) -> Attribution:
    """The figures of these touches, the first first.

    The sequence and the template version are those used last. It is credited to whoever had the last conversation, else
    made the last touch, else to `otherwise`.
    """
    if not led:
        return Attribution(credited_id=otherwise)
    spoken = [touch for touch in led if touch.is_conversation]
    return Attribution(
        first_touch_at=led[0].happened_at,
        first_touch_kind=led[0].kind.value,
        last_touch_kind=led[-1].kind.value,
        touches=len(led),
        conversations=len(spoken),
        visits=sum(touch.kind in _VISITS for touch in led),
        days_to_it=max((received_on - local_day(led[0].happened_at, zone)).days, 0),
        sequence_id=_last(touch.sequence_id for touch in led),
        template_version_id=_last(touch.template_version_id for touch in led),
        credited_id=_last(touch.actor_id for touch in spoken) or _last(touch.actor_id for touch in led) or otherwise,
    )


def _last(values: Iterable[int | None]) -> int | None:
    found = [value for value in values if value]
    return found[-1] if found else None
