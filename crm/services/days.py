"""Which day it is for somebody."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from crm.domain.calendar import local_day
from crm.models.accounts import Business, User


def zone_of(session: Session, user_id: int | None) -> str:
    """The person's own zone, else the business's."""
    user = session.get(User, user_id) if user_id is not None else None
    if user is not None and user.zone:
        return user.zone
    business = session.get(Business, 1)
    return business.zone if business is not None else "UTC"


def today_of(session: Session, user_id: int | None, now: datetime) -> date:
    """The day where this person is."""
    return local_day(now, zone_of(session, user_id))
