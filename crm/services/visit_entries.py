"""What was noted after a visit: written down once, however often it arrives, and weighed with what others noted.

Nothing that a device sends is lost: an invalid field is named and the device keeps the entry; a visit that was moved,
called off or forgotten meanwhile takes it all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from crm.domain import emails, privacy
from crm.domain.errors import Invalid, NotFound
from crm.domain.gifts import MOST_CENTS
from crm.domain.visit_entries import FIELDS, Entry
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import acts, touches, visit_mends, visit_notes, visit_samples
from crm.services.mailboxes import Post
from crm.services.papers import PRESS, Press
from crm.store import visits as store
from crm.store.engine import Database

__all__ = ["Entry", "Recorded", "record"]

LONGEST_NOTE = 10_000
LONGEST_NAME = 120


@dataclass(frozen=True)
class Recorded:
    """What recording did. `is_repeat`: it had arrived before, and nothing was written now.

    `overruled` names the fields on which a newer word stands, which came from another device where `elsewhere`;
    `remarks` are sentences for the person who wrote it.
    """

    visit_id: int
    activity_id: int | None
    change_set_id: int | None = None
    message_id: int | None = None
    is_repeat: bool = False
    overruled: tuple[str, ...] = ()
    elsewhere: bool = False
    next_task: Task | None = None
    remarks: tuple[str, ...] = ()


def record(
    db: Database,
    post: Post,
    entry: Entry,
    *,
    visit_id: int | None = None,
    provider_id: int | None = None,
    actor_id: int,
    now: datetime,
    today: date,
    press: Press = PRESS,
) -> Recorded:
    """Write down what a device noted about a visit, or about a provider where none was planned or known any more.

    The sample that they want is put into the outbox, where it waits its minute. Raises Invalid, naming every field
    that can't be used, before anything is written; NotFound without a visit or a provider of that id.
    """
    entry = _checked(entry, now)
    try:
        with db.write() as session:
            noted = _arrived_before(session, entry.client_key)
            if noted is None:
                visit, provider = _whose(session, visit_id, provider_id)
                # Once more, now that whoever else writes about this provider has finished.
                noted = _arrived_before(session, entry.client_key)
            if noted is None:
                label = f"Noted the visit to {provider.display_name}"
                act = acts.begin(session, "visit", label, actor_id=actor_id, now=now, today=today)
                kin = visit_mends.kin(session, entry, provider)
                entry, remarks = visit_mends.mended(act, entry, kin)
                visit = session.get(Visit, kin.visit_id) if kin.visit_id else visit
                noted = _said(visit_notes.write(act, provider, visit, entry, kin.keys), entry, remarks)
    except IntegrityError:  # the same entry, sent twice at the same moment: the other one was first
        with db.read() as session:
            found = _arrived_before(session, entry.client_key)
        if found is None:
            raise
        noted = found
    sample = visit_samples.see_to(db, post, entry.client_key, actor_id=actor_id, now=now, today=today, press=press)
    return replace(noted, message_id=sample.message_id, remarks=(*noted.remarks, *sample.remarks))


def _said(written: visit_notes.Written, entry: Entry, remarks: tuple[str, ...]) -> Recorded:
    found = privacy.identifiers(entry.said or "")
    doubt = (f"Your note: {privacy.sentence(found)}",) if found else ()
    return Recorded(
        written.visit_id,
        written.activity_id,
        written.change_set_id,
        overruled=written.overruled,
        elsewhere=written.elsewhere,
        next_task=written.next_task,
        remarks=(*written.remarks, *remarks, *doubt),
    )


def _checked(entry: Entry, now: datetime) -> Entry:
    """The entry with its clock set right: a device's may run ahead."""
    errors: dict[str, str] = {}
    made_at = min(entry.made_at, now)
    if not 1 <= len(entry.client_key) <= 64:
        errors["client_key"] = "Reload the page and try again: this entry has lost its number."
    if len(entry.said or "") > LONGEST_NOTE:
        errors["said"] = f"Keep the note under {LONGEST_NOTE:,} characters."
    if len(entry.new_contact.strip()) > LONGEST_NAME:
        errors["new_contact"] = f"Keep the name under {LONGEST_NAME} characters."
    errors |= _step_errors(entry, made_at) | _gift_errors(entry)
    try:
        address = emails.normalise(entry.email)
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(errors)
    return replace(entry, made_at=made_at, email=address, new_contact=" ".join(entry.new_contact.split()))


def _step_errors(entry: Entry, made_at: datetime) -> dict[str, str]:
    if entry.happened_on is not None and (entry.happened_on - made_at.date()).days > 1:
        return {"happened_on": touches.TO_COME}
    if entry.no_next or (entry.next_on is None and entry.next_kind is None):
        return {}
    if entry.next_on is None:
        return {"next_on": "Choose the day of the next step."}
    # A day of leeway, since it may be earlier where the person is. One that is past by now is planned all the same.
    behind = (made_at.date() - entry.next_on).days
    if behind > 1:
        return {"next_on": "Choose a day from the visit on."}
    return {"next_on": "That is more than five years ahead. Check the year."} if behind < -366 * 5 else {}


def _gift_errors(entry: Entry) -> dict[str, str]:
    what = entry.gift_what.strip()
    if entry.gift_cents is None:
        return {"gift_value": "Give what it cost in all, in dollars."} if what else {}
    errors = {} if what else {"gift_what": "Say what it was, such as “Lunch” or “A box of pens”."}
    if not 0 < entry.gift_cents <= MOST_CENTS:
        errors["gift_value"] = "Give what it cost in all, in dollars."
    if found := privacy.identifiers(what):
        errors["gift_what"] = privacy.sentence(found)
    return errors


def _arrived_before(session: Session, client_key: str) -> Recorded | None:
    """What became of this entry; an undone one is known by its line, which stays."""
    found = store.entry(session, client_key)
    if found is not None:
        overruled = tuple(sorted(set(FIELDS) & set(found.fields) - set(found.kept)))
        return Recorded(found.visit_id, found.activity_id, found.change_set_id, is_repeat=True, overruled=overruled)
    line = session.exec(select(Activity).where(Activity.client_key == client_key)).first()
    if line is None:
        return None
    return Recorded(line.visit_id or 0, line.id, line.change_set_id, is_repeat=True)


def _whose(session: Session, visit_id: int | None, provider_id: int | None) -> tuple[Visit | None, Provider]:
    """The visit, where there is one, and its provider, on whom nobody else writes until this is done."""
    visit = session.get(Visit, visit_id) if visit_id is not None else None
    if visit is None and provider_id is None:
        raise NotFound("This visit isn't here any more, and it isn't known with whom it was.")
    provider = touches.get_provider(session, visit.provider_id if visit else provider_id or 0)
    session.exec(select(Provider.id).where(Provider.id == provider.id).with_for_update()).one()
    session.refresh(provider)
    if visit is not None:
        session.refresh(visit)
    return visit, provider
