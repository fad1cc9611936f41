"""Living providers that have been touched and have no e-mail address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.pipeline import Stage
from crm.models.providers import Provider
from crm.models.types import UtcDateTime

LEFT_ALONE = (Stage.DECLINED, Stage.DO_NOT_CONTACT)


def page(session: Session, after: tuple[datetime, int] | None, limit: int) -> Sequence[Provider]:
    """The latest touched first; `last_touch_at IS NOT NULL` lets the partial index serve."""
    asked = select(Provider).where(
        col(Provider.last_touch_at).is_not(None),
        Provider.email == "",
        col(Provider.archived_at).is_(None),
        col(Provider.deactivated_on).is_(None),
        col(Provider.stage).not_in(LEFT_ALONE),
    )
    if after is not None:
        mark = sa.tuple_(sa.literal(after[0], UtcDateTime()), sa.literal(after[1]))
        asked = asked.where(sa.tuple_(col(Provider.last_touch_at), col(Provider.id)) < mark)
    return session.exec(asked.order_by(col(Provider.last_touch_at).desc(), col(Provider.id).desc()).limit(limit)).all()
