"""The one business, its users, their papers, sessions, prices and mail accounts."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.kinds import CredentialKind, Role
from crm.models.types import Row, added, choice, fk, instant, json_map, key, text

BUILT_IN = sa.text("preset IN ('environment', 'local')")


class Business(Row, table=True):
    """One row (id 1): who the mail and the papers come from.

    `visit_minutes` is how long a visit is planned to last; `mileage_mills` what a driven mile counts for, in tenths of
    a cent.
    """

    __tablename__ = "business"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: int | None = key()
    name: str = ""
    tagline: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""
    zone: str = "America/Chicago"
    color: str = "#0f5f63"
    logo_file_id: int | None = Field(default=None)
    public_url: str = ""
    lat: float | None = None
    lon: float | None = None
    scored_at: datetime | None = instant()
    person_gap_days: int | None = None
    gift_limit_cents: int = Field(default=2500, sa_column_kwargs=added("2500"))
    gift_year_limit_cents: int = Field(default=7500, sa_column_kwargs=added("7500"))
    gift_apart_days: int = Field(default=14, sa_column_kwargs=added("14"))
    mail_account_id: int | None = Field(default=None)
    visit_minutes: int = Field(default=20, sa_column_kwargs=added("20"))
    mileage_mills: int | None = None
    created_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)


class ServicePrice(Row, table=True):
    """What this trainer charges for one of the ten services; a missing row means the catalogue's figures, offered."""

    __tablename__ = "service_price"

    service_key: str = Field(primary_key=True, max_length=40)
    offered: bool = True
    session_cents: int | None = None
    referral_value_cents: int | None = None
    note: str = ""


class User(Row, table=True):
    """Somebody who signs in. `home_zip` is where a day of visits may start and end, besides the business."""

    __tablename__ = "user_account"

    id: int | None = key()
    name: str
    email: str = Field(unique=True, max_length=254)
    password_hash: str
    role: Role = choice(Role, Role.OWNER)
    credentials: str = ""
    title: str = ""
    phone: str = ""
    signature: str = text()
    zone: str | None = None
    home_zip: str = Field(default="", max_length=10, sa_column_kwargs=added(""))
    digest_hour: int | None = 7
    next_digest_at: datetime | None = instant(index=True)
    shortcuts_on: bool = True
    preferences: dict[str, object] = json_map()
    created_at: datetime = instant(null=False)
    disabled_at: datetime | None = instant()


class Credential(Row, table=True):
    """A certification, insurance or CPR card, with the day it runs out."""

    __tablename__ = "credential"

    id: int | None = key()
    user_id: int = fk("user_account.id", null=False, cascade=True)
    kind: CredentialKind = choice(CredentialKind)
    name: str = ""
    number: str = ""
    expires_on: date | None = None


class WebSession(Row, table=True):
    """A signed-in browser. The cookie holds the token, the row only its hash."""

    __tablename__ = "web_session"

    id: int | None = key()
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = fk("user_account.id", null=False, cascade=True)
    user_agent: str = ""
    address: str = ""
    created_at: datetime = instant(null=False)
    seen_at: datetime = instant(null=False)
    expires_at: datetime = instant(null=False, index=True)
    revoked_at: datetime | None = instant()


class LoginAttempt(Row, table=True):
    """A failed sign-in, kept a day to slow guessing. `key` is an address or an e-mail."""

    __tablename__ = "login_attempt"
    __table_args__ = (sa.Index("ix_login_attempt_key_at", "key", "at"),)

    id: int | None = key()
    key: str = Field(max_length=300)
    at: datetime = instant(null=False)


class MailAccount(Row, table=True):
    """A mailbox that sends (and later reads). Secrets are encrypted with the key file of the data folder.

    Two rows stand for what is not set up on a page: preset `environment` for the settings in the environment, preset
    `local` for the local mailbox. So every message has a mailbox, and every mailbox its limits.
    """

    __tablename__ = "mail_account"
    __table_args__ = (
        sa.Index("uq_mail_account_preset", "preset", unique=True, sqlite_where=BUILT_IN, postgresql_where=BUILT_IN),
    )

    id: int | None = key()
    user_id: int | None = fk("user_account.id")
    address: str = Field(max_length=254)
    from_name: str = ""
    preset: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    username: str = ""
    secret: str = text()
    auth: str = "password"
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = "tls"
    imap_state: dict[str, object] = json_map()
    daily_cap: int = 50
    domain_cap: int = 20
    gap_seconds: int = 20
    window_start: int = 8 * 60
    window_end: int = 17 * 60
    paused_at: datetime | None = instant()
    paused_reason: str = ""
    verified_at: datetime | None = instant()
    created_at: datetime = instant(null=False)
    archived_at: datetime | None = instant()


class Chore(Row, table=True):
    """A recurring piece of work with the time it is next due, claimed by a conditional update."""

    __tablename__ = "chore"

    name: str = Field(primary_key=True, max_length=40)
    due_at: datetime = instant(null=False, index=True)
    lease_owner: str = ""
    lease_until: datetime | None = instant()
    done_at: datetime | None = instant()
    cursor: int = 0
    detail: dict[str, object] = json_map()
