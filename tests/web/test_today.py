from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, Outcome, TaskKind, VisitState
from crm.domain.pipeline import Stage
from crm.models.visits import Visit
from crm.services import demo, touches
from crm.services.touches import Touch
from tests import factories
from tests.factories import NOW, TODAY


def test_an_empty_database_says_where_to_start(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "Good morning, Dana" in page
    assert "Start with the providers near you" in page


def test_the_next_visit_comes_first_with_all_one_needs(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        practice = factories.make_practice(session, name="Bayou Ortho", line1="12 Main St")
        factories.make_contact(session, practice_id=practice.id, name="Marlene")
        provider = factories.make_provider(session, display_name="Ada Okafor, MD", practice=practice)
        factories.make_visit(session, provider_id=provider.id, practice_id=practice.id, purpose="Bring the sample")
        factories.make_visit(session, provider_id=provider.id, planned_on=TODAY + timedelta(days=3), purpose="Not yet")
        assert provider.id
        provider_id = provider.id
    touch = Touch(ActivityKind.CALL, Outcome.CONVERSATION, "Likes numbers", happened_at=NOW - timedelta(days=2))
    touches.log(handoff.db, provider_id, touch, actor_id=1, now=NOW, today=TODAY)
    page = client.get("/").text
    for words in ("Next visit", "Ada Okafor, MD", "12 Main St", "Marlene", "Bring the sample", "Likes numbers", "Map"):
        assert words in page
    assert "Not yet" not in page
    touches.log(
        handoff.db, provider_id, Touch(ActivityKind.VISIT, Outcome.CONVERSATION), actor_id=1, now=NOW, today=TODAY
    )
    with handoff.db.read() as session:
        assert session.get_one(Visit, 1).state is VisitState.DONE
    assert "Not yet" in client.get("/").text


def test_a_visit_among_the_follow_ups_counts_as_the_next_visit(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session, display_name="Ada Okafor, MD")
        factories.make_task(
            session, provider_id=provider.id, kind=TaskKind.VISIT, title="Stop by", due_on=TODAY - timedelta(days=2)
        )
    page = client.get("/").text
    assert "Next visit" in page
    assert "2 days overdue" in page


def test_quiet_partners_and_missing_next_steps_are_pointed_out(client: FlaskClient, handoff: Handoff) -> None:
    long_ago = TODAY - timedelta(days=104)
    with handoff.db.write() as session:
        factories.make_provider(
            session,
            display_name="Anil Shah, MD",
            stage=Stage.PARTNER,
            first_referral_on=long_ago,
            last_referral_on=long_ago,
            referral_count=1,
            next_due_on=TODAY,
        )
        factories.make_provider(session, display_name="Pat Lone, PT", stage=Stage.INTRODUCED)
        factories.make_provider(session, display_name="Neu Prospect, MD", fit=88)
    page = client.get("/").text
    assert "Gone quiet" in page
    assert "104 days" in page
    assert page.index("No next step") < page.index("Pat Lone, PT") < page.index("Whom to approach first")
    assert "Neu Prospect, MD" in page


def test_follow_ups_due_are_counted_beside_the_navigation(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session)
        for number in range(10):
            factories.make_task(session, provider_id=provider.id, title=f"Call {number}")
    page = client.get("/").text
    assert "2 more" in page
    assert 'class="badge">10<' in page


def test_sample_data_can_be_removed_from_here(client: FlaskClient, handoff: Handoff) -> None:
    demo.add(handoff.db, actor_id=1, now=NOW)
    page = client.get("/").text
    assert "Remove the sample data" in page
