"""What else stands in a week beside its visits: follow-ups of other kinds, by day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import TaskKind, TaskState
from crm.models.practices import Affiliation
from crm.models.providers import Provider
from crm.models.tasks import Task

task: sa.Table = Task.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]

MOST = 300
"""Follow-ups of a week that are read; nobody does more."""


class Due(NamedTuple):
    """A follow-up in a day's column."""

    id: int
    kind: TaskKind
    title: str
    due_on: date
    name: str | None


def followups(session: Session, first: date, last: date, owner_id: int) -> list[Due]:
    """Open follow-ups but visits due in these days, one's own and nobody's, the earliest first."""
    given = {"first": first, "last": last, "owner": owner_id}
    return [Due(*row) for row in session.execute(_FOLLOWUPS, given)]


_FOLLOWUPS = (
    sa.select(task.c.id, task.c.kind, task.c.title, task.c.due_on, provider.c.display_name)
    .select_from(task.outerjoin(provider, provider.c.id == task.c.provider_id))
    .where(sa.text("task.state IN ('open', 'waiting')"), task.c.state == TaskState.OPEN)
    .where(task.c.due_on.between(sa.bindparam("first", type_=sa.Date), sa.bindparam("last", type_=sa.Date)))
    .where(task.c.kind != TaskKind.VISIT)
    .where(sa.or_(task.c.owner_id == sa.bindparam("owner"), task.c.owner_id.is_(None)))
    .order_by(task.c.due_on, task.c.id)
    .limit(MOST)
)


def doctor_days(session: Session, provider_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """On which days providers are in, by provider and practice, where that is known (Monday 1 to Sunday 64)."""
    if not provider_ids:
        return {}
    table: sa.Table = Affiliation.__table__  # type: ignore[attr-defined]
    query = sa.select(table.c.provider_id, table.c.practice_id, table.c.days)
    rows = session.execute(query.where(table.c.provider_id.in_(provider_ids), table.c.days != 0))
    return {(provider_id, practice_id): days for provider_id, practice_id, days in rows}
