"""Keep search fresh: small changes in the transaction that makes them, large ones by the worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlmodel import Session

from crm.domain import search as words
from crm.domain.pipeline import Stage
from crm.domain.search import Entry
from crm.store import search_entries as store
from crm.store.engine import Database

AT_ONCE = 20
"""Up to so many entries are made before the change itself is committed."""

BATCH = 4000
PART = 2000
_PROSPECT = Stage.PROSPECT.value
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def catch_up(session: Session) -> None:
    """Called before every commit: what this transaction changed is found the moment it is saved.

    A longer queue is left to the worker, so that no request pays for somebody's import.
    """
    session.flush()
    ids = store.stale(session, AT_ONCE + 1)
    if 0 < len(ids) <= AT_ONCE:
        refresh(session, ids)


def refresh_due(db: Database, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Make every entry that is due, a batch a transaction. Returns how many."""
    count = 0
    while not stopping():
        with db.write() as session:
            ids = store.stale(session, BATCH)
            refresh(session, ids)
        count += len(ids)
        if len(ids) < BATCH:
            break
    return count


def next_due(session: Session) -> datetime | None:
    """A time long past when something is queued, else None."""
    return ALWAYS if store.is_stale(session) else None


def refresh(session: Session, ids: Iterable[int]) -> None:
    """Make the entries of these providers anew, in the caller's transaction."""
    session.flush()
    wanted = list(dict.fromkeys(ids))
    for at in range(0, len(wanted), PART):
        part = wanted[at : at + PART]
        entries = _entries(session, part)
        said = set[str]()
        for entry, place in entries.values():
            said.update(entry.name.split())
            said.update(place.split())
        found = {one: entry for one, (entry, _) in entries.items()}
        store.replace(session, part, found, words.words_of(" ".join(said)))


def begin_anew(session: Session, ids: Sequence[int]) -> None:
    """Forget every entry, and make those of these few providers again. For SQLite."""
    store.empty(session)
    refresh(session, ids)


def ask(session: Session, ids: Iterable[int]) -> None:
    """Put providers in line whose entries were forgotten though they stay."""
    store.enqueue(session, ids)


def _entries(session: Session, ids: Sequence[int]) -> dict[int, tuple[Entry, str]]:
    rows = [row for row in store.provider_rows(session, ids) if row.merged_into_id is None]
    practices = _grouped(store.practice_rows(session, ids))
    people = _grouped(store.contact_rows(session, sorted({row.practice_id for row in rows if row.practice_id})))
    lines = _grouped(store.written(session, ids))
    return {row.id: _entry(row, practices[row.id], people[row.practice_id or 0], lines[row.id]) for row in rows}


def _grouped(rows: Iterable[Sequence[Any]]) -> dict[int, list[Sequence[Any]]]:
    groups: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row[1:])
    return groups


def _entry(row: store.Shown, practices: list[Any], people: list[Any], lines: list[Any]) -> tuple[Entry, str]:
    """The entry, and its plain words of place, which typos are compared with too."""
    places = (row.practice_name, row.city, *(word for name, city, _ in practices for word in (name, city)))
    place = _plain(" ".join(dict.fromkeys(places)))
    remarks = row.remarks
    if people or lines:
        remarks = " ".join((remarks, *(text for line in lines for text in line), *(name for name, _ in people)))
    numbers = (row.phone, *(phone for *_, phone in practices), *(phone for _, phone in people))
    entry = words.entry(
        names=(row.display_name, row.said_as),
        places=(place, row.zip, row.email),
        phones=numbers,
        npi=row.npi or "",
        remarks=remarks,
        worked=bool(row.is_touched) or row.stage != _PROSPECT,
    )
    return entry, place


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Colleagues share their places."""
    return words.plain(text)
