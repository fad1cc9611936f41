"""Queries that take an import back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from crm.domain.pipeline import Stage
from crm.models.audit import Change, ChangeSet
from crm.models.imports import DeactivatedNpi, ImportRow
from crm.models.practices import Affiliation, Practice
from crm.models.providers import Provider
from crm.store import bulk, search_entries

_CHANGE: sa.Table = Change.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_PROVIDER: sa.Table = Provider.__table__  # type: ignore[attr-defined]  # as above
# Rows that belong to a provider's entry itself, and say nothing about somebody having worked with it.
_OWN = frozenset(
    ("affiliation", "provider_source", "provider_difference", "provider_pair", "provider_extra", "provider_tag")
)


def changes_before(session: Session, run_id: int, before: int, limit: int) -> list[Any]:
    """(id, table, row, before, after) of changes that an import made, the latest first, below an id (0: the end)."""
    c = _CHANGE.c
    wanted = (
        sa.select(c.id, c.table_name, c.row_id, c.before, c.after)
        .join(ChangeSet, col(ChangeSet.id) == c.change_set_id)
        .where(col(ChangeSet.import_id) == run_id, col(ChangeSet.undone_at).is_(None))
        .order_by(c.id.desc())
        .limit(limit)
    )
    return [tuple(row) for row in session.connection().execute(wanted.where(c.id < before) if before else wanted)]


def provider_rows(session: Session, ids: Collection[int]) -> Sequence[Mapping[str, object]]:
    """Whole rows of these providers."""
    found = session.connection().execute(sa.select(_PROVIDER).where(_PROVIDER.c.id.in_(bulk.among(session, list(ids)))))
    return [dict(row) for row in found.mappings()]


def close_change_set(session: Session, run_id: int, now: datetime, actor_id: int | None) -> None:
    """Mark the import's change set as undone."""
    closed = sa.update(ChangeSet).where(col(ChangeSet.import_id) == run_id, col(ChangeSet.undone_at).is_(None))
    session.execute(closed.values(undone_at=now, undone_by=actor_id))


def few_others(session: Session, run_id: int, *, few: int, many: int) -> list[int] | None:
    """Ids of all providers but those that an import made, where those are `many` and the others `few`; else None."""
    execute = session.connection().execute
    count = sa.select(sa.func.count()).select_from(_PROVIDER)
    made = execute(count.where(_PROVIDER.c.import_id == run_id)).scalar_one()
    if made < many or execute(count).scalar_one() - made > few:
        return None
    return list(execute(sa.select(_PROVIDER.c.id).where(_PROVIDER.c.import_id.is_distinct_from(run_id))).scalars())


def made_providers(session: Session, run_id: int, after: int, limit: int) -> tuple[list[int], int | None]:
    """Ids of providers that an import made, above an id, and the last of them."""
    wanted = select(Provider.id).where(Provider.import_id == run_id, col(Provider.id) > after)
    ids = [one for one in session.exec(wanted.order_by(col(Provider.id)).limit(limit)) if one is not None]
    return ids, ids[-1] if ids else None


def touched(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Those of these providers that somebody has worked with since they came in, with their names."""
    worked = sa.or_(
        col(Provider.updated_at) > col(Provider.created_at),
        sa.cast(Provider.edited_fields, sa.Text) != "[]",
        col(Provider.stage) != Stage.PROSPECT,
        col(Provider.owner_id).is_not(None),
        col(Provider.archived_at).is_not(None),
        *(
            sa.exists().where(column == col(Provider.id)).where(*_alive(column.table)).correlate(Provider)
            for column in _references()
        ),
    )
    them = col(Provider.id).in_(bulk.among(session, ids))
    wanted = select(Provider.id, Provider.display_name).where(them, worked).order_by(col(Provider.id))
    return {id_: name for id_, name in session.exec(wanted) if id_ is not None}


def forget_organizations(session: Session, ids: Sequence[int]) -> None:
    """Practices that were named after these organizations have no name again."""
    them = bulk.among(session, ids)
    named = sa.and_(col(Practice.organization_id).in_(them), sa.cast(Practice.edited_fields, sa.Text) == "[]")
    practices = [one for one in session.exec(select(Practice.id).where(named)) if one is not None]
    if practices:
        of_people = sa.update(Provider).where(col(Provider.practice_id).in_(bulk.among(session, practices)))
        session.execute(of_people.values(practice_name=""))
        session.execute(sa.update(Practice).where(named).values(name=""))
    session.execute(sa.update(Practice).where(col(Practice.organization_id).in_(them)).values(organization_id=None))


def delete_providers(session: Session, ids: Sequence[int]) -> None:
    """Remove providers; what belongs to their entry, and what was undone about them, goes with them."""
    them = bulk.among(session, ids)
    for column in _references():
        if "undone_at" in column.table.c:
            undone = sa.delete(column.table).where(column.in_(them), column.table.c.undone_at.is_not(None))
            session.execute(undone)
    search_entries.forget(session, ids)
    session.connection().execute(sa.delete(Provider).where(col(Provider.id).in_(them)))


def delete_affiliations(session: Session, run_id: int, after: int, window: int) -> tuple[int, int | None]:
    """Remove what an import added among the next `window` affiliations, but those whose days somebody filled in."""
    highest = session.exec(select(sa.func.max(Affiliation.id))).one() or 0
    part = sa.and_(col(Affiliation.id) > after, col(Affiliation.id) <= after + window)
    gone = sa.delete(Affiliation).where(part, col(Affiliation.import_id) == run_id, col(Affiliation.days) == 0)
    count = session.execute(gone).rowcount  # type: ignore[attr-defined]  # a DELETE's result has it
    return count, after + window if highest > after + window else None


def delete_practices(session: Session, run_id: int, after: int, limit: int) -> int | None:
    """Remove the next practices that an import made, where nobody works, is known or was visited. The last id seen."""
    wanted = select(Practice.id).where(Practice.import_id == run_id, col(Practice.id) > after)
    ids = [one for one in session.exec(wanted.order_by(col(Practice.id)).limit(limit)) if one is not None]
    if not ids:
        return None
    unused = [~sa.exists().where(column == col(Practice.id)).correlate(Practice) for column in _practice_references()]
    untouched = sa.cast(Practice.edited_fields, sa.Text) == "[]"
    gone = sa.delete(Practice).where(col(Practice.id).in_(bulk.among(session, ids)), untouched, *unused)
    session.connection().execute(gone)
    return ids[-1]


def forget_deactivated(session: Session, run_id: int) -> None:
    """NPIs that this import found deactivated are unknown again."""
    session.execute(sa.delete(DeactivatedNpi).where(col(DeactivatedNpi.import_id) == run_id))


def forget_staged(session: Session, run_id: int) -> None:
    """Rows that wait for a person's yes."""
    session.execute(sa.delete(ImportRow).where(col(ImportRow.import_id) == run_id))


@cache
def _references() -> tuple[sa.Column[object], ...]:
    return _referring(Provider.__tablename__, _OWN | {Provider.__tablename__})


@cache
def _practice_references() -> tuple[sa.Column[object], ...]:
    return _referring(Practice.__tablename__, frozenset())


def _referring(name: str, but: Collection[str]) -> tuple[sa.Column[object], ...]:
    return tuple(
        key.parent
        for table in SQLModel.metadata.sorted_tables
        if table.name not in but
        for key in table.foreign_keys
        if key.column.table.name == name
    )


def _alive(table: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    return [table.c.undone_at.is_(None)] if "undone_at" in table.c else []
