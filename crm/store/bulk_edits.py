"""Many providers changed at once: the rows before, the new values, and what undo and the timeline need, set by set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from crm.models.activities import Activity
from crm.models.audit import Change
from crm.models.providers import Provider, ProviderTag
from crm.store import bulk

PART = 5000
CHANGE = ("row_id", "before", "after")


def table(model: type[SQLModel]) -> sa.Table:
    """The table of a model."""
    found: sa.Table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    return found


PROVIDERS, TAGS, CHANGES, ACTIVITIES = table(Provider), table(ProviderTag), table(Change), table(Activity)


def rows(session: Session, ids: Sequence[int], names: Iterable[str]) -> list[Any]:
    """Id, name, practice, whether sample, and the columns `names` of those that were not merged into others."""
    columns = [PROVIDERS.c[name] for name in dict.fromkeys(("id", "display_name", "practice_id", "sample", *names))]
    found: list[Any] = []
    for part in _parts(ids):
        query = sa.select(*columns).where(PROVIDERS.c.id.in_(part), PROVIDERS.c.merged_into_id.is_(None))
        found += session.connection().execute(query.order_by(PROVIDERS.c.id)).all()
    return found


def update(session: Session, ids: Sequence[int], values: Mapping[str, object]) -> None:
    """Give every provider of `ids` the same values."""
    for part in _parts(ids):
        session.connection().execute(PROVIDERS.update().where(PROVIDERS.c.id.in_(part)).values(**values))


def note_updates(session: Session, change_set_id: int, found: Sequence[Any], values: Mapping[str, object]) -> None:
    """Remember for undo what the rows held before they got `values`."""
    after = _json(values)
    lines = ((row.id, _json({name: getattr(row, name) for name in values}), after) for row in found)
    _note(session, change_set_id, "provider", lines)


def add_lines(session: Session, change_set_id: int, lines: Sequence[Mapping[str, object]], **same: object) -> None:
    """Write timeline entries, which undo strikes out."""
    if not lines:
        return
    names = tuple(lines[0])
    ids = bulk.new_ids(session, ACTIVITIES, len(lines))
    given = {**bulk.defaults(Activity, (*names, *same)), **same, "change_set_id": change_set_id}
    numbered = ((one, *(_plain(line[name]) for name in names)) for one, line in zip(ids, lines, strict=True))
    bulk.insert(session, ACTIVITIES, ("id", *names), numbered, given)
    _note(session, change_set_id, "activity", ((one, None, "{}") for one in ids))


def tagged(session: Session, ids: Sequence[int], tag_id: int) -> list[Any]:
    """The rows that put this tag on any of these providers."""
    found: list[Any] = []
    for part in _parts(ids):
        query = sa.select(TAGS).where(TAGS.c.tag_id == tag_id, TAGS.c.provider_id.in_(part))
        found += session.connection().execute(query).all()
    return found


def add_tags(session: Session, change_set_id: int, provider_ids: Sequence[int], tag_id: int) -> None:
    """Put the tag on providers that don't have it."""
    ids = bulk.new_ids(session, TAGS, len(provider_ids))
    bulk.insert(session, TAGS, ("id", "provider_id"), zip(ids, provider_ids, strict=True), {"tag_id": tag_id})
    _note(session, change_set_id, "provider_tag", ((one, None, "{}") for one in ids))


def remove_tags(session: Session, change_set_id: int, found: Sequence[Any]) -> None:
    """Take tags off again."""
    for part in _parts([row.id for row in found]):
        session.connection().execute(TAGS.delete().where(TAGS.c.id.in_(part)))
    _note(session, change_set_id, "provider_tag", ((row.id, _json(row._asdict()), None) for row in found))


def _note(session: Session, change_set_id: int, name: str, lines: Iterable[tuple[int, str | None, str | None]]) -> None:
    bulk.insert(session, CHANGES, CHANGE, lines, {"change_set_id": change_set_id, "table_name": name})


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + PART] for at in range(0, len(ids), PART))


def _json(values: Mapping[str, object]) -> str:
    return json.dumps({name: _plain(value) for name, value in values.items()})


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, (datetime, date)) else value
