"""Addresses where providers work, who works there, and the other people who matter."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import ContactRole
from crm.domain.visit_kinds import Visitors
from crm.models.types import EnumText, Row, added, choice, fk, instant, json_list, key, text

HAS_EMAIL = sa.text("email != ''")


class Practice(Row, table=True):
    """One address. `address_key` is the normalised line, suite and ZIP5 that group rows of a directory.

    `hours` and `visitor_policy` are what people wrote; `visit_days` (a bit mask, Monday = 1 to Sunday = 64; 0 means
    unknown), `visit_from` and `visit_until` (minutes after midnight there) and `visitors` are what plans keep to.
    """

    __tablename__ = "practice"
    __table_args__ = (
        sa.Index("uq_practice_address_key", "address_key", unique=True),
        sa.Index("ix_practice_email", "email", sqlite_where=HAS_EMAIL, postgresql_where=HAS_EMAIL),
        sa.Index("ix_practice_place", "lat", "lon"),
    )

    id: int | None = key()
    name: str = ""
    address_key: str = Field(max_length=200)
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = "US"
    phone: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""
    hours: str = text()
    visitor_policy: str = text()
    visit_days: int = Field(default=0, sa_column_kwargs=added("0"))
    visit_from: int | None = None
    visit_until: int | None = None
    visitors: Visitors = Field(
        default=Visitors.UNKNOWN, sa_type=EnumText(Visitors), nullable=False, sa_column_kwargs=added("unknown")
    )
    remarks: str = text()
    organization_id: int | None = Field(default=None, index=True)
    zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    edited_fields: list[str] = json_list()
    import_id: int | None = Field(default=None, index=True)
    sample: bool = False
    archived_at: datetime | None = instant()
    created_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)


class Affiliation(Row, table=True):
    """A provider works at a practice. `days` is a bit mask, Monday = 1 to Sunday = 64; 0 means unknown."""

    __tablename__ = "affiliation"
    __table_args__ = (
        sa.UniqueConstraint("provider_id", "practice_id"),
        sa.Index("ix_affiliation_practice", "practice_id"),
    )

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False, index=False, cascade=True)
    practice_id: int = fk("practice.id", null=False, index=False, cascade=True)
    is_primary: bool = False
    days: int = 0
    phone: str = ""
    fax: str = ""
    import_id: int | None = Field(default=None)


class Contact(Row, table=True):
    """Somebody else at a practice: front desk, office manager, referral coordinator."""

    __tablename__ = "contact"
    __table_args__ = (sa.Index("ix_contact_email", "email", sqlite_where=HAS_EMAIL, postgresql_where=HAS_EMAIL),)

    id: int | None = key()
    practice_id: int = fk("practice.id", null=False, cascade=True)
    name: str = Field(max_length=120)
    role: ContactRole = choice(ContactRole, ContactRole.FRONT_DESK)
    phone: str = ""
    email: str = ""
    remarks: str = text()
    sample: bool = False
    archived_at: datetime | None = instant()
    created_at: datetime = instant(null=False)
