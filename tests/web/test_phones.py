from __future__ import annotations

from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.models.accounts import Business, User
from tests.conftest import PASSWORD, SAME_SITE


def test_on_this_computer_the_page_says_how_to_get_an_address(client: FlaskClient) -> None:
    page = client.get("/settings/phone").text
    assert "tailscale serve" in page
    assert "There is no address yet" in page
    assert "qr-frame" not in page


def test_each_command_can_be_scrolled_and_copied(client: FlaskClient) -> None:
    page = client.get("/settings/phone").text
    for way in ("way-tailscale", "way-caddy"):
        assert f'<code id="{way}">' in page
        assert f'data-copy-of="{way}"' in page
    assert page.count('<pre tabindex="0"') == 2


def test_with_a_public_address_there_is_a_code_that_opens_it(
    client: FlaskClient, handoff: Handoff, owner: User
) -> None:
    with handoff.db.write() as session:
        session.get_one(Business, 1).public_url = "https://crm.example"
    there = {"base_url": "https://crm.example"}
    client.post("/login", data={"email": owner.email, "password": PASSWORD}, headers=SAME_SITE, **there)
    page = client.get("/settings/phone", **there).text
    assert 'class="qr-frame"' in page
    assert "Missing" not in page.split("data-phone-check")[0]


def test_a_host_that_is_made_up_is_text_on_the_page(client: FlaskClient) -> None:
    answer = client.get("/settings/phone", headers={"Host": 'x"><script>alert(1)</script>'})
    assert "<script>alert(1)" not in answer.text


def test_the_phone_is_looked_at_by_those_who_are_signed_in(visitor: FlaskClient) -> None:
    assert visitor.get("/settings/phone").status_code in (302, 303)
