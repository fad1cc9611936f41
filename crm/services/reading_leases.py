"""Leases on mailboxes of workers that are gone, freed without waiting for their end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crm.store import inbound as store
from crm.store.engine import Database


def free_dead(db: Database, gone: Callable[[str], bool], *, now: datetime) -> int:
    """Free what workers were reading that are known to be gone."""
    with db.write() as session:
        held = [each for _, each in store.readable(session) if each is not None and each.lease_owner]
        dead = [each for each in held if gone(each.lease_owner)]
        for each in dead:
            each.lease_owner, each.lease_until, each.due_at = "", None, now
            session.add(each)
    return len(dead)
