"""Sequences, the steps they consist of, who is enrolled, and each one's own copy of the steps."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.models.types import Row, added, choice, fk, instant, json_map, key, text

ACTIVE = sa.text("state = 'active'")
PAUSED = sa.text("state = 'paused'")
RUNNING = sa.text("state IN ('active', 'paused')")


class Sequence(Row, table=True):
    """A series of steps to take with a provider. `slug` names the ones that come with Handoff.

    The window is minutes after midnight in the practice's zone; mail of the sequence leaves only inside it.
    """

    __tablename__ = "sequence"
    __table_args__ = (sa.Index("uq_sequence_slug", "slug", unique=True),)

    id: int | None = key()
    slug: str | None = Field(default=None, max_length=80)
    name: str = Field(max_length=120)
    about: str = text()
    window_start: int = 8 * 60 + 30
    window_end: int = 16 * 60 + 30
    one_per_practice: bool = True
    colleague_stops: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class SequenceStep(Row, table=True):
    """One step of a sequence. `delay_days` are business days after the step before it was done.

    Without `template_version_id` the newest version at the time of enrolment is taken. A call, visit, letter or task
    becomes a follow-up; the sequence waits for it at most `waits_days` business days (0: it doesn't wait).
    `document_kind` names a paper (`crm.domain.papers`) that is made for each provider and goes with the step.
    """

    __tablename__ = "sequence_step"
    __table_args__ = (sa.UniqueConstraint("sequence_id", "position"),)

    id: int | None = key()
    sequence_id: int = fk("sequence.id", null=False, index=False, cascade=True)
    position: int
    kind: StepKind = choice(StepKind, StepKind.EMAIL)
    delay_days: int = 0
    template_slug: str = Field(default="", max_length=80)
    template_version_id: int | None = fk("template_version.id", index=False)
    title: str = Field(default="", max_length=200)
    remarks: str = text()
    stored_file_id: int | None = fk("stored_file.id", index=False)
    file_name: str = ""
    document_kind: str = Field(default="", max_length=40, sa_column_kwargs=added(""))
    threads: bool = True
    waits_days: int = 5


class Enrollment(Row, table=True):
    """One provider's way through a sequence, with everything copied that later edits must not change.

    `due_at` is when it has to be looked at again: the step at `position` is to be taken, or the wait for a follow-up
    ends. None while a message is in the outbox, and at the end.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        sa.Index("ix_enrollment_due", "due_at", "id", sqlite_where=ACTIVE, postgresql_where=ACTIVE),
        sa.Index("ix_enrollment_return", "paused_until", "id", sqlite_where=PAUSED, postgresql_where=PAUSED),
        sa.Index("uq_enrollment_running", "provider_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
        sa.Index("ix_enrollment_practice", "practice_id", sqlite_where=RUNNING, postgresql_where=RUNNING),
        sa.Index("ix_enrollment_sequence", "sequence_id", "state", "id"),
        sa.Index("ix_enrollment_provider", "provider_id", "id"),
        sa.Index("ix_enrollment_enrolled", "enrolled_at", "id", "sequence_id", "provider_id", "state_reason", "sample"),
    )

    id: int | None = key()
    sequence_id: int = fk("sequence.id", null=False, index=False)
    provider_id: int = fk("provider.id", null=False, index=False)
    practice_id: int | None = fk("practice.id", index=False)
    address: str = Field(default="", max_length=254)
    zone: str = Field(default="", max_length=64)
    window_start: int = 8 * 60 + 30
    window_end: int = 16 * 60 + 30
    colleague_stops: bool = False
    state: EnrollmentState = choice(EnrollmentState, EnrollmentState.ACTIVE)
    state_reason: str = ""
    evidence: dict[str, object] = json_map()
    position: int = 1
    due_at: datetime | None = instant()
    paused_until: datetime | None = instant()
    subject: str = text()
    last_message_id: str = ""
    references: str = text()
    stage_at_start: str = Field(default="", max_length=24)
    overrides: dict[str, object] = json_map()
    change_set_id: int | None = Field(default=None)
    enrolled_by: int | None = fk("user_account.id", index=False)
    enrolled_at: datetime = instant(null=False)
    ended_at: datetime | None = instant()
    sample: bool = False


class EnrollmentStep(Row, table=True):
    """An enrolled provider's copy of a step, and what became of it."""

    __tablename__ = "enrollment_step"
    __table_args__ = (sa.UniqueConstraint("enrollment_id", "position"), sa.Index("ix_enrollment_step_task", "task_id"))

    id: int | None = key()
    enrollment_id: int = fk("enrollment.id", null=False, index=False, cascade=True)
    position: int
    sequence_step_id: int | None = Field(default=None)
    kind: StepKind = choice(StepKind, StepKind.EMAIL)
    delay_days: int = 0
    template_slug: str = Field(default="", max_length=80)
    template_version_id: int | None = fk("template_version.id")
    title: str = Field(default="", max_length=200)
    remarks: str = text()
    stored_file_id: int | None = fk("stored_file.id", index=False)
    file_name: str = ""
    document_kind: str = Field(default="", max_length=40, sa_column_kwargs=added(""))
    threads: bool = True
    waits_days: int = 5
    state: StepState = choice(StepState, StepState.PLANNED)
    state_reason: str = ""
    planned_at: datetime | None = instant()
    waits_until: datetime | None = instant()
    message_id: int | None = Field(default=None)
    task_id: int | None = Field(default=None)
    done_at: datetime | None = instant()
