"""Addresses that get no outreach mail any more."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.models.providers import Provider
from crm.models.suppressions import Suppression


def by_address(session: Session, address: str) -> Suppression | None:
    """The suppression of this (normalised) address."""
    return session.exec(select(Suppression).where(Suppression.address == address)).first()


def among(session: Session, addresses: Sequence[str]) -> set[str]:
    """Those of the addresses that are suppressed."""
    found: set[str] = set()
    for start in range(0, len(addresses), 500):
        some = col(Suppression.address).in_(addresses[start : start + 500])
        found.update(session.exec(select(Suppression.address).where(some)).all())
    return found


def page(session: Session, *, before_id: int | None = None, limit: int = 50) -> Sequence[Suppression]:
    """The newest first."""
    asked = select(Suppression).order_by(col(Suppression.id).desc()).limit(limit)
    if before_id is not None:
        asked = asked.where(col(Suppression.id) < before_id)
    return session.exec(asked).all()


def remove(session: Session, address: str) -> bool:
    """Take an address off the list. False when it wasn't on it."""
    gone = session.execute(sa.delete(Suppression).where(col(Suppression.address) == address))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def providers_at(session: Session, address: str) -> Sequence[Provider]:
    """Living providers with this address; `!= ''` lets the partial index serve."""
    asked = select(Provider).where(Provider.email == address, sa.text("provider.email != ''"))
    return session.exec(asked.where(col(Provider.archived_at).is_(None)).limit(50)).all()
