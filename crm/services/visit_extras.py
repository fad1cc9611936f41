"""What else is noted on the spot: whom one met, an address they gave, a gift. None of it loses the entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlmodel import col, select

from crm.domain.gifts import GiftKind
from crm.domain.kinds import ActivityKind, ContactRole
from crm.domain.names import fold
from crm.domain.visit_entries import Entry
from crm.domain.visit_kinds import Met
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.models.visits import Visit
from crm.services import gifts, missing_emails
from crm.services.acts import Act
from crm.services.gifts import NewGift
from crm.store import suppressions

Remarks = tuple[str, ...]


def contact(act: Act, provider: Provider, visit: Visit, entry: Entry) -> tuple[Entry, int | None, Remarks]:
    """Whom one met: somebody known at the practice, or added to it now. Without a practice, the note says it."""
    if not entry.new_contact:
        known = act.session.get(Contact, entry.contact_id) if entry.contact_id is not None else None
        return entry, known.id if known else None, ()
    practice_id = visit.practice_id or provider.practice_id
    if practice_id is None:
        said = f"{entry.said or ''} (Met {entry.new_contact}.)".strip()
        remark = f"There is no practice yet at which to keep {entry.new_contact}, so the note has the name."
        return replace(entry, said=said), None, (remark,)
    return entry, _known_or_added(act, practice_id, entry).id, ()


def address(act: Act, provider: Provider, entry: Entry) -> Remarks:
    """Save the address that they gave, where there was none. One that can't be used is kept on the timeline."""
    if not entry.email or entry.email == provider.email:
        return ()
    if provider.email:
        remark = f"{provider.display_name} has the address {provider.email} already; the other one is on the timeline."
    elif suppressions.by_address(act.session, entry.email) is not None:
        remark = f"{entry.email} has asked for no more mail, so it was not saved."
    else:
        missing_emails.save(act.session, act.recorder, provider, entry.email, actor_id=act.actor_id, now=act.now)
        return ()
    act.record(provider, ActivityKind.NOTE, summary=f"Was given the address {entry.email}")
    return (remark,)


def gift(act: Act, provider: Provider, visit: Visit, entry: Entry, day: date) -> Remarks:
    """Log a gift or a meal with what is to be thought of."""
    if entry.gift_cents is None:
        return ()
    desk = _had_it(act, provider, visit, entry)
    new = NewGift(
        provider.id or 0,
        day,
        entry.gift_kind or GiftKind.GIFT,
        entry.gift_what,
        entry.gift_cents,
        provider_ids=() if desk else (provider.id or 0,),
        contact_ids=(desk,) if desk else (),
        client_key=gift_key(entry.client_key),
    )
    return gifts.log_in(act, new, visit_id=visit.id).warnings


def gift_key(client_key: str) -> str:
    """The key of the gift that came with an entry."""
    return f"{client_key[:60]}-g"


def _had_it(act: Act, provider: Provider, visit: Visit, entry: Entry) -> int | None:
    """The person at the desk, where only they were met."""
    met = act.session.get(Contact, visit.met_contact_id) if visit.met_contact_id is not None else None
    is_theirs = met is not None and met.practice_id == provider.practice_id
    return met.id if met is not None and is_theirs and entry.met is Met.STAFF else None


def _known_or_added(act: Act, practice_id: int, entry: Entry) -> Contact:
    there = select(Contact).where(Contact.practice_id == practice_id, col(Contact.archived_at).is_(None))
    for each in act.session.exec(there):
        if fold(each.name) == fold(entry.new_contact):
            return each
    added = Contact(
        practice_id=practice_id,
        name=entry.new_contact,
        role=entry.new_contact_role or ContactRole.FRONT_DESK,
        created_at=act.now,
    )
    act.insert(added)
    return added
