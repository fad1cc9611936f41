"""What a client's page shows, gathered card by card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.charts import progress
from crm.domain import permits
from crm.domain.attendance import Attendance
from crm.domain.client_kinds import ClientRole, SessionState
from crm.domain.permits import Standing
from crm.models.client_care import ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client
from crm.services import authorizations, clearances, client_starts, clients
from crm.services.clients import Told
from crm.store import client_care
from crm.store import client_sessions as session_store
from crm.store import clients as store
from crm.store.client_care import Partner, Sent, Signed
from crm.web import client_words

SHOWN_PAST, SHOWN_TO_COME, SHOWN_EVENTS = 6, 4, 4


@dataclass(frozen=True)
class Permit:
    """An authorization, in words."""

    signed: Signed
    to: str
    covers: str
    standing: Standing
    words: str
    kind: str


@dataclass(frozen=True)
class Clearing:
    """The clearance that counts, in words, and those that are still out."""

    row: ClientClearance | None
    standing: Standing
    words: str
    kind: str
    by: str
    limits: Sequence[str]
    outstanding: Sequence[client_care.Asked]
    older: int

    @property
    def follows(self) -> str:
        """What to do next where it says no."""
        return permits.NOT_CLEARED_NEXT if self.standing is Standing.REFUSED else ""


@dataclass(frozen=True)
class Sessions:
    """Sessions of late and to come."""

    open_today: Sequence[ClientSession]
    past: Sequence[ClientSession]
    to_come: Sequence[ClientSession]
    more_to_come: int
    attendance: Attendance
    awaits_start: bool
    first_on: date | None


@dataclass(frozen=True)
class Page:
    """Everything on the page but the client."""

    partners: Sequence[Partner]
    senders: Sequence[store.Sender]
    permits: Sequence[Permit]
    clearing: Clearing
    sessions: Sessions
    events: Sequence[ClientEvent]
    more_events: int
    sent: Sequence[Sent]
    told: Sequence[Told]
    plots: Sequence[tuple[Any, ...]]
    unpermitted: Sequence[str]

    @property
    def strangers(self) -> list[store.Sender]:
        """Referrals of providers who aren't among the client's, from before there was such a list."""
        known = {one.provider.id for one in self.partners if one.link.role is ClientRole.REFERRING}
        return [one for one in self.senders if one.provider_id not in known]


def load(session: Session, client: Client, today: date) -> Page:
    """The page of one client."""
    assert client.id is not None
    told = clients.told(session, client, today)
    partners = client_care.partners(session, client.id)
    events = client_care.events(session, client.id)
    found = [_permit(signed, today) for signed in client_care.authorizations(session, client.id)]
    return Page(
        partners=partners,
        senders=store.senders(session, client.id),
        permits=found,
        clearing=clearing(session, client.id, today),
        sessions=sessions(session, client, today),
        events=events[:SHOWN_EVENTS],
        more_events=max(0, len(events) - SHOWN_EVENTS),
        sent=client_care.sent_of_client(session, client.id),
        told=told,
        plots=[(one, _plot(one), progress.table_of(one.row)) for one in told if len(one.days) > 1],
        unpermitted=_unpermitted(partners, found),
    )


def phones(partners: Sequence[Partner]) -> list[tuple[str, str]]:
    """Whom to call in a hurry: the client's providers now, whoever clears them first, with their numbers."""
    found = [one for one in partners if one.link.until_on is None]
    found.sort(key=lambda one: one.link.role is not ClientRole.CLEARING)
    return list(dict.fromkeys((one.provider.display_name, one.provider.phone) for one in found))


def clearing(session: Session, client_id: int, today: date) -> Clearing:
    """How the client's clearance stands."""
    found = client_care.clearances(session, client_id)
    row = clearances.in_force(found)
    standing = clearances.standing(row, today) if row else Standing.NONE
    words, kind = client_words.standing(standing)
    by = next((one.name or "" for one in found if one.clearance is row), "")
    return Clearing(
        row=row,
        standing=standing,
        words=words,
        kind=kind,
        by=by,
        limits=client_words.limits(row) if row else (),
        outstanding=[one for one in found if clearances.standing(one.clearance, today) is Standing.ASKED],
        older=len([one for one in found if one.clearance is not row and one.clearance.returned_on]),
    )


def sessions(session: Session, client: Client, today: date) -> Sessions:
    """What the card of sessions says."""
    assert client.id is not None
    past = session_store.past(session, client.id, today, SHOWN_PAST * 2)
    to_come = session_store.to_come(session, client.id, today)
    attended = session_store.attended(session, client.id, today)
    waiting = [row for row in past if row.state is SessionState.SCHEDULED]
    return Sessions(
        open_today=list(reversed(waiting)),
        past=[row for row in past if row.state is not SessionState.SCHEDULED][:SHOWN_PAST],
        to_come=to_come[:SHOWN_TO_COME],
        more_to_come=max(0, len(to_come) - SHOWN_TO_COME),
        attendance=attended,
        awaits_start=attended.attended > 0 and client_starts.awaits(session, client),
        first_on=session_store.first_attended(session, client.id),
    )


def _permit(signed: Signed, today: date) -> Permit:
    row = signed.authorization
    standing = authorizations.state(row, today)
    words, kind = client_words.standing(standing)
    return Permit(signed, signed.name or row.to_name, authorizations.words(row.covers), standing, words, kind)


def _unpermitted(partners: Sequence[Partner], found: Sequence[Permit]) -> list[str]:
    """Providers who would get reports, but whom nothing that holds names."""
    named = {one.signed.authorization.provider_id for one in found if one.standing in permits.GOOD}
    wanted = [one for one in partners if one.link.until_on is None and one.link.gets_reports]
    return list(dict.fromkeys(one.provider.display_name for one in wanted if one.provider.id not in named))


def _plot(one: Told) -> str:
    return progress.svg(one.row, one.spot.words, [day.toordinal() for day in one.days])
