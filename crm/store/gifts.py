"""Queries about gifts and meals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.gifts import GiftKind
from crm.models.gifts import Gift, GiftRecipient
from crm.models.practices import Contact
from crm.models.providers import Provider
from crm.models.referrals import Referral

gift: sa.Table = Gift.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
recipient: sa.Table = GiftRecipient.__table__  # type: ignore[attr-defined]
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
contact: sa.Table = Contact.__table__  # type: ignore[attr-defined]
referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]

MOST = 5000


class Line(NamedTuple):
    """One gift."""

    id: int
    given_on: date
    kind: GiftKind
    what: str
    occasion: str
    value_cents: int
    others: int
    practice_id: int | None
    remarks: str
    sample: bool


class Person(NamedTuple):
    """Who had a share. A contact goes by `contact_id`, a provider by `provider_id`."""

    gift_id: int
    provider_id: int | None
    contact_id: int | None
    share_cents: int
    name: str
    practice_id: int | None

    @property
    def key(self) -> tuple[str, int]:
        """Who it is, from one gift to the next."""
        return ("contact", self.contact_id) if self.contact_id else ("provider", self.provider_id or 0)


def lines(session: Session, first_on: date, last_on: date, provider_id: int | None = None) -> list[Line]:
    """Gifts of these days (both counted), the newest first; those in which one provider had a share."""
    query = sa.select(*(gift.c[name] for name in Line._fields)).where(
        gift.c.archived_at.is_(None), gift.c.given_on.between(first_on, last_on)
    )
    if provider_id is not None:
        theirs = sa.select(recipient.c.gift_id).where(recipient.c.provider_id == provider_id)
        query = query.where(gift.c.id.in_(theirs))
    newest = query.order_by(gift.c.given_on.desc(), gift.c.id.desc()).limit(MOST)
    return [Line(*row) for row in session.execute(newest)]


def providers_of(session: Session, gift_id: int) -> list[Provider]:
    """The providers who had a share in a gift."""
    had = sa.select(recipient.c.provider_id).where(recipient.c.gift_id == gift_id)
    return list(session.exec(select(Provider).where(col(Provider.id).in_(had)).order_by(col(Provider.id))))


def people(session: Session, first_on: date, last_on: date) -> dict[int, list[Person]]:
    """Everybody with a share in the gifts of these days, by gift."""
    query = (
        sa.select(
            recipient.c.gift_id,
            recipient.c.provider_id,
            recipient.c.contact_id,
            recipient.c.share_cents,
            sa.func.coalesce(contact.c.name, provider.c.display_name),
            sa.func.coalesce(contact.c.practice_id, provider.c.practice_id),
        )
        .select_from(
            recipient.join(gift, gift.c.id == recipient.c.gift_id)
            .outerjoin(provider, provider.c.id == recipient.c.provider_id)
            .outerjoin(contact, contact.c.id == recipient.c.contact_id)
        )
        .where(gift.c.archived_at.is_(None), gift.c.given_on.between(first_on, last_on))
        .order_by(recipient.c.id)
    )
    found: dict[int, list[Person]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(Person(*row))
    return found


def referral_days(
    session: Session, provider_ids: Collection[int], practice_ids: Collection[int], first_on: date, last_on: date
) -> list[tuple[int, int | None, date]]:
    """Referrals of these days from these providers or practices: provider, practice, day."""
    theirs = referral.c.provider_id.in_(list(provider_ids)) | referral.c.practice_id.in_(list(practice_ids))
    query = sa.select(referral.c.provider_id, referral.c.practice_id, referral.c.received_on).where(
        theirs, referral.c.archived_at.is_(None), referral.c.received_on.between(first_on, last_on)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def totals(session: Session, first_on: date, last_on: date, *, sample: bool = False) -> dict[GiftKind, int]:
    """What was given in these days (both counted), in cents, by kind."""
    query = (
        sa.select(gift.c.kind, sa.func.sum(gift.c.value_cents))
        .where(gift.c.archived_at.is_(None), gift.c.sample.is_(sample), gift.c.given_on.between(first_on, last_on))
        .group_by(gift.c.kind)
    )
    return {kind: int(cents) for kind, cents in session.execute(query)}


def years(session: Session) -> tuple[int, int] | None:
    """The first and the last year in which anything was given."""
    query = sa.select(sa.func.min(gift.c.given_on), sa.func.max(gift.c.given_on)).where(gift.c.archived_at.is_(None))
    first, last = session.execute(query).one()
    return (first.year, last.year) if first else None


def by_client_key(session: Session, client_key: str) -> Gift | None:
    """The gift that a form has logged before."""
    return session.exec(select(Gift).where(Gift.client_key == client_key)).first()


def colleagues(session: Session, practice_id: int | None, but: int) -> Sequence[tuple[int, str]]:
    """Other providers at a practice, by name; at most forty."""
    if practice_id is None:
        return []
    query = (
        sa.select(provider.c.id, provider.c.display_name)
        .where(provider.c.practice_id == practice_id, provider.c.archived_at.is_(None), provider.c.id != but)
        .order_by(provider.c.sort_name)
        .limit(40)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
