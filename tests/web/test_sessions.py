"""Signing in and out in the browser."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.models.accounts import User, WebSession
from crm.web.sessions import inside
from tests.conftest import PASSWORD, SAME_SITE
from tests.factories import FakeClock


def sign_in(visitor: FlaskClient, email: str, password: str = PASSWORD, **data: str):
    return visitor.post("/login", data={"email": email, "password": password, **data}, headers=SAME_SITE)


def test_signing_in_leads_to_today_with_a_cookie_that_scripts_cannot_read(visitor: FlaskClient, owner: User) -> None:
    answer = sign_in(visitor, owner.email)

    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("handoff_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure(visitor: FlaskClient, owner: User) -> None:
    answer = visitor.post(
        "/login",
        data={"email": owner.email, "password": PASSWORD},
        headers=SAME_SITE,
        base_url="https://localhost",
    )

    assert "Secure" in answer.headers["Set-Cookie"]


def test_the_database_knows_only_the_hash_of_the_cookie(visitor: FlaskClient, owner: User, handoff: Handoff) -> None:
    sign_in(visitor, owner.email)

    cookie = visitor.get_cookie("handoff_session")
    assert cookie is not None
    with handoff.db.read() as session:
        row = session.get_one(WebSession, 1)
    assert cookie.value not in repr(row.model_dump())


def test_the_page_asked_for_opens_after_signing_in(visitor: FlaskClient, owner: User) -> None:
    asked = visitor.get("/settings?x=1")
    assert asked.location == "/login?next=/settings?x%3D1"

    page = visitor.get(asked.location)
    assert 'value="/settings?x=1"' in page.text
    assert sign_in(visitor, owner.email, next="/settings?x=1").location == "/settings?x=1"


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        None,
        "/login",
        "/a\nb",
        "x",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(page: str | None) -> None:
    assert inside(page) == "/"


def test_a_wrong_password_keeps_the_email_and_tells_nothing(visitor: FlaskClient, owner: User) -> None:
    wrong = sign_in(visitor, owner.email, "wrong password")
    unknown = sign_in(visitor, "nobody@stride.example", "wrong password")

    assert wrong.status_code == unknown.status_code == 422
    assert owner.email in wrong.text
    assert "don&#39;t go together" in wrong.text
    assert "don&#39;t go together" in unknown.text


def test_guessing_is_slowed_and_the_wait_is_told(visitor: FlaskClient, owner: User, clock: FakeClock) -> None:
    for _ in range(5):
        sign_in(visitor, owner.email, "wrong password")
    answer = sign_in(visitor, owner.email)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "31"
    assert "Wait 30 seconds" in answer.text
    clock.advance(seconds=31)
    assert sign_in(visitor, owner.email).status_code == 303


def test_signing_out_ends_the_session_on_the_server_too(client: FlaskClient) -> None:
    cookie = client.get_cookie("handoff_session")
    assert cookie is not None
    answer = client.post("/logout", headers=SAME_SITE)

    assert answer.location == "/login?out=1"
    assert "data-signed-out" in client.get(answer.location).text
    assert "storage" in answer.headers["Clear-Site-Data"]
    client.set_cookie("handoff_session", cookie.value)
    assert client.get("/settings").location.startswith("/login")


def test_a_session_ends_a_month_after_its_last_use(client: FlaskClient, clock: FakeClock) -> None:
    clock.advance(days=29)
    assert client.get("/login").location == "/"
    clock.advance(days=29)
    assert client.get("/login").location == "/"
    clock.advance(days=31)
    assert client.get("/login").status_code == 200
