"""Who gets in, where requests may come from, and what browsers are told."""

from __future__ import annotations

import stat

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.errors import Invalid, NotFound, Refused
from crm.web import create_app, headers, security
from tests.conftest import SAME_SITE

ARGUMENTS = {"int": "1", "string": "x", "path": "x", "default": "x", "uuid": "x", "float": "1"}


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every (method, address, endpoint) of the application, with something for its arguments."""
    found = []
    for rule in app.url_map.iter_rules():
        converters = rule._converters  # `rule.arguments` names those with a default as well
        values = {name: 1 if "Integer" in type(converters[name]).__name__ else "x" for name in converters}
        _, path = rule.build(values) or ("", rule.rule)
        found += [(method, path, rule.endpoint) for method in sorted(rule.methods or ()) if method != "OPTIONS"]
    return found


def test_every_route_needs_a_login_unless_it_says_why_not(visitor: FlaskClient) -> None:
    open_doors = []
    for method, path, endpoint in addresses(visitor.application):
        answer = visitor.open(path, method=method, headers=SAME_SITE)
        sent_away = answer.status_code == 303 and answer.location.startswith("/login")
        if not sent_away and endpoint not in security.PUBLIC:
            open_doors.append((method, path, answer.status_code))
    assert open_doors == []


def test_scripts_get_401_where_people_get_the_page_to_sign_in(visitor: FlaskClient) -> None:
    for method, path, endpoint in addresses(visitor.application):
        if endpoint not in security.PUBLIC and method != "HEAD":
            answer = visitor.open(path, method=method, headers=SAME_SITE | {"Accept": "application/json"})
            assert answer.status_code == 401
            assert answer.json["sign_in"].startswith("/login")


def test_the_list_of_public_routes_names_routes_and_reasons(visitor: FlaskClient) -> None:
    endpoints = {rule.endpoint for rule in visitor.application.url_map.iter_rules()}
    assert set(security.PUBLIC) <= endpoints
    assert set(security.ANY_ORIGIN) <= set(security.PUBLIC)
    assert set(security.WITHOUT_VISITOR) <= set(security.PUBLIC)
    assert all(len(reason) > 10 for reason in security.PUBLIC.values())


def test_before_the_first_user_every_page_leads_to_the_welcome(empty: FlaskClient) -> None:
    for _, path, endpoint in addresses(empty.application):
        if endpoint not in security.PUBLIC:
            assert empty.get(path).location in {"/welcome", None}
    assert empty.get("/login").location == "/welcome"
    assert empty.get("/welcome").status_code == 200


@pytest.fixture
def empty(handoff: Handoff) -> FlaskClient:
    with handoff.db.write() as session:
        session.connection().execute(sa.text("DELETE FROM user_account"))
        session.connection().execute(sa.text("DELETE FROM business"))
    return create_app(handoff).test_client()


# --- cross-site requests ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://localhost:81"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "https://handoff.example"}, True),
        ({"Referer": "http://localhost/providers"}, True),
        ({"Referer": "https://evil.example/http://localhost/"}, False),
        ({}, True),
    ],
)
def test_only_our_own_pages_can_change_something(handoff: Handoff, sent: dict[str, str], allowed: bool) -> None:
    from dataclasses import replace

    handoff.settings = replace(handoff.settings, public_url="https://handoff.example")
    answer = create_app(handoff).test_client().post("/login", data={"email": "x"}, headers=sent)
    assert answer.status_code == (422 if allowed else 403)


def test_reading_is_allowed_from_anywhere_since_links_must_work(client: FlaskClient) -> None:
    assert client.get("/login", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 303


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/nothing-here", "/favicon.ico"])
def test_every_response_carries_the_headers(visitor: FlaskClient, path: str) -> None:
    sent = visitor.get(path).headers
    assert sent["Content-Security-Policy"] == headers.POLICY
    for name, value in headers.ALWAYS.items():
        assert sent[name] == value
    assert "Strict-Transport-Security" not in sent


def test_over_https_browsers_are_told_to_stay_there(visitor: FlaskClient) -> None:
    sent = visitor.get("/login", base_url="https://handoff.example").headers
    assert sent["Strict-Transport-Security"] == "max-age=31536000"


def test_pages_are_not_stored_but_assets_are(visitor: FlaskClient) -> None:
    page = visitor.get("/login")
    assert page.headers["Cache-Control"] == "no-store"
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in visitor.get(style).headers["Cache-Control"]


def test_the_key_file_is_readable_by_its_owner_alone(visitor: FlaskClient, handoff: Handoff) -> None:
    key = handoff.settings.data_dir / "flash.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes() == visitor.application.secret_key
    assert create_app(handoff).secret_key == visitor.application.secret_key


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def faulty(handoff: Handoff) -> Flask:
    app = create_app(handoff)
    for number, error in enumerate(FAULTS):
        app.add_url_rule(f"/fault/{number}", f"fault{number}", _raiser(error))
    for number in range(len(FAULTS)):
        security.PUBLIC.setdefault(f"fault{number}", "raised by a test")
    yield app
    for number in range(len(FAULTS)):
        del security.PUBLIC[f"fault{number}"]


FAULTS: list[Exception] = [
    NotFound("This provider was removed."),
    Refused("deactivated", "This NPI is deactivated."),
    Invalid({"zip": "A ZIP has five digits."}),
    sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full")),
    sa.exc.OperationalError("INSERT", {}, Exception("database is locked")),
    ZeroDivisionError(),
]
SAID = [
    (404, "This provider was removed."),
    (409, "This NPI is deactivated."),
    (422, "A ZIP has five digits."),
    (507, "no room left"),
    (503, "busy"),
    (500, "our mistake"),
]


def _raiser(error: Exception):
    def view() -> str:
        raise error

    return view


@pytest.mark.parametrize(("number", "status", "words"), [(n, *said) for n, said in enumerate(SAID)])
def test_every_error_is_a_page_that_says_what_to_do(faulty: Flask, number: int, status: int, words: str) -> None:
    page = faulty.test_client().get(f"/fault/{number}")
    assert page.status_code == status
    assert words in page.text
    script = faulty.test_client().get(f"/fault/{number}", headers={"Accept": "application/json"})
    assert script.status_code == status
    assert script.json["message"]


def test_a_database_that_fails_altogether_still_gets_a_page(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.connect() as connection:
        connection.exec_driver_sql("DROP TABLE task")
        connection.exec_driver_sql("ALTER TABLE business RENAME TO lost")
    answer = client.get("/settings")
    assert answer.status_code == 500
    assert "our mistake" in answer.text
    assert answer.headers["Content-Security-Policy"] == headers.POLICY


def test_a_wrong_method_says_which_ones_work(visitor: FlaskClient) -> None:
    answer = visitor.post("/favicon.ico", headers=SAME_SITE)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "Not that way" in answer.text


def test_an_unknown_address_says_nothing_about_what_exists(visitor: FlaskClient) -> None:
    assert visitor.get("/providers/999999/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/providers/9223372036854775808", "/templates/10000000000000000000000/edit",
                                  "/papers/made/9223372036854775808.pdf", "/clients/9223372036854775808"])  # fmt: skip
def test_an_id_larger_than_any_database_counts_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_too_large_a_form_is_refused_before_it_is_read(handoff: Handoff) -> None:
    app = create_app(handoff)
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = app.test_client().post("/login", data={"email": "x" * 2000}, headers=SAME_SITE)
    assert answer.status_code == 413
    assert "Too large" in answer.text
