"""Taking the sample data out again, and telling beforehand what goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from crm.domain.wording import listed
from crm.store import demo as store

WORDS = {
    "referral": ("referral", "referrals"),
    "activity": ("line on a timeline", "lines on timelines"),
    "task": ("follow-up", "follow-ups"),
    "visit": ("visit", "visits"),
    "message": ("message", "messages"),
    "assessment": ("session of measuring", "sessions of measuring"),
    "client_session": ("session with a client", "sessions with clients"),
    "client_event": ("event of a client", "events of clients"),
    "client_authorization": ("authorization", "authorizations"),
    "agreement": ("agreement", "agreements"),
}


@dataclass(frozen=True, slots=True)
class Removed:
    """What goes: how many sample providers, and what the trainer wrote about them since."""

    providers: int
    own: dict[str, int]

    @property
    def own_words(self) -> str:
        """ "2 follow-ups and 1 referral" that the trainer added to sample providers; empty when there are none."""
        return listed([f"{n} {WORDS[name][n != 1]}" for name, n in self.own.items() if n])


def counted(session: Session) -> Removed:
    """What `remove` would take away."""
    since = store.added_at(session)
    own = {str(table.__tablename__): store.count_about(session, table, since=since) for table in store.ABOUT if since}
    if since is not None:
        own["assessment"] = store.count_measured(session, since)
        own |= store.count_files(session, since)
    return Removed(store.count_providers(session), own)


def remove(session: Session) -> None:
    """Remove it, in the caller's transaction."""
    store.remove_all(session)
