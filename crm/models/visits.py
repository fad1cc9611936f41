"""Visits: planned, then done; who was there, what a phone sent about them, and the days that they make."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import Outcome, TaskKind, VisitState
from crm.domain.visit_kinds import Interest, Met, VisitKind
from crm.models.types import EnumText, Row, added, choice, fk, instant, json_list, json_map, key, text


class Visit(Row, table=True):
    """One call at one practice, or a talk for several people there. `planned_on` is a day in the practice's zone.

    `planned_at` is set only where an hour was agreed. `position` is its place in the day, from 1; 0 means not ordered
    yet. `others` counts those at a talk who are not named as guests. What was noted afterwards (`met` to `next_on`) has
    its time by field in `field_times`, so that of two devices the newer word stays. `revision` counts changes, for
    calendars.
    """

    __tablename__ = "visit"
    __table_args__ = (
        sa.Index("ix_visit_day", "planned_on", "state"),
        sa.Index("uq_visit_client_key", "client_key", unique=True),
    )

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False)
    practice_id: int | None = fk("practice.id")
    owner_id: int | None = fk("user_account.id", index=False)
    task_id: int | None = Field(default=None)
    kind: VisitKind = Field(
        default=VisitKind.VISIT, sa_type=EnumText(VisitKind), nullable=False, sa_column_kwargs=added("visit")
    )
    planned_on: date
    planned_at: datetime | None = instant()
    minutes: int | None = None
    position: int = Field(default=0, sa_column_kwargs=added("0"))
    purpose: str = ""
    materials: list[str] = json_list()
    remarks: str = text()
    others: int = Field(default=0, sa_column_kwargs=added("0"))
    state: VisitState = choice(VisitState, VisitState.PLANNED)
    outcome: Outcome | None = choice(Outcome, null=True)
    done_at: datetime | None = instant()
    met: Met | None = choice(Met, null=True)
    met_contact_id: int | None = Field(default=None)
    wants_sample: bool = Field(default=False, sa_column_kwargs=added("0"))
    interest: Interest | None = choice(Interest, null=True)
    said: str = Field(default="", sa_type=sa.Text, sa_column_kwargs=added(""))
    next_kind: TaskKind | None = choice(TaskKind, null=True)
    next_on: date | None = None
    activity_id: int | None = Field(default=None)
    field_times: dict[str, object] = Field(default_factory=dict, sa_type=sa.JSON, sa_column_kwargs=added("{}"))
    revision: int = Field(default=0, sa_column_kwargs=added("0"))
    client_key: str | None = Field(default=None, max_length=64)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    updated_at: datetime | None = instant()


class VisitGuest(Row, table=True):
    """Somebody else who is to be met on a visit, or came to a talk: a provider or a contact."""

    __tablename__ = "visit_guest"
    __table_args__ = (
        sa.Index("ix_visit_guest_visit", "visit_id"),
        sa.Index("ix_visit_guest_provider", "provider_id"),
        sa.Index("ix_visit_guest_contact", "contact_id"),
        sa.CheckConstraint("provider_id IS NOT NULL OR contact_id IS NOT NULL", name="somebody"),
    )

    id: int | None = key()
    visit_id: int = fk("visit.id", null=False, index=False, cascade=True)
    provider_id: int | None = fk("provider.id", index=False)
    contact_id: int | None = fk("contact.id", index=False)
    came: bool | None = None
    sample: bool = False


class VisitEntry(Row, table=True):
    """What one device sent about a visit, once: `client_key` is its own key, made before it was sent.

    `made_at` is the device's time of writing, never later than `received_at`; `fields` what was written, `kept` the
    names of those that became the visit's. A visit about which something was sent is never removed with its planning.
    """

    __tablename__ = "visit_entry"
    __table_args__ = (
        sa.Index("uq_visit_entry_client_key", "client_key", unique=True),
        sa.Index("ix_visit_entry_visit", "visit_id"),
    )

    id: int | None = key()
    client_key: str = Field(max_length=64)
    visit_id: int = fk("visit.id", null=False, index=False)
    user_id: int | None = fk("user_account.id", index=False)
    made_at: datetime = instant(null=False)
    received_at: datetime = instant(null=False)
    fields: dict[str, object] = json_map()
    kept: list[str] = json_list()
    activity_id: int | None = Field(default=None)
    change_set_id: int | None = Field(default=None)
    sample: bool = False


class DayRoute(Row, table=True):
    """One person's day on the road: where it starts and ends, when it leaves, and the miles for the log.

    Minutes after midnight in the person's zone. `miles` is the estimate for what was visited, `driven_miles` what the
    person says it was. A missing row means: from the business and back, at nine.
    """

    __tablename__ = "day_route"
    __table_args__ = (sa.UniqueConstraint("owner_id", "day"),)

    id: int | None = key()
    owner_id: int = fk("user_account.id", null=False, index=False, cascade=True)
    day: date
    starts_from: str = Field(default="business", max_length=20)
    ends_at: str = Field(default="business", max_length=20)
    leaves_at: int = 9 * 60
    ordered_by_hand: bool = False
    driven_miles: float | None = None
    remarks: str = ""
    updated_at: datetime = instant(null=False)
