"""Asking a sign-in service, against a local stand-in."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from crm.domain import sign_ins
from crm.mail import oauth
from crm.mail.https import Patience
from crm.mail.oauth import Client, NotYet, SignInRefused, SignInUnavailable, Tokens
from tests.mail.identity_server import CLIENT_ID, IdentityStandIn, identity_stand_in
from tests.mail.test_smtp_tls import _certificate as self_signed

ME = Client(CLIENT_ID)
HASTY = Patience(step=0.3, whole=0.4)


@pytest.fixture
def server() -> Iterator[IdentityStandIn]:
    with identity_stand_in() as found:
        yield found


def test_a_code_is_shown_and_once_it_was_typed_in_there_are_tokens(server: IdentityStandIn) -> None:
    service = server.service()
    shown = oauth.begin_device(service, ME)
    assert (shown.user_code, shown.url, shown.interval) == ("WDJB-MJH1", f"{server.url}/enter", 5)
    assert oauth.poll_device(service, ME, shown.device_code) == NotYet()
    server.plan("slow_down")
    assert oauth.poll_device(service, ME, shown.device_code) == NotYet(slower=True)
    server.allow(shown.user_code)
    found = oauth.poll_device(service, ME, shown.device_code)
    assert found == Tokens("access-1", 3600, "refresh-1", "mail", "dana@stride.example")
    assert "https://outlook.office.com/SMTP.Send" in server.asked[0]["scope"]


def test_coming_back_with_a_code_proves_who_began_by_pkce(server: IdentityStandIn) -> None:
    service, there = server.service("google"), "http://127.0.0.1:8000/settings/mail/answer"
    url = sign_ins.authorize_url(
        service, client_id=CLIENT_ID, redirect_url=there, state="s", verifier="v" * 43, address="dana@stride.example"
    )
    assert "login_hint=dana%40stride.example" in url
    assert "access_type=offline" in url
    server.visit(url)
    with pytest.raises(SignInRefused, match="Sign in again"):
        oauth.exchange(service, ME, code="code-1", verifier="another", redirect_url=there)
    server.visit(url)
    assert oauth.exchange(service, ME, code="code-1", verifier="v" * 43, redirect_url=there).access_token == "access-1"


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert sign_ins.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_renewing_gives_a_new_pair_where_the_service_rotates(server: IdentityStandIn) -> None:
    server.refresh.add("refresh-0")
    assert oauth.renew(server.service(), ME, "refresh-0").refresh_token == "refresh-1"
    server.rotates = False
    assert oauth.renew(server.service(), ME, "refresh-1").refresh_token == ""
    with pytest.raises(SignInRefused) as caught:
        oauth.renew(server.service(), ME, "refresh-0")
    assert caught.value.code == "invalid_grant"


@pytest.mark.parametrize("code", ["access_denied", "expired_token", "invalid_scope", "something_new"])
def test_a_refusal_is_for_good_and_says_what_to_do(server: IdentityStandIn, code: str) -> None:
    server.plan(code)
    with pytest.raises(SignInRefused) as caught:
        oauth.poll_device(server.service(), ME, "device-1")
    assert caught.value.code == code
    assert code in sign_ins.REFUSALS or "AADSTS1" in str(caught.value)


@pytest.mark.parametrize("planned", ["503", "429", "garbage", "drop", "drip", "temporarily_unavailable"])
def test_trouble_is_worth_another_try(server: IdentityStandIn, planned: str) -> None:
    server.plan(planned)
    began = time.monotonic()
    with pytest.raises(SignInUnavailable):
        oauth.renew(server.service(), ME, "refresh", HASTY)
    assert time.monotonic() - began < 15


def test_a_server_that_says_nothing_is_given_up(server: IdentityStandIn) -> None:
    server.slow = 3.0
    with pytest.raises(SignInUnavailable, match="too long"):
        oauth.renew(server.service(), ME, "refresh", HASTY)


def test_nobody_there_is_worth_another_try() -> None:
    with identity_stand_in() as server:
        service = server.service()
    with pytest.raises(SignInUnavailable, match="can't be reached"):
        oauth.renew(service, ME, "refresh", HASTY)


def test_a_service_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener, context.wrap_socket(listener, server_side=True) as tls:

        def turn_away() -> None:
            with suppress(OSError):
                tls.accept()[0].close()

        thread = threading.Thread(target=turn_away)
        thread.start()
        url = f"https://127.0.0.1:{tls.getsockname()[1]}/token"
        with identity_stand_in() as server, pytest.raises(SignInUnavailable, match="can't be reached"):
            oauth.renew(replace(server.service(), token_url=url), ME, "refresh")
        thread.join(5)


def test_a_service_without_a_usable_code_is_out_of_order(server: IdentityStandIn) -> None:
    server.plan("garbage")
    with pytest.raises(SignInUnavailable, match="can't be read"):
        oauth.begin_device(server.service(), ME)


def test_secrets_are_not_sent_on_to_where_a_redirect_leads(server: IdentityStandIn) -> None:
    server.plan("moved")
    with pytest.raises((SignInRefused, SignInUnavailable)):
        oauth.renew(server.service(), ME, "refresh")
    assert len(server.asked) == 1


def test_nothing_is_sent_where_it_could_be_read_on_the_way(server: IdentityStandIn) -> None:
    service = replace(server.service(), token_url="http://identity.example/token")
    with pytest.raises(SignInRefused, match="not an https address"):
        oauth.renew(service, ME, "refresh")


def test_what_is_secret_is_not_in_what_gets_printed() -> None:
    printed = repr([Client("id", "s3cret"), Tokens("s3cret", refresh_token="s3cret"), oauth.DeviceCode("s3cret")])
    assert "s3cret" not in printed


@pytest.mark.parametrize("token", ["", "a.b.c", "a.bm90IGpzb24.c", "a.WzFd.c", "a.eyJlbWFpbCI6MX0.c"])
def test_an_identity_that_cannot_be_read_is_none(token: str) -> None:
    assert oauth._address(token) == ""
