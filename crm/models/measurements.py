"""What was measured: a day of measuring with a client, its values, and what the client aims for."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.measures import Motion, Side
from crm.models.types import Row, choice, fk, instant, key, text


class Assessment(Row, table=True):
    """One day of measuring. `tester` is who held the goniometer, kept as a name since testers differ."""

    __tablename__ = "assessment"
    __table_args__ = (
        sa.Index("ix_assessment_client", "client_id", "measured_on", "id"),
        sa.Index("uq_assessment_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False)
    measured_on: date
    tester: str = Field(default="", max_length=120)
    remarks: str = text()
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class Measurement(Row, table=True):
    """One value, in the unit of its measure; `entered` and `entered_unit` are what was typed."""

    __tablename__ = "measurement"
    __table_args__ = (sa.UniqueConstraint("assessment_id", "measure_key", "side", "motion"),)

    id: int | None = key()
    assessment_id: int = fk("assessment.id", null=False, index=False, cascade=True)
    measure_key: str = Field(max_length=40)
    side: Side = choice(Side, Side.NONE)
    motion: Motion = choice(Motion, Motion.NONE)
    value: float
    entered: str = Field(default="", max_length=24)
    entered_unit: str = Field(default="", max_length=16)
    device: str = Field(default="", max_length=80)
    remarks: str = text()


class ClientGoal(Row, table=True):
    """What a client aims for in one measure, in its unit."""

    __tablename__ = "client_goal"
    __table_args__ = (sa.UniqueConstraint("client_id", "measure_key", "side", "motion"),)

    id: int | None = key()
    client_id: int = fk("client.id", null=False, index=False, cascade=True)
    measure_key: str = Field(max_length=40)
    side: Side = choice(Side, Side.NONE)
    motion: Motion = choice(Motion, Motion.NONE)
    target: float
    created_at: datetime = instant(null=False)
