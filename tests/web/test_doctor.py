"""The check-up as a page."""

from __future__ import annotations

from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.mail.dns import Dns
from tests.factories import make_mail_account


def test_this_computer_is_looked_at_at_once(client: FlaskClient) -> None:
    page = client.get("/settings/check-up").text
    assert "No worker has run yet." in page
    assert "Something keeps mail from leaving" in page
    assert "Clock" not in page


def test_servers_and_dns_are_asked_when_one_says_so(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        make_mail_account(session, smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", preset="other")
    handoff.dns = Dns(("127.0.0.1",), 1, lifetime=0.2)
    object.__setattr__(handoff.settings, "registry_url", "http://127.0.0.1:1/")
    page = client.post("/settings/check-up")
    assert page.status_code == 200
    assert "Could not be checked, because" in page.text
    assert "Not checked" in page.text
