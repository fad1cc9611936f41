"""Queries about a trainer's certification, insurance and CPR card."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from crm.models.accounts import Credential


def of_user(session: Session, user_id: int) -> Sequence[Credential]:
    """All papers of a user, the one that runs out first at the top."""
    return session.exec(
        select(Credential)
        .where(Credential.user_id == user_id)
        .order_by(col(Credential.expires_on).is_(None), col(Credential.expires_on), col(Credential.id))
    ).all()
