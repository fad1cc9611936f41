"""Likely duplicates: finding them, and keeping two apart that are not one. Merging is in merges.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from crm.domain import duplicate_keys
from crm.domain.duplicates import Candidate, Likeness, compare, worth_asking
from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import PairState
from crm.services import changes
from crm.store import duplicates as store
from crm.store.duplicates import Ids, Shown
from crm.store.engine import Database

MOST = 20_000
"""So many pairs are kept in the queue, the likeliest: more than anybody will look through."""


def scan(db: Database, *, now: datetime) -> int:
    """Look for pairs anew. Returns how many are open. Decided pairs stay decided.

    A provider with an NPI is only compared with those without one: the register gives everybody a single number.
    """
    with db.read() as session:
        found = _alike(session)
    with db.write() as session:
        return _store(session, found, now)


def open_pairs(session: Session, after: Ids | None, limit: int) -> list[Shown]:
    """A page of the queue, the likeliest first."""
    return store.page(session, after, limit)


def get(session: Session, pair_id: int) -> Shown:
    """One pair."""
    found = store.get(session, pair_id)
    if found is None:
        raise NotFound("This pair isn't in the queue any more.")
    return found


def keep_separate(db: Database, pair_id: int, *, actor_id: int | None, now: datetime) -> int:
    """Remember that these are two. Returns the change set that forgets it again."""
    with db.write() as session:
        pair, left, right = get(session, pair_id)
        if pair.state is not PairState.OPEN:
            raise Refused("decided", "This pair has been decided already.")
        label = f"Kept {left.display_name} and {right.display_name} apart"
        recorder = changes.begin(session, "separate", label, actor_id=actor_id, now=now)
        recorder.update(pair, state=PairState.SEPARATE, decided_by=actor_id, decided_at=now)
        return recorder.id


def _alike(session: Session) -> dict[Ids, Likeness]:
    without = dict(store.candidates(session, with_npi=False))
    shared = duplicate_keys.groups(without)
    found: dict[Ids, Likeness] = {}
    for one, other in duplicate_keys.pairs(without, shared):
        _look(found, one, without[one], other, without[other])
    for one, candidate in store.candidates(session, with_npi=True) if without else ():
        for other in duplicate_keys.sharing(shared, candidate):
            _look(found, one, candidate, other, without[other])
    if len(found) > MOST:
        likeliest = sorted(found, key=lambda ids: -found[ids].score)[:MOST]
        return {ids: found[ids] for ids in likeliest}
    return found


def _look(found: dict[Ids, Likeness], one: int, first: Candidate, other: int, second: Candidate) -> None:
    ids = (one, other) if one < other else (other, one)
    if ids in found:
        return
    likeness = compare(first, second)
    if worth_asking(likeness):
        found[ids] = likeness


def _store(session: Session, found: Mapping[Ids, Likeness], now: datetime) -> int:
    known = store.known(session)
    store.add(session, {ids: like for ids, like in found.items() if ids not in known}, now)
    still = {ids: row for ids, row in known.items() if row[1] is PairState.OPEN}
    store.rescore(
        session, {row[0]: found[ids] for ids, row in still.items() if ids in found and found[ids].score != row[2]}
    )
    store.drop(session, [row[0] for ids, row in still.items() if ids not in found])
    return len(found) - sum(1 for ids in found if ids in known and ids not in still)
