"""When each provider reached the stages, as the timeline tells it: kept by triggers of migration 0015."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field

from crm.models.types import Row


def _second() -> int | None:
    field: int | None = Field(default=None, sa_type=sa.BigInteger)
    return field


class ProviderWay(Row, table=True):
    """Of a provider that was ever touched or moved: the second (since 1970, UTC) at which it came as far as a stage.

    `contacted` is the first touch, or move out of prospect; the others the first move to the stage or one further
    along. `moved` is the place of the furthest stage moved to, 1 for none; `stands` that of the provider's stage, 1 for
    those aside. Undone lines don't count. Nobody writes here but the triggers, so that results needn't go through the
    whole timeline, nor look every provider up.
    """

    __tablename__ = "provider_way"
    __table_args__ = (
        sa.Index(
            "ix_provider_way_contacted",
            *("contacted", "provider_id", "introduced", "sample_sent", "trial", "partner"),
            *("moved", "stands", "sample", "archived"),
        ),
    )

    provider_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    contacted: int | None = _second()
    introduced: int | None = _second()
    sample_sent: int | None = _second()
    trial: int | None = _second()
    partner: int | None = _second()
    moved: int
    stands: int
    sample: bool
    archived: bool
