"""Queries over sessions of measuring: the values of a client in order of time, and the goals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.measures import Motion, Side
from crm.models.measurements import Assessment, ClientGoal, Measurement

assessment: sa.Table = Assessment.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
measurement: sa.Table = Measurement.__table__  # type: ignore[attr-defined]


class Value(NamedTuple):
    """One value with the session it was taken in."""

    assessment_id: int
    measured_on: date
    tester: str
    measure_key: str
    side: Side
    motion: Motion
    value: float
    entered: str
    entered_unit: str
    device: str


def values(session: Session, client_id: int) -> list[Value]:
    """Every value of a client, the first day first."""
    columns = [(assessment if n in {"measured_on", "tester"} else measurement).c[n] for n in Value._fields]
    query = (
        sa.select(*columns)
        .select_from(measurement.join(assessment, assessment.c.id == measurement.c.assessment_id))
        .where(assessment.c.client_id == client_id, assessment.c.archived_at.is_(None))
        .order_by(assessment.c.measured_on, assessment.c.id, measurement.c.id)
    )
    return [Value(*row) for row in session.execute(query)]


def assessments(session: Session, client_id: int) -> Sequence[Assessment]:
    """A client's sessions of measuring, the latest first."""
    query = select(Assessment).where(Assessment.client_id == client_id, col(Assessment.archived_at).is_(None))
    return session.exec(query.order_by(col(Assessment.measured_on).desc(), col(Assessment.id).desc())).all()


def of_assessment(session: Session, assessment_id: int) -> Sequence[Measurement]:
    """The values of one session, in the order they were saved."""
    query = select(Measurement).where(Measurement.assessment_id == assessment_id)
    return session.exec(query.order_by(col(Measurement.id))).all()


def by_client_key(session: Session, client_key: str) -> Assessment | None:
    """The session of measuring that a form has sent before."""
    return session.exec(select(Assessment).where(Assessment.client_key == client_key)).first()


def goals(session: Session, client_id: int) -> Sequence[ClientGoal]:
    """What a client aims for."""
    return session.exec(select(ClientGoal).where(ClientGoal.client_id == client_id).order_by(col(ClientGoal.id))).all()
