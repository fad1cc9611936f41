"""New distances and fits for everybody."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from crm.models.accounts import Business
from crm.models.providers import Provider
from crm.services import business, demo, prices, scoring
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_provider


def scores(db: Database) -> list[tuple[float | None, int]]:
    with db.read() as session:
        return [(row.distance_miles, row.fit) for row in session.exec(select(Provider).order_by(Provider.id))]


def due(db: Database) -> bool:
    with db.read() as session:
        return scoring.next_due(session) is not None


def prepare(db: Database, **given) -> None:
    with db.write() as session:
        make_business(session, scored_at=NOW)
        make_provider(session, zip="77030", **given)


def test_a_new_zip_gives_everybody_a_new_distance_and_fit(db: Database) -> None:
    prepare(db)
    assert not due(db)
    business.save(db, {"zip": "77005"}, actor_id=None, now=NOW)
    assert not due(db)
    business.save(db, {"zip": "77004"}, actor_id=None, now=NOW)
    assert due(db)
    assert scoring.run_due(db, now=NOW) == 1
    near = scores(db)
    business.save(db, {"zip": "80202"}, actor_id=None, now=NOW)
    scoring.run_due(db, now=NOW + timedelta(hours=1))

    assert near[0][0] < 5 < 800 < scores(db)[0][0]
    assert near[0][1] > scores(db)[0][1]
    assert not due(db)


def test_a_service_switched_off_costs_those_who_would_refer_for_it(db: Database) -> None:
    prepare(db, specialty="pediatrics")
    business.save(db, {"zip": "77004"}, actor_id=None, now=NOW)
    scoring.run_due(db, now=NOW)
    before = scores(db)[0][1]
    prices.save(db, {"offered-post_rehab_conditioning": "1"}, actor_id=None, now=NOW)

    assert scoring.run_due(db, now=NOW) == 1
    assert scores(db)[0][1] < before


def test_peers_and_the_deactivated_are_not_ranked(db: Database) -> None:
    prepare(db, specialty="peer", is_peer=True, fit=50)
    with db.write() as session:
        make_provider(session, deactivated_on=NOW.date(), fit=50)
        make_provider(session, specialty="peer", is_peer=True, peer_overridden=True)
        session.get_one(Business, 1).scored_at = None
    scoring.run_due(db, now=NOW)
    assert [fit > 0 for _, fit in scores(db)] == [False, False, True]


def test_without_a_zip_distances_stay(db: Database) -> None:
    with db.write() as session:
        make_business(session, zip="")
        make_provider(session, distance_miles=3.5)
    scoring.run_due(db, now=NOW)
    assert scores(db)[0][0] == 3.5


def test_many_are_done_in_batches_and_a_second_run_changes_nothing(db: Database) -> None:
    prepare(db)
    with db.write() as session:
        for _ in range(4):
            make_provider(session)
        session.get_one(Business, 1).scored_at = None
    assert scoring.run_due(db, now=NOW, batch=2) == 5
    with db.write() as session:
        session.get_one(Business, 1).scored_at = None
    assert scoring.run_due(db, now=NOW) == 0


def test_a_run_that_is_stopped_stays_due(db: Database) -> None:
    prepare(db)
    with db.write() as session:
        session.get_one(Business, 1).scored_at = None
    scoring.run_due(db, now=NOW, stopping=lambda: True)
    assert due(db)


def test_a_zip_that_changes_meanwhile_is_not_forgotten(db: Database) -> None:
    prepare(db)
    with db.write() as session:
        session.get_one(Business, 1).scored_at = None
    turns = iter([False])

    def changes_at_the_first_turn() -> bool:
        if next(turns, None) is not None:
            business.save(db, {"zip": "80202"}, actor_id=None, now=NOW)
        return False

    scoring.run_due(db, now=NOW, stopping=changes_at_the_first_turn)
    assert due(db)


def test_the_sample_data_moves_with_the_business(sqlite_db: Database) -> None:
    demo.add(sqlite_db, actor_id=None, now=NOW)
    business.save(sqlite_db, {"zip": "80202", "city": "Denver", "state": "CO"}, actor_id=None, now=NOW)
    scoring.run_due(sqlite_db, now=NOW)

    assert all(miles is not None and miles < 25 for miles, _ in scores(sqlite_db))
    with sqlite_db.read() as session:
        assert {row.city for row in session.exec(select(Provider))} == {"Denver"}
