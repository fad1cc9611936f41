"""Papers that go with the steps of a sequence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid
from crm.domain.kinds import MessageState
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.papers import DocumentKind
from crm.domain.pipeline import Stage
from crm.domain.sequence_checks import StepForm
from crm.domain.sequences import NotEnrolled
from crm.models.documents import DocumentDelivery
from crm.models.messages import Message, MessageAttachment
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep, SequenceStep
from crm.models.tasks import Task
from crm.services import enrollment_dry_run, enrollments, mail_effects, outbox, sequence_steps, sequences
from crm.store.engine import Database
from tests.services.papers import FakePress, refusing
from tests.services.sequences import CALL, FIRST, House

SAMPLE = DocumentKind.SAMPLE_PROGRESS_REPORT.value
WITH_SAMPLE = replace(FIRST, template_slug="sample_enclosed", document_kind=SAMPLE)


@pytest.fixture
def house(sqlite_db: Database, tmp_path: Path) -> House:
    return House(sqlite_db, tmp_path)


def _take(house: House, press: FakePress) -> None:
    sequence_steps.take_due(house.db, house.post, clock=house.clock, press=press)


def test_the_paper_is_made_when_the_step_is_due_and_goes_with_its_mail(house: House) -> None:
    press = FakePress()
    provider_id = house.provider(email="a@b.example", stage=Stage.INTRODUCED)
    done = enrollments.enroll(
        house.db, house.sequence(WITH_SAMPLE, CALL), [provider_id], actor_id=house.actor_id, now=house.now, press=press
    )
    assert done.count == 1
    press.made.clear()
    _take(house, press)
    assert press.made == [(DocumentKind.SAMPLE_PROGRESS_REPORT, provider_id, "")]
    house.clock.advance(minutes=5)
    outbox.run_due(house.db, house.post, clock=house.clock, me="w")
    mail_effects.run_due(house.db, clock=house.clock, mine=True)
    with house.db.read() as session:
        message = session.exec(select(Message)).one()
        assert message.state is MessageState.SENT
        assert session.exec(select(MessageAttachment)).one().name == "sample-progress-report.pdf"
        assert session.exec(select(DocumentDelivery)).one().message_id == message.id
        assert session.get_one(Provider, provider_id).stage is Stage.SAMPLE_SENT
    assert b"%PDF-1.7" in house.wire.contents[0] or b"JVBERi0xLj" in house.wire.contents[0]


def test_a_paper_that_cannot_be_made_holds_the_step_with_its_reason_and_goes_on_once_mended(house: House) -> None:
    provider_id = house.provider(email="a@b.example")
    sequence_id = house.sequence(WITH_SAMPLE)
    enrollments.enroll(house.db, sequence_id, [provider_id], actor_id=house.actor_id, now=house.now, press=FakePress())
    _take(house, refusing("Write your credentials in Settings › You."))
    with house.db.read() as session:
        found = session.exec(select(Enrollment)).one()
        assert (found.state, found.state_reason) == (EnrollmentState.PAUSED, "no_paper")
        assert "credentials" in str(found.evidence["detail"])
        assert session.exec(select(Message)).all() == []
        assert session.exec(select(EnrollmentStep)).one().state is StepState.PLANNED
        enrollment_id = found.id or 0
    enrollments.resume(house.db, enrollment_id, actor_id=house.actor_id, now=house.now)
    _take(house, FakePress())
    with house.db.read() as session:
        assert session.exec(select(Message)).one().state is MessageState.QUEUED


def test_the_dry_run_counts_pages_and_leaves_out_whom_it_cannot_be_made_for(house: House) -> None:
    provider_id, sequence_id = house.provider(email="a@b.example"), house.sequence(WITH_SAMPLE)
    with house.db.read() as session:
        told = {"actor_id": house.actor_id, "now": house.now}
        fine = enrollment_dry_run.dry_run(session, sequence_id, [provider_id], press=FakePress(), **told)
        (planned,) = fine.planned
        assert (planned.steps[0].document_kind, planned.steps[0].pages) == (SAMPLE, 1)
        not_so = enrollment_dry_run.dry_run(session, sequence_id, [provider_id], press=refusing("Add a name."), **told)
        (refused,) = not_so.refused
    assert refused.reason is NotEnrolled.NO_PAPER
    assert refused.detail == "Step 1: Sample progress report: Add a name."


def test_of_many_one_paper_is_made_for_each_specialty(house: House) -> None:
    press, sequence_id = FakePress(), house.sequence(WITH_SAMPLE, one_per_practice=False)
    ids = [house.provider(email=f"a{n}@b.example", specialty="orthopedics") for n in range(20)]
    with house.db.read() as session:
        found = enrollment_dry_run.dry_run(
            session, sequence_id, ids, actor_id=house.actor_id, now=house.now, press=press
        )
    assert len(found.planned) == 20
    assert len(press.made) == 9


def test_the_enrolled_keep_their_paper_when_the_sequence_changes(house: House) -> None:
    provider_id, sequence_id = house.provider(email="a@b.example"), house.sequence(WITH_SAMPLE)
    told = {"actor_id": house.actor_id, "now": house.now}
    enrollments.enroll(house.db, sequence_id, [provider_id], press=FakePress(), **told)
    with house.db.read() as session:
        form = sequences.form_of(*sequences.get(session, sequence_id))
    plain = replace(form, steps=(replace(form.steps[0], document_kind=""),))
    sequences.update(house.db, sequence_id, plain, **told)
    with house.db.read() as session:
        assert session.exec(select(SequenceStep)).one().document_kind == ""
        assert session.exec(select(EnrollmentStep)).one().document_kind == SAMPLE


def test_a_letter_step_says_which_paper_to_print(house: House) -> None:
    letter = StepForm(StepKind.LETTER, title="Send a card", document_kind=DocumentKind.REFERRAL_PAD.value)
    house.enroll(house.sequence(letter), house.provider(email="a@b.example"))
    _take(house, FakePress())
    with house.db.read() as session:
        task = session.exec(select(Task)).one()
    assert (task.template_slug, task.remarks) == ("referral-pad", "To print: Referral pad.")


@pytest.mark.parametrize("kind", ["progress-report", "nonsense", "introduction-letter"])
def test_only_papers_of_the_list_go_with_an_email(house: House, kind: str) -> None:
    with pytest.raises(Invalid) as caught:
        house.sequence(replace(FIRST, document_kind=kind))
    assert "step-0-document_kind" in caught.value.errors


def test_a_call_has_no_paper(house: House) -> None:
    with pytest.raises(Invalid):
        house.sequence(replace(CALL, document_kind=SAMPLE))
