"""The month at a glance, for pages that only mention it: the same two numbers as on Results, for next to nothing."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from crm.domain.conversion import Rate
from crm.store import results as store


def month(session: Session, today: date) -> Rate:
    """Started of received since the first of the month; samples only as long as nothing real was ever received."""
    sample = not store.has_referrals(session, sample=False)
    return store.received_since(session, today.replace(day=1), sample=sample)
