from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid
from crm.domain.kinds import ReferralStatus
from crm.models.accounts import ServicePrice
from crm.models.audit import AuditEntry
from crm.models.client_care import ClientSession
from crm.models.clients import Client
from crm.models.referrals import Referral
from crm.services import changes, client_sessions, client_starts
from crm.services.client_sessions import Logged
from crm.store.engine import Database
from tests.factories import NOW, TODAY
from tests.services.client_files import WHO, alone, referred


def log(db: Database, client_id: int, state: str = "attended", day: str = "2026-03-04", **form: str) -> Logged:
    return client_sessions.log(db, client_id, {"state": state, "happened_on": day, **form}, **WHO)


def test_the_first_session_proposes_the_start_which_moves_the_referral(db: Database) -> None:
    file = referred(db, received_on=date(2026, 3, 1))
    assert log(db, file.client_id).started
    change = client_starts.start(db, file.client_id, TODAY, **WHO)
    with db.read() as session:
        client, referral = session.get_one(Client, file.client_id), session.get_one(Referral, file.referral_id)
        assert (client.started_on, referral.status, referral.started_on) == (TODAY, ReferralStatus.STARTED, TODAY)
    assert not log(db, file.client_id, day="2026-03-03").started
    assert changes.undo(db, change, actor_id=None, now=NOW) == []
    with db.read() as session:
        assert session.get_one(Client, file.client_id).started_on is None


def test_whoever_came_by_themselves_starts_without_a_referral(db: Database) -> None:
    client_id = alone(db)
    with db.write() as session:
        session.get_one(Client, client_id).service_key = "post_rehab_conditioning"
    with db.write() as session:
        session.merge(ServicePrice(service_key="post_rehab_conditioning", session_cents=8000))
    log(db, client_id)
    client_starts.start(db, client_id, TODAY, **WHO)
    with db.read() as session:
        assert session.get_one(Client, client_id).started_on == TODAY
        row = session.exec(select(ClientSession)).one()
        said = [str(one.detail["what"]) for one in session.exec(select(AuditEntry).where(AuditEntry.kind == "client"))]
        assert (row.charge_cents, row.referral_id) == (8000, None)
    assert said == ["came to a session, March 4", "first session"]
    with pytest.raises(Invalid):
        client_starts.start(db, client_id, date(2026, 3, 5), **WHO)
