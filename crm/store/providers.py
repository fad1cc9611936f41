"""Queries about one provider: the page, and who may be the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind, Outcome, PairState
from crm.domain.pipeline import Stage
from crm.models.accounts import User
from crm.models.activities import Activity
from crm.models.practices import Affiliation, Contact, Practice
from crm.models.providers import Provider, ProviderDifference, ProviderPair, ProviderTag, Tag

activity: sa.Table = Activity.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
user: sa.Table = User.__table__  # type: ignore[attr-defined]


class Line(NamedTuple):
    """A line of the timeline, with the name of who wrote it."""

    id: int
    kind: ActivityKind
    outcome: Outcome | None
    happened_at: datetime
    summary: str
    body: str
    stage_from: Stage | None
    stage_to: Stage | None
    reason: str
    referral_id: int | None
    message_id: int | None
    change_set_id: int | None
    evidence: Mapping[str, object]
    actor: str | None


class Marks(NamedTuple):
    """Small things that most providers have none of."""

    tags: Sequence[str]
    pair_id: int | None
    has_differences: bool


class Namesake(NamedTuple):
    """Enough of a provider to tell whether it is the one being typed."""

    id: int
    display_name: str
    first_name: str
    last_name: str
    organization_name: str
    npi: str | None
    email: str
    phone: str
    practice_name: str
    city: str
    zip: str
    archived_at: datetime | None


LINE = [activity.c[name] for name in Line._fields[:-1]]
NAMESAKE = [provider.c[name] for name in Namesake._fields]

# The page's queries, made once: building them takes longer than running them.
ID = sa.bindparam("id", type_=sa.Integer)
WORKPLACES = (
    sa.select(Affiliation, Practice)
    .join(Practice, col(Practice.id) == Affiliation.practice_id)
    .where(col(Affiliation.provider_id) == ID)
    .order_by(col(Affiliation.is_primary).desc(), col(Affiliation.id))
)
TIMELINE = (
    sa.select(*LINE, user.c.name)
    .select_from(activity.outerjoin(user, user.c.id == activity.c.actor_id))
    .where(activity.c.provider_id == ID, activity.c.undone_at.is_(None))
    .order_by(activity.c.happened_at.desc(), activity.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
DIFFERENCES = (
    sa.select(ProviderDifference)
    .where(col(ProviderDifference.provider_id) == ID, col(ProviderDifference.decided_at).is_(None))
    .order_by(col(ProviderDifference.field))
)
TEXT = sa.String()
MARKS = sa.union_all(
    sa.select(sa.literal_column("'tag'", TEXT), col(Tag.name))
    .join(ProviderTag, col(ProviderTag.tag_id) == Tag.id)
    .where(col(ProviderTag.provider_id) == ID),
    sa.select(sa.literal_column("'pair'", TEXT), sa.cast(col(ProviderPair.id), TEXT))
    .where(sa.or_(col(ProviderPair.left_id) == ID, col(ProviderPair.right_id) == ID))
    .where(col(ProviderPair.state) == PairState.OPEN),
    sa.select(sa.literal_column("'difference'", TEXT), sa.cast(col(ProviderDifference.id), TEXT)).where(
        col(ProviderDifference.provider_id) == ID, col(ProviderDifference.decided_at).is_(None)
    ),
)
CONTACTS = (
    sa.select(Contact)
    .where(col(Contact.practice_id).in_(sa.bindparam("ids", expanding=True)), col(Contact.archived_at).is_(None))
    .order_by(Contact.role, Contact.name)
)


def get(session: Session, provider_id: int) -> Provider | None:
    """The provider, also one that is archived or merged."""
    return session.get(Provider, provider_id)


def by_npi(session: Session, npi: str) -> Provider | None:
    """The provider with this NPI."""
    return session.exec(select(Provider).where(Provider.npi == npi)).first()


def workplaces(session: Session, provider_id: int) -> Sequence[tuple[Affiliation, Practice]]:
    """Where a provider works, the primary practice first."""
    return [(link, practice) for link, practice in session.execute(WORKPLACES, {"id": provider_id})]


def affiliation(session: Session, provider_id: int, practice_id: int) -> Affiliation | None:
    """The link between a provider and a practice."""
    query = select(Affiliation).where(Affiliation.provider_id == provider_id, Affiliation.practice_id == practice_id)
    return session.exec(query).first()


def contacts_at(session: Session, practice_ids: Sequence[int]) -> Sequence[Contact]:
    """The other people at these practices."""
    if not practice_ids:
        return []
    return session.execute(CONTACTS, {"ids": practice_ids}).scalars().all()


def timeline(
    session: Session, provider_id: int, limit: int, before: tuple[datetime, int] | None = None
) -> Sequence[Line]:
    """The newest lines, or those before the given moment and id."""
    query = TIMELINE
    if before is not None:
        mark = sa.tuple_(sa.literal(before[0], activity.c.happened_at.type), sa.literal(before[1]))
        query = query.where(sa.tuple_(activity.c.happened_at, activity.c.id) < mark)
    found: Iterable[Any] = session.connection().execute(query, {"id": provider_id, "limit": limit})
    return [Line(*row) for row in found]


def differences(session: Session, provider_id: int) -> Sequence[ProviderDifference]:
    """Imported values that wait for a decision."""
    return session.execute(DIFFERENCES, {"id": provider_id}).scalars().all()


def marks(session: Session, provider_id: int) -> Marks:
    """Tags, a likely second entry, and whether imported values wait for a decision: seldom any, so asked at once."""
    found: dict[str, list[str]] = {"tag": [], "pair": [], "difference": []}
    for kind, value in session.connection().execute(MARKS, {"id": provider_id}):
        found[kind].append(value)
    pair = found["pair"]
    return Marks(sorted(found["tag"]), int(pair[0]) if pair else None, bool(found["difference"]))


def by_exact(session: Session, npi: str, email: str, phone: str, limit: int) -> Sequence[Namesake]:
    """Providers with this NPI, e-mail or phone, archived ones too; empty ones are not looked for."""
    wanted = [("npi", npi), ("email", email), ("phone", phone)]
    parts = [sa.select(*NAMESAKE).where(provider.c[name] == value).limit(limit) for name, value in wanted if value]
    found = [Namesake(*row) for part in parts for row in session.execute(part)]
    return list({one.id: one for one in found}.values())


def by_sort_name(session: Session, start: str, limit: int) -> Sequence[Namesake]:
    """Living providers whose sort name begins like this."""
    query = sa.select(*NAMESAKE).where(
        provider.c.sort_name >= start, provider.c.sort_name < start + "\U0010ffff", provider.c.archived_at.is_(None)
    )
    return [Namesake(*row) for row in session.execute(query.order_by(provider.c.sort_name).limit(limit))]
