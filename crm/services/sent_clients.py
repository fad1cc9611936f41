"""The other direction: clients whom we sent to a provider. Partners notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import referrals as rules
from crm.domain.errors import Invalid, NotFound
from crm.domain.form_reading import Reading
from crm.models.clients import Client, SentClient
from crm.models.providers import Provider
from crm.services import client_file, client_providers
from crm.store import client_care as store
from crm.store import referrals as referral_store
from crm.store.engine import Database


@dataclass(frozen=True, slots=True)
class Logged:
    """What logging did. Nothing, if the same entry had arrived before."""

    sent_id: int
    change_set_id: int | None


def log(db: Database, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date) -> Logged:
    """Write down that a client (`client_id`, or `code`) was sent to a provider (`provider_id`)."""
    key = form.get("client_key", "")[:64] or None
    with db.write() as session:
        if key and (known := store.sent_by_key(session, key)):
            assert known.id is not None
            return Logged(known.id, None)
        client = _client(session, form)
        assert client.id is not None
        provider = client_providers.chosen(session, form)
        reading = Reading(form, today=today)
        allowed = (*client_file.names(session, client.id), provider.display_name)
        sent_on = reading.day("sent_on", future=False) or today
        reason = reading.words("reason", allowed=allowed)
        came_of_it = reading.words("came_of_it", allowed=allowed)
        reading.finish()
        said = f"sent to {provider.display_name}"
        act, client = client_file.begin(session, client.id, said, actor_id=actor_id, now=now, today=today)
        row = SentClient(
            client_id=client.id or 0,
            provider_id=provider.id or 0,
            sent_on=sent_on,
            reason=reason,
            came_of_it=came_of_it,
            client_key=key,
            sample=client.sample or provider.sample,
            created_by=actor_id,
            created_at=now,
        )
        act.insert(row)
        client_file.tell(act, client, "we sent them this client", only=[provider.id], body=reason)
        assert row.id is not None
        return Logged(row.id, act.id)


def tell_outcome(
    db: Database, sent_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """What came of it; gives the change set, None where nothing differs."""
    with db.write() as session:
        row = get(session, sent_id)
        reading = Reading(form, today=today)
        provider = session.get_one(Provider, row.provider_id)
        said = reading.words("came_of_it", allowed=(provider.display_name,))
        reading.finish()
        act, client = client_file.begin(session, row.client_id, "sent", actor_id=actor_id, now=now, today=today)
        if not act.update(row, came_of_it=said):
            act.drop()
            return None
        client_file.tell(act, client, "what came of the client we sent", only=[row.provider_id], body=said)
        return act.id


def archive(db: Database, sent_id: int, *, actor_id: int | None, now: datetime, today: date) -> int:
    """Put one away that was written down by mistake; gives the change set."""
    with db.write() as session:
        row = get(session, sent_id)
        act, client = client_file.begin(session, row.client_id, "put away", actor_id=actor_id, now=now, today=today)
        act.update(row, archived_at=now)
        client_file.tell(act, client, "wasn’t sent after all", only=[row.provider_id])
        return act.id


def get(session: Session, sent_id: int) -> SentClient:
    """What was written down; NotFound when it isn't there or was put away."""
    row = session.get(SentClient, sent_id)
    if row is None or row.archived_at is not None:
        raise NotFound("This isn't here any more.")
    return row


def _client(session: Session, form: Mapping[str, str]) -> Client:
    number = form.get("client_id", "")
    if number.isdecimal():
        found = session.get(Client, int(number))
    else:
        found = referral_store.client_by_code(session, rules.check_code(form.get("code", "")))
    if found is None or found.archived_at is not None:
        raise Invalid({"code": "No client has this code. Add the client first, or check the code."})
    return found
