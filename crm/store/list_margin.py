"""What stands beside the provider list: people, tags and saved views to choose from, and what its first page counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.pipeline import Stage
from crm.models.providers import Provider, ProviderTag, Tag
from crm.store.provider_clauses import unindexed

TABLE: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
TAGGED: sa.Table = ProviderTag.__table__  # type: ignore[attr-defined]  # as above
NAMES: sa.Table = Tag.__table__  # type: ignore[attr-defined]  # as above
MOST_TAGS = 200


class View(NamedTuple):
    """A saved view."""

    id: int
    name: str
    query: str


class Margin(NamedTuple):
    """People as (id, name), tags and views, each by name; the services that this trainer doesn't offer."""

    people: tuple[tuple[int, str], ...]
    tags: tuple[str, ...]
    views: tuple[View, ...]
    switched_off: frozenset[str]


_MARGIN = sa.text(f"""
SELECT 'person', id, name, '' FROM user_account WHERE disabled_at IS NULL
UNION ALL SELECT 'tag', 0, name, '' FROM (SELECT name FROM tag ORDER BY name LIMIT {MOST_TAGS}) AS listed
UNION ALL SELECT 'view', id, name, query FROM saved_view WHERE user_id = :user_id
UNION ALL SELECT 'off', 0, service_key, '' FROM service_price WHERE NOT offered
""")


def margin(session: Session, user_id: int) -> Margin:
    """All of it in one query, since each is a handful of rows."""
    rows = session.connection().execute(_MARGIN, {"user_id": user_id}).all()
    found = sorted(rows, key=lambda row: row[2].casefold())
    return Margin(
        tuple((row[1], row[2]) for row in found if row[0] == "person"),
        tuple(row[2] for row in found if row[0] == "tag"),
        tuple(View(*row[1:]) for row in found if row[0] == "view"),
        frozenset(row[2] for row in found if row[0] == "off"),
    )


def near_specialties(session: Session, cap: int) -> list[tuple[str, int]]:
    """(specialty, how many) among the `cap` nearest prospects that are not peers, the most frequent first."""
    query = _near(session.get_bind().dialect.name == "sqlite")
    return [(key, number) for key, number in session.connection().execute(query, {"cap": cap})]


@cache
def _near(is_sqlite: bool) -> sa.Select[str, int]:
    c = TABLE.c
    nearest = (
        sa.select(c.specialty)
        .where(c.archived_at.is_(None), c.distance_miles.is_not(None), c.is_peer.is_(False))
        .where((unindexed(c.stage) if is_sqlite else c.stage) == Stage.PROSPECT)
        .order_by(c.distance_miles, c.id)
        .limit(sa.bindparam("cap", type_=sa.Integer))
        .subquery()
    )
    count = sa.func.count()
    grouped = sa.select(nearest.c.specialty, count).group_by(nearest.c.specialty)
    return grouped.order_by(count.desc(), nearest.c.specialty)


def tags_of(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of each of these providers."""
    names: dict[int, list[str]] = {}
    for provider_id, name in session.connection().execute(_TAGS_OF, {"ids": ids}):
        names.setdefault(provider_id, []).append(name)
    return names


_TAGS_OF = (
    sa.select(TAGGED.c.provider_id, NAMES.c.name)
    .join(NAMES, NAMES.c.id == TAGGED.c.tag_id)
    .where(TAGGED.c.provider_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(NAMES.c.name)
)
