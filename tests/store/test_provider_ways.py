"""Triggers keep when each provider reached the stages, whichever road a line takes into the timeline."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.kinds import TOUCHES, ActivityKind
from crm.domain.pipeline import PATH, Stage
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.ways import ProviderWay
from crm.store.engine import Database
from tests.codebase import tree
from tests.factories import make_activity, make_provider

WAY = PATH[1:]
Known = dict[int, tuple[int | None, ...]]


def at(day: int, second: int = 0) -> datetime:
    return datetime(2026, 3, day, 12, 0, second, 900_000, tzinfo=UTC)


def known(session: Session) -> Known:
    session.flush()
    rows = session.connection().execute(sa.select(ProviderWay.__table__))  # type: ignore[attr-defined]
    return {row[0]: tuple(row[1:]) for row in rows}


def told(session: Session) -> Known:
    """The same in plain Python from the whole timeline."""
    found: dict[int, list[Activity]] = {}
    for line in session.exec(select(Activity).where(col(Activity.undone_at).is_(None))):
        if line.kind in {*TOUCHES, ActivityKind.STAGE}:
            found.setdefault(line.provider_id, []).append(line)
    return {one: (*_way(lines), *_standing(session.get_one(Provider, one))) for one, lines in found.items()}


def _standing(provider: Provider) -> tuple[int, bool, bool]:
    stands = PATH.index(provider.stage) if provider.stage in WAY else 1
    return stands, provider.sample, provider.archived_at is not None


def _way(lines: list[Activity]) -> tuple[int | None, ...]:
    moves = [line for line in lines if line.kind is ActivityKind.STAGE]
    first = [line for line in lines if line.kind in TOUCHES or line.stage_from is Stage.PROSPECT]
    further = [[line for line in moves if line.stage_to in WAY[place:]] for place in range(1, len(WAY))]
    seconds = (min((int(line.happened_at.timestamp()) for line in some), default=None) for some in (first, *further))
    places = [PATH.index(line.stage_to) for line in moves if line.stage_to in WAY]
    return (*seconds, max(places, default=1))


def move(session: Session, provider: Any, when: datetime, before: Stage, after: Stage) -> Activity:
    stages = {"stage_from": before, "stage_to": after}
    return make_activity(session, provider_id=provider.id, kind=ActivityKind.STAGE, happened_at=when, **stages)


@pytest.fixture
def here(db: Database) -> Iterator[Any]:
    """(session, one with a way, another who was only called): the first is on trial."""
    with db.write() as session:
        one, other = make_provider(session), make_provider(session)
        make_activity(session, provider_id=one.id, kind=ActivityKind.CALL, happened_at=at(3))
        move(session, one, at(4), Stage.PROSPECT, Stage.CONTACTED)
        move(session, one, at(9, 1), Stage.CONTACTED, Stage.SAMPLE_SENT)
        move(session, one, at(7), Stage.CONTACTED, Stage.INTRODUCED)
        move(session, one, at(12), Stage.SAMPLE_SENT, Stage.TRIAL)
        move(session, one, at(20), Stage.TRIAL, Stage.NOT_NOW)
        make_activity(session, provider_id=other.id, kind=ActivityKind.CALL, happened_at=at(5))
        make_activity(session, provider_id=other.id, kind=ActivityKind.NOTE, happened_at=at(1))
        yield session, one.id, other.id


def test_the_first_of_each_stays(here: Any) -> None:
    session, one, other = here
    found = known(session)
    assert found == told(session)
    assert found[one][:3] == tuple(int(when.timestamp()) for when in (at(3), at(7), at(9, 1)))
    assert found[one][3:] == (int(at(12).timestamp()), None, PATH.index(Stage.TRIAL), 1, False, False)
    assert found[other] == (int(at(5).timestamp()), None, None, None, None, 1, 1, False, False)


CHANGES = [
    "UPDATE activity SET undone_at = happened_at WHERE provider_id = :one AND kind = 'call'",
    "UPDATE activity SET undone_at = happened_at WHERE provider_id = :one AND stage_to = 'trial'",
    "UPDATE activity SET undone_at = happened_at WHERE provider_id = :one",
    "UPDATE activity SET provider_id = :other WHERE provider_id = :one",
    "UPDATE activity SET provider_id = :one WHERE provider_id = :other",
    "UPDATE activity SET stage_to = 'partner' WHERE stage_to = 'trial'",
    "UPDATE activity SET kind = 'stage', stage_from = 'not_now', stage_to = 'contacted' WHERE kind = 'call'",
    "UPDATE activity SET kind = 'note' WHERE kind = 'call'",
    "UPDATE activity SET kind = 'fax' WHERE kind = 'note'",
    "UPDATE activity SET happened_at = (SELECT min(happened_at) FROM activity) WHERE stage_to = 'sample_sent'",
    "DELETE FROM activity WHERE kind = 'call'",
    "DELETE FROM activity WHERE provider_id = :one AND stage_to = 'introduced'",
    "DELETE FROM activity",
    "UPDATE provider SET stage = 'partner' WHERE id = :one",
    "UPDATE provider SET archived_at = created_at WHERE id = :other",
    "UPDATE provider SET sample = (1 = 1)",
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_the_timeline_or_the_provider_changes_the_way(here: Any, change: str) -> None:
    session, one, other = here
    before = known(session)
    names = {name: value for name, value in (("one", one), ("other", other)) if f":{name}" in change}
    session.execute(sa.text(change), names)
    session.expire_all()
    assert known(session) == told(session) != before


def test_a_provider_stands_where_it_stood_before_its_first_line(db: Database) -> None:
    with db.write() as session:
        one = make_provider(session, stage=Stage.TRIAL, sample=True)
        make_activity(session, provider_id=one.id, kind=ActivityKind.CALL, happened_at=at(3))
        assert known(session) == told(session)
        assert one.id is not None
        assert known(session)[one.id][-4:] == (1, 4, True, False)


def test_undoing_an_undo_brings_the_way_back(here: Any) -> None:
    session, _, _ = here
    before = known(session)
    session.execute(sa.text("UPDATE activity SET undone_at = happened_at"))
    assert known(session) == {}
    session.execute(sa.text("UPDATE activity SET undone_at = NULL"))
    assert known(session) == before


def test_other_changes_leave_it_alone(here: Any) -> None:
    session, _, _ = here
    before = known(session)
    session.execute(sa.text("DELETE FROM provider_way"))
    session.execute(sa.text("UPDATE activity SET summary = 'x', kind = kind, undone_at = undone_at"))
    assert known(session) == {}
    session.execute(sa.text("UPDATE activity SET undone_at = happened_at WHERE kind = 'note'"))
    assert known(session).keys() < before.keys()


def test_the_triggers_know_every_touch_and_stage() -> None:
    spec = importlib.util.spec_from_file_location("ways", tree.ROOT / "migrations/versions/0015_provider_ways.py")
    assert spec is not None
    assert spec.loader is not None
    ways = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ways)
    assert {name.strip("' ") for name in ways.TOUCHES.split(",")} == {kind.value for kind in TOUCHES}
    assert tuple(stage.value for stage in WAY) == ways.WAY
