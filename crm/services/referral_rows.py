"""The rows of a new referral: client, who sent them, the referral with what led to it, and its first step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from crm.domain.client_kinds import ClientRole
from crm.domain.kinds import ReferralHow, ReferralStatus
from crm.models.accounts import ServicePrice
from crm.models.clients import Client, ClientProvider
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep
from crm.services import attribution
from crm.services.acts import Act
from crm.store import referral_rows as rows
from crm.store import referrals as store


@dataclass(frozen=True)
class NewReferral:
    """What is known when a referral arrives. `same_client` says that a known code is meant.

    `inbound_message_id` is the message that brought it, `origin_activity_id` the call or visit.
    """

    code: str
    service_key: str
    received_on: date
    how: ReferralHow = ReferralHow.CALL
    reason: str = ""
    is_written: bool | None = None
    condition: str = ""
    birth_year: int | None = None
    same_client: bool = False
    client_key: str | None = None
    inbound_message_id: int | None = None
    origin_activity_id: int | None = None


def insert(
    act: Act, provider: Provider, new: NewReferral, *, reports: bool = True, **further: Any
) -> tuple[Referral, Client]:
    """Add a checked referral with everything that belongs to it. `further` are columns of one that has a past.

    Without `reports` the provider is owed none about this client.
    """
    client = store.client_by_code(act.session, new.code) or _new_client(act, provider, new)
    assert client.id is not None
    assert provider.id is not None
    otherwise = provider.owner_id or act.actor_id
    led = attribution.before(act.session, provider, new.received_on, otherwise=otherwise, now=act.now)
    columns = {
        "practice_id": provider.practice_id,
        "received_on": new.received_on,
        "service_key": new.service_key,
        "how": new.how,
        "reason": new.reason,
        "written_on": new.received_on if new.is_written else None,
        "expected_cents": expected(act.session, new.service_key),
        "inbound_message_id": new.inbound_message_id,
        "origin_activity_id": new.origin_activity_id,
        "owner_id": otherwise,
        "client_key": new.client_key or None,
        "sample": provider.sample or client.sample,
        "created_by": act.actor_id,
        "created_at": act.now,
        **led.figures.columns,
    }
    referral = Referral(client_id=client.id, provider_id=provider.id, **(columns | further))
    act.insert(referral)
    assert referral.id is not None
    act.recorder.insert_all(attribution.copies(referral.id, led))
    add_step(act, referral, None, ReferralStatus.RECEIVED, new.received_on)
    link(act, client, provider, new.received_on, reports=reports)
    return referral, client


def add_step(
    act: Act,
    referral: Referral,
    before: ReferralStatus | None,
    status: ReferralStatus,
    day: date,
    reason: str = "",
) -> None:
    """Note a change of status."""
    assert referral.id is not None
    act.insert(
        ReferralStep(
            referral_id=referral.id,
            status_from=before,
            status_to=status,
            happened_on=day,
            reason=reason,
            actor_id=act.actor_id,
            created_at=act.now,
        )
    )


def link(act: Act, client: Client, provider: Provider, since_on: date, *, reports: bool = True) -> None:
    """The provider is one of those who sent this client, from the first referral on."""
    assert client.id is not None
    assert provider.id is not None
    known = rows.lead_role(act.session, client.id, provider.id)
    if known is not None:
        act.update(known, until_on=None, since_on=min(known.since_on, since_on))
        return
    act.insert(
        ClientProvider(
            client_id=client.id,
            provider_id=provider.id,
            role=ClientRole.REFERRING,
            gets_reports=reports,
            since_on=since_on,
            sample=client.sample or provider.sample,
            created_at=act.now,
        )
    )


def days_ago(act: Act, day: date) -> timedelta:
    """How long before now a line of that day stands on the timeline."""
    return max(act.today - day, timedelta(0))


def expected(session: Session, service_key: str) -> int | None:
    """What such a referral may be worth, where the trainer has said so."""
    price = session.get(ServicePrice, service_key)
    return price.referral_value_cents if price else None


def _new_client(act: Act, provider: Provider, new: NewReferral) -> Client:
    client = Client(
        code=new.code,
        condition=new.condition,
        birth_year=new.birth_year,
        service_key=new.service_key,
        sample=provider.sample,
        created_by=act.actor_id,
        created_at=act.now,
    )
    act.insert(client)
    return client
