"""Queries about practices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from crm.models.practices import Affiliation, Contact, Practice
from crm.models.providers import Provider


def get(session: Session, practice_id: int) -> Practice | None:
    """The practice."""
    return session.get(Practice, practice_id)


def by_key(session: Session, address_key: str) -> Practice | None:
    """The practice at this address."""
    return session.exec(select(Practice).where(Practice.address_key == address_key)).first()


def contact(session: Session, contact_id: int) -> Contact | None:
    """One of the other people."""
    return session.get(Contact, contact_id)


def contacts(session: Session, practice_id: int) -> Sequence[Contact]:
    """The other people there."""
    query = select(Contact).where(Contact.practice_id == practice_id, col(Contact.archived_at).is_(None))
    return session.exec(query.order_by(Contact.role, Contact.name)).all()


def providers_at(session: Session, practice_id: int, limit: int) -> Sequence[tuple[Provider, Affiliation]]:
    """Who works there, the best fit first."""
    query = (
        select(Provider, Affiliation)
        .join(Affiliation, col(Affiliation.provider_id) == Provider.id)
        .where(Affiliation.practice_id == practice_id, col(Provider.archived_at).is_(None))
        .order_by(col(Provider.fit).desc(), col(Provider.id))
        .limit(limit)
    )
    return session.exec(query).all()


def primary_at(session: Session, practice_id: int) -> Sequence[Provider]:
    """Providers whose primary practice this is."""
    return session.exec(select(Provider).where(Provider.practice_id == practice_id)).all()
