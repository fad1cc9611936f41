"""What was noted about a visit that is done: in the past tense, by whom, and what another device said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import privacy
from crm.domain.kinds import VisitState
from crm.domain.visit_entries import in_words, weigh
from crm.domain.visit_kinds import Interest, Met
from crm.models.accounts import User
from crm.models.audit import ChangeSet
from crm.models.practices import Contact
from crm.models.visits import Visit, VisitEntry
from crm.services.visit_notes import word_of
from crm.store import relationships
from crm.store import visits as store
from crm.web import labels

WENT: Mapping[Met, str] = {
    Met.PROVIDER: "You met the provider.",
    Met.STAFF: "You met the staff only.",
    Met.MATERIALS: "You left materials.",
    Met.NOT_POSSIBLE: "The visit wasn’t possible.",
}
FELT: Mapping[Interest, str] = {
    Interest.WARM: "It felt warm.",
    Interest.OPEN: "They were open.",
    Interest.COOL: "It was cool.",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What one device sent: by whom, when it was written, and what of it isn't what stands."""

    who: str
    made_at: datetime
    overruled: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What stands about a visit. `doubt` says why its words should be written differently."""

    went: Sequence[str]
    said: str
    met_with: str
    next_words: str
    next_on: date | None
    done_at: datetime | None
    sent: Sequence[Sent]
    undo: int | None
    doubt: str


def noted(session: Session, visit: Visit) -> Noted | None:
    """Everything about a visit that is done; None for one still to come."""
    if visit.state is not VisitState.DONE:
        return None
    entries = store.entries(session, visit.id or 0)
    people = _people(session, visit)
    person = session.get(Contact, visit.met_contact_id) if visit.met_contact_id else None
    return Noted(
        went=_went(visit),
        said=visit.said,
        met_with=f"{person.name}, {labels.label(person.role).lower()}" if person else "",
        next_words=labels.label(visit.next_kind) if visit.next_kind else "",
        next_on=visit.next_on,
        done_at=visit.done_at,
        sent=_sent(session, entries, people),
        undo=_undo(session, entries),
        doubt=privacy.sentence(privacy.blocking(privacy.identifiers(visit.said))),
    )


def _went(visit: Visit) -> list[str]:
    found = (
        WENT[visit.met] if visit.met else "",
        "They want a sample." if visit.wants_sample else "",
        FELT[visit.interest] if visit.interest else "",
    )
    return [words for words in found if words]


def _undo(session: Session, entries: Sequence[VisitEntry]) -> int | None:
    """What takes the last entry back, while it can be."""
    last = entries[-1].change_set_id if entries else None
    found = session.get(ChangeSet, last) if last else None
    return found.id if found and found.undone_at is None else None


def _sent(session: Session, entries: Sequence[VisitEntry], people: Mapping[int, str]) -> list[Sent]:
    """Each entry with what a newer one said otherwise."""
    words = [word_of(each) for each in entries]
    lost = weigh(words).overruled
    users = {each: session.get(User, each) for each in {entry.user_id for entry in entries} if each is not None}
    who = [user.name if (user := users.get(entry.user_id or 0)) else "" for entry in entries]
    return [
        Sent(name, word.made_at, in_words(word.fields, lost[word.client_key], people))
        for name, word in zip(who, words, strict=True)
    ]


def _people(session: Session, visit: Visit) -> dict[int, str]:
    return {one.id or 0: one.name for one in relationships.contacts(session, visit.practice_id)}
