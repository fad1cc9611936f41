"""Undo a whole import: what it changed is put back where nobody touched it since, what it made is removed, and what
somebody has worked with stays and is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlmodel import Session

from crm.domain.errors import Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRun
from crm.services import imports_spool, search_entries
from crm.services.imports_counts import KEPT_NAMES
from crm.services.imports_workshop import Workshop
from crm.services.reversal import Noted, put_back, to_json
from crm.store import bulk, indexes
from crm.store import imports as store
from crm.store import imports_undo as rows

AT_ONCE = 2_000
CHANGES_AT_ONCE = 500
FEW, MANY = 2_000, 5_000
"""Providers that stay, providers that go, so that making everything anew for those that stay is sooner done."""
NEEDED = frozenset(
    (
        "ix_affiliation_practice",
        "ix_practice_import_id",
        "ix_practice_organization_id",
        "ix_provider_import",
        "ix_provider_practice_id",
    )
)
"""Indexes that an undo itself looks things up in."""
_UNDOABLE = (ImportState.DONE, ImportState.INTERRUPTED, ImportState.FAILED, ImportState.STAGED, ImportState.UNDOING)
Step = Callable[[Session, ImportRun, datetime], int | None]


def check(run: ImportRun) -> None:
    """Refused if there is nothing to undo."""
    if run.state is ImportState.UNDONE:
        raise Refused("already_undone", "This import was undone already.")
    if run.state not in _UNDOABLE:
        raise Refused("still_running", "This import is still running. Wait for its end, then undo it.")


def run(shop: Workshop, run_id: int) -> None:
    """Undo in short transactions; goes on where an earlier try stopped."""
    indexes.restore(shop.db)
    imports_spool.remove(shop.folder, run_id)
    try:
        for phase, step in enumerate(_STEPS):
            while _take_step(shop, run_id, phase, step):
                pass
    finally:
        indexes.restore(shop.db)
    with shop.db.write() as session:
        found = store.get(session, run_id)
        found.kept = {name: value for name, value in found.kept.items() if name != "phase"}
        found.state, found.undone_at, found.progress = ImportState.UNDONE, shop.clock(), 100
        found.lease_owner, found.lease_until = "", None


def _take_step(shop: Workshop, run_id: int, phase: int, step: Step) -> bool:
    """One transaction of a phase. False when the phase has nothing left to do."""
    with shop.db.write() as session:
        bulk.tune(session)
        found = store.get(session, run_id)
        at = int(str(found.kept.get("phase", 0)))
        if at > phase:
            return False
        cursor = step(session, found, shop.clock())
        found.cursor = cursor or 0
        found.kept = {"removed": 0, "restored": 0, "kept": 0, "names": []} | found.kept
        found.kept = found.kept | {"phase": phase if cursor is not None else phase + 1}
        found.progress = min(99, 100 * (phase + 1) // (len(_STEPS) + 1))
        store.lease(session, run_id, me=shop.me, now=shop.clock())
    shop.progress("Undoing", found.progress)
    return cursor is not None


def _revert_changes(session: Session, run: ImportRun, now: datetime) -> int | None:
    part = rows.changes_before(session, _id(run), run.cursor, CHANGES_AT_ONCE)
    kept = put_back(session, [Noted(*change) for _, *change in part], now)
    before = {row_id: before for _, table, row_id, before, after in part if table == "provider" and before and after}
    _count(run, restored=_restored(session, before), names=kept)
    if part:
        return int(part[-1][0])
    rows.close_change_set(session, _id(run), now, run.actor_id)
    return None


def _restored(session: Session, before: Mapping[int, Mapping[str, object]]) -> int:
    """How many of these providers have all the values again that they had before."""
    found = rows.provider_rows(session, before) if before else []
    now = {int(str(row["id"])): to_json(row) or {} for row in found}
    return sum(all(row[name] == value for name, value in before[id_].items()) for id_, row in now.items())


def _make_way(session: Session, run: ImportRun, _now: datetime) -> None:
    """Where nearly everybody goes, indexes and search are emptied first and made anew for the few that stay."""
    others = rows.few_others(session, _id(run), few=FEW, many=MANY)
    if others is not None and bulk.is_sqlite(session):
        indexes.drop(session, but=NEEDED)
        search_entries.begin_anew(session, others)


def _remove_providers(session: Session, run: ImportRun, _now: datetime) -> int | None:
    ids, last = rows.made_providers(session, _id(run), run.cursor, AT_ONCE)
    if last is None:
        return None
    touched = rows.touched(session, ids)
    gone = [one for one in ids if one not in touched]
    rows.forget_organizations(session, gone)
    rows.delete_providers(session, gone)
    search_entries.ask(session, touched)
    _count(run, removed=len(gone), kept=len(touched), names=list(touched.values()))
    return last


def _remove_locations(session: Session, run: ImportRun, _now: datetime) -> int | None:
    if run.kind is not ImportKind.LOCATIONS:
        return None
    count, last = rows.delete_affiliations(session, _id(run), run.cursor, AT_ONCE * 20)
    _count(run, removed=count)
    return last


def _remove_practices(session: Session, run: ImportRun, _now: datetime) -> int | None:
    return rows.delete_practices(session, _id(run), run.cursor, AT_ONCE)


def _forget_deactivated(session: Session, run: ImportRun, _now: datetime) -> int | None:
    rows.forget_deactivated(session, _id(run))
    rows.forget_staged(session, _id(run))
    return None


_STEPS: tuple[Step, ...] = (
    _revert_changes,
    _make_way,
    _remove_providers,
    _remove_locations,
    _remove_practices,
    _forget_deactivated,
)


def _count(
    run: ImportRun, *, removed: int = 0, restored: int = 0, kept: int = 0, names: list[str] | None = None
) -> None:
    before = {"removed": 0, "restored": 0, "kept": 0, "names": []} | run.kept
    added = {"removed": removed, "restored": restored, "kept": kept}
    sums = {name: int(str(before[name])) + count for name, count in added.items()}
    run.kept = before | sums | {"names": [*before["names"], *(names or [])][:KEPT_NAMES]}  # type: ignore[misc]  # a list


def _id(run: ImportRun) -> int:
    assert run.id is not None
    return run.id
