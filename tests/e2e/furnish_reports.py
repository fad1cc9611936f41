"""Reports at every state: due with an authorization, delivered, urgent, and one that may not leave yet."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from crm.domain.papers import DeliveryHow, DocumentKind
from crm.models.accounts import User
from crm.models.client_care import ClientClearance
from crm.services import days, report_papers, reports
from crm.services.report_papers import Delivery
from tests import factories
from tests.e2e.house import House
from tests.services import reports as files

REPORTED = ("K-88", "M-88")


def report(house: House) -> None:
    """Two clients: one whose session log left and who fell, and one who has signed nothing and isn't cleared yet."""
    now = house.clock.now
    with house.handoff.db.write() as session:
        actor_id = session.exec(select(User.id)).first()
        today = days.today_of(session, actor_id, now)
        first = files.make_file(session, today, code=REPORTED[0])
        files.make_event(session, first, today, urgent=True)
        practice = factories.make_practice(session, name="Heights Family Medicine", fax="")
        other = factories.make_provider(session, display_name="Ruth Adeyemi, MD", practice=practice)
        second = files.make_file(session, today, code=REPORTED[1], permitted=False, provider=other)
        for each in session.exec(select(ClientClearance).where(ClientClearance.client_id == second.client_id)):
            each.returned_on = None
        for file in (first, second):
            files.wind(session, file.client_id, today)
    by: dict[str, Any] = {"actor_id": actor_id, "now": now, "today": today}
    db, folder = house.handoff.db, house.handoff.post.files
    found, _ = reports.ask_for(db, first.client_id, first.provider_id, DocumentKind.SESSION_LOG, **by)
    delivery = Delivery(DeliveryHow.FAX, today, confirmed=True)
    report_papers.deliver(db, folder, found, delivery, **by)
