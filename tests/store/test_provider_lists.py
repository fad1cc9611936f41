"""Pages of the provider list, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.domain.pipeline import Stage
from crm.domain.provider_filter import APPROACH, Filter, NextStep, Sort, Touch
from crm.store import provider_lists as lists
from crm.store.engine import Database
from crm.store.provider_lists import Question
from tests.factories import NOW, TODAY, make_import_run, make_provider, make_tag, make_user

EVERYONE = Filter()


def asking(wanted: Filter = EVERYONE, **given: Any) -> Question:
    return Question(wanted, TODAY, NOW, **given)


def names(session: Session, question: Question) -> list[str]:
    return [row.display_name for row in lists.page(session, question, None, back=False, limit=100)]


def walk(session: Session, question: Question, limit: int) -> list[list[str]]:
    """Every page forwards."""
    pages, cursor = [], None
    while rows := lists.page(session, question, cursor, back=False, limit=limit):
        pages.append([row.display_name for row in rows])
        cursor = lists.cursor_of(question, rows[-1])
    return pages


def people(session: Session) -> None:
    """Seven with everything, four without, all in ties."""
    for number in range(11):
        given: dict[str, Any] = {"fit": number // 3, "sort_name": f"name {number // 2}", "display_name": f"P{number}"}
        if number < 7:
            given |= {
                "distance_miles": float(number // 2),
                "next_due_on": TODAY + timedelta(days=number // 2),
                "last_touch_at": NOW - timedelta(days=number // 2),
            }
        make_provider(session, **given)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("sort", list(Sort))
def test_pages_walk_through_everybody_once_and_back(db: Database, sort: Sort, turned: bool) -> None:
    with db.write() as session:
        people(session)
    question = asking(sort=sort, turned=turned)
    with db.read() as session:
        whole = names(session, question)
        assert sorted(whole) == sorted(f"P{number}" for number in range(11))
        pages = walk(session, question, 3)
        assert [name for page in pages for name in page] == whole
        last = lists.page(session, question, None, back=False, limit=100)[-1]
        cursor, back = lists.cursor_of(question, last), []
        while rows := lists.page(session, question, cursor, back=True, limit=3):
            back = [row.display_name for row in rows] + back
            cursor = lists.cursor_of(question, rows[0])
        assert back == whole[:-1]


def test_rows_without_a_value_come_last_whichever_way_round(db: Database) -> None:
    with db.write() as session:
        people(session)
    with db.read() as session:
        for sort in (Sort.DISTANCE, Sort.NEXT, Sort.TOUCH):
            for turned in (False, True):
                ends = {int(name[1:]) for name in names(session, asking(sort=sort, turned=turned))[-4:]}
                assert ends == {7, 8, 9, 10}, (sort, turned)


def one(session: Session, wanted: Filter, **given: Any) -> None:
    """Of two providers, only the one made with `given` answers, and the count agrees."""
    make_provider(session, display_name="No", specialty="other", email="", phone="", city="Austin")
    make_provider(session, display_name="Yes", **given)
    assert names(session, asking(wanted)) == ["Yes"], wanted
    assert lists.count(session, asking(wanted), 1000) == (1, False)
    assert len(lists.ids(session, asking(wanted), 10)) == 1


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (Filter(stages=(Stage.TRIAL, Stage.PARTNER)), {"stage": Stage.TRIAL}),
        (Filter(specialties=("oncology",)), {"specialty": "oncology"}),
        (Filter(service="cardiac_pulmonary"), {"specialty": "cardiology"}),
        (Filter(city="Katy"), {"city": "Katy"}),
        (Filter(miles=10), {"distance_miles": 9.9}),
        (Filter(next_step=NextStep.OVERDUE), {"next_due_on": TODAY - DAY}),
        (Filter(next_step=NextStep.TODAY), {"next_due_on": TODAY}),
        (Filter(next_step=NextStep.SET), {"next_due_on": TODAY + DAY}),
        (Filter(next_step=NextStep.NONE), {"stage": Stage.CONTACTED}),
        (Filter(touch=Touch.WEEK), {"last_touch_at": NOW - 6 * DAY}),
        (Filter(touch=Touch.OVER_30), {"last_touch_at": NOW - 31 * DAY}),
        (Filter(touch=Touch.NEVER, city="Houston"), {}),
        (Filter(email="yes"), {"email": "a@b.example"}),
        (Filter(archived=True), {"archived_at": NOW}),
    ],
)
def test_each_filter_finds_its_own(db: Database, wanted: Filter, given: dict[str, Any]) -> None:
    with db.write() as session:
        one(session, wanted, **given)


def test_owner_tag_and_import_are_filters(db: Database) -> None:
    with db.write() as session:
        owner, run = make_user(session), make_import_run(session)
        make_provider(session, display_name="No")
        provider = make_provider(session, display_name="Yes", owner_id=owner.id, import_id=run.id)
        make_tag(session, provider, name="golf")
        for wanted in (Filter(owner=str(owner.id)), Filter(tag="golf"), Filter(import_id=run.id or 0)):
            assert names(session, asking(wanted)) == ["Yes"]
        assert names(session, asking(Filter(owner="none"))) == ["No"]


@pytest.mark.parametrize(
    ("first", "last", "referrals", "quiet"),
    [(200, 91, 2, False), (150, 100, 2, True), (91, 91, 1, True), (90, 90, 1, False), (400, 150, 2, False)],
)
def test_a_partner_is_quiet_after_its_own_interval(
    db: Database, first: int, last: int, referrals: int, quiet: bool
) -> None:
    with db.write() as session:
        make_provider(
            session,
            stage=Stage.PARTNER,
            first_referral_on=TODAY - first * DAY,
            last_referral_on=TODAY - last * DAY,
            referral_count=referrals,
        )
        assert bool(names(session, asking(Filter(next_step=NextStep.QUIET)))) is quiet


def test_peers_and_the_archived_are_left_out_unless_asked_for(db: Database) -> None:
    with db.write() as session:
        make_provider(session, display_name="Peer", is_peer=True)
        make_provider(session, display_name="Chosen peer", is_peer=True, peer_overridden=True)
        make_provider(session, display_name="Gone", archived_at=NOW)
        assert names(session, asking()) == ["Chosen peer"]
        assert set(names(session, asking(Filter(peers=True)))) == {"Peer", "Chosen peer"}


def test_a_search_narrows_the_list_to_what_it_found(db: Database) -> None:
    with db.write() as session:
        make_provider(session, display_name="A")
        found = make_provider(session, display_name="B")
        assert names(session, asking(ids=[found.id or 0])) == ["B"]
        assert names(session, asking(ids=[])) == []


def test_counts_stop_at_the_cap_and_say_so(db: Database) -> None:
    with db.write() as session:
        people(session)
        assert lists.count(session, asking(), 20) == (11, False)
        assert lists.count(session, asking(), 11) == (11, True)
        assert lists.count(session, asking(), 5) == (5, True)


def test_several_wide_filters_are_counted_as_far_as_is_cheap(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "FEW", 5)
    monkeypatch.setattr(lists, "WALKED", 8)
    with sqlite_db.write() as session:
        for number in range(12):
            make_provider(session, city="Katy", specialty="pt" if number % 2 else "oncology")
        wanted = Filter(city="Katy", specialties=("pt",))
        assert lists.count(session, asking(wanted), 100) == (4, True)
        assert lists.count(session, asking(Filter(city="Katy", email="no")), 100) == (0, True)
        assert len(lists.ids(session, asking(wanted), 100)) == 6


# --- which index a page uses -----------------------------------------------------------------------------------------


def plans(db: Database, question: Question) -> str:
    """How SQLite goes about the first page and the count."""
    said: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            found = cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()
            said.extend(row[3] for row in found)

    with db.read() as session:
        connection = session.connection()
        sa.event.listen(connection, "before_cursor_execute", note)
        lists.page(session, question, None, back=False, limit=50)
        sa.event.remove(connection, "before_cursor_execute", note)
    return " / ".join(line for line in said if "provider" in line or "TEMP" in line)


@pytest.mark.parametrize("sort", [Sort.FIT, Sort.NEXT])
def test_of_several_stages_the_first_of_each_are_merged(db: Database, sort: Sort) -> None:
    stages = (Stage.CONTACTED, Stage.TRIAL, Stage.PARTNER)
    with db.write() as session:
        for number in range(12):
            due = {"next_due_on": TODAY + timedelta(days=number % 5)} if number % 4 else {}
            make_provider(session, display_name=f"P{number}", fit=number * 7 % 11, stage=stages[number % 3], **due)
    question = asking(Filter(stages=stages), sort=sort)
    with db.read() as session:
        pages = walk(session, question, 5)
        rows = lists.page(session, question, None, back=False, limit=100)
        ends = lists.cursor_of(question, rows[-1])
        before = lists.page(session, question, ends, back=True, limit=3)
    assert [name for page in pages for name in page] == [row.display_name for row in rows]
    assert len(rows) == 12
    if sort is Sort.FIT:
        assert [row.fit for row in rows] == sorted((row.fit for row in rows), reverse=True)
    assert [row.id for row in before] == [row.id for row in rows[-4:-1]]


MANY = Filter(stages=(Stage.PROSPECT,), email="no")


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (asking(APPROACH), "ix_provider_stage_fit"),
        (asking(), "ix_provider_fit"),
        (asking(MANY, sort=Sort.NAME), "ix_provider_sort_name"),
        (asking(MANY, sort=Sort.DISTANCE), "ix_provider_distance"),
        (asking(MANY, sort=Sort.NEXT), "ix_provider_stage_due"),
        (asking(Filter(email="no"), sort=Sort.NEXT), "ix_provider_next_due"),
        (asking(MANY, sort=Sort.TOUCH), "ix_provider_last_touch"),
    ],
)
def test_orders_walk_their_own_index_and_sort_nothing(sqlite_db: Database, question: Question, index: str) -> None:
    plan = plans(sqlite_db, question)
    assert index in plan, plan
    assert "TEMP B-TREE" not in plan, plan


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(stages=(Stage.PARTNER,)), "ix_provider_stage"),
        (Filter(owner="1"), "ix_provider_owner"),
        (Filter(next_step=NextStep.OVERDUE), "ix_provider_next_due"),
        (Filter(touch=Touch.OVER_90), "ix_provider_last_touch"),
        (Filter(tag="golf"), "ix_provider_tag"),
        (Filter(city="Katy"), "ix_provider_city_fit"),
        (Filter(specialties=("oncology",)), "ix_provider_specialty_fit"),
        (Filter(service="cardiac_pulmonary"), "ix_provider_specialty_fit"),
        (Filter(miles=3), "ix_provider_distance"),
        (Filter(import_id=3), "ix_provider_import"),
        (Filter(email="yes"), "ix_provider_email"),
        (Filter(archived=True), "ix_provider_archived"),
    ],
)
@pytest.mark.parametrize("sort", [Sort.NAME, Sort.FIT])
def test_a_filter_that_leaves_few_is_read_by_its_index(
    sqlite_db: Database, wanted: Filter, index: str, sort: Sort
) -> None:
    plan = plans(sqlite_db, asking(wanted, sort=sort))
    assert index in plan, plan
    assert "SCAN provider" not in plan.replace("SCAN provider_tag", ""), plan
