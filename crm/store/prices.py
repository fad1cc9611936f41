"""Queries about the trainer's own prices."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.models.accounts import ServicePrice


def own(session: Session) -> dict[str, ServicePrice]:
    """The rows that differ from the catalogue, by service."""
    return {row.service_key: row for row in session.exec(select(ServicePrice))}


def switched_off(session: Session) -> frozenset[str]:
    """Services that this trainer does not offer."""
    return frozenset(session.connection().execute(_OFF).scalars())


# Every page of a provider asks it, so it is made once.
_OFF = sa.select(col(ServicePrice.service_key)).where(col(ServicePrice.offered).is_(False))
