"""Closed vocabularies of sequences, received mail and sign-ins to mail services."""

from __future__ import annotations

from enum import StrEnum


class StepKind(StrEnum):
    """What a step of a sequence does. All but e-mails become follow-ups of a person."""

    EMAIL = "email"
    CALL = "call"
    VISIT = "visit"
    LETTER = "letter"
    TASK = "task"


class EnrollmentState(StrEnum):
    """Where an enrolled provider stands. The reason is a value of `crm.domain.sequences`."""

    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class StepState(StrEnum):
    """What became of one enrolled provider's step. `OUT`: a message in the outbox, or an open follow-up."""

    PLANNED = "planned"
    OUT = "out"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class InboundState(StrEnum):
    """Whether a person still has to look at what came in."""

    OPEN = "open"
    DONE = "done"


class SignInState(StrEnum):
    """A sign-in to a mail service, from its beginning to its end."""

    WAITING = "waiting"
    GRANTED = "granted"
    FAILED = "failed"
    EXPIRED = "expired"
