"""Every route needs a signed-in person, or is on the short list with a reason."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from crm.web import security
from tests.conftest import SAME_SITE

VERB_IN_PATH = re.compile(r"/(create|update|delete|remove|add|do|get|set)(/|$|-)")


@pytest.fixture
def app(visitor: FlaskClient) -> Flask:
    return visitor.application


def test_every_route_sends_strangers_to_the_sign_in_page(visitor: FlaskClient, app: Flask) -> None:
    let_in = [
        f"{method} {rule.rule} answered {answer.status_code}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in security.PUBLIC
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if not _sent_away(answer := visitor.open(_address(app, rule), method=method, headers=SAME_SITE))
    ]
    assert let_in == []


def test_the_list_of_public_routes_has_reasons_and_nothing_unknown(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(security.PUBLIC) - endpoints == set(), "these don't exist"
    assert [name for name, reason in security.PUBLIC.items() if len(reason) < 15] == []


def test_no_route_changes_anything_from_another_site(client: FlaskClient, app: Flask) -> None:
    """A POST that a browser marks as coming from elsewhere is refused, signed in or not."""
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    taken = [
        f"{method} {rule.rule} answered {answer.status_code}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in security.ANY_ORIGIN
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
        if (answer := client.open(_address(app, rule), method=method, headers=elsewhere)).status_code != 403
    ]
    assert taken == []


def test_addresses_are_nouns(app: Flask) -> None:
    """A new action is a new noun with CRUD, not a verb in a URL."""
    assert [rule.rule for rule in app.url_map.iter_rules() if VERB_IN_PATH.search(rule.rule)] == []


def test_every_view_says_what_it_does(app: Flask) -> None:
    views = {name: view for name, view in app.view_functions.items() if view.__module__.startswith("crm.")}
    assert [name for name, view in views.items() if not view.__doc__] == []


def _address(app: Flask, rule: Rule) -> str:
    """The route's address with 1 or "x" in its variable parts."""
    values = {name: 1 if converter.__class__.__name__ == "IntegerConverter" else "x"
              for name, converter in rule._converters.items()}  # fmt: skip
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def _sent_away(answer: object) -> bool:
    status, location = answer.status_code, answer.headers.get("Location", "")  # type: ignore[attr-defined]
    return status == 401 or (status in {302, 303} and "/login" in location)
