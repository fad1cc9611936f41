"""Staged rows of people's own lists, and the providers that they may mean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.models.imports import ImportRow
from crm.models.providers import Provider, ProviderExtra, ProviderTag, Tag
from crm.store import bulk

_COLUMNS = ("line", "cells", "content", "problems", "verdict", "reason", "provider_id")
_dump = json.JSONEncoder(ensure_ascii=True, check_circular=False).encode
_ROW: sa.Table = ImportRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_EXTRA: sa.Table = ProviderExtra.__table__  # type: ignore[attr-defined]
# The second condition lets partial indexes answer.
_BY = {
    name: f"SELECT {name}, id, sort_name, zip, city, npi, email, phone FROM provider "
    f"WHERE {name} IN (:keys) AND {name} != '' AND merged_into_id IS NULL"
    for name in ("npi", "email", "phone", "sort_name")
}


class Staged(NamedTuple):
    """A row on its way into the table."""

    line: int
    cells: Sequence[str]
    content: Mapping[str, str]
    problems: Mapping[str, str]
    verdict: str
    reason: str
    provider_id: int | None


class Match(NamedTuple):
    """A provider that shares a key with a row."""

    id: int
    sort_name: str
    zip: str
    city: str
    npi: str | None
    email: str
    phone: str


def matches(session: Session, by: str, keys: Sequence[str]) -> dict[str, list[Match]]:
    """Providers by one of npi, email, phone and sort_name."""
    found: dict[str, list[Match]] = {}
    if keys:
        for key, *rest in bulk.find(session, _BY[by], keys):
            found.setdefault(key, []).append(Match(*rest))
    return found


def insert(session: Session, run_id: int, rows: Iterable[Staged]) -> None:
    """Stage rows."""
    staged = list(rows)
    contents = _dumped([row.content for row in staged])
    plain = (
        (
            line,
            _dump(cells) if cells else "[]",
            said,
            _dump(problems) if problems else "{}",
            verdict,
            reason,
            provider_id,
        )
        for (line, cells, _, problems, verdict, reason, provider_id), said in zip(staged, contents, strict=True)
    )
    bulk.insert(session, _ROW, _COLUMNS, plain, {"import_id": run_id})


def _dumped(contents: Sequence[Mapping[str, str]]) -> list[str]:
    """Each as JSON. One call for all costs half of one for each, where it is clear how to take its text apart."""
    parts = _dump(contents)[2:-2].split("}, {")
    if len(parts) != len(contents):
        return [_dump(content) for content in contents]
    return ["{" + part + "}" for part in parts]


def part(
    session: Session, run_id: int, after: int, limit: int, *, with_cells: bool
) -> list[tuple[int, list[str], dict[str, str], str]]:
    """(id, cells, content, reason) of the next rows after an id, in the order in which they were staged."""
    columns = "id, cells, content, reason" if with_cells else "id, '[]', content, reason"
    wanted = sa.text(  # the rows of one import lie together, so that the primary key is the best way to them
        f"SELECT {columns} FROM import_row WHERE +import_id = :run AND id > :after ORDER BY id LIMIT :limit"
    )
    rows = session.connection().execute(wanted, {"run": run_id, "after": after, "limit": limit}).all()
    contents = _loaded([row[2] for row in rows])
    cells = _loaded([row[1] for row in rows]) if with_cells else [[]] * len(rows)
    return [(row[0], one, content, row[3]) for row, one, content in zip(rows, cells, contents, strict=True)]


def _loaded(values: list[Any]) -> list[Any]:
    """What is behind JSON, which PostgreSQL's driver has read already."""
    if values and isinstance(values[0], str):
        whole: list[Any] = json.loads("[" + ",".join(values) + "]")
        return whole
    return values


def page(session: Session, run_id: int, verdict: str, *, after: int = 0, limit: int = 50) -> list[ImportRow]:
    """Rows of one verdict, by line, after a line."""
    wanted = select(ImportRow).where(
        ImportRow.import_id == run_id, ImportRow.verdict == verdict, col(ImportRow.line) > after
    )
    return list(session.exec(wanted.order_by(col(ImportRow.line)).limit(limit)))


def count(session: Session, run_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """(rows by verdict, skipped rows by reason)."""
    grouped = select(ImportRow.verdict, ImportRow.reason, sa.func.count()).where(ImportRow.import_id == run_id)
    verdicts: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for verdict, reason, number in session.exec(grouped.group_by(ImportRow.verdict, ImportRow.reason)):
        verdicts[verdict] = verdicts.get(verdict, 0) + number
        if reason:
            reasons[reason] = reasons.get(reason, 0) + number
    return verdicts, reasons


def clear(session: Session, run_id: int) -> None:
    """Take all rows of an import off the stage."""
    session.execute(sa.delete(ImportRow).where(col(ImportRow.import_id) == run_id))


def insert_extras(session: Session, rows: Iterable[tuple[int, str]]) -> None:
    """(provider id, JSON of columns without a field)."""
    bulk.insert(session, _EXTRA, ("provider_id", "content"), rows)


def tag(session: Session, wanted: Iterable[tuple[int, str]]) -> None:
    """Put tags on providers: (provider id, name)."""
    pairs = list(dict.fromkeys(wanted))
    if not pairs:
        return
    ids: dict[str, Any] = {one.name: one.id for one in session.exec(select(Tag))}
    for name in dict.fromkeys(name for _, name in pairs):
        if name not in ids:
            made = Tag(name=name)
            session.add(made)
            session.flush()
            ids[name] = made.id
    there = set(
        session.exec(
            select(ProviderTag.provider_id, ProviderTag.tag_id).where(
                col(ProviderTag.provider_id).in_([provider_id for provider_id, _ in pairs])
            )
        )
    )
    fresh = {(provider_id, ids[name]) for provider_id, name in pairs} - there
    session.add_all(ProviderTag(provider_id=provider_id, tag_id=tag_id) for provider_id, tag_id in sorted(fresh))


def names_of(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Display names by provider id."""
    found = select(Provider.id, Provider.display_name).where(col(Provider.id).in_(list(ids)))
    return {id_: name for id_, name in session.exec(found) if id_ is not None}
