"""Likely duplicates: what comparing needs, and the queue of pairs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from sys import intern
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.duplicates import Candidate, Likeness
from crm.domain.kinds import PairState
from crm.domain.names import fold
from crm.models.practices import Practice
from crm.models.providers import Provider, ProviderPair
from crm.store import bulk

PROVIDERS: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
PAIRS: sa.Table = ProviderPair.__table__  # type: ignore[attr-defined]  # as above
PRACTICES: sa.Table = Practice.__table__  # type: ignore[attr-defined]  # as above
Ids = tuple[int, int]
PART = 1000
LARGE_PART = 5000


class Shown(NamedTuple):
    """A pair with both of its providers."""

    pair: ProviderPair
    left: Provider
    right: Provider


def candidates(session: Session, *, with_npi: bool) -> Iterator[tuple[int, Candidate]]:
    """Every provider that is there, by id. Two with an NPI each are never the same person, so they come apart."""
    c = PROVIDERS.c
    query = (
        sa.select(
            c.id,
            c.npi,
            c.email,
            c.phone,
            c.first_name,
            c.last_name,
            c.organization_name,
            PRACTICES.c.address_key,
            c.city,
            c.specialty,
        )
        .join(PRACTICES, PRACTICES.c.id == c.practice_id, isouter=True)
        .where(c.archived_at.is_(None), c.npi.is_not(None) if with_npi else c.npi.is_(None))
    )
    for key, npi, email, phone, first, last, organization, address, city, specialty in _in_parts(session, query):
        yield (
            key,
            Candidate(
                npi or "",
                email.lower(),
                phone,
                fold(first),
                fold(last),
                fold(organization),
                intern(address or ""),
                intern(fold(city)),
                intern(specialty),
            ),
        )


def _in_parts(session: Session, query: sa.Select[Any]) -> Iterator[Any]:
    last = 0
    ordered = query.order_by(PROVIDERS.c.id).limit(LARGE_PART)
    while rows := session.connection().execute(ordered.where(PROVIDERS.c.id > last)).all():
        yield from rows
        last = rows[-1][0]


def known(session: Session) -> dict[Ids, tuple[int, PairState, int]]:
    """Every pair so far: (id, state, score)."""
    c = PAIRS.c
    rows = session.connection().execute(sa.select(c.left_id, c.right_id, c.id, c.state, c.score))
    return {(left, right): (key, state, score) for left, right, key, state, score in rows}


def add(session: Session, found: Mapping[Ids, Likeness], now: datetime) -> None:
    """Queue new pairs."""
    rows = ((left, right, like.score, json.dumps(like.reasons)) for (left, right), like in found.items())
    same = {"state": PairState.OPEN, "found_at": now}
    bulk.insert(session, PAIRS, ("left_id", "right_id", "score", "reasons"), rows, same)


def rescore(session: Session, found: Mapping[int, Likeness]) -> None:
    """Give pairs their new score and reasons."""
    if found:
        statement = PAIRS.update().where(PAIRS.c.id == sa.bindparam("pair"))
        values = statement.values(score=sa.bindparam("points"), reasons=sa.bindparam("why", type_=PAIRS.c.reasons.type))
        rows = [{"pair": key, "points": like.score, "why": list(like.reasons)} for key, like in found.items()]
        session.connection().execute(values, rows)


def drop(session: Session, ids: Sequence[int]) -> None:
    """Take pairs off the queue that are not alike any more."""
    for at in range(0, len(ids), PART):
        session.connection().execute(PAIRS.delete().where(PAIRS.c.id.in_(ids[at : at + PART])))


def page(session: Session, after: Ids | None, limit: int) -> list[Shown]:
    """Open pairs, the likeliest first, after (score, id) of the last."""
    left: Any = sa.orm.aliased(Provider)
    right: Any = sa.orm.aliased(Provider)
    query = (
        select(ProviderPair, left, right)
        .join(left, left.id == col(ProviderPair.left_id))
        .join(right, right.id == col(ProviderPair.right_id))
        .where(col(ProviderPair.state) == PairState.OPEN, left.archived_at.is_(None), right.archived_at.is_(None))
    )
    if after is not None:
        mark = sa.tuple_(col(ProviderPair.score), col(ProviderPair.id))
        query = query.where(mark < sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    rows = session.exec(query.order_by(col(ProviderPair.score).desc(), col(ProviderPair.id).desc()).limit(limit)).all()
    return [Shown(*row) for row in rows]


def count(session: Session, cap: int) -> int:
    """How many are open, counted no further than `cap`."""
    some = sa.select(PAIRS.c.id).where(PAIRS.c.state == PairState.OPEN).limit(cap).subquery()
    return int(session.connection().execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def get(session: Session, pair_id: int) -> Shown | None:
    """One pair with both providers, whatever its state."""
    pair = session.get(ProviderPair, pair_id)
    if pair is None:
        return None
    return Shown(pair, session.get_one(Provider, pair.left_id), session.get_one(Provider, pair.right_id))


def of_provider(session: Session, provider_id: int) -> list[ProviderPair]:
    """Every pair in which this provider is."""
    either = sa.or_(col(ProviderPair.left_id) == provider_id, col(ProviderPair.right_id) == provider_id)
    return list(session.exec(select(ProviderPair).where(either)))


def between(session: Session, ids: Iterable[int]) -> ProviderPair | None:
    """The pair of these two."""
    left, right = sorted(ids)
    query = select(ProviderPair).where(ProviderPair.left_id == left, ProviderPair.right_id == right)
    return session.exec(query).first()
