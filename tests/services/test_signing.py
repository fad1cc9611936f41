"""Signing keys: made, published, checked, switched on, and used for what is sent."""

from __future__ import annotations

from pathlib import Path

import dkim as verifier
import pytest

from crm.domain.errors import Invalid, NotFound, Refused
from crm.models.sign_ins import MailSigning
from crm.services import outbox, signing
from crm.services.vault import Vault
from crm.store.engine import Database
from tests.factories import NOW, FakeClock, make_business, make_mail_account, make_message, make_user
from tests.services.mail import FakeTransport, fake_post


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "secret.key")


@pytest.fixture
def key(db: Database, vault: Vault) -> MailSigning:
    with db.write() as session:
        make_business(session)
        make_user(session)
    return signing.make(db, vault, " Stride.Example. ", actor_id=1, now=NOW)


def published(key: MailSigning) -> dict[str, list[str]]:
    name, text = signing.record(key)
    return {name: [text[:60] + " " + text[60:]]}


def test_a_new_key_is_sealed_and_signs_nothing_yet(db: Database, vault: Vault, key: MailSigning) -> None:
    assert (key.domain, key.selector, key.enabled) == ("stride.example", "handoff202603", False)
    assert "PRIVATE" not in key.private_key
    with db.read() as session:
        assert signing.signer_of(session, vault, "dana@stride.example") is None
        assert signing.every(session) == [key]


@pytest.mark.parametrize("domain", ["", "example", "exa mple.com", "-x.example", "dana@stride.example"])
def test_what_is_no_domain_is_refused(sqlite_db: Database, vault: Vault, domain: str) -> None:
    with pytest.raises(Invalid):
        signing.make(sqlite_db, vault, domain, actor_id=1, now=NOW)


def test_a_domain_has_one_key(db: Database, vault: Vault, key: MailSigning) -> None:
    with pytest.raises(Refused, match="already"):
        signing.make(db, vault, "stride.example", actor_id=1, now=NOW)
    signing.remove(db, key.id or 0, actor_id=1, now=NOW)
    assert signing.make(db, vault, "stride.example", actor_id=1, now=NOW).public_key != key.public_key
    with pytest.raises(NotFound):
        signing.remove(db, 99, actor_id=1, now=NOW)


def test_it_is_switched_on_only_when_dns_has_it(db: Database, vault: Vault, key: MailSigning) -> None:
    found = published(key)
    with pytest.raises(Refused, match="Check the record"):
        signing.enable(db, key.id or 0, enabled=True, actor_id=1, now=NOW)
    assert signing.check(db, key.id or 0, lambda name: [], now=NOW) == signing.MISSING
    assert signing.check(db, key.id or 0, lambda name: ["v=DKIM1; p=other"], now=NOW) == signing.OTHER
    assert signing.check(db, key.id or 0, found.__getitem__, now=NOW) == signing.OK
    signing.enable(db, key.id or 0, enabled=True, actor_id=1, now=NOW)
    with db.read() as session:
        assert signing.signer_of(session, vault, "Dana@STRIDE.example") is not None
        assert signing.signer_of(session, vault, "dana@elsewhere.example") is None


def test_a_network_that_is_away_is_said_and_not_taken_for_a_missing_record(db: Database, key: MailSigning) -> None:
    def away(name: str) -> list[str]:
        raise OSError(name)

    assert signing.check(db, key.id or 0, away, now=NOW) == signing.UNREACHABLE
    assert set(signing.SENTENCES) == {signing.OK, signing.MISSING, signing.OTHER, signing.UNREACHABLE}


def test_mail_of_the_domain_leaves_signed(db: Database, tmp_path: Path, vault: Vault, key: MailSigning) -> None:
    text = signing.record(key)[1].encode()
    signing.check(db, key.id or 0, published(key).__getitem__, now=NOW)
    signing.enable(db, key.id or 0, enabled=True, actor_id=1, now=NOW)
    wire = FakeTransport()
    with db.write() as session:
        ours = make_mail_account(session, gap_seconds=0, address="dana@stride.example")
        theirs = make_mail_account(session, gap_seconds=0, address="dana@elsewhere.example")
        make_message(session, mail_account_id=ours.id, provider_id=None, unsubscribe_url="https://h.example/u/1")
        make_message(session, mail_account_id=theirs.id, provider_id=None, from_address=theirs.address)
    assert outbox.run_due(db, fake_post(tmp_path, wire), clock=FakeClock(), me="me") == 2
    assert verifier.verify(wire.contents[0], dnsfunc=lambda name, timeout=5: text)
    assert b"DKIM-Signature" not in wire.contents[1]
