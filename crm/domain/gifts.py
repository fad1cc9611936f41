"""Gifts and meals: what was given, to whom, and when that could look like a reward for referrals."""

from __future__ import annotations

from enum import StrEnum


class GiftKind(StrEnum):
    """What was given."""

    GIFT = "gift"
    MEAL = "meal"
