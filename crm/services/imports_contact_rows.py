"""Apply staged rows of somebody's own list, in batches that also move the cursor."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from crm.domain import taxonomy
from crm.domain.kinds import ImportState, ProviderKind
from crm.models.imports import ImportRun
from crm.services import imports_contact_changes, imports_rows
from crm.services.imports_contact_values import Content, key_of_address
from crm.services.imports_counts import Counts
from crm.services.imports_house import House
from crm.services.imports_judging import CHANGED, NEW, SKIPPED, UNCHANGED, Judge, Verdict
from crm.services.imports_pace import Pace
from crm.services.imports_rows import Turn
from crm.services.imports_values import Address, Reader, where
from crm.services.imports_workshop import Workshop
from crm.store import bulk, directory, indexes
from crm.store import imports as store
from crm.store import imports_staged as staged

ROWS_PER_TRANSACTION = 20_000
REBUILD_FROM = 10_000
"""Rows from which on a first load had better make its indexes at the end."""
_COLUMNS = (
    "id",
    "practice_id",
    "practice_name",
    "kind",
    "npi",
    "prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "credentials",
    "organization_name",
    "display_name",
    "sort_name",
    "taxonomy_code",
    "specialty",
    "care_stage",
    "ask",
    "is_peer",
    "phone",
    "phone_extension",
    "fax",
    "email",
    "website",
    "remarks",
    "city",
    "state",
    "zip",
    "distance_miles",
    "fit",
)
_PERSON, _ORGANIZATION = ProviderKind.PERSON.value, ProviderKind.ORGANIZATION.value
_BLANK = dict.fromkeys((*_COLUMNS, "practice_name"), "")
_BEFORE_WORK, _AFTER_WORK = itemgetter(*_COLUMNS[5:15]), itemgetter(*_COLUMNS[19:28])


def apply(shop: Workshop, run_id: int) -> None:
    """Take the staged rows; goes on where an earlier try stopped."""
    started = shop.clock()
    with shop.db.write() as session:
        run = store.get(session, run_id)
        run.state = ImportState.APPLYING
        total, before = max(1, int(str(run.counts.get("rows", 1)))), run.seconds
        if run.cursor == 0:
            Counts().write(run)
        house = House.of(session)
        empty = directory.is_empty(session)
        rebuild = empty and total > REBUILD_FROM
    (indexes.drop_secondary if rebuild else indexes.restore)(shop.db)
    try:
        _apply_all(shop, run_id, house, started, trust=empty)
    finally:
        indexes.restore(shop.db)
    with shop.db.write() as session:
        run = store.get(session, run_id)
        run.state, run.progress = ImportState.DONE, 100
        run.finished_at, run.lease_owner, run.lease_until = shop.clock(), "", None
        run.seconds = before + (shop.clock() - started).total_seconds()
    shop.progress("Done", 100)


def _apply_all(shop: Workshop, run_id: int, house: House, started: datetime, *, trust: bool) -> None:
    """`trust` the staged verdicts where there was nobody else to compare with; otherwise every row is judged again."""
    judge: Judge | None = None
    more, pace, clock = True, Pace(ROWS_PER_TRANSACTION), shop.clock
    while more:
        with shop.db.write(trusted=True) as session:
            judge = judge or Judge(session, run_id)
            judge.session = session
            run = store.get(session, run_id)
            turn, counts = Turn(session, run, Reader(house.zip, house.off), started), Counts.of(run)
            began, ends = clock(), False
            while more and not ends:
                most = pace.size()
                more = _apply_part(turn, house, None if trust else judge, counts, most)
                since, began = began, clock()
                ends = pace.took(most, (began - since).total_seconds())
            counts.write(run)
            run.progress = min(99, run.progress + 1)
            store.lease(session, run_id, me=shop.me, now=clock())
        shop.progress("Saving", run.progress)


def _apply_part(turn: Turn, house: House, judge: Judge | None, counts: Counts, limit: int) -> bool:
    _, fields = _columns_of(turn.run)
    part = staged.part(turn.session, turn.run_id, turn.run.cursor, limit, with_cells=None in fields)
    if not part:
        return False
    directory.take_turn(turn.session)
    wanted = [(cells, content) for _, cells, content, reason in part if not reason]
    counts.rows += len(part)
    counts.skipped.update(Counter(reason for *_, reason in part if reason))
    verdicts = judge.judge([(content, {}) for _, content in wanted]) if judge else [Verdict(NEW)] * len(wanted)
    fresh = [row for row, verdict in zip(wanted, verdicts, strict=True) if verdict.verdict == NEW]
    if fresh:
        _insert(turn, house, fresh)
        counts.new += len(fresh)
    known = {v.provider_id: content for (*_, content), v in zip(wanted, verdicts, strict=True) if v.verdict == CHANGED}
    imports_contact_changes.apply(
        turn, house, {id_: content for id_, content in known.items() if id_ is not None}, counts
    )
    counts.unchanged += sum(verdict.verdict == UNCHANGED for verdict in verdicts)
    counts.skipped.update(Counter(verdict.reason for verdict in verdicts if verdict.verdict == SKIPPED))
    turn.run.cursor = part[-1][0]
    return True


# --- new -------------------------------------------------------------------------------------------------------------


def _insert(turn: Turn, house: House, fresh: Sequence[tuple[list[str], Content]]) -> None:
    session = turn.session
    ids = bulk.new_ids(session, directory.PROVIDER, len(fresh))
    where = [address_of(content) for _, content in fresh]
    organizations = {
        one.address_key: (content["practice_name"], None)
        for one, (_, content) in zip(where, fresh, strict=True)
        if one.address_key and "practice_name" in content
    }
    practices = imports_rows.ensure_practices(turn, where, organizations)
    rows = (
        _values(house, id_, practices.get(one.address_key, (None, "")), content)
        for id_, one, (_, content) in zip(ids, where, fresh, strict=True)
    )
    stamped = {"created_at": turn.now, "updated_at": turn.now}
    made = stamped | {"import_id": turn.run_id, "stage_at": turn.now, "created_by": turn.run.actor_id}
    with bulk.trusting(session):
        directory.insert_providers(session, _COLUMNS, rows, made=made)
        directory.insert_primary_affiliations(session, ids[0], ids[-1], run_id=turn.run_id)
        directory.queue_for_search(session, ids[0], ids[-1])
    headings, fields = _columns_of(turn.run)
    if None in fields:
        extras = ((id_, _extra(cells, headings, fields)) for id_, (cells, _) in zip(ids, fresh, strict=True))
        staged.insert_extras(session, ((id_, extra) for id_, extra in extras if extra))
    tagged = ((id_, content) for id_, (_, content) in zip(ids, fresh, strict=True) if "tags" in content)
    staged.tag(session, ((id_, tag) for id_, content in tagged for tag in tags_of(content)))


def _values(house: House, id_: int, practice: Any, content: Content) -> tuple[Any, ...]:
    is_person = "last_name" in content or "first_name" in content
    specialty = specialty_of(content)
    reach = "phone" in content, "email" in content
    rank = house.rank(specialty, content.get("zip", ""), reach=reach, is_person=is_person)
    said = _BLANK | content
    return (
        id_,
        practice[0],
        practice[1] or said["practice_name"],
        _PERSON if is_person else _ORGANIZATION,
        content.get("npi"),
        *_BEFORE_WORK(said),
        specialty,
        *rank[:3],
        *_AFTER_WORK(said),
        *rank[3:],
    )


def address_of(content: Content) -> Address:
    """The practice of a row; its phone and fax stay with the person."""
    get = content.get
    zip_code = get("zip", "")
    line1, line2, city, state = get("line1", ""), get("line2", ""), get("city", ""), get("state", "")
    return Address(key_of_address(content), line1, line2, city, state, zip_code, "US", "", "", *where(zip_code))


def specialty_of(content: Content) -> str:
    """The specialty's key: said in words, or behind the taxonomy code."""
    return content.get("specialty") or taxonomy.specialty_of(content.get("taxonomy_code", ""))


def tags_of(content: Content) -> list[str]:
    """The tags of a row, each as long as tags may be."""
    parts = (part.strip()[:40] for part in content.get("tags", "").replace(";", ",").replace(":::", ",").split(","))
    return [part for part in parts if part]


def _columns_of(run: ImportRun) -> tuple[list[str], list[str | None]]:
    options: Any = run.options
    return options["headings"], options["fields"]


def _extra(cells: Sequence[str], headings: Sequence[str], fields: Sequence[str | None]) -> str:
    beside = {
        heading: cell for heading, cell, field in zip(headings, cells, fields, strict=False) if cell and field is None
    }
    return json.dumps(beside) if beside else ""
