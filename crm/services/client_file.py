"""What every entry in a client's file shares: the action, and the line that the providers concerned get for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.kinds import ActivityKind
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.services import acts, audit, clients
from crm.services.acts import Act
from crm.store import client_care as store
from crm.store import clients as client_store


def begin(
    session: Session, client_id: int, said: str, *, actor_id: int | None, now: datetime, today: date
) -> tuple[Act, Client]:
    """Start an action about a client. `said` is what Undo says, after the code."""
    client = clients.get(session, client_id)
    label = f"{client.code}: {said}"
    return acts.begin(session, "client", label, actor_id=actor_id, now=now, today=today), client


def tell(act: Act, client: Client, said: str, *, only: Iterable[int | None] = (), body: str = "") -> None:
    """Write a line about a client, by code, on the timeline of the providers concerned: those named, else all who
    have to do with the client now. Where there is none, it goes to the audit trail.
    """
    wanted = [each for each in only if each is not None] or concerned(act.session, client)
    summary = f"{client.code}: {said}"
    for provider_id in dict.fromkeys(wanted):
        act.record(
            act.session.get_one(Provider, provider_id),
            ActivityKind.CLIENT,
            summary=summary,
            body=body,
            referral_id=_referral(act.session, client, provider_id),
            evidence={"client_id": client.id},
        )
    if not wanted:
        audit.note(act.session, "client", client.code, actor_id=act.actor_id, now=act.now, what=said)


def concerned(session: Session, client: Client) -> list[int]:
    """The providers who have to do with a client now."""
    assert client.id is not None
    links = (one.link for one in store.partners(session, client.id))
    return list(dict.fromkeys(link.provider_id for link in links if link.until_on is None))


def names(session: Session, client_id: int) -> tuple[str, ...]:
    """The names of providers that may be written down about a client."""
    found = [one.provider.display_name for one in store.partners(session, client_id)]
    return tuple(dict.fromkeys([*found, *(sender.name for sender in client_store.senders(session, client_id))]))


def _referral(session: Session, client: Client, provider_id: int) -> int | None:
    assert client.id is not None
    found = client_store.senders(session, client.id)
    return next((one.id for one in found if one.provider_id == provider_id), None)
