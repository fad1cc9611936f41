"""Access tokens: renewed in time, by one at a time, and given up only when a person has to sign in again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crm.mail.https import Patience
from crm.mail.ports import SenderProblem, Unreachable
from crm.models.accounts import MailAccount
from crm.models.sign_ins import MailGrant
from crm.services.mail_grants import LEASE, Keyring
from crm.services.mailboxes import Post
from crm.store.engine import Database
from tests.factories import FakeClock, make_mail_account
from tests.mail.identity_server import CLIENT_ID, IdentityStandIn, identity_stand_in
from tests.services.mail import FakeTransport, fake_post

QUICK = Patience(step=0.5, whole=0.5)


@pytest.fixture
def identity() -> Iterator[IdentityStandIn]:
    with identity_stand_in() as found:
        yield found


@pytest.fixture
def post(tmp_path: Path, identity: IdentityStandIn) -> Post:
    post = fake_post(tmp_path, FakeTransport())
    post.services = identity.services()
    return post


@pytest.fixture
def ring(db: Database, post: Post, clock: FakeClock) -> Keyring:
    return Keyring(db, post, clock, QUICK)


@pytest.fixture
def account_id(db: Database, post: Post, identity: IdentityStandIn, clock: FakeClock) -> int:
    """A mailbox whose access token lasts another hour."""
    identity.refresh.add("refresh-0")
    now = clock()
    with db.write() as session:
        account = make_mail_account(session, auth="xoauth2", preset="microsoft", username="dana@stride.example")
        session.add(
            MailGrant(
                mail_account_id=account.id,
                service="microsoft",
                client_id=CLIENT_ID,
                access_token=post.vault.seal("access-0"),
                refresh_token=post.vault.seal("refresh-0"),
                renew_after=now + timedelta(hours=1),
                granted_at=now,
                updated_at=now,
            )
        )
        return account.id


def grant_of(db: Database, account_id: int) -> MailGrant:
    with db.read() as session:
        return session.get_one(MailGrant, account_id)


def test_a_token_is_used_until_shortly_before_it_runs_out_and_then_renewed(
    ring: Keyring, account_id: int, identity: IdentityStandIn, clock: FakeClock
) -> None:
    token = ring.source(account_id)
    assert (token(), identity.asked) == ("access-0", [])
    clock.advance(hours=1)
    assert (token(), token()) == ("access-1", "access-1")
    assert len(identity.asked) == 1
    clock.advance(minutes=55)
    assert token() == "access-2"
    assert [one["refresh_token"] for one in identity.asked] == ["refresh-0", "refresh-1"]


def test_a_service_that_keeps_its_refresh_token_is_asked_with_it_again(
    ring: Keyring, account_id: int, identity: IdentityStandIn, clock: FakeClock
) -> None:
    identity.rotates = False
    for _ in range(2):
        clock.advance(hours=1)
        ring.token(account_id)
    assert [one["refresh_token"] for one in identity.asked] == ["refresh-0", "refresh-0"]


def test_a_token_that_the_mail_server_turned_down_is_renewed_once(
    ring: Keyring, account_id: int, identity: IdentityStandIn
) -> None:
    assert ring.token(account_id, "access-0") == "access-1"
    assert ring.token(account_id, "access-0") == "access-1", "somebody else has renewed it meanwhile"
    assert len(identity.asked) == 1


def test_eight_at_once_renew_once(
    db: Database, post: Post, account_id: int, identity: IdentityStandIn, clock: FakeClock
) -> None:
    """The refresh token is good for one use only: a second renewal would end the permission."""
    clock.advance(hours=2)
    identity.slow = 0.1
    found: list[str] = []
    rings = [Keyring(db, post, clock) for _ in range(8)]
    threads = [threading.Thread(target=lambda ring=ring: found.append(ring.token(account_id))) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == ["access-1"] * 8
    assert len(identity.asked) == 1


def test_a_withdrawn_permission_pauses_the_mailbox_and_asks_to_sign_in_again(
    db: Database, ring: Keyring, account_id: int, identity: IdentityStandIn, clock: FakeClock
) -> None:
    identity.withdraw()
    clock.advance(hours=2)
    for _ in range(2):
        with pytest.raises(SenderProblem, match="Sign in again"):
            ring.token(account_id)
    assert len(identity.asked) == 1, "a permission that has ended isn't asked about again"
    with db.read() as session:
        account = session.get_one(MailAccount, account_id)
    assert account.paused_at == clock()
    assert "Sign in again" in account.paused_reason
    assert grant_of(db, account_id).failed_at == clock()


@pytest.mark.parametrize("planned", ["503", "drop", "garbage", "drip"])
def test_trouble_at_the_service_is_not_the_end(
    db: Database, ring: Keyring, account_id: int, identity: IdentityStandIn, clock: FakeClock, planned: str
) -> None:
    clock.advance(hours=2)
    identity.plan(planned)
    with pytest.raises(Unreachable):
        ring.token(account_id)
    assert grant_of(db, account_id).failed_at is None
    assert ring.token(account_id) == "access-1"


def test_a_lease_left_behind_by_one_who_died_ends_by_itself(
    db: Database, post: Post, ring: Keyring, account_id: int, clock: FakeClock
) -> None:
    clock.advance(hours=2)
    with db.write() as session:
        session.get_one(MailGrant, account_id).renewing_until = clock() + LEASE
    waiting = Keyring(db, post, clock, QUICK, pause=lambda _: clock.advance(seconds=30))
    assert waiting.token(account_id) == "access-1"


def test_no_transaction_is_open_while_the_service_is_asked(
    db: Database, ring: Keyring, account_id: int, identity: IdentityStandIn, clock: FakeClock
) -> None:
    clock.advance(hours=2)
    identity.held = threading.Event()
    renewing = threading.Thread(target=ring.token, args=(account_id,))
    renewing.start()
    while not identity.asked:
        time.sleep(0.01)
    with db.write() as session:
        make_mail_account(session)
    written_while_asked = renewing.is_alive()
    identity.held.set()
    renewing.join(60)
    assert written_while_asked


def test_a_lost_key_file_says_what_to_do(ring: Keyring, account_id: int, tmp_path: Path) -> None:
    (tmp_path / "secret.key").unlink()
    with pytest.raises(SenderProblem, match="mail settings"):
        ring.token(account_id)


def test_a_mailbox_that_nobody_signed_in_to_has_no_token(ring: Keyring) -> None:
    with pytest.raises(SenderProblem, match="Sign in in mail settings"):
        ring.token(99)


def test_tokens_are_stored_encrypted(db: Database, ring: Keyring, account_id: int, clock: FakeClock) -> None:
    clock.advance(hours=2)
    ring.token(account_id)
    with db.read() as session:
        row = session.get_one(MailGrant, account_id)
    assert not {"access-1", "refresh-1"} & set(repr(row).replace("'", " ").split())
    assert row.access_token.startswith("gAAAA")
    assert row.refresh_token.startswith("gAAAA")
