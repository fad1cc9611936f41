"""What has passed between us and several providers, asked at once."""

from __future__ import annotations

from datetime import timedelta

from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.pipeline import Stage
from crm.store import relationships
from crm.store.engine import Database
from crm.store.relationships import ANSWER, Past
from tests import factories
from tests.factories import NOW


def test_each_provider_has_their_own_past(db: Database) -> None:
    day = timedelta(days=1)
    with db.write() as session:
        talked, silent = (factories.make_provider(session).id or 0 for _ in range(2))
        for days in (5, 2):
            factories.make_activity(
                session,
                provider_id=talked,
                kind=ActivityKind.VISIT,
                outcome=Outcome.CONVERSATION,
                happened_at=NOW - days * day,
            )
        factories.make_activity(
            session, provider_id=talked, kind=ActivityKind.STAGE, stage_to=Stage.SAMPLE_SENT, happened_at=NOW - day
        )
        for body, at_desk, days in (
            ("They go home", False, 3),
            ("Call us at week ten", False, 2),
            ("Ask Rosa", True, 1),
        ):
            factories.make_activity(
                session,
                provider_id=talked,
                kind=ActivityKind.NOTE,
                reason=ANSWER,
                body=body,
                evidence={"at_desk": at_desk, "question": "What then?"},
                happened_at=NOW - days * day,
            )
    with db.read() as session:
        found = relationships.pasts(session, [talked, silent])
        assert found[silent] == Past()
        assert found[talked] == Past(2, NOW - 2 * day, NOW - day, "Call us at week ten", "What then?")
        assert relationships.past(session, talked, at_desk=True).answer == "Ask Rosa"


def test_contacts_of_several_practices(db: Database) -> None:
    with db.write() as session:
        here, there = (factories.make_practice(session).id or 0 for _ in range(2))
        for name, gone in (("Ana", None), ("Bo", NOW), ("Cy", None)):
            factories.make_contact(session, practice_id=here, name=name, archived_at=gone)
    with db.read() as session:
        found = relationships.contacts_at(session, [here, there])
    assert [one.name for one in found[here]] == ["Ana", "Cy"]
    assert found[there] == []
