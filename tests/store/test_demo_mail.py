"""Sample providers go; mail that really came for them stays."""

from __future__ import annotations

from crm.domain.kinds import InboundKind
from crm.models.inbound import InboundMessage
from crm.store import demo
from crm.store.engine import Database
from tests.factories import NOW, make_mail_account, make_message, make_provider, saved


def test_mail_that_came_for_a_sample_provider_belongs_to_nobody_when_they_go(db: Database) -> None:
    with db.write() as session:
        provider = make_provider(session, sample=True)
        account = make_mail_account(session)
        message = make_message(session, provider_id=provider.id, mail_account_id=account.id, sample=True)
        row = InboundMessage(
            mail_account_id=account.id,
            content_key="a@clinic.test",
            kind=InboundKind.REPLY,
            provider_id=provider.id,
            answers_id=message.id,
            received_at=NOW,
            created_at=NOW,
        )
        key = saved(session, row).id
    with db.write() as session:
        demo.remove_all(session)
    with db.read() as session:
        left = session.get_one(InboundMessage, key)
        assert (left.provider_id, left.answers_id) == (None, None)
