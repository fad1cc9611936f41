"""An entry that was changed on its device after it was sent and before the answer came: the first may have arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm.domain.visit_entries import Entry
from crm.models.gifts import Gift
from crm.models.providers import Provider
from crm.models.visits import Visit, VisitEntry
from crm.services.visit_extras import gift_key

TICK = timedelta(milliseconds=1)
GIFT_STANDS = "The gift stands as it was noted first. Where that is wrong, change it in the gift ledger."


def arrived(session: Session, entry: Entry, provider: Provider) -> VisitEntry | None:
    """The newest of those that `entry` stands for, of the same provider, where one has arrived."""
    query = (
        select(VisitEntry)
        .join(Visit, col(Visit.id) == VisitEntry.visit_id)
        .where(col(VisitEntry.client_key).in_(entry.instead_of), Visit.provider_id == provider.id)
    )
    return session.exec(query.order_by(col(VisitEntry.made_at).desc(), col(VisitEntry.id).desc()).limit(1)).first()


def mended(session: Session, entry: Entry, first: VisitEntry, now: datetime) -> tuple[Entry, tuple[str, ...]]:
    """The entry as a later word on what `first` said, with remarks: what it left out is taken back, and a gift is
    given once. Later it is even where the device's clock was set back in between."""
    entry = replace(entry, made_at=max(entry.made_at, min(first.made_at + TICK, now)))
    if first.fields.get("wants_sample") and entry.wants_sample is None:
        entry = replace(entry, wants_sample=False)
    if first.fields.get("said") and entry.said is None:
        entry = replace(entry, said="")
    keys = [gift_key(key) for key in entry.instead_of]
    given = session.exec(select(Gift).where(col(Gift.client_key).in_(keys), col(Gift.archived_at).is_(None))).first()
    if given is None:
        return entry, ()
    same = (entry.gift_cents, entry.gift_what.strip()) == (given.value_cents, given.what)
    return replace(entry, gift_cents=None, gift_kind=None, gift_what=""), () if same else (GIFT_STANDS,)
