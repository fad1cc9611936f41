from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from crm.domain.errors import NotFound
from crm.domain.kinds import ActivityKind, ContactRole, Outcome, TaskKind
from crm.domain.papers import DocumentKind
from crm.domain.script import Audience, Channel
from crm.models.accounts import User
from crm.models.providers import Provider
from crm.models.visits import VisitGuest
from crm.services import papers, visit_sheets
from crm.services.paper_desk import Wish
from crm.services.visit_sheets import VisitSheet
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY


def _sheet(session: Session, provider: Provider, visit_id: int | None = None) -> VisitSheet:
    assert provider.id is not None
    return visit_sheets.sheet(session, provider.id, visit_id, user_id=1, now=NOW)


def _visited(session: Session) -> Provider:
    """Dr. Okafor with a visit today, her desk, a past and a promise."""
    provider = factories.acquainted(session)
    practice_id = provider.practice_id
    pa = factories.make_contact(session, practice_id=practice_id, name="Ana Ruiz", role=ContactRole.PA_NP)
    factories.make_contact(session, practice_id=practice_id, name="Marlene", role=ContactRole.FRONT_DESK)
    spoken = {"kind": ActivityKind.CALL, "outcome": Outcome.CONVERSATION}
    factories.make_activity(
        session, provider_id=provider.id, body="Likes numbers", happened_at=NOW - timedelta(days=3), **spoken
    )
    visit_task = factories.make_task(session, provider_id=provider.id, kind=TaskKind.VISIT, title="Stop by")
    factories.make_task(session, provider_id=provider.id, title="Bring pads", due_on=TODAY + timedelta(days=1))
    visit = factories.make_visit(
        session,
        provider_id=provider.id,
        practice_id=practice_id,
        purpose="Show the sample",
        materials=["Card", "referral-pad"],
        task_id=visit_task.id,
    )
    factories.saved(session, VisitGuest(visit_id=visit.id, contact_id=pa.id))
    return provider


def test_the_sheet_tells_why_with_whom_and_with_what(db: Database) -> None:
    with db.write() as session:
        told = _sheet(session, _visited(session))
    assert told.visit is not None
    assert told.purpose == "Show the sample"
    assert [each.name for each in told.guests] == ["Ana Ruiz"]
    assert [each.words for each in told.materials] == ["Card", "Referral pad"]
    assert [each.name for each in told.people] == ["Marlene", "Ana Ruiz"]


def test_the_past_has_what_was_said_and_what_is_promised_but_not_the_visit_itself(db: Database) -> None:
    with db.write() as session:
        past = _sheet(session, _visited(session)).past
    assert [(each.kind, each.said) for each in past.touches] == [(ActivityKind.CALL, "Likes numbers")]
    assert [each.words for each in past.promises] == ["Bring pads"]


def test_there_are_two_questions_three_services_four_objections_and_one_ask(db: Database) -> None:
    with db.write() as session:
        told = _sheet(session, _visited(session))
    assert (len(told.questions), len(told.services), len(told.objections)) == (2, 3, 4)
    assert told.ask.endswith("?")
    assert told.script.script.channel is Channel.VISIT
    assert told.hallway.channel is Channel.HALLWAY
    assert told.hallway.words <= 60
    assert told.leave


def test_an_unplanned_sheet_takes_its_purpose_from_the_follow_up(db: Database) -> None:
    with db.write() as session:
        provider = factories.acquainted(session)
        factories.make_task(session, provider_id=provider.id, kind=TaskKind.VISIT, title="Bring the pads along")
        told = _sheet(session, provider)
    assert told.visit is None
    assert told.purpose == "Bring the pads along"
    assert told.past.promises == ()


def test_a_visit_of_somebody_else_is_not_found(db: Database) -> None:
    with db.write() as session:
        provider = factories.acquainted(session)
        other = factories.make_visit(session)
        with pytest.raises(NotFound):
            _sheet(session, provider, other.id)


def test_a_note_that_names_a_person_is_flagged_and_kept(db: Database) -> None:
    with db.write() as session:
        provider = factories.acquainted(session)
        said = "Her patient Ann Lee, born 4/12/1961, comes next week"
        factories.make_activity(session, provider_id=provider.id, kind=ActivityKind.CALL, body=said, happened_at=NOW)
        (touch,) = _sheet(session, provider).past.touches
    assert touch.said == said
    assert "date of birth" in touch.doubt


def test_an_empty_field_is_marked_and_named_on_the_page(db: Database) -> None:
    with db.write() as session:
        provider = factories.acquainted(session)
        dana = session.get_one(User, 1)
        dana.name = ""
        session.add(dana)
        told = _sheet(session, provider)
    assert {fault.path for fault in told.missing} == {"trainer.name"}
    assert "[" in told.script.script.text


@pytest.mark.parametrize("audience", list(Audience))
def test_page_and_paper_say_the_same_for_everybody(sqlite_db: Database, audience: Audience) -> None:
    specialty = {
        Audience.PHYSICIAN: "primary_care", Audience.PT_OT: "pt", Audience.ORTHOPEDICS_SPORTS: "orthopedics",
        Audience.HEART_LUNG: "cardiology", Audience.ENDOCRINE_WEIGHT: "endocrinology",
    }.get(audience, audience.value)  # fmt: skip
    with sqlite_db.write() as session:
        provider = _visited(session)
        provider.specialty = specialty
        session.add(provider)
        session.flush()
        told = _sheet(session, provider)
        text = papers.prepare(session, Wish(DocumentKind.VISIT_SHEET, provider.id, user_id=1, now=NOW)).text
    spoken = [*told.script.script.parts.values(), " ".join(told.hallway.parts.values()), told.ask, *told.questions]
    answers = [part for each in told.objections for part in (each.said, each.answer)]
    noted = ["Show the sample", "Card, Referral pad", "Ana Ruiz", "Marlene", "Likes numbers", "Bring pads"]
    for words in (*spoken, *answers, *(each.label for each in told.services), *told.leave, *noted):
        assert words in text


@pytest.mark.parametrize("specialty", ["orthopedics", "cardiology", "discharge_planner"])
def test_a_sheet_with_much_to_tell_is_still_one_page(sqlite_db: Database, specialty: str) -> None:
    long = "She wants to see numbers, not stories; ask about range of motion after six weeks and who tests it there"
    with sqlite_db.write() as session:
        provider = _visited(session)
        provider.specialty, provider.said_as = specialty, "oh-KAH-for"
        for number in range(6):
            about = {"provider_id": provider.id, "body": long, "happened_at": NOW - timedelta(days=number)}
            factories.make_activity(session, kind=ActivityKind.CALL, outcome=Outcome.CONVERSATION, **about)
            factories.make_task(session, provider_id=provider.id, title=long, due_on=TODAY + timedelta(days=number))
            factories.make_contact(session, practice_id=provider.practice_id, name=f"Rosa {number}", remarks=long)
        paper = papers.make(session, Wish(DocumentKind.VISIT_SHEET, provider.id, user_id=1, now=NOW))
    assert paper.pages == 1
