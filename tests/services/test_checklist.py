"""The first steps."""

from __future__ import annotations

from datetime import timedelta

from crm.models.accounts import Business, User
from crm.services import checklist, prices, profile
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_business, make_credential, make_service_price, make_user


def steps(db: Database, user_id: int) -> checklist.Checklist:
    with db.read() as session:
        user, business = session.get_one(User, user_id), session.get(Business, 1)
    return checklist.checklist(db, user, business, today=TODAY)


def test_at_first_everything_is_missing_and_named(db: Database) -> None:
    with db.write() as session:
        user = make_user(session, credentials="")
    found = steps(db, user.id)

    assert found.shows
    assert [step.missing for step in found.steps] == [
        "name, street, city, state, ZIP and phone",
        "credentials and certification or insurance",
        "what you offer, and for how much",
    ]


def test_done_steps_are_ticked_and_all_of_them_end_the_list(db: Database) -> None:
    with db.write() as session:
        make_business(session, phone="")
        user = make_user(session)
        make_credential(session, user_id=user.id)
        make_service_price(session)
    assert [step.is_done for step in steps(db, user.id).steps] == [False, True, True]
    assert steps(db, user.id).steps[0].missing == "phone"
    with db.write() as session:
        session.get_one(Business, 1).phone = "+17135550100"
    assert steps(db, user.id).done == 3
    assert not steps(db, user.id).shows


def test_it_can_be_put_away_but_papers_still_warn(db: Database) -> None:
    with db.write() as session:
        user = make_user(session)
        paper = make_credential(session, user_id=user.id, expires_on=TODAY + timedelta(days=3))
    profile.hide_checklist(db, user.id)
    found = steps(db, user.id)
    assert not found.shows
    assert [row.id for row in found.expiring] == [paper.id]


def test_saving_prices_as_they_are_is_a_choice_too(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        user = make_user(session)
    prices.save(db, {"offered-youth": "1"}, actor_id=user.id, now=NOW)
    assert steps(db, user.id).steps[2].is_done
