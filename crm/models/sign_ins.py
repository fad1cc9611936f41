"""Signing in to mail services without a password, and signing what is sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from crm.domain.mail_kinds import SignInState
from crm.models.types import Row, choice, fk, instant, key, text


class MailGrant(Row, table=True):
    """OAuth tokens of a mailbox, encrypted like passwords. `renew_after` is when the access token is used up.

    Whoever renews them holds the lease `renewing_until`, so that a refresh token is never used twice at once.
    """

    __tablename__ = "mail_grant"

    mail_account_id: int = Field(primary_key=True, foreign_key="mail_account.id", ondelete="CASCADE")
    service: str = Field(max_length=24)
    client_id: str = ""
    client_secret: str = text()
    scopes: str = text()
    access_token: str = text()
    refresh_token: str = text()
    renew_after: datetime | None = instant()
    renewing_until: datetime | None = instant()
    failed_at: datetime | None = instant()
    error: str = text()
    granted_by: int | None = fk("user_account.id", index=False)
    granted_at: datetime = instant(null=False)
    updated_at: datetime = instant(null=False)


class MailSignIn(Row, table=True):
    """A sign-in that has begun: by a code shown on another device, or by coming back to a loopback address."""

    __tablename__ = "mail_sign_in"
    __table_args__ = (sa.Index("uq_mail_sign_in_state_key", "state_key", unique=True),)

    id: int | None = key()
    user_id: int = fk("user_account.id", null=False, cascade=True)
    service: str = Field(max_length=24)
    way: str = Field(max_length=16)
    address: str = Field(default="", max_length=254)
    client_id: str = ""
    client_secret: str = text()
    state_key: str = Field(max_length=64)
    verifier: str = text()
    device_code: str = text()
    user_code: str = ""
    verification_url: str = text()
    redirect_url: str = text()
    poll_seconds: int = 5
    next_poll_at: datetime | None = instant()
    expires_at: datetime = instant(null=False)
    state: SignInState = choice(SignInState, SignInState.WAITING)
    error: str = text()
    mail_account_id: int | None = Field(default=None)
    created_at: datetime = instant(null=False)


class MailSigning(Row, table=True):
    """A DKIM key by which mail of one's own domain is signed. The private key is encrypted."""

    __tablename__ = "mail_signing"

    id: int | None = key()
    domain: str = Field(unique=True, max_length=253)
    selector: str = Field(max_length=63)
    private_key: str = text()
    public_key: str = text()
    enabled: bool = True
    checked_at: datetime | None = instant()
    check_result: str = text()
    created_at: datetime = instant(null=False)
