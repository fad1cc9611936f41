"""How a person signs and likes to work."""

from __future__ import annotations

import pytest

from crm.domain.errors import Invalid
from crm.models.accounts import User
from crm.services import profile
from crm.store.engine import Database
from tests.factories import NOW, make_user


@pytest.fixture
def dana(db: Database) -> User:
    with db.write() as session:
        return make_user(session, next_digest_at=NOW, preferences={"palette": "seen"})


def stored(db: Database, user: User) -> User:
    with db.read() as session:
        return session.get_one(User, user.id)


def test_only_what_is_given_changes(db: Database, dana: User) -> None:
    profile.save(db, dana.id, {"credentials": " PhD ", "phone": "713 555 0199"}, now=NOW)
    row = stored(db, dana)
    assert (row.credentials, row.phone, row.name) == ("PhD", "+17135550199", dana.name)


def test_every_wrong_field_is_named_and_nothing_changes(db: Database, dana: User) -> None:
    wrong = {"name": " ", "email": "dana", "phone": "12", "title": "x" * 200, "credentials": "PhD"}
    with pytest.raises(Invalid) as raised:
        profile.save(db, dana.id, wrong, now=NOW)
    assert set(raised.value.errors) == {"name", "email", "phone", "title"}
    assert stored(db, dana).credentials == dana.credentials


def test_two_people_cannot_sign_in_with_one_email(db: Database, dana: User) -> None:
    with db.write() as session:
        other = make_user(session, email="other@stride.example")
    with pytest.raises(Invalid, match="Somebody else"):
        profile.save(db, dana.id, {"email": "Other@stride.example"}, now=NOW)
    profile.save(db, other.id, {"email": "other@stride.example"}, now=NOW)


def test_another_digest_hour_asks_for_a_new_time(db: Database, dana: User) -> None:
    profile.prefer(db, dana.id, {"digest_hour": "7", "shortcuts_on": "1"})
    assert stored(db, dana).next_digest_at == NOW
    profile.prefer(db, dana.id, {"digest_hour": "6"})
    row = stored(db, dana)
    assert (row.digest_hour, row.next_digest_at, row.shortcuts_on) == (6, None, False)


def test_preferences_leave_the_others_alone(db: Database, dana: User) -> None:
    profile.prefer(db, dana.id, {"theme": "dark", "zone": "America/Denver"})
    profile.hide_checklist(db, dana.id)
    row = stored(db, dana)
    assert row.preferences == {"palette": "seen", "theme": "dark", "checklist": "hidden"}
    assert row.zone == "America/Denver"


def test_preferences_that_do_not_exist_are_named(db: Database, dana: User) -> None:
    with pytest.raises(Invalid) as wrong:
        profile.prefer(db, dana.id, {"zone": "Mars/Olympus", "digest_hour": "late", "theme": "neon"})
    assert set(wrong.value.errors) == {"zone", "digest_hour", "theme"}
