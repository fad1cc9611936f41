"""Sample data: invented providers with a lively history, added at first run and removed at one stroke.

Every row carries `sample`, and nothing about them ever reaches a mail server.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from crm.domain.errors import Refused
from crm.models.accounts import Business
from crm.services import audit
from crm.services.demo import removing
from crm.services.demo.removing import Removed
from crm.store import accounts, demo
from crm.store.engine import Database

__all__ = ["Removed", "add", "add_in", "follow", "present", "remove", "would_remove"]


def present(db: Database) -> int:
    """How many sample providers there are."""
    with db.read() as session:
        return demo.count_providers(session)


def add(db: Database, *, actor_id: int | None, now: datetime) -> int:
    """Add the sample data around the business's ZIP. Returns how many providers; Refused when it is there already."""
    with db.write() as session:
        return add_in(session, actor_id=actor_id, now=now)


def add_in(session: Session, *, actor_id: int | None, now: datetime) -> int:
    """As `add`, in the caller's transaction."""
    # The cast is a page of text; it is read only when somebody wants it.
    from crm.services.demo import answering, building, caring, dealing, enrolling, measured, reporting, visiting
    from crm.services.demo.telling import Teller

    if demo.count_providers(session):
        raise Refused("sample_present", "The sample data is there already.")
    told = building.setting(session, accounts.business(session), actor_id, now)
    made = building.providers(session, told, building.practices(session, told))
    teller = Teller(session, told)
    for person, provider in made:
        teller.tell(person, provider)
    measured.measure_clients(session, told)
    caring.care(session, told)
    reporting.report(session, told)
    dealing.deal(session, told)
    visiting.visit(session, told)
    cast = [provider for _, provider in made]
    enrolling.enroll(session, told, cast)
    answering.write_back(session, told, cast)
    audit.note(session, "sample_added", actor_id=actor_id, now=now, providers=len(made))
    return len(made)


def follow(session: Session, business: Business) -> None:
    """Move the sample data to where the business is now, in the caller's transaction."""
    if demo.count_providers(session):
        from crm.services.demo import moving

        moving.move(session, business)


def would_remove(db: Database) -> Removed:
    """What `remove` would take away, counted without touching it."""
    with db.read() as session:
        return removing.counted(session)


def remove(db: Database, *, actor_id: int | None, now: datetime) -> Removed:
    """Remove every sample row and whatever hangs on one. Nothing else; returns what went."""
    with db.write() as session:
        gone = removing.counted(session)
        removing.remove(session)
        audit.note(session, "sample_removed", actor_id=actor_id, now=now, providers=gone.providers, own=gone.own)
    return gone
