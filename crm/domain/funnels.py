"""The two funnels: referrals on their way to clients, and providers on their way to partners."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from crm.domain.conversion import Spread
from crm.domain.figures import Count, Part, key
from crm.domain.pipeline import Stage


class ReferralStep(StrEnum):
    """The steps of the referral funnel. One is reached when its day, or that of a later one, is known."""

    RECEIVED = "received"
    CONTACTED = "contacted"
    SCHEDULED = "scheduled"
    STARTED = "started"
    KEPT = "kept"
    """Started, and completed or continuing now."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some were lost at one step. Without a reason: ""."""

    reason: str
    count: Count


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of the referral funnel.

    `lost` are those who came as far as this and no further before they were lost; `waiting` those who stand here still.
    `days` are days from the step before, of those where both days are known and in order.
    """

    step: ReferralStep
    reached: Count
    lost: Count
    waiting: Count
    reasons: tuple[Reason, ...] = ()
    days: Spread = field(default_factory=Spread)

    @classmethod
    def only(cls, step: ReferralStep, count: int) -> FunnelStep:
        """Of which only is asked how many came as far."""
        reached, nothing = Count(key(f"referral.{step}"), count), Count("", 0)
        return cls(step, reached, lost=nothing, waiting=nothing)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Referrals received in the period, as far as they have come until today.

    `days_to_contact` and `days_to_start` are days from the day received.
    """

    steps: tuple[FunnelStep, ...]
    days_to_contact: Spread = field(default_factory=Spread)
    days_to_start: Spread = field(default_factory=Spread)

    def step(self, wanted: ReferralStep) -> FunnelStep:
        """One of the five."""
        return next(step for step in self.steps if step.step is wanted)

    @property
    def started(self) -> Part:
        """Conversion: started of received."""
        return Part(self.step(ReferralStep.STARTED).reached, self.step(ReferralStep.RECEIVED).reached)


@dataclass(frozen=True, slots=True)
class StageStep:
    """Providers first contacted in the period who have ever reached this stage. `days` are from the step before."""

    stage: Stage
    reached: Count
    days: Spread = field(default_factory=Spread)


@dataclass(frozen=True, slots=True)
class Relations:
    """The relationship funnel: contacted, introduced, sample sent, trial, partner.

    *First contacted* is the earlier of a provider's first touch and its first move out of prospect. A stage is reached
    when the provider stands there or was ever moved there, or further along; what was undone doesn't count.
    """

    steps: tuple[StageStep, ...]
