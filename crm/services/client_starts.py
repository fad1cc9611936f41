"""The first session: from it on a client counts as started, and so do their referrals."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralStatus
from crm.domain.referrals import STILL_OPEN
from crm.models.clients import Client
from crm.models.referrals import Referral
from crm.services import client_file, referral_steps, report_clock
from crm.services.acts import Act
from crm.store import clients as store
from crm.store.engine import Database


def start(
    db: Database,
    client_id: int,
    started_on: date,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """The client has started on this day: so have their referrals that were still on the way. Gives the change set."""
    with db.write() as session:
        act, client = client_file.begin(session, client_id, "started", actor_id=actor_id, now=now, today=today)
        if started_on > today:
            raise Invalid({"started_on": "This day is still to come."})
        if client.started_on is None:
            act.update(client, started_on=started_on)
        moved = _start_referrals(act, client_id, started_on)
        if not moved:
            client_file.tell(act, client, "first session")
        report_clock.wind(act, client)
        return act.id


def awaits(session: Session, client: Client) -> bool:
    """Whether sessions were attended, but the client or one of their referrals doesn't count as started."""
    assert client.id is not None
    return client.started_on is None or any(one.status in STILL_OPEN for one in store.senders(session, client.id))


def _start_referrals(act: Act, client_id: int, day: date) -> list[Referral]:
    moved = []
    for sender in store.senders(act.session, client_id):
        if sender.status in STILL_OPEN:
            referral = referral_steps.get(act.session, sender.id)
            on = max(day, referral.received_on)
            referral_steps.change_in(act, referral, ReferralStatus.STARTED, happened_on=on)
            moved.append(referral)
    return moved
