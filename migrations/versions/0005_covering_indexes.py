"""Lists and their counts are answered from indexes alone.

`archived_at` stands among the columns although the condition says it: SQLite doesn't call the index covering otherwise.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ALIVE = "archived_at IS NULL"
NEAR = "archived_at IS NULL AND distance_miles IS NOT NULL"
LIVE = "state IN ('open', 'waiting')"
PEERS = ["is_peer", "peer_overridden", "archived_at"]
# name, table, columns before, columns now, condition
INDEXES = (
    ("ix_provider_stage_fit", "provider", ["stage", "fit", "id"], ["stage", "fit", "id", *PEERS], ALIVE),
    (
        "ix_provider_city_fit",
        "provider",
        ["city", "fit", "id"],
        ["city", "fit", "id", "stage", "specialty", "distance_miles", *PEERS],
        ALIVE,
    ),
    (
        "ix_provider_specialty_fit",
        "provider",
        ["specialty", "fit", "id"],
        ["specialty", "fit", "id", "stage", "distance_miles", *PEERS],
        ALIVE,
    ),
    (
        "ix_provider_distance",
        "provider",
        ["distance_miles", "id"],
        ["distance_miles", "id", "stage", "specialty", *PEERS],
        NEAR,
    ),
    ("ix_task_live", "task", ["due_on", "id"], ["due_on", "id", "state", "owner_id"], LIVE),
)


def upgrade() -> None:
    for name, table, _, columns, condition in INDEXES:
        _replace(name, table, columns, condition)


def downgrade() -> None:
    for name, table, columns, _, condition in INDEXES:
        _replace(name, table, columns, condition)


def _replace(name: str, table: str, columns: list[str], condition: str) -> None:
    # An import that was cut off may have left one of them away.
    op.execute(f"DROP INDEX IF EXISTS {name}")
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
