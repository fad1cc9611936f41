"""The touches of many providers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.kinds import TOUCHES
from crm.models.activities import Activity
from crm.store.tasks import PastTouch

activity: sa.Table = Activity.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def last_touches(
    session: Session, provider_ids: Sequence[int], limit: int, *, but: Sequence[int]
) -> dict[int, list[PastTouch]]:
    """The latest touches of each of these providers, newest first, without these lines."""
    place = sa.func.row_number().over(
        partition_by=activity.c.provider_id, order_by=(activity.c.happened_at.desc(), activity.c.id.desc())
    )
    touches = activity.c.kind.in_(sorted(TOUCHES)), activity.c.undone_at.is_(None), activity.c.id.not_in(but)
    ranked = (
        sa.select(activity.c.provider_id, activity.c.kind, activity.c.outcome, place.label("place"))
        .where(activity.c.provider_id.in_(provider_ids), *touches)
        .subquery()
    )
    asked = sa.select(ranked.c.provider_id, ranked.c.kind, ranked.c.outcome).where(ranked.c.place <= limit)
    found: dict[int, list[PastTouch]] = defaultdict(list)
    for provider_id, kind, outcome in session.execute(asked.order_by(ranked.c.provider_id, ranked.c.place)):
        found[provider_id].append(PastTouch(kind, outcome))
    return found
