"""What a client's sessions have brought: the price of the day they were attended, summed up on the referral."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from crm.domain import money
from crm.domain.kinds import ActivityKind
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.services import acts, prices, referral_steps
from crm.services.acts import Act
from crm.store import client_sessions as store
from crm.store.engine import Database


def charge(session: Session, client: Client, referral_id: int | None) -> int | None:
    """What a session of this client costs today, in cents; None where no price is known."""
    referral = session.get(Referral, referral_id) if referral_id else None
    offer = prices.offer(session, referral.service_key if referral else client.service_key)
    if offer is None:
        return None
    return offer.session_cents if offer.session_cents is not None else offer.service.usual_cents


def keep(act: Act, referral_id: int | None) -> None:
    """Bring a referral's booked value up to date with its attended sessions, unless it was set by hand."""
    referral = act.session.get(Referral, referral_id) if referral_id else None
    if referral is None or referral.booked_by_hand:
        return
    assert referral.id is not None
    act.session.flush()
    act.update(referral, booked_cents=store.booked(act.session, referral.id))


def by_hand(
    db: Database, referral_id: int, amount: str, *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """Say what a referral has brought; empty counts its sessions again. Gives the change set, None for no difference.

    Invalid for `booked` where the amount is none.
    """
    cents = money.cents(amount, field="booked")
    with db.write() as session:
        referral = referral_steps.get(session, referral_id)
        act = acts.begin(session, "referral", "Booked value", actor_id=actor_id, now=now, today=today)
        changed = act.update(referral, booked_by_hand=cents is not None)
        if cents is None:
            was = referral.booked_cents
            keep(act, referral_id)
            changed |= was != referral.booked_cents
        else:
            changed |= act.update(referral, booked_cents=cents)
        if not changed:
            act.drop()
            return None
        _say(act, referral)
        return act.id


def _say(act: Act, referral: Referral) -> None:
    client = act.session.get_one(Client, referral.client_id)
    how = "by hand" if referral.booked_by_hand else "from the sessions"
    said = f"{client.code}: booked value set {how}"
    provider = act.session.get_one(Provider, referral.provider_id)
    act.record(provider, ActivityKind.REFERRAL, summary=said, referral_id=referral.id)
