"""Apply a batch of directory rows: sort them into new, changed, unchanged and deactivated, and write each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from operator import not_

from sqlmodel import Session

from crm.domain.kinds import ActivityKind
from crm.domain.sequences import StopReason
from crm.models.imports import ImportRun
from crm.models.providers import Provider
from crm.services import activities, imports_changed, imports_recorder, sequence_stops
from crm.services.imports_counts import Counts
from crm.services.imports_lines import Lines
from crm.services.imports_recorder import BatchRecorder
from crm.services.imports_values import (
    DISPLAY_NAME,
    ORGANIZATION,
    PRACTICE_COLUMNS,
    PROVIDER_COLUMNS,
    Address,
    Reader,
    address,
)
from crm.sources.nppes_layout import Row, iso_date
from crm.store import bulk, directory
from crm.store.directory import Known, KnownPractice

NO_NAME = "no_name"
REPEATED = "repeated"


@dataclass
class Sorted:
    """A batch, sorted by what has to be done."""

    new: list[tuple[Row, str]] = field(default_factory=list)
    changed: list[tuple[Row, str, Known]] = field(default_factory=list)
    newly_off: list[tuple[Row, Known]] = field(default_factory=list)
    unknown_off: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Turn:
    """What applying needs to know besides the rows."""

    session: Session
    run: ImportRun
    reader: Reader
    now: datetime

    @property
    def run_id(self) -> int:
        """The import's id."""
        assert self.run.id is not None
        return self.run.id


def apply(turn: Turn, texts: Sequence[str], counts: Counts) -> None:
    """Write a batch in the caller's transaction and count what became of its rows."""
    directory.take_turn(turn.session)
    rows = [Row.read(text) for text in texts]
    todo = _sort(turn, rows, texts, counts)
    if todo.new:
        _insert(turn, todo.new)
        counts.new += len(todo.new)
    if todo.changed or todo.newly_off:
        recorder = recorder_of(turn)
        _change(turn, recorder, todo.changed, counts)
        for row, known in todo.newly_off:
            _deactivate(turn, recorder, row, known)
        recorder.write()
    counts.deactivated += len(todo.newly_off)
    if todo.unknown_off:
        _remember_deactivated(turn, todo.unknown_off, counts)


def _sort(turn: Turn, rows: Sequence[Row], texts: Sequence[str], counts: Counts) -> Sorted:
    known = directory.known(turn.session, [row.npi for row in rows])
    off = directory.known_deactivated(turn.session, [row.npi for row in rows if row.npi not in known])
    todo, fresh = Sorted(), set[str]()
    for row, text in zip(rows, texts, strict=True):
        found = known.get(row.npi)
        if row.deactivated and row.is_deactivated:
            _sort_deactivated(row, found, todo, counts)
        elif found is not None:
            if found.import_id == turn.run.id and found.content is not None:
                counts.skipped[REPEATED] += 1
            elif _says_nothing_new(row, text, found):
                counts.unchanged += 1
            else:
                todo.changed.append((row, text, found))
        elif row.npi in fresh:
            counts.skipped[REPEATED] += 1
        elif not (row.last or row.first or row.organization):
            counts.skipped[NO_NAME] += 1
        elif off and row.is_older_than(off.get(row.npi, "")):
            counts.unchanged += 1
        else:
            fresh.add(row.npi)
            todo.new.append((row, text))
    return todo


def _says_nothing_new(row: Row, text: str, found: Known) -> bool:
    """The same as last time, or older: a file from last year never overwrites what a newer one said."""
    same = found.content == text and not found.deactivated_on
    return same or row.is_older_than(found.deactivated_on or _updated(found))


def _updated(found: Known) -> str:
    return iso_date(Row.read(found.content).updated) if found.content else ""


def _sort_deactivated(row: Row, found: Known | None, todo: Sorted, counts: Counts) -> None:
    if found is None:
        todo.unknown_off.append(row)
    elif found.deactivated_on or _was_reactivated(row, found):
        counts.unchanged += 1
    else:
        todo.newly_off.append((row, found))


def _was_reactivated(row: Row, found: Known) -> bool:
    """Whether we know of a reactivation that this row, from an older file, doesn't."""
    said = Row.read(found.content).reactivated if found.content else ""
    return bool(said) and iso_date(said) >= iso_date(row.deactivated)


# --- new -------------------------------------------------------------------------------------------------------------


def _insert(turn: Turn, new: Sequence[tuple[Row, str]]) -> None:
    session, reader = turn.session, turn.reader
    ids = bulk.new_ids(session, directory.PROVIDER, len(new))
    addresses = [address(row) for row, _ in new]
    valued = [reader.values(row, where) for (row, _), where in zip(new, addresses, strict=True)]
    organizations: dict[str, tuple[str, int | None]] = {}
    for (row, _), where, one, id_ in zip(new, addresses, valued, ids, strict=True):
        if row.entity == ORGANIZATION and where.address_key:
            organizations.setdefault(where.address_key, (str(one[DISPLAY_NAME]), id_))
    practices = ensure_practices(turn, addresses, organizations)
    nowhere: tuple[None, str] = (None, "")
    places = [practices.get(where.address_key, nowhere) for where in addresses]
    made = {"import_id": turn.run_id, "stage_at": turn.now, "created_by": turn.run.actor_id}
    made |= {"created_at": turn.now, "updated_at": turn.now}
    rows = ((id_, *place, *one) for id_, place, one in zip(ids, places, valued, strict=True))
    directory.insert_providers(session, ("id", "practice_id", "practice_name", *PROVIDER_COLUMNS), rows, made=made)
    directory.insert_primary_affiliations(session, ids[0], ids[-1], run_id=turn.run_id)
    directory.queue_for_search(session, ids[0], ids[-1])
    said = ((id_, text) for id_, (_, text) in zip(ids, new, strict=True))
    directory.insert_sources(session, said, run_id=turn.run_id, now=turn.now)


def ensure_practices(
    turn: Turn, addresses: Sequence[Address], organizations: Mapping[str, tuple[str, int | None]]
) -> dict[str, KnownPractice]:
    """A practice for each of these addresses, made where it is missing.

    `organizations` maps an address key to the (name, provider id) that names a practice without name.
    """
    first = {one.address_key: one for one in addresses if one.address_key}
    found = directory.known_practices(turn.session, list(first))
    missing = [key for key in first if key not in found]
    if missing:
        ids = bulk.new_ids(turn.session, directory.PRACTICE, len(missing))
        named = [organizations.get(key, ("", None)) for key in missing]
        rows = ((id_, *name, *first[key]) for id_, name, key in zip(ids, named, missing, strict=True))
        columns = ("id", "name", "organization_id", *PRACTICE_COLUMNS)
        directory.insert_practices(turn.session, columns, rows, run_id=turn.run_id, now=turn.now)
    unnamed = {key: who for key, who in organizations.items() if who[0] and key in found and not found[key].name}
    if unnamed:
        directory.name_practices(turn.session, [(*who, found[key].id) for key, who in unnamed.items()])
        found |= {key: KnownPractice(found[key].id, name) for key, (name, _) in unnamed.items()}
    if missing:
        found |= {key: KnownPractice(id_, name[0]) for key, id_, name in zip(missing, ids, named, strict=True)}
    return found


# --- changed and deactivated -----------------------------------------------------------------------------------------


def recorder_of(turn: Turn) -> BatchRecorder:
    """The change set of this import, opened when the first change is made."""
    return imports_recorder.for_import(turn.session, turn.run, now=turn.now)


def _change(turn: Turn, recorder: BatchRecorder, changed: Sequence[tuple[Row, str, Known]], counts: Counts) -> None:
    if not changed:
        return
    same = [imports_changed.says_the_same(row, known) for row, _, known in changed]
    differing = list(compress(changed, map(not_, same)))
    where = [address(row) for row, _, _ in differing]
    practices = ensure_practices(turn, where, {})
    before = [address(Row.read(known.content)).address_key for _, _, known in differing if known.content]
    practices |= directory.known_practices(turn.session, [key for key in before if key and key not in practices])
    ids = [known.id for _, _, known in differing]
    context = imports_changed.Context(
        recorder=recorder,
        run=turn.run,
        now=turn.now,
        reader=turn.reader,
        providers=directory.providers(turn.session, ids),
        sources=directory.sources(turn.session, [known.id for _, _, known in changed]),
        practices=practices,
        kept=directory.differences(turn.session, ids),
        works=directory.affiliations(turn.session, ids),
        lines=Lines(recorder, turn.run.actor_id, turn.now),
    )
    with turn.session.no_autoflush:
        for _, text, known in compress(changed, same):
            imports_changed.remember(context, known.id, text)
        for (row, text, known), place in zip(differing, where, strict=True):
            fields = imports_changed.apply(context, known.id, row, text, place)
            counts.changed += bool(fields)
            counts.unchanged += not fields
            counts.fields.update(fields)
    counts.unchanged += sum(same)
    context.write()


def _deactivate(turn: Turn, recorder: BatchRecorder, row: Row, known: Known) -> None:
    """Mark the provider: enrollment and mail look at `deactivated_on` before anything leaves."""
    provider = turn.session.get_one(Provider, known.id)
    day = directory.iso_day(iso_date(row.deactivated)) or turn.now.date()
    recorder.update(provider, deactivated_on=day, fit=0)
    activities.record(
        turn.session,
        provider,
        ActivityKind.IMPORT,
        actor_id=turn.run.actor_id,
        now=turn.now,
        recorder=recorder,
        practice_id=None,
        summary=f"NPI deactivated on {day:%B} {day.day}, {day.year}, says the NPPES file: mail and enrollment stop.",
    )
    sequence_stops.stop_for_provider(
        turn.session, known.id, StopReason.DEACTIVATED, actor_id=turn.run.actor_id, now=turn.now, recorder=recorder
    )


def _remember_deactivated(turn: Turn, rows: Sequence[Row], counts: Counts) -> None:
    days = {row.npi: iso_date(row.deactivated) for row in rows}
    seen = directory.known_deactivated(turn.session, list(days))
    fresh = [(npi, day) for npi, day in days.items() if npi not in seen and directory.iso_day(day)]
    directory.insert_deactivated(turn.session, fresh, run_id=turn.run_id)
    counts.deactivated += len(fresh)
    counts.unchanged += len(rows) - len(fresh)
