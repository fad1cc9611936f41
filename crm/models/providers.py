"""Providers, what was imported about them, tags, saved views and likely duplicates."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import ActivityKind, Ask, CareStage, PairState, ProviderKind
from crm.domain.pipeline import Stage
from crm.models.types import EnumText, Row, choice, fk, instant, json_list, json_map, key, text

ALIVE = sa.text("archived_at IS NULL")
PLANNED = sa.text("archived_at IS NULL AND next_due_on IS NOT NULL")
REFERRED = sa.text("archived_at IS NULL AND last_referral_on IS NOT NULL")
GONE = sa.text("archived_at IS NOT NULL")
NEAR = sa.text("archived_at IS NULL AND distance_miles IS NOT NULL")
KEPT = sa.text("enroll_later_at IS NOT NULL AND archived_at IS NULL")
PEERS = ("is_peer", "peer_overridden", "archived_at")
"""At the end of an index, so that SQLite answers counts and filters from it alone."""


def _alive(name: str, *columns: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=ALIVE, postgresql_where=ALIVE)


class Provider(Row, table=True):
    """A clinician, another source of referrals, or an organization.

    `archived_at` also marks merged rows. City to `distance_miles` repeat the primary practice so that lists need no
    join; `next_due_on`, `last_touch_*`, `referral_*` are kept by the services that write tasks, activities, referrals.
    """

    __tablename__ = "provider"
    __table_args__ = (
        sa.Index("uq_provider_npi", "npi", unique=True),
        sa.Index(
            "ix_provider_email", "email", sqlite_where=sa.text("email != ''"), postgresql_where=sa.text("email != ''")
        ),
        sa.Index(
            "ix_provider_phone", "phone", sqlite_where=sa.text("phone != ''"), postgresql_where=sa.text("phone != ''")
        ),
        sa.Index("ix_provider_sort_name", "sort_name", "id"),
        _alive("ix_provider_fit", "fit", "id"),
        _alive("ix_provider_stage_fit", "stage", "fit", "id", *PEERS),
        sa.Index("ix_provider_stage_due", "stage", "next_due_on", "id", sqlite_where=PLANNED, postgresql_where=PLANNED),
        sa.Index("ix_provider_referred", "last_referral_on", "id", sqlite_where=REFERRED, postgresql_where=REFERRED),
        _alive("ix_provider_specialty_fit", "specialty", "fit", "id", "stage", "distance_miles", *PEERS),
        _alive("ix_provider_city_fit", "city", "fit", "id", "stage", "specialty", "distance_miles", *PEERS),
        sa.Index(
            "ix_provider_distance",
            "distance_miles",
            "id",
            "stage",
            "specialty",
            *PEERS,
            sqlite_where=NEAR,
            postgresql_where=NEAR,
        ),
        sa.Index(
            "ix_provider_next_due",
            "next_due_on",
            "id",
            sqlite_where=sa.text("next_due_on IS NOT NULL"),
            postgresql_where=sa.text("next_due_on IS NOT NULL"),
        ),
        sa.Index(
            "ix_provider_last_touch",
            "last_touch_at",
            "id",
            sqlite_where=sa.text("last_touch_at IS NOT NULL"),
            postgresql_where=sa.text("last_touch_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_provider_import",
            "import_id",
            "id",
            sqlite_where=sa.text("import_id IS NOT NULL"),
            postgresql_where=sa.text("import_id IS NOT NULL"),
        ),
        sa.Index("ix_provider_sample", "id", sqlite_where=sa.text("sample = 1"), postgresql_where=sa.text("sample")),
        sa.Index("ix_provider_enroll_later", "enroll_later_at", "id", sqlite_where=KEPT, postgresql_where=KEPT),
        sa.Index("ix_provider_archived", "archived_at", sqlite_where=GONE, postgresql_where=GONE),
        sa.Index(
            "ix_provider_merged_into",
            "merged_into_id",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_provider_owner",
            "owner_id",
            "stage",
            sqlite_where=sa.text("owner_id IS NOT NULL"),
            postgresql_where=sa.text("owner_id IS NOT NULL"),
        ),
    )

    id: int | None = key()
    kind: ProviderKind = choice(ProviderKind, ProviderKind.PERSON)
    npi: str | None = Field(default=None, max_length=10)
    prefix: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    credentials: str = ""
    organization_name: str = ""
    display_name: str
    sort_name: str
    said_as: str = ""
    taxonomy_code: str = ""
    specialty: str = "other"
    care_stage: CareStage = choice(CareStage, CareStage.ONGOING)
    ask: Ask = choice(Ask, Ask.CLEARANCE)
    edited_fields: list[str] = json_list()
    is_peer: bool = False
    peer_overridden: bool = False
    phone: str = ""
    phone_extension: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""
    remarks: str = text()
    practice_id: int | None = fk("practice.id")
    practice_name: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    distance_miles: float | None = None
    fit: int = 0
    stage: Stage = choice(Stage, Stage.PROSPECT)
    stage_at: datetime | None = instant()
    stage_reason: str = ""
    return_on: date | None = None
    owner_id: int | None = fk("user_account.id", index=False)
    enroll_later_at: datetime | None = instant()
    touch_count: int = 0
    last_touch_at: datetime | None = instant()
    last_touch_kind: ActivityKind | None = Field(default=None, sa_type=EnumText(ActivityKind))
    next_due_on: date | None = None
    first_referral_on: date | None = None
    last_referral_on: date | None = None
    referral_count: int = 0
    deactivated_on: date | None = None
    merged_into_id: int | None = fk("provider.id", index=False)
    archived_at: datetime | None = instant()
    import_id: int | None = Field(default=None)
    sample: bool = False
    created_by: int | None = fk("user_account.id", index=False)
    created_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)


class ProviderSource(Row, table=True):
    """The values last seen in one outside source, before the trainer's own edits."""

    __tablename__ = "provider_source"
    __table_args__ = (sa.UniqueConstraint("provider_id", "source"),)

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False, index=False, cascade=True)
    source: str = Field(max_length=16)
    import_id: int | None = Field(default=None)
    row_hash: str = Field(default="", max_length=40)
    content: str = text()
    seen_at: datetime = instant(null=False)


class ProviderDifference(Row, table=True):
    """An imported value that was not taken because the trainer had edited that field."""

    __tablename__ = "provider_difference"
    __table_args__ = (sa.UniqueConstraint("provider_id", "field"),)

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False, index=False, cascade=True)
    field: str = Field(max_length=40)
    ours: str = text()
    theirs: str = text()
    import_id: int | None = Field(default=None, index=True)
    found_at: datetime = instant(null=False)
    decided_at: datetime | None = instant()
    decision: str = ""


class Tag(Row, table=True):
    """A word that the trainer puts on providers."""

    __tablename__ = "tag"

    id: int | None = key()
    name: str = Field(unique=True, max_length=40)


class ProviderTag(Row, table=True):
    """One provider has one tag."""

    __tablename__ = "provider_tag"
    __table_args__ = (sa.UniqueConstraint("provider_id", "tag_id"),)

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False, index=False, cascade=True)
    tag_id: int = fk("tag.id", null=False, cascade=True)


class SavedView(Row, table=True):
    """A named URL of the provider list."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("user_id", "name"),)

    id: int | None = key()
    user_id: int = fk("user_account.id", null=False, index=False, cascade=True)
    name: str = Field(max_length=60)
    query: str = text()
    created_at: datetime = instant(null=False)


class ProviderPair(Row, table=True):
    """Two providers that may be one. `left_id` is the smaller id."""

    __tablename__ = "provider_pair"
    __table_args__ = (
        sa.UniqueConstraint("left_id", "right_id"),
        sa.Index("ix_provider_pair_open", "state", "score", "id"),
    )

    id: int | None = key()
    left_id: int = fk("provider.id", null=False, index=False, cascade=True)
    right_id: int = fk("provider.id", null=False, cascade=True)
    score: int = 0
    reasons: list[str] = json_list()
    state: PairState = choice(PairState, PairState.OPEN)
    decided_by: int | None = fk("user_account.id", index=False)
    decided_at: datetime | None = instant()
    found_at: datetime = instant(null=False)


class ProviderExtra(Row, table=True):
    """Columns of an imported spreadsheet that have no field of their own; kept so that nothing is lost."""

    __tablename__ = "provider_extra"
    __table_args__ = (sa.UniqueConstraint("provider_id"),)

    id: int | None = key()
    provider_id: int = fk("provider.id", null=False, index=False, cascade=True)
    content: dict[str, object] = json_map()
