"""Keep search fresh: small changes in the transaction that makes them, large ones by the worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlmodel import Session

from crm.domain import search as words
from crm.domain.pipeline import Stage
from crm.domain.search import Entry
from crm.services.garbage import no_garbage
from crm.store import search_entries as store
from crm.store.engine import Database

AT_ONCE = 20
"""Up to so many entries are made before the change itself is committed."""

BATCH = 4000
PART = 2000
_PROSPECT = Stage.PROSPECT.value
Made = tuple[Entry, str]
"""An entry, and its plain words of place, which typos are compared with too."""
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
        with no_garbage(), db.write() as session:
            ids = store.stale(session, BATCH)
            if db.is_sqlite and len(ids) > PART:
                _refresh_with_two(db, session, ids)
            else:
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
    for part in _parts(list(dict.fromkeys(ids))):
        _put(session, part, _entries(session, part))


def _refresh_with_two(db: Database, session: Session, ids: Sequence[int]) -> None:
    """As `refresh`, but a second thread makes the entries of one part while SQLite indexes those of the part before.

    This transaction keeps everybody else from writing, and itself writes nothing that the other reads.
    """
    store.many(session)
    parts = _parts(ids)
    with ThreadPoolExecutor(1) as second:
        following = second.submit(_read, db, parts[0])
        for number, part in enumerate(parts, 1):
            made = following.result()
            if number < len(parts):
                following = second.submit(_read, db, parts[number])
            _put(session, part, made)


def _read(db: Database, ids: Sequence[int]) -> dict[int, Made]:
    with db.read() as session:
        return _entries(session, ids)


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[at : at + PART] for at in range(0, len(ids), PART)]


def _put(session: Session, ids: Sequence[int], made: Mapping[int, Made]) -> None:
    names = (entry.name for entry, _ in made.values())
    said = words.words_of(" ".join((*names, *{place for _, place in made.values()})))
    store.replace(session, ids, {one: entry for one, (entry, _) in made.items()}, said)


def begin_anew(session: Session, ids: Sequence[int]) -> None:
    """Forget every entry, and make those of these few providers again. For SQLite."""
    store.empty(session)
    refresh(session, ids)


def ask(session: Session, ids: Iterable[int]) -> None:
    """Put providers in line whose entries were forgotten though they stay."""
    store.enqueue(session, ids)


def _entries(session: Session, ids: Sequence[int]) -> dict[int, Made]:
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


def _entry(row: store.Shown, practices: list[Any], people: list[Any], lines: list[Any]) -> Made:
    if len(practices) == 1:
        ((name, city, _),) = practices
        places = (row.practice_name, row.city, name, city, row.zip)
    else:
        places = (row.practice_name, row.city, *(one for name, city, _ in practices for one in (name, city)), row.zip)
    place = _plain(places)
    remarks = row.remarks
    if people or lines:
        remarks = " ".join((remarks, *(text for line in lines for text in line), *(name for name, _ in people)))
    numbers = (row.phone, *(phone for *_, phone in practices), *(phone for _, phone in people))
    entry = words.entry(
        names=(row.display_name, row.said_as),
        places=(place, words.plain(row.email)) if row.email else (place,),
        phones=numbers,
        npi=row.npi or "",
        remarks=remarks,
        worked=bool(row.is_touched) or row.stage != _PROSPECT,
    )
    return entry, place


@lru_cache(maxsize=4096)
def _plain(places: tuple[str, ...]) -> str:
    """Colleagues share their places."""
    return words.plain(" ".join(dict.fromkeys(places)))
