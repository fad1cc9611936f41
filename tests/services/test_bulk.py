"""Changing many providers at once, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider, ProviderTag, Tag
from crm.services import bulk, changes
from crm.services.bulk import By, Edited
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_provider, make_tag, make_user
from tests.statements import counted

BY = By(None, NOW)
LATER = NOW + timedelta(minutes=5)


def three(db: Database) -> list[int]:
    with db.write() as session:
        return [make_provider(session).id or 0 for _ in range(3)]


def seen(db: Database) -> tuple[list[tuple[object, ...]], list[tuple[int, int]]]:
    """Everything that a bulk edit may touch."""
    with db.read() as session:
        rows = session.exec(select(Provider).order_by(col(Provider.id))).all()
        tags = session.exec(select(ProviderTag).order_by(col(ProviderTag.id))).all()
        values = [(r.stage, r.stage_reason, r.return_on, r.owner_id, r.enroll_later_at, r.archived_at) for r in rows]
        return values, [(t.provider_id, t.tag_id) for t in tags]


def lines(session: Session) -> list[Activity]:
    return list(session.exec(select(Activity).where(col(Activity.undone_at).is_(None)).order_by(col(Activity.id))))


Act = Callable[[Database, list[int]], Edited]
ACTS: dict[str, Act] = {
    "move": lambda db, ids: bulk.move(db, ids, Stage.DECLINED, BY, reason="No time", return_on=None, today=TODAY),
    "enroll later": lambda db, ids: bulk.enroll_later(db, ids, BY),
    "archive": lambda db, ids: bulk.archive(db, ids, BY),
    "tag": lambda db, ids: bulk.tag(db, ids, "golf", BY),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_each_change_writes_timelines_and_is_undone_whole(db: Database, name: str) -> None:
    ids = three(db)
    before = seen(db)
    done = ACTS[name](db, ids[:2])
    assert done.count == 2
    assert done.change_set_id is not None
    assert seen(db) != before
    with db.read() as session:
        assert [line.provider_id for line in lines(session)] == ids[:2]
        assert {line.created_at for line in lines(session)} == {NOW}
    assert changes.undo(db, done.change_set_id, actor_id=None, now=LATER) == []
    assert seen(db) == before
    with db.read() as session:
        assert lines(session) == []


@pytest.mark.parametrize("name", list(ACTS))
def test_doing_it_again_changes_nothing(db: Database, name: str) -> None:
    ids = three(db)
    ACTS[name](db, ids)
    again = ACTS[name](db, ids)
    assert (again.count, again.change_set_id) == (0, None)


def test_a_move_says_from_to_and_why(db: Database) -> None:
    with db.write() as session:
        one = make_provider(session, stage=Stage.TRIAL).id or 0
    done = bulk.move(db, [one], Stage.NOT_NOW, BY, reason=" busy ", return_on=TODAY + timedelta(30), today=TODAY)
    assert done.label.endswith("to Not now")
    with db.read() as session:
        (line,) = lines(session)
        assert (line.kind, line.stage_from, line.stage_to) == (ActivityKind.STAGE, Stage.TRIAL, Stage.NOT_NOW)
        assert line.reason == "busy"
        assert session.get_one(Provider, one).return_on == TODAY + timedelta(30)


def test_a_move_aside_asks_for_what_it_needs(db: Database) -> None:
    with pytest.raises(Invalid):
        bulk.move(db, three(db), Stage.DECLINED, BY, return_on=None, today=TODAY)


def test_owners_are_people_with_an_account(db: Database) -> None:
    ids = three(db)
    with db.write() as session:
        owner = make_user(session, name="Sam Ives")
    assert bulk.assign(db, ids, owner.id, BY).label == "Assigned 3 providers to Sam Ives"
    assert bulk.assign(db, ids[:1], None, BY).count == 1
    with pytest.raises(NotFound):
        bulk.assign(db, ids, 999, BY)


def test_tags_are_one_word_however_they_are_written(db: Database) -> None:
    ids = three(db)
    with db.write() as session:
        make_tag(session, name="Golf")
    bulk.tag(db, ids, " golf ", BY)
    with db.read() as session:
        assert [tag.name for tag in session.exec(select(Tag))] == ["Golf"]
    done = bulk.untag(db, ids[:2], "GOLF", BY)
    assert done.count == 2
    assert len(seen(db)[1]) == 1
    changes.undo(db, done.change_set_id or 0, actor_id=None, now=LATER)
    assert len(seen(db)[1]) == 3
    with pytest.raises(Invalid):
        bulk.tag(db, ids, "  ", BY)


def test_the_archived_come_back_but_the_merged_do_not(db: Database) -> None:
    with db.write() as session:
        gone = make_provider(session, archived_at=NOW)
        merged = make_provider(session, archived_at=NOW, merged_into_id=gone.id)
    assert bulk.restore(db, [gone.id or 0, merged.id or 0], BY).count == 1


def test_undo_keeps_and_names_what_was_changed_since(db: Database) -> None:
    ids = three(db)
    done = bulk.move(db, ids, Stage.CONTACTED, BY, return_on=None, today=TODAY)
    with db.write() as session:
        session.get_one(Provider, ids[0]).stage = Stage.PARTNER
    (kept,) = changes.undo(db, done.change_set_id or 0, actor_id=None, now=LATER)
    assert "stage was changed since" in kept
    with db.read() as session:
        stages = [session.get_one(Provider, one).stage for one in ids]
    assert stages == [Stage.PARTNER, Stage.PROSPECT, Stage.PROSPECT]


def test_more_than_fits_is_refused(sqlite_db: Database) -> None:
    with pytest.raises(Refused):
        bulk.archive(sqlite_db, range(bulk.MOST + 1), BY)


def test_thousands_are_moved_and_undone_by_few_statements(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        ids = [make_provider(session).id or 0 for _ in range(2000)]
    with counted(sqlite_db) as moving:
        done = bulk.move(sqlite_db, ids, Stage.CONTACTED, BY, return_on=None, today=TODAY)
    with counted(sqlite_db) as undoing:
        changes.undo(sqlite_db, done.change_set_id or 0, actor_id=None, now=LATER)
    assert len(moving) < 200
    assert len(undoing) < 200
