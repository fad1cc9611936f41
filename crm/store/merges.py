"""Moving what hangs on one provider to another, with what undo needs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from crm.models.audit import Change
from crm.store import bulk

CHANGES: sa.Table = Change.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes

FREE = (
    "activity",
    "task",
    "message",
    "referral",
    "visit",
    "enrollment",
    "inbound_message",
    "document",
    "client_authorization",
    "client_clearance",
    "sent_client",
    "agreement",
    "gift_recipient",
    "visit_guest",
)
"""Tables whose rows simply go along."""

JOINED = ("client_provider", "due_report")
"""Tables where two rows may say the same; `services/merges_clients.py` makes one of them."""

ONE_EACH = {
    "affiliation": "practice_id",
    "provider_tag": "tag_id",
    "provider_source": "source",
    "provider_difference": "field",
    "provider_extra": None,
}
"""Tables where a provider has one row of each; a row that the other has already stays where it is."""

POINTING = {"practice": "organization_id", "provider": "merged_into_id"}
"""Columns elsewhere that name a provider."""


def move_all(session: Session, change_set_id: int, source: int, target: int) -> dict[str, int]:
    """Move every row of `source` to `target`. Returns how many went, by table."""
    moved = {name: _move(session, change_set_id, name, "provider_id", source, target) for name in FREE}
    for name, apart in ONE_EACH.items():
        moved[name] = _move(session, change_set_id, name, "provider_id", source, target, _missing(name, apart, target))
    for name, column in POINTING.items():
        moved[f"{name}.{column}"] = _move(session, change_set_id, name, column, source, target)
    return moved


def _missing(name: str, apart: str | None, target: int) -> sa.ColumnElement[bool]:
    """Rows of a kind that `target` hasn't."""
    table = SQLModel.metadata.tables[name]
    theirs = table.alias("theirs")
    same = theirs.c.provider_id == target
    return ~sa.exists().where(same if apart is None else sa.and_(same, theirs.c[apart] == table.c[apart]))


def _move(
    session: Session,
    change_set_id: int,
    name: str,
    column: str,
    source: int,
    target: int,
    condition: sa.ColumnElement[bool] | None = None,
) -> int:
    table = SQLModel.metadata.tables[name]
    query = sa.select(table.c.id).where(table.c[column] == source)
    ids = list(session.execute(query if condition is None else query.where(condition)).scalars())
    for at in range(0, len(ids), 5000):
        part = ids[at : at + 5000]
        session.execute(table.update().where(table.c.id.in_(part)).values({column: target}))
        _note(session, change_set_id, name, part, {column: source}, {column: target})
    return len(ids)


def _note(
    session: Session,
    change_set_id: int,
    name: str,
    ids: Sequence[int],
    before: dict[str, int],
    after: dict[str, int],
) -> None:
    was, became = json.dumps(before), json.dumps(after)
    rows = ((one, was, became) for one in ids)
    bulk.insert(
        session, CHANGES, ("row_id", "before", "after"), rows, {"change_set_id": change_set_id, "table_name": name}
    )
