"""The owner, signing in, sessions and passwords."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.models.accounts import Business, LoginAttempt, User, WebSession
from crm.models.audit import AuditEntry
from crm.services import accounts, passwords
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_user

PASSWORD = "three walks a week"


@pytest.fixture
def dana(db: Database) -> User:
    with db.write() as session:
        make_business(session)
        return make_user(session, password=PASSWORD, email="dana@stride.example")


def enter(db: Database, email: str = "dana@stride.example", password: str = PASSWORD, **given):
    given = {"address": "192.0.2.1", "user_agent": "Firefox", "now": NOW} | given
    return accounts.sign_in(db, email=email, password=password, **given)


def audit_kinds(db: Database) -> list[str]:
    with db.read() as session:
        return [entry.kind for entry in session.exec(select(AuditEntry).order_by(AuditEntry.id))]


# --- the owner -------------------------------------------------------------------------------------------------------


def test_the_first_owner_gets_a_business(db: Database) -> None:
    assert accounts.needs_owner(db)
    user = accounts.make_owner(db, name=" Dana  Whitfield ", email="Dana@Stride.example", password=PASSWORD, now=NOW)

    assert (user.name, user.email) == ("Dana Whitfield", "dana@stride.example")
    assert user.password_hash.startswith("$argon2id$")
    assert not accounts.needs_owner(db)
    assert accounts.the_business(db) is not None
    assert audit_kinds(db) == ["owner_made"]


def test_of_many_who_try_at_once_one_becomes_the_owner(db: Database) -> None:
    made, refused = [], []

    def attempt(number: int) -> None:
        try:
            email = f"dana{number % 2}@stride.example"
            made.append(accounts.make_owner(db, name="Dana", email=email, password=PASSWORD, now=NOW))
        except Refused as error:
            refused.append(error.reason)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), refused) == (1, ["owner_exists"] * 5)
    with db.read() as session:
        assert len(session.exec(select(User)).all()) == 1
        assert len(session.exec(select(Business)).all()) == 1


def test_an_owner_made_on_the_command_line_is_completed_by_the_first_run_page(db: Database) -> None:
    with db.write() as session:
        make_business(session)
        session.add(User(name="Dana", email="dana@stride.example", password_hash="", created_at=NOW, title="Owner"))
    assert accounts.needs_owner(db)
    user = accounts.make_owner(db, name="Dana W", email="d@stride.example", password=PASSWORD, now=NOW)

    assert (user.id, user.name, user.title) == (1, "Dana W", "Owner")


# --- signing in ------------------------------------------------------------------------------------------------------


def test_signing_in_gives_a_session_that_the_token_opens(db: Database, dana: User) -> None:
    signed_in = enter(db, " Dana@Stride.example ")
    visitor = accounts.visitor(db, signed_in.token, now=NOW)

    assert visitor is not None
    assert (visitor.user.id, visitor.session.user_agent) == (dana.id, "Firefox")
    assert visitor.business is not None
    assert accounts.visitor(db, signed_in.token + "x", now=NOW) is None
    assert accounts.visitor(db, "", now=NOW) is None
    assert audit_kinds(db) == ["signed_in"]


def test_wrong_password_and_unknown_email_are_refused_with_the_same_words(db: Database, dana: User) -> None:
    with pytest.raises(Refused) as wrong:
        enter(db, password="wrong")
    with pytest.raises(Refused) as unknown:
        enter(db, "nobody@stride.example")
    assert (wrong.value.reason, str(wrong.value)) == (unknown.value.reason, str(unknown.value))


def test_a_disabled_user_stays_out(db: Database, dana: User) -> None:
    signed_in = enter(db)
    with db.write() as session:
        session.get_one(User, dana.id).disabled_at = NOW
    assert accounts.visitor(db, signed_in.token, now=NOW) is None
    with pytest.raises(Refused):
        enter(db)


def test_a_hash_made_with_weaker_settings_is_renewed(db: Database, dana: User) -> None:
    assert passwords.outdated(dana.password_hash)
    enter(db)
    with db.read() as session:
        stored = session.get_one(User, dana.id).password_hash
    assert not passwords.outdated(stored)
    assert passwords.matches(PASSWORD, stored)


def test_guessing_one_email_is_slowed_from_wherever_it_comes(db: Database, dana: User) -> None:
    for number in range(5):
        with pytest.raises(Refused, match="together"):
            enter(db, password="wrong", address=f"192.0.2.{number}")
    with pytest.raises(accounts.TooManyTries) as slowed:
        enter(db, address="192.0.2.99")
    assert slowed.value.seconds == 31
    assert enter(db, now=NOW + timedelta(seconds=30)).user_id == dana.id


def test_guessing_many_emails_from_one_address_is_slowed(db: Database, dana: User) -> None:
    for number in range(20):
        with pytest.raises(Refused, match="together"):
            enter(db, f"nobody{number}@stride.example")
    with pytest.raises(accounts.TooManyTries):
        enter(db)
    assert enter(db, address="192.0.2.2").user_id == dana.id


def test_the_right_password_wipes_the_slips_before_it(db: Database, dana: User) -> None:
    for _ in range(4):
        with pytest.raises(Refused):
            enter(db, password="wrong")
    enter(db)
    with db.read() as session:
        assert {attempt.key for attempt in session.exec(select(LoginAttempt))} == {"address:192.0.2.1"}
        assert len(session.exec(select(LoginAttempt)).all()) == 4


# --- sessions --------------------------------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_mine(db: Database, dana: User) -> None:
    first, second, third = (enter(db, now=NOW + timedelta(minutes=n)) for n in range(3))
    listed = accounts.list_sessions(db, dana.id, now=NOW)
    assert [row.id for row in listed] == [3, 2, 1]

    accounts.revoke_session(db, dana.id, 1, now=NOW)
    assert accounts.visitor(db, first.token, now=NOW) is None
    with pytest.raises(NotFound):
        accounts.revoke_session(db, dana.id, 1, now=NOW)
    assert accounts.revoke_others(db, dana.id, 3, now=NOW) == 1
    assert accounts.visitor(db, second.token, now=NOW) is None
    assert accounts.visitor(db, third.token, now=NOW) is not None


def test_nobody_ends_the_session_of_somebody_else(db: Database, dana: User) -> None:
    enter(db)
    with db.write() as session:
        other = make_user(session)
    with pytest.raises(NotFound):
        accounts.revoke_session(db, other.id, 1, now=NOW)


def test_use_keeps_a_session_alive_and_is_written_down_now_and_then(db: Database, dana: User) -> None:
    signed_in = enter(db)
    for minutes, seen in ((5, NOW), (11, NOW + timedelta(minutes=11)), (15, NOW + timedelta(minutes=11))):
        accounts.visitor(db, signed_in.token, now=NOW + timedelta(minutes=minutes))
        with db.read() as session:
            row = session.get_one(WebSession, 1)
        assert row.seen_at == seen
    assert row.expires_at == NOW + timedelta(minutes=11) + accounts.SESSION_TIME


def test_signing_out_twice_is_no_error(db: Database, dana: User) -> None:
    signed_in = enter(db)
    accounts.sign_out(db, signed_in.token, now=NOW)
    accounts.sign_out(db, signed_in.token, now=NOW)
    assert accounts.visitor(db, signed_in.token, now=NOW) is None
    assert audit_kinds(db) == ["signed_in", "signed_out"]


# --- passwords -------------------------------------------------------------------------------------------------------


def test_a_changed_password_ends_every_other_session(db: Database, dana: User) -> None:
    mine, other = enter(db), enter(db)
    accounts.change_password(db, dana.id, current=PASSWORD, password="a new one, longer", keep=1, now=NOW)

    assert accounts.visitor(db, mine.token, now=NOW) is not None
    assert accounts.visitor(db, other.token, now=NOW) is None
    with pytest.raises(Refused):
        enter(db)
    assert enter(db, password="a new one, longer").user_id == dana.id


def test_changing_the_password_needs_the_old_one_and_a_good_new_one(db: Database, dana: User) -> None:
    with pytest.raises(Invalid) as wrong:
        accounts.change_password(db, dana.id, current="x", password="a new one, longer", keep=None, now=NOW)
    assert set(wrong.value.errors) == {"current"}
    with pytest.raises(Invalid) as weak:
        accounts.change_password(db, dana.id, current=PASSWORD, password="dana@stride.example", keep=None, now=NOW)
    assert set(weak.value.errors) == {"password"}


def test_who_forgot_gets_in_again_by_a_reset_even_while_throttled(db: Database, dana: User) -> None:
    signed_in = enter(db)
    for _ in range(5):
        with pytest.raises(Refused):
            enter(db, password="wrong")
    accounts.reset_password(db, password="a new one, longer", now=NOW)

    assert accounts.visitor(db, signed_in.token, now=NOW) is None
    assert enter(db, password="a new one, longer").user_id == dana.id


def test_a_reset_needs_somebody_to_reset(db: Database) -> None:
    with pytest.raises(NotFound, match="no owner yet"):
        accounts.reset_password(db, password="a new one, longer", now=NOW)
    with pytest.raises(NotFound, match="nobody@"):
        accounts.reset_password(db, email="nobody@stride.example", password="a new one, longer", now=NOW)
