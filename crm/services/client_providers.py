"""The providers of a client: who sent them, who is kept informed, who clears them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

from crm.domain.client_kinds import ClientRole
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.form_reading import Reading
from crm.models.clients import Client, ClientProvider
from crm.models.providers import Provider
from crm.services import client_file, clients, report_clock
from crm.services.acts import Act
from crm.store import client_care as store
from crm.store.engine import Database

SAID = {
    ClientRole.REFERRING: "sent this client",
    ClientRole.INFORMED: "is kept informed",
    ClientRole.CLEARING: "clears this client",
}


def add(
    db: Database, client_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> int:
    """Add a provider in a role; gives the change set. One who had ended starts again."""
    with db.write() as session:
        reading = Reading(form, today=today)
        role = reading.one_of(ClientRole, "role", needed="What have they to do with the client?")
        since_on = reading.day("since_on", future=False) or today
        reading.finish()
        provider = chosen(session, form)
        assert role is not None
        act, client = client_file.begin(
            session, client_id, provider.display_name, actor_id=actor_id, now=now, today=today
        )
        if not join(act, client, provider, role, since_on=since_on, gets_reports=reading.ticked("gets_reports")):
            raise Invalid({"provider_id": f"{provider.display_name} {SAID[role]} already."})
        client_file.tell(act, client, SAID[role], only=[provider.id])
        report_clock.wind(act, client)
        return act.id


def join(act: Act, client: Client, provider: Provider, role: ClientRole, *, since_on: date, gets_reports: bool) -> bool:
    """Let a provider have a role from a day on, in the caller's transaction; False when they have it already."""
    assert client.id is not None
    assert provider.id is not None
    known = store.partner(act.session, client.id, provider.id, role)
    if known is None:
        act.insert(
            ClientProvider(
                client_id=client.id,
                provider_id=provider.id,
                role=role,
                gets_reports=gets_reports,
                since_on=since_on,
                sample=client.sample,
                created_at=act.now,
            )
        )
        return True
    if known.until_on is None:
        return False
    act.update(known, until_on=None, since_on=since_on, gets_reports=gets_reports)
    return True


def let_reports(
    db: Database, link_id: int, *, gets_reports: bool, actor_id: int | None, now: datetime, today: date
) -> int:
    """Send a provider reports about a client, or stop; gives the change set."""
    with db.write() as session:
        link = get(session, link_id)
        said = "gets reports" if gets_reports else "gets no reports"
        act, client = client_file.begin(session, link.client_id, said, actor_id=actor_id, now=now, today=today)
        act.update(link, gets_reports=gets_reports)
        client_file.tell(act, client, said, only=[link.provider_id])
        report_clock.wind(act, client)
        return act.id


def end(db: Database, link_id: int, *, actor_id: int | None, now: datetime, today: date) -> int:
    """A provider has nothing more to do with a client from today on; gives the change set."""
    with db.write() as session:
        link = get(session, link_id)
        if link.until_on is not None:
            raise Refused("already_ended", "This had ended already. Reload the page.")
        act, client = client_file.begin(session, link.client_id, "ended", actor_id=actor_id, now=now, today=today)
        act.update(link, until_on=max(today, link.since_on))
        client_file.tell(act, client, f"no longer {SAID[link.role].removeprefix('is ')}", only=[link.provider_id])
        report_clock.wind(act, client)
        return act.id


def get(session: Session, link_id: int) -> ClientProvider:
    """A provider's role; NotFound when it isn't there."""
    link = session.get(ClientProvider, link_id)
    if link is None:
        raise NotFound("This provider has nothing to do with the client any more.")
    clients.get(session, link.client_id)
    return link


def chosen(session: Session, form: Mapping[str, str]) -> Provider:
    """The provider that a form names; Invalid for `provider_id` where there is none."""
    number = form.get("provider_id", "")
    provider = session.get(Provider, int(number)) if number.isdecimal() else None
    if provider is None:
        raise Invalid({"provider_id": "Choose the provider."})
    if provider.merged_into_id is not None or provider.archived_at is not None:
        raise Invalid({"provider_id": "This provider was merged or put away. Choose another one."})
    return provider
