"""When each provider reached the stages, beside the timeline: kept by triggers, so that no writer can forget it.

A line that is added moves the earliest instants it is earlier than. When lines change (are undone, moved to another
provider, corrected) or go, what is known of their provider is worked out again. On PostgreSQL the provider is locked
first, always before what is known of it: of two who write about the same provider the later one sees what the earlier
one wrote, and neither waits for the other in turn.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TOUCHES = "'call', 'visit', 'meeting', 'in_service', 'email', 'letter', 'fax', 'reply'"
WAY = ("contacted", "introduced", "sample_sent", "trial", "partner")
STANDING = ("stands", "sample", "archived")
COLUMNS = (*WAY, "moved", *STANDING)
NAMES = ", ".join(("provider_id", *COLUMNS))
TRIGGERS = {"way_added": "activity", "way_changed": "activity", "way_removed": "activity", "way_provider": "provider"}
SHOWN = ("stage", "sample", "archived_at")
LOOKED_AT = ("provider_id", "kind", "happened_at", "stage_from", "stage_to", "undone_at")


def upgrade() -> None:
    op.create_table(
        "provider_way",
        sa.Column("provider_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in WAY),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("stands", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id"),
    )
    op.create_index("ix_provider_way_contacted", "provider_way", ["contacted", "provider_id", *COLUMNS[1:]])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgres():
        op.execute(statement)
    op.execute(_again("TRUE", sqlite=sqlite))


def _sqlite() -> tuple[str, ...]:
    either = "provider_id IN (OLD.provider_id, NEW.provider_id)"
    return (
        f"CREATE TRIGGER way_added AFTER INSERT ON activity WHEN {_counts('NEW.')} BEGIN {_add(sqlite=True)}; END",
        f"CREATE TRIGGER way_changed AFTER UPDATE OF {', '.join(LOOKED_AT)} ON activity "
        f"WHEN {_differ(LOOKED_AT, 'IS NOT')} BEGIN "
        f"DELETE FROM provider_way WHERE {either}; {_again(either, sqlite=True)}; END",
        f"CREATE TRIGGER way_removed AFTER DELETE ON activity WHEN {_counts('OLD.')} BEGIN "
        "DELETE FROM provider_way WHERE provider_id = OLD.provider_id; "
        f"{_again('provider_id = OLD.provider_id', sqlite=True)}; END",
        f"CREATE TRIGGER way_provider AFTER UPDATE OF {', '.join(SHOWN)} ON provider "
        f"WHEN {_differ(SHOWN, 'IS NOT')} BEGIN {_stand()}; END",
    )


def _postgres() -> tuple[str, ...]:
    each = "FOR EACH ROW WHEN"
    return (
        _function("way_added", _lock("NEW.provider_id"), _add(sqlite=False)),
        f"CREATE TRIGGER way_added AFTER INSERT ON activity {each} ({_counts('NEW.')}) EXECUTE FUNCTION way_added()",
        _function("way_changed", *_anew("OLD.provider_id, NEW.provider_id")),
        f"CREATE TRIGGER way_changed AFTER UPDATE OF {', '.join(LOOKED_AT)} ON activity {each} "
        f"({_differ(LOOKED_AT, 'IS DISTINCT FROM')}) EXECUTE FUNCTION way_changed()",
        _function("way_removed", *_anew("OLD.provider_id")),
        f"CREATE TRIGGER way_removed AFTER DELETE ON activity {each} ({_counts('OLD.')}) "
        "EXECUTE FUNCTION way_removed()",
        _function("way_provider", _stand()),
        f"CREATE TRIGGER way_provider AFTER UPDATE OF {', '.join(SHOWN)} ON provider {each} "
        f"({_differ(SHOWN, 'IS DISTINCT FROM')}) EXECUTE FUNCTION way_provider()",
    )


def _differ(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


def _function(name: str, *statements: str) -> str:
    body = " ".join(f"{statement};" for statement in statements)
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"


def _lock(ids: str) -> str:
    """Only a statement that begins afterwards sees what others committed meanwhile."""
    return f"PERFORM 1 FROM provider WHERE id IN ({ids}) ORDER BY id FOR NO KEY UPDATE"


def _anew(ids: str) -> tuple[str, ...]:
    which = f"provider_id IN ({ids})"
    return _lock(ids), f"DELETE FROM provider_way WHERE {which}", _again(which, sqlite=False)


def _counts(row: str) -> str:
    """Whether a line says that a provider was contacted or moved."""
    return f"{row}undone_at IS NULL AND {row}kind IN ({TOUCHES}, 'stage')"


def _values(row: str, *, sqlite: bool) -> list[str]:
    """What one line says: the second in which it brought a provider as far as each stage, and the place moved to."""
    second = f"CAST(strftime('%s', {row}happened_at) AS INTEGER)"
    if not sqlite:
        second = f"CAST(floor(extract(epoch FROM {row}happened_at)) AS BIGINT)"
    out = f"({row}kind = 'stage' AND {row}stage_from = 'prospect')"
    values = [f"CASE WHEN {row}kind IN ({TOUCHES}) OR {out} THEN {second} END"]
    for place in range(1, len(WAY)):
        further = ", ".join(f"'{stage}'" for stage in WAY[place:])
        values.append(f"CASE WHEN {row}kind = 'stage' AND {row}stage_to IN ({further}) THEN {second} END")
    places = " ".join(f"WHEN {row}stage_to = '{stage}' THEN {place}" for place, stage in enumerate(WAY, 1))
    return [*values, f"CASE WHEN {row}kind <> 'stage' THEN 1 {places} ELSE 1 END"]


def _add(*, sqlite: bool) -> str:
    """Put down what a new line says."""
    values = ", ".join((*_values("NEW.", sqlite=sqlite), *_standing("p.")))
    return (
        f"INSERT INTO provider_way ({NAMES}) SELECT p.id, {values} FROM provider p WHERE p.id = NEW.provider_id "
        f"{_kept(sqlite=sqlite)}"
    )


def _standing(row: str) -> tuple[str, str, str]:
    """What is repeated of the provider: the place of its stage (1 for those aside), and whether it is shown."""
    places = " ".join(f"WHEN {row}stage = '{stage}' THEN {place}" for place, stage in enumerate(WAY, 1))
    return f"CASE {places} ELSE 1 END", f"{row}sample", f"{row}archived_at IS NOT NULL"


def _stand() -> str:
    """Put down where a provider stands now."""
    values = ", ".join(f"{name} = {value}" for name, value in zip(STANDING, _standing("NEW."), strict=True))
    return f"UPDATE provider_way SET {values} WHERE provider_id = NEW.id"


def _kept(*, sqlite: bool) -> str:
    """Of what is known and what is new stays the earlier, and the further."""
    earlier, further = ("min", "max") if sqlite else ("least", "greatest")
    kept = [f"{name} = coalesce({earlier}({{old}}, {{new}}), {{old}}, {{new}})".format(**_sides(name)) for name in WAY]
    kept.append(f"moved = {further}(provider_way.moved, excluded.moved)")
    return f"ON CONFLICT (provider_id) DO UPDATE SET {', '.join(kept)}"


def _sides(name: str) -> dict[str, str]:
    return {"old": f"provider_way.{name}", "new": f"excluded.{name}"}


def _again(which: str, *, sqlite: bool) -> str:
    """Work it out from the whole timeline of some providers."""
    values = _values("activity.", sqlite=sqlite)
    wholes = [*(f"min({value})" for value in values[:-1]), f"max({values[-1]})", *_standing("p.")]
    return (
        f"INSERT INTO provider_way ({NAMES}) SELECT p.id, {', '.join(wholes)} "
        f"FROM activity JOIN provider p ON p.id = activity.provider_id "
        f"WHERE {which} AND {_counts('activity.')} GROUP BY p.id {_kept(sqlite=sqlite)}"
    )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("provider_way")
