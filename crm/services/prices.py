"""The ten services as this trainer offers them: which, at what price, and what a referral to them is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.domain import money
from crm.domain.errors import Invalid
from crm.domain.services import Service, all_services
from crm.models.accounts import ServicePrice
from crm.services import accounts, audit
from crm.store import prices as store
from crm.store.engine import Database

SESSIONS_PER_REFERRAL = 12
"""What a referral usually becomes, for a first guess at its value: two sessions a week for six weeks."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One service with this trainer's figures, or the catalogue's where there are none. Money in cents."""

    service: Service
    offered: bool
    session_cents: int | None
    referral_value_cents: int | None

    @property
    def expected_cents(self) -> int | None:
        """What a referral to this service may bring; an add-on brings nothing by itself."""
        if self.service.is_addon:
            return None
        if self.referral_value_cents is not None:
            return self.referral_value_cents
        session = self.session_cents if self.session_cents is not None else self.service.usual_cents
        return None if session is None else session * SESSIONS_PER_REFERRAL


def offers(session: Session) -> list[Offer]:
    """All ten, in the catalogue's order."""
    own = store.own(session)
    return [_offer(service, own.get(service.key)) for service in all_services()]


def offer(session: Session, service_key: str) -> Offer | None:
    """One of the ten, None for an unknown key."""
    return next((found for found in offers(session) if found.service.key == service_key), None)


def save(db: Database, form: Mapping[str, str], *, actor_id: int | None, now: datetime) -> None:
    """Store `offered-KEY`, `session-KEY` and `value-KEY` for every service; Invalid names the amounts that are none.

    What is offered decides whom to approach, so a change asks for new fits.
    """
    rows = _read(form)
    with db.write() as session:
        before = store.switched_off(session)
        for row in rows:
            session.merge(row)
        session.flush()
        if store.switched_off(session) != before:
            accounts.ensure_business(session, now=now).scored_at = None
        audit.note(session, "prices_changed", actor_id=actor_id, now=now)


def _read(form: Mapping[str, str]) -> list[ServicePrice]:
    rows: list[ServicePrice] = []
    errors: dict[str, str] = {}
    for service in all_services():
        amounts = {}
        for name in (f"session-{service.key}", f"value-{service.key}"):
            try:
                amounts[name] = money.cents(form.get(name, ""), field=name)
            except Invalid as error:
                errors |= {name: f"{service.label}: {sentence}" for name, sentence in error.errors.items()}
        rows.append(
            ServicePrice(
                service_key=service.key,
                offered=bool(form.get(f"offered-{service.key}")),
                session_cents=amounts.get(f"session-{service.key}"),
                referral_value_cents=amounts.get(f"value-{service.key}"),
            )
        )
    if errors:
        raise Invalid(errors)
    return rows


def _offer(service: Service, own: ServicePrice | None) -> Offer:
    if own is None:
        return Offer(service, offered=True, session_cents=None, referral_value_cents=None)
    return Offer(service, own.offered, own.session_cents, own.referral_value_cents)
