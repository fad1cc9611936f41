"""Whom a command is about."""

from __future__ import annotations

import click
from sqlmodel import Session


def person(session: Session, email: str) -> int:
    """The id of the one with this e-mail, or of the owner."""
    from crm.store import accounts

    user = accounts.user_by_email(session, email) if email else accounts.owner(session)
    if user is None or user.id is None:
        nobody = "Nobody has an account yet. Start Handoff and open it in the browser first."
        raise click.ClickException(f"Nobody signs in with {email}." if email else nobody)
    return user.id
