"""An entry that was changed on its device before the answer to it came: whichever of the two arrives first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm.domain.visit_entries import Entry
from crm.models.gifts import Gift
from crm.models.providers import Provider
from crm.models.visits import VisitEntry
from crm.services.acts import Act
from crm.services.visit_extras import gift_key
from crm.store import visits as store

INSTEAD = "instead_of"
"""In an entry's fields: the keys of those that it was made of, which may arrive after it."""

TICK = timedelta(milliseconds=1)
GIFT_STANDS = "The gift stands as it was noted first. Where that is wrong, change it in the gift ledger."
_TAKEN_BACK: dict[str, object] = {"wants_sample": False, "said": ""}
"""What the absence of these says in an entry that was made of one that had them."""


@dataclass(frozen=True)
class Kin:
    """Entries of the same device that have arrived: those that this one was made of, and those made of it."""

    older: tuple[VisitEntry, ...] = ()
    newer: tuple[VisitEntry, ...] = ()

    @property
    def visit_id(self) -> int | None:
        """The visit that they are about."""
        there = (*self.older, *self.newer)
        return max(there, key=lambda each: (each.made_at, each.id or 0)).visit_id if there else None

    @property
    def keys(self) -> frozenset[str]:
        """Which they are."""
        return frozenset(each.client_key for each in (*self.older, *self.newer))


def kin(session: Session, entry: Entry, provider: Provider) -> Kin:
    """Those of the same provider that have arrived."""
    there = store.entries_of_provider(session, provider.id or 0)
    return Kin(
        tuple(each for each in there if each.client_key in entry.instead_of),
        tuple(each for each in there if entry.client_key in instead_of(each)),
    )


def instead_of(row: VisitEntry) -> tuple[str, ...]:
    """The keys of those that an entry was made of."""
    found = row.fields.get(INSTEAD)
    return tuple(str(each) for each in found) if isinstance(found, list) else ()


def mended(act: Act, entry: Entry, there: Kin) -> tuple[Entry, tuple[str, ...]]:
    """The entry as a word beside these, with remarks: later than those it was made of and earlier than those made of
    it, even where the device's clock was set meanwhile. What was left out is taken back, and a gift is given once.
    """
    entry = replace(entry, made_at=_made_at(entry, there))
    for name, nothing in _TAKEN_BACK.items():
        if getattr(entry, name) is None and any(each.fields.get(name) for each in there.older):
            entry = replace(entry, **{name: nothing})  # type: ignore[arg-type]  # each of its field's own kind
        if getattr(entry, name):
            for each in there.newer:
                _take_back(act, each, name, nothing)
    return _without_changed(entry, there) if there.newer else _with_one_gift(act.session, entry)


def _made_at(entry: Entry, there: Kin) -> datetime:
    """In the order in which they were written, a tick for each that lies between."""
    rank, made_at = len(entry.instead_of), entry.made_at
    for each in there.older:
        made_at = max(made_at, each.made_at + TICK * max(1, rank - len(instead_of(each))))
    for each in there.newer:
        made_at = min(made_at, each.made_at - TICK * max(1, len(instead_of(each)) - rank))
    return made_at


def _take_back(act: Act, row: VisitEntry, name: str, nothing: object) -> None:
    if name not in row.fields:
        act.update(row, fields={**row.fields, name: nothing}, kept=[*row.kept, name])


def _without_changed(entry: Entry, there: Kin) -> tuple[Entry, tuple[str, ...]]:
    """What was changed before this arrived is no longer done: no gift, address or person of it is added."""
    met = any("contact" in each.fields for each in there.newer)
    bare = replace(entry, gift_cents=None, gift_kind=None, gift_what="", email="")
    return replace(bare, new_contact="") if met else bare, ()


def _with_one_gift(session: Session, entry: Entry) -> tuple[Entry, tuple[str, ...]]:
    keys = [gift_key(key) for key in entry.instead_of]
    given = session.exec(select(Gift).where(col(Gift.client_key).in_(keys), col(Gift.archived_at).is_(None))).first()
    if given is None:
        return entry, ()
    same = (entry.gift_cents, entry.gift_what.strip()) == (given.value_cents, given.what)
    return replace(entry, gift_cents=None, gift_kind=None, gift_what=""), () if same else (GIFT_STANDS,)
