"""The outreach pipeline: stages, what a move needs, what is derived from dates."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a provider stands. The first six are in order; the last three stand aside."""

    PROSPECT = "prospect"
    CONTACTED = "contacted"
    INTRODUCED = "introduced"
    SAMPLE_SENT = "sample_sent"
    TRIAL = "trial"
    PARTNER = "partner"
    NOT_NOW = "not_now"
    DECLINED = "declined"
    DO_NOT_CONTACT = "do_not_contact"


PATH: tuple[Stage, ...] = (
    Stage.PROSPECT,
    Stage.CONTACTED,
    Stage.INTRODUCED,
    Stage.SAMPLE_SENT,
    Stage.TRIAL,
    Stage.PARTNER,
)
ASIDE: tuple[Stage, ...] = (Stage.NOT_NOW, Stage.DECLINED, Stage.DO_NOT_CONTACT)
