"""What somebody does to many providers of a list at once. Each is one change set that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from crm.domain import pipeline
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind
from crm.domain.pipeline import Stage
from crm.domain.sequences import StopReason
from crm.models.accounts import User
from crm.models.providers import Tag
from crm.services import changes, sequence_stops
from crm.services.changes import Recorder
from crm.store import bulk_edits as store
from crm.store.engine import Database

MOST = 50_000
"""No more at once, so that others don't wait long for their turn to write."""

TAG_LENGTH = 40


@dataclass(frozen=True)
class By:
    """Who does it, and when."""

    actor_id: int | None
    now: datetime


@dataclass(frozen=True)
class Edited:
    """How many providers changed, what was done in words, and the change set (None when nobody differed)."""

    count: int
    label: str
    change_set_id: int | None


Line = Callable[[Any], Mapping[str, object]]
"""The columns of a timeline entry for a row."""


@dataclass(frozen=True)
class Edit:
    """The same new values for many: its name, what it says before and after the number, what the timeline says."""

    kind: str
    words: tuple[str, str]
    values: Mapping[str, object]
    line: Line
    settled: Callable[[Any], bool] | None = None
    """Whom to leave alone; without it, those that have the values already."""
    stops: StopReason | None = None
    """Why this ends the sequences they are in, if it does."""

    def changes(self, row: Any) -> bool:
        """Whether this row needs the edit."""
        if self.settled is not None:
            return not self.settled(row)
        return any(getattr(row, name) != value for name, value in self.values.items())


def move(
    db: Database, ids: Sequence[int], stage: Stage, by: By, *, reason: str = "", return_on: date | None, today: date
) -> Edited:
    """Move to a stage. Raises Invalid when it needs a reason or a day to return."""
    pipeline.check_move(stage, reason=reason, return_on=return_on, today=today)
    reason, back = reason.strip(), return_on if pipeline.needs_return_date(stage) else None
    edit = Edit(
        kind="move",
        words=("Moved", f"to {pipeline.LABELS[stage]}"),
        values={"stage": stage, "stage_at": by.now, "stage_reason": reason, "return_on": back},
        line=lambda row: {"kind": ActivityKind.STAGE, "stage_from": row.stage, "stage_to": stage, "reason": reason},
        settled=lambda row: row.stage is stage and row.return_on == back,
        stops=StopReason.STAGE_ASIDE if stage in pipeline.ASIDE else None,
    )
    return _edit(db, ids, edit, by)


def assign(db: Database, ids: Sequence[int], owner_id: int | None, by: By) -> Edited:
    """Give them to somebody, or to nobody."""
    with db.read() as session:
        owner = session.get(User, owner_id) if owner_id else None
    if owner_id and owner is None:
        raise NotFound("This person has no account here any more.")
    to = f"to {owner.name}" if owner else "to nobody"
    return _edit(db, ids, Edit("assign", ("Assigned", to), {"owner_id": owner_id}, _says(f"Assigned {to}")), by)


def enroll_later(db: Database, ids: Sequence[int], by: By) -> Edited:
    """Keep them in mind for a sequence of mails."""
    values = {"enroll_later_at": by.now}
    edit = Edit(
        "enroll_later",
        ("Kept", "for a sequence"),
        values,
        _says("Kept for a sequence"),
        settled=lambda row: row.enroll_later_at is not None,
    )
    return _edit(db, ids, edit, by)


def archive(db: Database, ids: Sequence[int], by: By) -> Edited:
    """Put them away: they leave the lists and get no mail, and nothing is lost."""
    edit = Edit(
        "archive",
        ("Put", "away"),
        {"archived_at": by.now},
        _says("Put away"),
        settled=lambda row: row.archived_at is not None,
        stops=StopReason.ARCHIVED,
    )
    return _edit(db, ids, edit, by)


def restore(db: Database, ids: Sequence[int], by: By) -> Edited:
    """Bring them back from the archive."""
    return _edit(db, ids, Edit("restore", ("Brought", "back"), {"archived_at": None}, _says("Brought back")), by)


def tag(db: Database, ids: Sequence[int], name: str, by: By) -> Edited:
    """Put a tag on them; a new word makes a new tag."""
    name = _tag_name(name)
    with db.write() as session:
        found = _tag(session, name) or _new_tag(session, name)
        assert found.id is not None
        have = {row.provider_id for row in store.tagged(session, ids, found.id)}
        rows = [row for row in store.rows(session, _few(ids), ()) if row.id not in have]
        if not rows:
            return Edited(0, "They have this tag already.", None)
        recorder = _begin(session, "tag", ("Tagged", f"“{name}”"), rows, by)
        store.add_tags(session, recorder.id, [row.id for row in rows], found.id)
        _write_lines(session, recorder, rows, _says(f"Tagged “{name}”"), by)
        return Edited(len(rows), recorder.change_set.label, recorder.id)


def untag(db: Database, ids: Sequence[int], name: str, by: By) -> Edited:
    """Take a tag off them."""
    name = _tag_name(name)
    with db.write() as session:
        found = _tag(session, name)
        gone = store.tagged(session, _few(ids), found.id) if found and found.id else []
        rows = store.rows(session, [row.provider_id for row in gone], ())
        if not rows:
            return Edited(0, "None of them has this tag.", None)
        recorder = _begin(session, "untag", ("Took the tag off", f"(“{name}”)"), rows, by)
        store.remove_tags(session, recorder.id, gone)
        _write_lines(session, recorder, rows, _says(f"Took the tag “{name}” off"), by)
        return Edited(len(rows), recorder.change_set.label, recorder.id)


def _edit(db: Database, ids: Sequence[int], edit: Edit, by: By) -> Edited:
    """One transaction: rows, the way back, and a line on every timeline."""
    with db.write() as session:
        rows = [row for row in store.rows(session, _few(ids), edit.values) if edit.changes(row)]
        if not rows:
            return Edited(0, "Nothing to change: they are like this already.", None)
        recorder = _begin(session, edit.kind, edit.words, rows, by)
        store.note_updates(session, recorder.id, rows, edit.values)
        store.update(session, [row.id for row in rows], {**edit.values, "updated_at": by.now})
        _write_lines(session, recorder, rows, edit.line, by)
        if edit.stops is not None:
            ids = [row.id for row in rows]
            sequence_stops.stop_many(session, ids, edit.stops, actor_id=by.actor_id, now=by.now, recorder=recorder)
        return Edited(len(rows), recorder.change_set.label, recorder.id)


def _begin(session: Session, kind: str, words: tuple[str, str], rows: Sequence[Any], by: By) -> Recorder:
    who = rows[0].display_name if len(rows) == 1 else f"{len(rows):,} providers"
    return changes.begin(session, kind, " ".join((words[0], who, words[1])), actor_id=by.actor_id, now=by.now)


def _write_lines(session: Session, recorder: Recorder, rows: Sequence[Any], line: Line, by: By) -> None:
    own = ("provider_id", "practice_id", "sample")
    lines = [{**dict(zip(own, (row.id, row.practice_id, int(row.sample)), strict=True)), **line(row)} for row in rows]
    given = {"happened_at": by.now, "created_at": by.now, "actor_id": by.actor_id}
    store.add_lines(session, recorder.id, lines, **given)


def _says(summary: str) -> Line:
    return lambda _row: {"kind": ActivityKind.EDIT, "summary": summary}


def _few(ids: Sequence[int]) -> Sequence[int]:
    if len(ids) > MOST:
        raise Refused("too_many", f"These are more than {MOST:,} providers. Narrow the list, then do it in parts.")
    return ids


def _tag_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > TAG_LENGTH:
        raise Invalid({"tag": f"Write a tag of up to {TAG_LENGTH} letters."})
    return name


def _tag(session: Session, name: str) -> Tag | None:
    return session.exec(select(Tag).where(sa.func.lower(Tag.name) == name.lower())).first()


def _new_tag(session: Session, name: str) -> Tag:
    made = Tag(name=name)
    session.add(made)
    session.flush()
    return made
