"""The first-run page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.config import Settings
from crm.models.accounts import Business, User
from crm.models.providers import Provider
from crm.store.engine import Database
from crm.web import create_app
from tests.conftest import SAME_SITE
from tests.factories import FakeClock

ANSWERS = {"name": "Dana Whitfield", "email": "Dana@Stride.example", "password": "three walks a week"}


@pytest.fixture
def fresh(sqlite_db: Database, tmp_path, clock: FakeClock) -> FlaskClient:
    """A Handoff that nobody has opened yet."""
    settings = Settings(data_dir=tmp_path, database_url=str(sqlite_db.url))
    return create_app(Handoff(settings=settings, db=sqlite_db, clock=clock)).test_client()


def begin(client: FlaskClient, **changed: str):
    return client.post("/welcome", data=ANSWERS | changed, headers=SAME_SITE)


def test_three_answers_make_the_owner_and_open_today(fresh: FlaskClient, sqlite_db: Database) -> None:
    answer = begin(fresh, zone="America/Denver")

    assert (answer.status_code, answer.location) == (303, "/")
    assert "handoff_session=" in answer.headers["Set-Cookie"]
    with sqlite_db.read() as session:
        user, business = session.exec(select(User)).one(), session.exec(select(Business)).one()
    assert (user.name, user.email) == ("Dana Whitfield", "dana@stride.example")
    assert (business.zone, business.email) == ("America/Denver", "dana@stride.example")
    assert fresh.get("/login").location == "/"


def test_sample_data_comes_only_when_asked_for(fresh: FlaskClient, sqlite_db: Database) -> None:
    begin(fresh)
    with sqlite_db.read() as session:
        assert session.exec(select(Provider)).all() == []


def test_with_sample_data_the_pages_are_full(fresh: FlaskClient, sqlite_db: Database) -> None:
    begin(fresh, sample="1")
    with sqlite_db.read() as session:
        assert len(session.exec(select(Provider).where(Provider.sample)).all()) > 50


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Tell us your name"),
        ({"email": "dana"}, "Write an e-mail address"),
        ({"password": "short"}, "at least 8 characters"),
        ({"password": "password123"}, "others would guess"),
    ],
)
def test_a_wrong_answer_is_named_and_the_others_stay(fresh: FlaskClient, wrong: dict[str, str], words: str) -> None:
    answer = begin(fresh, **wrong)

    assert answer.status_code == 422
    assert words in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert ANSWERS["password"] not in answer.text


def test_the_second_of_two_tabs_just_signs_in(fresh: FlaskClient, sqlite_db: Database) -> None:
    begin(fresh)
    other_tab = fresh.application.test_client()

    assert begin(other_tab).location == "/"
    with sqlite_db.read() as session:
        assert len(session.exec(select(User)).all()) == 1


def test_once_there_is_an_owner_nobody_else_can_become_one(fresh: FlaskClient, sqlite_db: Database) -> None:
    begin(fresh)
    stranger = fresh.application.test_client()

    assert begin(stranger, email="eve@evil.example", password="something else").status_code == 422
    assert stranger.get("/welcome").location == "/login"
    with sqlite_db.read() as session:
        assert [user.email for user in session.exec(select(User))] == ["dana@stride.example"]


def test_a_zone_that_does_not_exist_is_ignored(fresh: FlaskClient, sqlite_db: Database) -> None:
    begin(fresh, zone="Mars/Olympus")
    with sqlite_db.read() as session:
        assert session.get_one(Business, 1).zone == "America/Chicago"
