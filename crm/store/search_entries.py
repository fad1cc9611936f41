"""Keeping the search tables fresh: what an entry is made of, and putting new ones in place of the old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import ActivityKind
from crm.domain.search import Entry
from crm.models.activities import Activity
from crm.models.practices import Contact
from crm.models.search import SearchQueue
from crm.store import bulk

WRITTEN = (
    ActivityKind.CALL,
    ActivityKind.VISIT,
    ActivityKind.MEETING,
    ActivityKind.IN_SERVICE,
    ActivityKind.LETTER,
    ActivityKind.FAX,
    ActivityKind.EMAIL,
    ActivityKind.REPLY,
    ActivityKind.NOTE,
    ActivityKind.REFERRAL,
)
"""Timeline lines whose words somebody may look for."""

_QUEUED: sa.Column[int] = SearchQueue.__table__.c.provider_id  # type: ignore[attr-defined]  # SQLModel adds it
_INSERT = "INSERT INTO provider_search (provider_id, name, body, keys, mark) VALUES (?, ?, ?, ?, ?)"
_INDEX = (
    (
        "INSERT INTO search_whole (rowid, name, body, keys) SELECT provider_id, name, body, keys FROM provider_search "
        "WHERE provider_id IN (:keys)"
    ),
    (
        "INSERT INTO search_part (rowid, name, body) SELECT provider_id, name, body FROM provider_search "
        "WHERE provider_id IN (:keys)"
    ),
)
_UNINDEX = (
    (
        "INSERT INTO search_whole (search_whole, rowid, name, body, keys) "
        "SELECT 'delete', provider_id, name, body, keys FROM provider_search WHERE provider_id IN (:keys)"
    ),
    (
        "INSERT INTO search_part (search_part, rowid, name, body) "
        "SELECT 'delete', provider_id, name, body FROM provider_search WHERE provider_id IN (:keys)"
    ),
    "UPDATE provider_search SET mark = 'gone' WHERE provider_id IN (:keys)",
)
_REMOVER = sa.text("SELECT sql FROM sqlite_master WHERE name = 'provider_search_removed'")
_EMPTY = (
    "INSERT INTO search_whole (search_whole) VALUES ('delete-all')",
    "INSERT INTO search_part (search_part) VALUES ('delete-all')",
    "DELETE FROM provider_search",
)
_SHOWN = """
SELECT id, display_name, said_as, npi, phone, email, remarks, practice_id, practice_name, city, zip,
    stage, last_touch_at IS NOT NULL, merged_into_id
FROM provider WHERE id IN (:keys)
"""
_WORKS_AT = """
SELECT a.provider_id, p.name, p.city, p.phone FROM affiliation a JOIN practice p ON p.id = a.practice_id
WHERE a.provider_id IN (:keys)
"""
_WORD = "INSERT INTO search_word (word) VALUES (?) ON CONFLICT DO NOTHING"


class Shown(NamedTuple):
    """A provider as search shows it. `stage` is the key, as the database has it."""

    id: int
    display_name: str
    said_as: str
    npi: str | None
    phone: str
    email: str
    remarks: str
    practice_id: int | None
    practice_name: str
    city: str
    zip: str
    stage: str
    is_touched: bool
    merged_into_id: int | None


def stale(session: Session, limit: int) -> list[int]:
    """The first providers of the queue."""
    queue = sa.select(_QUEUED).order_by(_QUEUED).limit(limit)
    return list(session.connection().execute(queue.with_for_update(skip_locked=True)).scalars())


def many(session: Session) -> None:
    """Prepare for thousands of entries."""
    bulk.tune(session)


def is_stale(session: Session) -> bool:
    """Whether anything is queued."""
    return session.exec(select(SearchQueue.provider_id).limit(1)).first() is not None


def enqueue(session: Session, ids: Iterable[int]) -> None:
    """Ask for new entries, for what no trigger can see."""
    known = set(session.exec(select(SearchQueue.provider_id).where(col(SearchQueue.provider_id).in_(list(ids)))))
    session.add_all([SearchQueue(provider_id=one) for one in dict.fromkeys(ids) if one not in known])
    session.flush()


def replace(session: Session, ids: Sequence[int], found: Mapping[int, Entry], words: Iterable[str]) -> None:
    """Put the entries of `ids` in place of the old ones, and take `ids` off the queue."""
    forget(session, ids)
    bulk.execute(session, "DELETE FROM search_queue WHERE provider_id IN (:keys)", ids)
    bulk.executemany(session, _INSERT, [(one, *entry) for one, entry in found.items()])
    if bulk.is_sqlite(session):  # all at once: its full-text tables write to the disk after every statement
        for statement in _INDEX:
            bulk.execute(session, statement, list(found))
    bulk.executemany(session, _WORD, [(word,) for word in sorted(words)])


def forget(session: Session, ids: Sequence[int]) -> None:
    """Remove the entries of these providers. On SQLite its full-text tables hear of all at once, not from a trigger."""
    if bulk.is_sqlite(session):
        for statement in _UNINDEX:
            bulk.execute(session, statement, ids)
    bulk.execute(session, "DELETE FROM provider_search WHERE provider_id IN (:keys)", ids)


def empty(session: Session) -> None:
    """Remove all entries of SQLite at once, which for most of them takes a moment where one by one takes minutes."""
    remover = session.connection().execute(_REMOVER).scalar_one()
    for statement in ("DROP TRIGGER provider_search_removed", *_EMPTY, remover):
        bulk.run(session, statement)


def provider_rows(session: Session, ids: Sequence[int]) -> list[Shown]:
    """What search shows of these providers."""
    return [Shown._make(row) for row in bulk.find(session, _SHOWN, ids)]


def practice_rows(session: Session, ids: Sequence[int]) -> Sequence[tuple[int, str, str, str]]:
    """(provider id, name, city, phone) of every practice where these providers work."""
    return bulk.find(session, _WORKS_AT, ids)


def contact_rows(session: Session, practice_ids: Sequence[int]) -> Sequence[sa.Row[tuple[int, str, str]]]:
    """(practice id, name, phone) of the other people at these practices."""
    columns = sa.select(Contact.practice_id, Contact.name, Contact.phone)  # type: ignore[call-overload]
    alive = columns.where(
        col(Contact.practice_id).in_(bulk.among(session, practice_ids)), col(Contact.archived_at).is_(None)
    )
    return session.execute(alive).all()


def written(session: Session, ids: Sequence[int]) -> Sequence[sa.Row[tuple[int, str, str]]]:
    """(provider id, summary, body) of what was written about these providers, the latest first."""
    lines = (
        sa.select(Activity.provider_id, Activity.summary, Activity.body)  # type: ignore[call-overload]
        .where(
            col(Activity.provider_id).in_(bulk.among(session, ids)),
            col(Activity.kind).in_(WRITTEN),
            col(Activity.undone_at).is_(None),
            sa.or_(col(Activity.body) != "", col(Activity.summary) != ""),
        )
        .order_by(col(Activity.happened_at).desc())
    )
    return session.execute(lines).all()
