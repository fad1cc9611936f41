"""The Results page: what the outreach was worth in a period, every figure with the rows behind it.

What each figure means is written at its dataclass in `crm.domain.results`.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from crm.domain.periods import Compared, Period
from crm.domain.results import Overview


def overview(session: Session, period: Period, compared: Compared, *, today: date, zone: str) -> Overview:
    """All figures of the page. `zone` is the business's, `today` the day it is there."""
    raise NotImplementedError
