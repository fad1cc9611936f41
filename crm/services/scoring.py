"""New distances and fits for everybody, after the ZIP or the services have changed: `business.scored_at` is then empty.

Batches hold the write lock well under a second. A killed run starts again from the beginning; rows that are right
already are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from crm.domain import matching, places
from crm.domain.kinds import ProviderKind
from crm.store import accounts, prices
from crm.store import scores as store
from crm.store.engine import Database

BATCH = 2000
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Footing:
    """What all scores hang on: the trainer's ZIP, and the services that are switched off."""

    zip: str
    switched_off: frozenset[str]


def next_due(session: Session) -> datetime | None:
    """A time long past when scores have been asked for, else None."""
    return ALWAYS if store.is_due(session) else None


def run_due(db: Database, *, now: datetime, stopping: Callable[[], bool] = lambda: False, batch: int = BATCH) -> int:
    """Score everybody when that was asked for. Returns how many rows changed."""
    with db.read() as session:
        if not store.is_due(session):
            return 0
        footing = _footing(session)
    changed, after = 0, 0
    while not stopping():
        with db.write() as session:
            rows = store.batch(session, after, batch)
            fresh = [(row.id, *_score(row, footing)) for row in rows]
            differing = [new for new, row in zip(fresh, rows, strict=True) if new[1:] != (row.miles, row.fit)]
            store.store(session, differing)
            changed += len(differing)
            if len(rows) < batch:
                _settle(session, footing, now)
                return changed
        after = rows[-1].id
    return changed


def _settle(session: Session, footing: Footing, now: datetime) -> None:
    """Done, unless the ZIP or the services changed meanwhile: then the next run starts over."""
    business = accounts.business(session, lock=True)
    if business is not None and _footing(session) == footing:
        business.scored_at = now
        session.add(business)


def _footing(session: Session) -> Footing:
    business = accounts.business(session)
    return Footing(business.zip if business is not None else "", prices.switched_off(session))


def _score(row: store.Ranked, footing: Footing) -> tuple[float | None, int]:
    """Without a ZIP of the trainer's, distances stay as they are."""
    miles = places.zip_miles(footing.zip, row.zip) if footing.zip and row.zip else row.miles
    return miles, matching.fit_score(
        row.specialty,
        miles,
        has_phone=row.has_phone,
        has_email=row.has_email,
        is_person=row.kind is ProviderKind.PERSON,
        is_peer=row.is_peer,
        is_deactivated=row.is_deactivated,
        switched_off=footing.switched_off,
    )
