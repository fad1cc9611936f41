"""Unsubscribing without an account: looking changes nothing, a POST does it at once, without cookie or redirect."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import MessageState
from crm.models.messages import Message
from crm.models.suppressions import Suppression
from tests.factories import make_message, make_provider


@pytest.fixture
def token(handoff: Handoff) -> str:
    with handoff.db.write() as session:
        provider_id = make_provider(session, email="g.okafor@bayou.example").id
        address = "g.okafor@bayou.example"
        make_message(session, provider_id=provider_id, to_address=address, unsubscribe_token="tok", state="sent")
        make_message(session, provider_id=provider_id, to_address=address)
    return "tok"


def suppressed(handoff: Handoff) -> list[str]:
    with handoff.db.read() as session:
        return list(session.exec(select(Suppression.address)).all())


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_changes_nothing(visitor: FlaskClient, handoff: Handoff, token: str, method: str) -> None:
    assert getattr(visitor, method)(f"/u/{token}").status_code == 200
    assert suppressed(handoff) == []


def test_the_page_shows_whose_address_and_one_button(visitor: FlaskClient, token: str) -> None:
    response = visitor.get(f"/u/{token}")
    assert "g.okafor@bayou.example" in response.text
    assert "Stride After Care" in response.text
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_one_click_needs_no_cookie_no_origin_and_does_not_redirect(
    visitor: FlaskClient, handoff: Handoff, token: str
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example", "User-Agent": "MailRobot/1.0"}
    response = visitor.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert suppressed(handoff) == ["g.okafor@bayou.example"]
    with handoff.db.read() as session:
        assert {each.state for each in session.exec(select(Message)).all()} == {
            MessageState.SENT,
            MessageState.CANCELLED,
        }
        assert "MailRobot/1.0" in session.exec(select(Suppression.evidence)).one()


def test_the_button_on_the_page_does_it_too_and_says_so(visitor: FlaskClient, handoff: Handoff, token: str) -> None:
    response = visitor.post(f"/u/{token}/confirmation", headers={"Sec-Fetch-Site": "cross-site"})
    assert "You are unsubscribed" in response.text
    assert suppressed(handoff) == ["g.okafor@bayou.example"]
    assert "You are unsubscribed" in visitor.get(f"/u/{token}").text
    assert visitor.post(f"/u/{token}").status_code == 200


def test_a_link_that_is_not_ours_says_what_to_do(visitor: FlaskClient) -> None:
    assert visitor.get("/u/nope").status_code == 404
    assert "answer the mail" in visitor.get("/u/nope").text
    assert visitor.post("/u/nope").status_code == 404
    assert visitor.post("/u/nope/confirmation").status_code == 404
