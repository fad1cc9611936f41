"""What each job does: one call into a service. Imports wait until the job runs, so that an idle worker stays small."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

if TYPE_CHECKING:
    from crm.jobs.schedule import Turn


def send_mail(turn: Turn) -> int:
    """Send what is due, until nothing is or the worker is to stop."""
    from crm.services import outbox

    return outbox.run_due(turn.handoff.db, turn.handoff.post, clock=turn.clock, me=turn.me, stopping=turn.stopping)


def next_mail(session: Session) -> datetime | None:
    """When the next message may leave."""
    from crm.services import claims

    return claims.next_due(session)


def read_mail(turn: Turn) -> int:
    """Read the mailboxes that are due."""
    from crm.services import reading

    return reading.read_due(turn.handoff.db, turn.handoff.post, clock=turn.clock, me=turn.me, stopping=turn.stopping)


def next_reading(session: Session) -> datetime | None:
    """When the next mailbox is to be read."""
    from crm.store import inbound

    return inbound.next_due(session)


def read_calendars(turn: Turn) -> int:
    """Read the calendars that tell when people are busy."""
    from crm.services import busy_calendars

    post = turn.handoff.post
    return busy_calendars.read_due(turn.handoff.db, post.vault, clock=turn.clock, me=turn.me, stopping=turn.stopping)


def next_calendar(session: Session) -> datetime | None:
    """When the next calendar is to be read."""
    from crm.store import calendars

    return calendars.next_due(session)


def take_steps(turn: Turn) -> int:
    """Take the steps of sequences that are due, and end pauses that are over."""
    from crm.services import sequence_steps

    return sequence_steps.take_due(turn.handoff.db, turn.handoff.post, clock=turn.clock, stopping=turn.stopping)


def next_step(session: Session) -> datetime | None:
    """When the next step of a sequence is due."""
    from crm.services import sequence_steps

    return sequence_steps.next_due(session)


def mail_effects(turn: Turn) -> int:
    """Write what follows from messages whose sender ended before it did."""
    from crm.services import mail_effects as effects

    return effects.run_due(turn.handoff.db, clock=turn.clock, stopping=turn.stopping)


def next_mail_effect(session: Session) -> datetime | None:
    """When something is owed that its sender has not written."""
    from crm.services import mail_effects as effects

    return effects.next_due(session)


def make_sequences(turn: Turn) -> int:
    """Make the sequences that come with Handoff, each once."""
    from crm.services import sequences

    return sequences.make_built_ins(turn.handoff.db, now=turn.clock())


def digests(turn: Turn) -> int:
    """Tell people in the morning what waits for them."""
    from crm.services import digest

    return digest.run_due(turn.handoff.db, turn.handoff.post, now=turn.clock())


def next_digest(session: Session) -> datetime | None:
    """When the next digest is due."""
    from crm.store import digests

    return digests.next_due(session)


def poll_sign_ins(turn: Turn) -> int:
    """Ask mail services whether the codes shown here have been typed in."""
    from crm.services import sign_ins

    return sign_ins.poll_due(turn.handoff.db, turn.handoff.post, clock=turn.clock, stopping=turn.stopping)


def next_sign_in(session: Session) -> datetime | None:
    """When it is next time to ask."""
    from crm.store import mail_grants

    return mail_grants.next_poll(session)


def expire_leases(turn: Turn) -> int:
    """Free what a worker that vanished had in hand."""
    from crm.services import outbox

    return outbox.expire_leases(turn.handoff.db, now=turn.clock())


def next_lease_end(session: Session) -> datetime | None:
    """When the next lease ends."""
    from crm.store import messages

    return messages.next_lease_end(session)


def run_imports(turn: Turn) -> int:
    """Do every import, and undo of one, that waits."""
    from crm.services import imports
    from crm.services.imports_workshop import Workshop

    folder = turn.handoff.settings.data_dir / "imports"
    return imports.run_due(Workshop(turn.handoff.db, folder, turn.clock, turn.me, stopping=turn.stopping))


def next_import(session: Session) -> datetime | None:
    """When the next import waits to be done."""
    from crm.services import imports

    return imports.next_due(session)


def refresh_search(turn: Turn) -> int:
    """Make what large changes have left for search."""
    from crm.services import search_entries

    return search_entries.refresh_due(turn.handoff.db, stopping=turn.stopping)


def next_search(session: Session) -> datetime | None:
    """A time past when search has something to catch up with."""
    from crm.services import search_entries

    return search_entries.next_due(session)


def rescore(turn: Turn) -> int:
    """Give everybody a new distance and fit when the ZIP or the services have changed."""
    from crm.services import scoring

    return scoring.run_due(turn.handoff.db, now=turn.clock(), stopping=turn.stopping)


def next_rescore(session: Session) -> datetime | None:
    """A time past when new distances and fits were asked for."""
    from crm.services import scoring

    return scoring.next_due(session)


def heartbeat(_: Turn) -> int:
    """Nothing: that the chore's row is settled shows that a worker runs."""
    return 0


def find_duplicates(turn: Turn) -> int:
    """Look for likely duplicates, every night and when an import asked for it."""
    from crm.services import duplicates

    return duplicates.scan(turn.handoff.db, now=turn.clock())


def wind_reports(turn: Turn) -> int:
    """See that every client's reports are on the list, also those of clients from before there was a clock."""
    from crm.services import report_clock

    return report_clock.catch_up(turn.handoff.db, now=turn.clock())


def nightly_copy(turn: Turn) -> int:
    """Keep today's copy of the database and the files."""
    from crm.services import backup

    return backup.nightly(turn.handoff.db, turn.handoff.settings.data_dir, now=turn.clock())
