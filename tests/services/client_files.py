"""What tests of a client's file start from: a client with a referral from a provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict

from sqlmodel import select

from crm.domain.kinds import ActivityKind
from crm.models.accounts import ServicePrice
from crm.models.activities import Activity
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_client, make_provider, make_referral


class Who(TypedDict):
    """By whom and when."""

    actor_id: int | None
    now: datetime
    today: date


WHO: Who = {"actor_id": None, "now": NOW, "today": TODAY}


@dataclass(frozen=True)
class File:
    """A client, the referral, and the provider who sent it."""

    client_id: int
    referral_id: int
    provider_id: int


def referred(db: Database, **given: Any) -> File:
    """K-14, sent by a provider; a session costs 90 dollars."""
    with db.write() as session:
        provider = make_provider(session, display_name="Ada Stone")
        client = make_client(session, code="K-14")
        session.merge(ServicePrice(service_key="post_rehab_conditioning", session_cents=9000))
        referral = make_referral(session, client_id=client.id, provider_id=provider.id, **given)
        return File(client.id or 0, referral.id or 0, provider.id or 0)


def alone(db: Database) -> int:
    """S-3, who came by themselves."""
    with db.write() as session:
        return make_client(session, code="S-3", origin="self").id or 0


def lines(db: Database, provider_id: int) -> list[str]:
    """What a provider's timeline says about clients."""
    with db.read() as session:
        query = select(Activity).where(Activity.provider_id == provider_id, Activity.kind == ActivityKind.CLIENT)
        return [one.summary for one in session.exec(query.order_by(Activity.id)) if one.undone_at is None]  # type: ignore[arg-type]  # a column
