from datetime import timedelta

import pytest
from sqlmodel import select

from crm.documents.faults import MissingField
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind, ContactRole, Outcome, ProviderKind
from crm.domain.pipeline import Stage
from crm.domain.script import Audience, Channel, Moment
from crm.models.accounts import Business
from crm.models.activities import Activity
from crm.services import changes, scripts
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW


def _provider(db: Database, **given: object) -> int:
    with db.write() as session:
        if session.get(Business, 1) is None:
            factories.make_business(session, phone="+17135550100")
            factories.make_user(session)
        provider = factories.make_provider(session, **given)
        assert provider.id is not None
        return provider.id


def test_a_surgeon_gets_the_orthopedic_script_as_doctor(db: Database) -> None:
    provider_id = _provider(db, last_name="Okafor", credentials="MD", specialty="orthopedics")
    with db.read() as session:
        prepared = scripts.prepare(session, provider_id, None, now=NOW)
    assert (prepared.suited, prepared.script.audience) == (Audience.ORTHOPEDICS_SPORTS, Audience.ORTHOPEDICS_SPORTS)
    assert prepared.script.moment is Moment.FIRST_CONTACT
    assert prepared.script.text.startswith("Hello Dr. Okafor, and thank you for your time. I'm Dana Whitfield")
    assert "knee" in prepared.script.text


def test_a_therapist_is_called_by_name_and_an_organization_as_a_team(db: Database) -> None:
    luis = _provider(
        db, first_name="Luis", last_name="Ortega", credentials="PT, DPT", specialty="pt", taxonomy_code="225100000X"
    )
    clinic = _provider(
        db,
        kind=ProviderKind.ORGANIZATION,
        first_name="",
        last_name="",
        credentials="",
        organization_name="The Bayou Holdings, Inc. DBA Bayou Physical Therapy, LLC",
        display_name="Bayou Physical Therapy",
        specialty="pt",
        taxonomy_code="261QP2000X",
    )
    with db.read() as session:
        assert "Hello Luis Ortega" in scripts.prepare(session, luis, None, now=NOW).script.text
        assert "Hello team at Bayou Physical Therapy" in scripts.prepare(session, clinic, None, now=NOW).script.text


def test_audience_channel_and_state_can_be_chosen(db: Database) -> None:
    provider_id = _provider(db)
    with db.read() as session:
        prepared = scripts.prepare(
            session,
            provider_id,
            None,
            now=NOW,
            audience=Audience.GATEKEEPER,
            channel=Channel.PHONE,
            moment=Moment.REACTIVATION,
        )
    assert "Patients call you" in prepared.script.text
    assert prepared.suited is not Audience.GATEKEEPER


def test_the_person_at_the_desk_is_greeted(db: Database) -> None:
    with db.write() as session:
        factories.make_business(session)
        factories.make_user(session)
        practice = factories.make_practice(session)
        factories.make_contact(session, practice_id=practice.id, name="Ng Tran", role=ContactRole.PA_NP)
        factories.make_contact(session, practice_id=practice.id, name="Teresa Vance", role=ContactRole.FRONT_DESK)
        provider = factories.make_provider(session, practice=practice)
        found = scripts.prepare(session, provider.id or 0, None, now=NOW, audience=Audience.GATEKEEPER)
    assert "Hello Teresa" in found.script.text


def test_without_a_user_the_missing_name_is_named(db: Database) -> None:
    with db.write() as session:
        provider = factories.make_provider(session)
    with db.read() as session:
        with pytest.raises(MissingField, match=r"Fill in “Name” in Settings › You\."):
            scripts.prepare(session, provider.id or 0, None, now=NOW)
        marked = scripts.prepare(session, provider.id or 0, None, now=NOW, mark_missing=True)
    assert "[Name]" in marked.script.text


def test_an_answer_is_kept_quoted_and_undone(db: Database) -> None:
    provider_id = _provider(db, stage=Stage.INTRODUCED)
    with db.write() as session:
        factories.make_activity(
            session,
            provider_id=provider_id,
            kind=ActivityKind.VISIT,
            outcome=Outcome.CONVERSATION,
            happened_at=NOW - timedelta(days=1),
        )
    change = scripts.note_answer(db, provider_id, "What happens then?", "They mostly\n stop. ", actor_id=1, now=NOW)
    with db.read() as session:
        prepared = scripts.prepare(session, provider_id, None, now=NOW)
    assert prepared.script.moment is Moment.SECOND_VISIT
    assert "You told me: “They mostly stop.”" in prepared.script.parts["opening"]
    assert "we met yesterday" in prepared.script.parts["opening"]
    assert [line.evidence["question"] for line in prepared.answers] == ["What happens then?"]

    changes.undo(db, change, actor_id=1, now=NOW)
    with db.read() as session:
        assert "They mostly" not in scripts.prepare(session, provider_id, None, now=NOW).script.text


@pytest.mark.parametrize("answer", ["", "  ", "x" * 501, "Mrs. Anna Lee, DOB 3/4/1961"])
def test_an_answer_without_words_too_long_or_naming_somebody_is_refused(db: Database, answer: str) -> None:
    provider_id = _provider(db)
    with pytest.raises(Invalid) as caught:
        scripts.note_answer(db, provider_id, "What happens then?", answer, actor_id=1, now=NOW)
    assert list(caught.value.errors) == ["answer"]
    with db.read() as session:
        assert session.exec(select(Activity)).all() == []


def test_a_provider_is_found_by_npi_or_number(db: Database) -> None:
    provider_id = _provider(db, npi=factories.npi(7))
    with db.read() as session:
        assert scripts.find(session, factories.npi(7)).id == provider_id
        assert scripts.find(session, f" {provider_id} ").id == provider_id
        for nobody in ("1234567893", "99", "Okafor", ""):
            with pytest.raises(NotFound):
                scripts.find(session, nobody)


def test_the_sample_is_mentioned_once_it_was_sent(db: Database) -> None:
    provider_id = _provider(db, stage=Stage.SAMPLE_SENT)
    with db.write() as session:
        factories.make_activity(
            session,
            provider_id=provider_id,
            kind=ActivityKind.STAGE,
            stage_to=Stage.SAMPLE_SENT,
            happened_at=NOW - timedelta(days=3),
        )
    with db.read() as session:
        prepared = scripts.prepare(session, provider_id, None, now=NOW)
    assert prepared.script.moment is Moment.AFTER_SAMPLE
    assert "a sample of my progress report on Sunday" in prepared.script.parts["opening"]


def test_what_the_desk_said_is_quoted_to_the_desk_alone(db: Database) -> None:
    provider_id = _provider(db, stage=Stage.INTRODUCED)
    scripts.note_answer(db, provider_id, "Who?", "By fax, to Ruth", at_desk=True, actor_id=1, now=NOW)
    with db.read() as session:
        to_the_doctor = scripts.prepare(session, provider_id, None, now=NOW)
        to_the_desk = scripts.prepare(session, provider_id, None, now=NOW, audience=Audience.GATEKEEPER)
    assert "Ruth" not in to_the_doctor.script.text
    assert "You told me: “By fax, to Ruth.”" in to_the_desk.script.text
