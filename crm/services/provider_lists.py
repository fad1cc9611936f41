"""The provider list: a page, how many there are, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from crm.domain.errors import Invalid, NotFound
from crm.domain.provider_filter import Filter, Sort
from crm.models.providers import SavedView
from crm.services import changes, search
from crm.store import list_margin
from crm.store import provider_lists as store
from crm.store import saved_views as views
from crm.store.engine import Database
from crm.store.provider_lists import Count, Cursor, Question

CAP = 1000
"""Counts stop here and read "1,000+"."""

NEAREST = 200
"""Of so many nearest prospects the list says what they are."""

FOUND = 200
"""A search narrows the list to so many at most."""

NAME_LENGTH = 60


@dataclass(frozen=True)
class Page:
    """One page. `before` and `after` lead to the neighbours; `count` stops at CAP. `meant` as in `search.Found`."""

    rows: Sequence[Any]
    count: Count
    before: Cursor | None
    after: Cursor | None
    meant: tuple[str, ...] = ()


def ask(
    session: Session, wanted: Filter, *, today: date, now: datetime, sort: Sort = Sort.FIT, turned: bool = False
) -> tuple[Question, tuple[str, ...]]:
    """The question behind an address: a search is answered first. Also what was searched for instead, if anything."""
    question = Question(wanted, today, now, sort, turned)
    if not wanted.question:
        return question, ()
    found = search.find(session, wanted.question, limit=FOUND)
    return replace(question, ids=found.ids), found.meant


def page(
    session: Session, question: Question, cursor: Cursor | None, *, back: bool, limit: int, ranked: bool = False
) -> Page:
    """One page of the list. `ranked`: a search without an order of its own shows the best answers first."""
    if ranked and question.ids is not None:
        return _ranked(session, question, question.ids, limit)
    rows = store.page(session, question, cursor, back=back, limit=limit + 1)
    more = len(rows) > limit
    shown = rows[1:] if more and back else rows[:limit]
    has_before, has_after = (more, True) if back else (cursor is not None, more)
    return Page(
        shown,
        store.count(session, question, CAP) if has_before or has_after else Count(len(shown)),
        store.cursor_of(question, shown[0]) if shown and has_before else None,
        store.cursor_of(question, shown[-1]) if shown and has_after else None,
    )


def _ranked(session: Session, question: Question, ids: Sequence[int], limit: int) -> Page:
    rows = store.page(session, question, None, back=False, limit=FOUND)
    rank = {one: place for place, one in enumerate(ids)}
    return Page(sorted(rows, key=lambda row: rank[row.id])[:limit], Count(len(rows), len(rows) == FOUND), None, None)


def near(session: Session) -> list[tuple[str, int]]:
    """Specialties among the nearest prospects, the most frequent first."""
    return list_margin.near_specialties(session, NEAREST)


def everyone(db: Database, question: Question, names: tuple[str, ...]) -> Iterator[Any]:
    """All rows of a question with the columns `names`, a thousand at a time.

    No transaction stays open in between, so that a slow download holds nothing up.
    """
    cursor = None
    while True:
        with db.read() as session:
            rows = store.page(session, question, cursor, back=False, limit=1000, names=names)
        yield from rows
        if len(rows) < 1000:
            return
        cursor = store.cursor_of(question, rows[-1])


def ids(session: Session, question: Question, limit: int) -> list[int]:
    """Ids of all that match, for bulk changes; one more than `limit` when there are too many."""
    return store.ids(session, question, limit + 1)


# --- saved views -----------------------------------------------------------------------------------------------------


def save_view(db: Database, user_id: int, name: str, query: str, *, now: datetime) -> SavedView:
    """Give the address of a list a name; the same name again means the new address."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Invalid({"name": f"Give the view a name of up to {NAME_LENGTH} letters."})
    with db.write() as session:
        view = views.by_name(session, user_id, name) or SavedView(user_id=user_id, name=name, created_at=now)
        view.query = query
        session.add(view)
        session.flush()
        return view


def remove_view(db: Database, user_id: int, view_id: int, *, now: datetime) -> int:
    """Forget a saved view. Returns the change set that brings it back."""
    with db.write() as session:
        view = session.get(SavedView, view_id)
        if view is None or view.user_id != user_id:
            raise NotFound("This view is gone already.")
        recorder = changes.begin(session, "view", f"Removed the view {view.name}", actor_id=user_id, now=now)
        recorder.delete(view)
        return recorder.id
