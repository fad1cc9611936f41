"""Bring providers in from files: start, read, apply, go on, undo."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.domain.errors import HandoffError, Refused
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRun
from crm.services import imports_contacts, imports_directory, imports_lists, imports_undo
from crm.services.garbage import no_garbage
from crm.services.imports_options import Options
from crm.services.imports_workshop import COMMAND, Workshop
from crm.store import imports as store
from crm.store.engine import Database

SMALL = 1_500_000
"""Bytes of a file that is read while its person waits: about a second."""

_OPEN = (ImportState.QUEUED, ImportState.INTERRUPTED, ImportState.FAILED)


def queue(
    db: Database, kind: ImportKind, path: Path, options: Options, *, actor_id: int | None, now: datetime, name: str = ""
) -> int:
    """Put an import in line for the worker. Returns its id."""
    return _create(db, kind, path, options, ImportState.QUEUED, actor_id=actor_id, now=now, name=name)


def run_now(
    shop: Workshop, kind: ImportKind, path: Path, options: Options, *, actor_id: int | None = None
) -> dict[str, Any]:
    """Import a file at once and return what the command line prints. BadFile if it can't be used."""
    now = shop.clock()
    imports_directory.check(kind, path)
    run_id = _create(shop.db, kind, path, options, ImportState.READING, actor_id=actor_id, now=now, name=path.name)
    work_on(shop, run_id)
    return summary(shop.db, run_id)


def run_list_now(shop: Workshop, path: Path, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Stage and apply somebody's own list at once, and return what the command line prints."""
    imports_lists.check(path)
    now = shop.clock()
    run_id = imports_contacts.queue(shop.db, path, name=path.name, mapping=mapping, apply=True, actor_id=None, now=now)
    work_on(shop, run_id)
    return summary(shop.db, run_id)


def summary(db: Database, run_id: int) -> dict[str, Any]:
    """The id, the counts and the seconds of an import."""
    with db.read() as session:
        run = store.get(session, run_id)
        return {"import_id": run.id, **run.counts, "seconds": round(run.seconds, 2)}


def run_due(shop: Workshop) -> int:
    """Do every import and undo that waits, one after another. Safe to call at any time and from several workers."""
    done = 0
    with shop.db.write() as session:
        store.interrupt_vanished(session, now=shop.clock())
    while not shop.stopping():
        with shop.db.write() as session:
            run_id = store.claim(session, me=shop.me, now=shop.clock())
        if run_id is None:
            break
        with suppress(HandoffError):  # the import's page shows why
            work_on(shop, run_id)
        done += 1
    return done


def run_small(shop: Workshop, run_id: int) -> bool:
    """Do a small import while its person waits, if nobody else has begun. Whether it was done here."""
    with shop.db.write() as session:
        if store.get(session, run_id).size > SMALL or not store.claim_one(
            session, run_id, me=shop.me, now=shop.clock()
        ):
            return False
    with suppress(HandoffError):  # the import's page shows why
        work_on(shop, run_id)
    return True


def next_due(session: Session) -> datetime | None:
    """When the worker has something to do here."""
    return store.next_due(session)


def complete(db: Database, run_id: int) -> None:
    """Put an interrupted import in line again; it goes on where it stopped."""
    with db.write() as session:
        run = store.get(session, run_id)
        if run.state not in _OPEN:
            raise Refused("not_interrupted", "This import is not interrupted, so there is nothing to complete.")
        run.state, run.error, run.lease_until = ImportState.QUEUED, "", None


def complete_now(shop: Workshop, run_id: int) -> dict[str, Any]:
    """Complete an interrupted import at once."""
    complete(shop.db, run_id)
    work_on(shop, run_id)
    return summary(shop.db, run_id)


def queue_undo(db: Database, run_id: int) -> None:
    """Put the undo of a whole import in line for the worker."""
    with db.write() as session:
        run = store.get(session, run_id)
        imports_undo.check(run)
        run.state, run.cursor, run.lease_until, run.error = ImportState.UNDOING, 0, None, ""


def undo_now(shop: Workshop, run_id: int) -> dict[str, Any]:
    """Undo a whole import at once. Returns how much was removed and restored and which rows were kept, by name."""
    queue_undo(shop.db, run_id)
    work_on(shop, run_id)
    with shop.db.read() as session:
        run = store.get(session, run_id)
        return {"import_id": run_id, **run.kept}


def _create(
    db: Database,
    kind: ImportKind,
    path: Path,
    options: Options,
    state: ImportState,
    *,
    actor_id: int | None,
    now: datetime,
    name: str,
) -> int:
    ours = state is ImportState.READING
    run = ImportRun(
        kind=kind,
        name=name or path.name,
        path=str(path.resolve()),
        size=path.stat().st_size,
        options=options.as_json(),
        state=state,
        actor_id=actor_id,
        created_at=now,
        lease_owner=COMMAND if ours else "",
        lease_until=now + store.LEASE if ours else None,
    )
    with db.write() as session:
        session.add(run)
        session.flush()
        assert run.id is not None
        return run.id


def work_on(shop: Workshop, run_id: int) -> None:
    """Do what an import or its undo needs, whoever has claimed it; what goes wrong is written into its row."""
    with shop.db.read() as session:
        run = store.get(session, run_id)
    try:
        with no_garbage():
            _run(shop, run)
        _forget_upload(shop, run_id)
    except HandoffError as error:
        _stop(shop.db, run_id, ImportState.FAILED, str(error))
        raise
    except BaseException as error:
        _stop(shop.db, run_id, ImportState.INTERRUPTED, f"It stopped unexpectedly ({type(error).__name__}).")
        raise


def _run(shop: Workshop, run: ImportRun) -> None:
    assert run.id is not None
    if run.state is ImportState.UNDOING:
        imports_undo.run(shop, run.id)
    elif run.kind is ImportKind.CONTACTS:
        imports_contacts.run(shop, run.id)
    elif run.kind is ImportKind.REFERRALS:
        from crm.services import referral_imports  # much of the house, which other imports don't need

        referral_imports.run(shop, run.id)
    else:
        imports_directory.run(shop, run.id)


def _forget_upload(shop: Workshop, run_id: int) -> None:
    """A file that came through the browser goes when the import has ended; files that people named stay."""
    with shop.db.read() as session:
        run = store.get(session, run_id)
    path = Path(run.path)
    if run.path and run.state in (ImportState.DONE, ImportState.UNDONE) and path.parent == shop.folder.resolve():
        path.unlink(missing_ok=True)


def _stop(db: Database, run_id: int, state: ImportState, error: str) -> None:
    with db.write() as session:
        run = store.get(session, run_id)
        run.state, run.error, run.lease_owner, run.lease_until = state, error, "", None
