"""Agreements in every state, and a ledger with something to think of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from crm.domain.agreements import AgreementState
from crm.domain.gifts import GiftKind
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.services import agreements, gifts
from crm.services.agreements import Move
from crm.services.gifts import NewGift

if TYPE_CHECKING:
    from tests.e2e.house import House

FORM = {"service_key": "workplace", "value": "1,200", "per": "month"}


def deal(house: House) -> None:
    """Four agreements with one organization, a lunch, and a basket too close to a referral."""
    db, now = house.handoff.db, house.clock.now
    today = now.date()
    by: dict[str, Any] = {"actor_id": 1, "now": now, "today": today}
    with db.read() as session:
        organization = session.exec(select(Provider.id).where(Provider.kind == "organization")).first()
        referral = session.exec(select(Referral).order_by(col(Referral.received_on).desc())).first()
    assert organization
    assert referral
    moves = {
        "Desk breaks": Move(AgreementState.ACTIVE, today, renews_on=today + timedelta(days=90)),
        "Back care for the warehouse, day and night shift": Move(AgreementState.PROPOSED, today),
        "Walking group": Move(AgreementState.IDEA),
    }
    for title, move in moves.items():
        agreements.create(db, organization, {**FORM, "title": title}, {}, move, **by)
    last, _ = agreements.create(db, organization, {**FORM, "title": "Posture"}, {}, Move(AgreementState.PROPOSED), **by)
    agreements.move(db, last, Move(AgreementState.DECLINED, reason="No room this year"), **by)
    for what, value, day in (("Sandwiches", 7_200, today), ("A basket of fruit", 8_000, referral.received_on)):
        new = NewGift(referral.provider_id, day, GiftKind.MEAL, what, value, provider_ids=[referral.provider_id])
        gifts.log(db, new, **by)
