"""What hangs on a client, and taking it out for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

import crm.models  # noqa: F401  (registers every table that may use a file)
from crm.models.clients import Client

tables = SQLModel.metadata.tables

OWN = (
    "client_provider",
    "client_authorization",
    "client_clearance",
    "client_session",
    "client_event",
    "sent_client",
    "assessment",
    "client_goal",
    "document",
    "due_report",
)
"""Tables whose rows belong to one client."""

GONE = ("sent_client", "client_session", "client_event", "client_authorization", "client_clearance", "document")
"""What is taken out, in the order that nothing is left pointing at something that is gone."""

WITH_PROVIDER = ("client_provider", "client_authorization", "client_clearance", "sent_client", "due_report")
AFTER = ("assessment", "client_goal", "client_provider")


def ids(session: Session, table: str, client_id: int, column: str = "client_id") -> list[int]:
    """The rows of a table that belong to a client."""
    found = tables[table]
    return [row for (row,) in session.execute(sa.select(found.c.id).where(found.c[column] == client_id))]


def counts(session: Session, client_id: int) -> dict[str, int]:
    """How many rows of each table belong to a client."""
    counted = {}
    for name in (*OWN, "referral"):
        c = tables[name].c
        counted[name] = session.execute(sa.select(sa.func.count()).where(c.client_id == client_id)).scalar_one()
    return counted


def files_of(session: Session, client_id: int) -> set[int]:
    """The files of a client's scans and documents."""
    found: set[int] = set()
    for name in ("client_authorization", "client_clearance", "document"):
        c = tables[name].c
        query = sa.select(c.stored_file_id).where(c.client_id == client_id, c.stored_file_id.is_not(None))
        found |= {row for (row,) in session.execute(query)}
    return found


def concerned(session: Session, client_id: int) -> list[int]:
    """Every provider whose timeline may speak of a client."""
    found: set[int] = set()
    for name in (*WITH_PROVIDER, "referral"):
        c = tables[name].c
        query = sa.select(c.provider_id).where(c.client_id == client_id, c.provider_id.is_not(None)).distinct()
        found |= {row for (row,) in session.execute(query)}
    task = tables["task"].c
    query = sa.select(task.provider_id).where(task.client_id == client_id, task.provider_id.is_not(None)).distinct()
    return sorted(found | {row for (row,) in session.execute(query)})


def codes(session: Session, client: Client) -> list[str]:
    """The client's code and those that they had before, but for such as somebody else has now."""
    c = tables["change"].c
    noted = sa.select(c.before).where(c.table_name == "client", c.row_id == client.id, c.before.is_not(None))
    before = {str(values["code"]) for (values,) in session.execute(noted) if values and values.get("code")}
    people = tables["client"].c
    others = session.execute(sa.select(people.code).where(people.code.in_(before), people.id != client.id))
    return [client.code, *sorted(before - {client.code} - {code for (code,) in others})]


def speaks_of(named: Sequence[str], *columns: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether one of these codes stands in one of the columns, in capitals or not; perhaps inside another code."""
    return sa.or_(*(column.icontains(code, autoescape=True) for column in columns for code in named))


def rename(
    session: Session, table: str, columns: Sequence[str], where: Any, mend: Callable[[str], str], **also: object
) -> list[int]:
    """Mend the words of rows in which they differ, and set other columns with them; gives the rows' ids."""
    found = tables[table]
    rows = session.execute(sa.select(found.c.id, *(found.c[name] for name in columns)).where(where)).all()
    changed = []
    for number, *texts in rows:
        mended = [mend(text or "") for text in texts]
        if mended != [text or "" for text in texts]:
            values = dict(zip(columns, mended, strict=True)) | also
            session.execute(found.update().where(found.c.id == number).values(values))
            changed.append(number)
    return changed


def set_all(session: Session, table: str, client_id: int, values: Mapping[str, object], *more: Any) -> None:
    """Set columns of a client's rows."""
    found = tables[table]
    session.execute(found.update().where(found.c.client_id == client_id, *more).values(values))


def drop(session: Session, names: Iterable[str], client_id: int) -> None:
    """Take out a client's rows."""
    for name in names:
        found = tables[name]
        session.execute(found.delete().where(found.c.client_id == client_id))


def forget_changes(session: Session, rows: Mapping[str, Sequence[int]]) -> list[int]:
    """Take out what was noted for Undo about these rows; gives the change sets that they were part of."""
    c = tables["change"].c
    sets: set[int] = set()
    for name, numbers in rows.items():
        if numbers:
            about = sa.and_(c.table_name == name, c.row_id.in_(numbers))
            sets |= {row for (row,) in session.execute(sa.select(c.change_set_id).where(about))}
            session.execute(tables["change"].delete().where(about))
    return sorted(sets)


def unused(session: Session, file_ids: Iterable[int]) -> dict[int, str]:
    """Those of these files that nothing points to any more, with their hashes."""
    users = [
        (table, key.parent)
        for table in tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "stored_file"
    ]
    users.append((tables["business"], tables["business"].c.logo_file_id))
    free = {}
    for number in file_ids:
        used = any(
            session.execute(sa.select(sa.literal(1)).select_from(table).where(column == number).limit(1)).first()
            for table, column in users
        )
        if not used:
            c = tables["stored_file"].c
            free[number] = session.execute(sa.select(c.sha256).where(c.id == number)).scalar_one()
    return free


def drop_rows(session: Session, table: str, numbers: Iterable[int]) -> None:
    """Take out rows by their ids."""
    found = tables[table]
    session.execute(found.delete().where(found.c.id.in_(list(numbers))))
