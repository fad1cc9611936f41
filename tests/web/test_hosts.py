"""Which names this Handoff answers to."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.models.accounts import Business
from crm.web import create_app, hosts


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.20", "LOCALHOST", socket.gethostname()],
)
def test_own_names_and_numbers_are_answered(visitor: FlaskClient, host: str) -> None:
    assert visitor.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.example"]
)
def test_a_name_that_is_not_ours_is_turned_away_before_anything_is_done(visitor: FlaskClient, host: str) -> None:
    for path in ("/login", "/welcome", "/", "/assets/x/y.css"):
        answer = visitor.get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert "HANDOFF_PUBLIC_URL" in answer.text
        assert "Content-Security-Policy" in answer.headers


def test_a_page_of_another_site_cannot_become_the_owner(handoff: Handoff) -> None:
    client = create_app(handoff).test_client()
    sent = {"name": "Mallory", "email": "mallory@evil.example", "password": "a long password 123"}
    answer = client.post("/welcome", data=sent, headers={"Host": "evil.example", "Origin": "http://evil.example"})
    assert answer.status_code == 421


def test_the_public_address_is_ours_from_the_environment_or_from_the_settings_page(handoff: Handoff) -> None:
    settings = replace(handoff.settings, public_url="https://handoff.example.com")
    client = create_app(replace(handoff, settings=settings)).test_client()
    assert client.get("/login", headers={"Host": "handoff.example.com"}).status_code == 200
    assert client.get("/login", headers={"Host": "crm.example.org"}).status_code == 421
    with handoff.db.write() as session:
        session.get_one(Business, 1).public_url = "https://crm.example.org:8443/"
    assert client.get("/login", headers={"Host": "crm.example.org:8443"}).status_code == 200


@pytest.mark.parametrize(("host", "name"), [("A.B:80", "a.b"), ("[::1]:9", "::1"), ("x.", "x"), ("", "")])
def test_the_port_and_the_brackets_are_left_away(host: str, name: str) -> None:
    assert hosts.hostname(host) == name
