"""What tests of sequences share: a house, a sequence, providers, and a worker's rounds under a clock that jumps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from crm.domain.kinds import MessageState
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_checks import SequenceForm, StepForm
from crm.models.messages import Message
from crm.models.practices import Practice
from crm.models.providers import Provider
from crm.models.sequences import Enrollment, EnrollmentStep
from crm.services import enrollments, mail_effects, outbox, sequence_steps, sequences
from crm.services.enrollment_dry_run import Options
from crm.services.enrollments import Enrolled
from crm.services.mailboxes import Post
from crm.store.engine import Database
from tests.factories import (
    NOW,
    FakeClock,
    make_business,
    make_mail_account,
    make_practice,
    make_provider,
    make_user,
)
from tests.services.mail import FakeTransport, fake_post

FIRST = StepForm(StepKind.EMAIL, template_slug="introduction")
SECOND = StepForm(StepKind.EMAIL, delay_days=3, template_slug="follow_up")
CALL = StepForm(StepKind.CALL, delay_days=2, title="Call the office", waits_days=3)
LAST = StepForm(StepKind.EMAIL, delay_days=2, template_slug="last_note")


class House:
    """A business with its mailbox, a clock and the wire that mail leaves by."""

    def __init__(self, db: Database, folder: Path, now: datetime = NOW, *, cap: int = 0, gap_seconds: int = 0) -> None:
        self.db = db
        self.clock = FakeClock(now)
        self.wire = FakeTransport()
        self.post: Post = fake_post(folder, self.wire)
        with db.write() as session:
            make_business(session)
            self.actor_id = make_user(session).id
            make_mail_account(
                session,
                address="dana@stride.example",
                smtp_host="smtp.example",
                secret=self.post.vault.seal("secret"),
                daily_cap=cap,
                domain_cap=0,
                gap_seconds=gap_seconds,
            )

    @property
    def now(self) -> datetime:
        """The time it is."""
        return self.clock()

    def sequence(self, *steps: StepForm, name: str = "First contact", **given: object) -> int:
        """A sequence with these steps."""
        form = SequenceForm(name=name, steps=steps or (FIRST, SECOND), **given)
        return sequences.create(self.db, form, actor_id=self.actor_id, now=self.now)

    def provider(self, *, practice: Practice | None = None, zone: str | None = None, **given: object) -> int:
        """A provider at a practice of their own, unless one is given."""
        with self.db.write() as session:
            place = practice or make_practice(session, zone=zone)
            provider = make_provider(session, practice=place, **given)
            assert provider.id is not None
            return provider.id

    def enroll(self, sequence_id: int, *ids: int, **options: object) -> Enrolled:
        """Enroll them now."""
        given = Options(**options)
        return enrollments.enroll(self.db, sequence_id, ids, given, actor_id=self.actor_id, now=self.now)

    def work(self) -> None:
        """One round of the worker: steps, mail, what follows from it."""
        sequence_steps.take_due(self.db, self.post, clock=self.clock)
        outbox.run_due(self.db, self.post, clock=self.clock, me="w")
        mail_effects.run_due(self.db, clock=self.clock, mine=True)

    def until(self, when: datetime, *, step: timedelta = timedelta(minutes=30)) -> None:
        """Let time pass, the worker at it all along."""
        while self.now < when:
            self.work()
            self.clock.now = min(self.now + step, when)
        self.work()

    def enrollment(self, provider_id: int) -> Enrollment | None:
        """The latest one of a provider."""
        with self.db.read() as session:
            query = select(Enrollment).where(Enrollment.provider_id == provider_id).order_by(col(Enrollment.id).desc())
            return session.exec(query).first()

    def steps(self, enrollment_id: int) -> Sequence[EnrollmentStep]:
        """Its steps."""
        with self.db.read() as session:
            query = select(EnrollmentStep).where(EnrollmentStep.enrollment_id == enrollment_id)
            return session.exec(query.order_by(col(EnrollmentStep.position))).all()

    def messages(self, provider_id: int, *states: MessageState) -> Sequence[Message]:
        """What was written to a provider."""
        with self.db.read() as session:
            query = select(Message).where(Message.provider_id == provider_id)
            query = query.where(col(Message.state).in_(states)) if states else query
            return session.exec(query.order_by(col(Message.id))).all()

    def change(self, provider_id: int, **values: object) -> None:
        """Set columns of a provider."""
        with self.db.write() as session:
            found = session.get_one(Provider, provider_id)
            for name, value in values.items():
                setattr(found, name, value)


def a_practice(session: Session) -> Practice:
    """One that several share."""
    return make_practice(session)
