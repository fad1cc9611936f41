"""The check-up: what is wrong is named with what to do, and what can't be asked is not called well."""

from __future__ import annotations

import email.utils
import os
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crm.domain.checkup import Finding, Severity, blocks
from crm.mail.https import Answer
from crm.mail.smtp import SmtpServer
from crm.models.accounts import Business, Chore, MailAccount
from crm.models.inbound import MailReading
from crm.models.sign_ins import MailGrant
from crm.services import doctor, doctor_house, signing
from crm.services.doctor import Surroundings
from crm.services.mailboxes import Post
from crm.store.engine import Database
from tests.factories import NOW, make_business, make_mail_account, make_user
from tests.mail.dns_server import NameServer, name_server
from tests.mail.smtp_server import SmtpStandIn, smtp_stand_in
from tests.services.mail import FakeTransport, fake_post

ME = "stride.example.com"
TIME = "https://time.example/"


class Web:
    """Pages by address; anything else can't be reached."""

    def __init__(self, now: datetime = NOW) -> None:
        self.pages = {TIME: Answer(200, {"date": email.utils.format_datetime(now)}, b"")}

    def __call__(self, url: str) -> Answer:
        if url not in self.pages:
            raise OSError("no network")
        return self.pages[url]


@pytest.fixture
def names() -> Iterator[NameServer]:
    with name_server() as found:
        yield found


@pytest.fixture
def smtp() -> Iterator[SmtpStandIn]:
    with smtp_stand_in() as found:
        yield found


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return replace(fake_post(tmp_path, FakeTransport()), open_smtp=Post.open_smtp)


@pytest.fixture
def around(db: Database, post: Post, tmp_path: Path, names: NameServer) -> Surroundings:
    """A house in order, in practice mode."""
    tmp_path.chmod(0o700)
    with db.write() as session:
        make_business(session)
        make_user(session)
        session.add(Chore(name=doctor_house.HEARTBEAT, due_at=NOW, done_at=NOW))
    return Surroundings(db, post, tmp_path, TIME, names.dns(), Web())


def add(around: Surroundings, smtp: SmtpStandIn | None = None, **given: object) -> int:
    values = {"address": f"dana@{ME}", "preset": "other", "smtp_host": "127.0.0.1", "smtp_security": "none"}
    port = {"smtp_port": smtp.port} if smtp else {}
    with around.db.write() as session:
        return make_mail_account(session, **(values | port | given)).id


def at_home(around: Surroundings) -> dict[str, Finding]:
    return {each.check: each for each in reversed(doctor.at_home(around, now=NOW))}


def outside(around: Surroundings) -> dict[str, Finding]:
    return {each.check: each for each in reversed(doctor.outside(around, now=NOW))}


def severities(found: dict[str, Finding]) -> dict[str, str]:
    return {name: each.severity.value for name, each in found.items()}


def test_a_house_in_order(around: Surroundings, smtp: SmtpStandIn) -> None:
    add(around, smtp, imap_host="")
    found = at_home(around)
    assert severities(found) == dict.fromkeys(
        ("folder", "space", "key", "database", "worker", "address", "mailbox"), "ok"
    ) | {"reading": "warning"}
    assert all(each.advice for each in found.values() if each.severity is not Severity.OK)


def test_practice_mode_is_worth_a_warning_and_blocks_nothing(around: Surroundings) -> None:
    found = doctor.everything(around, now=NOW)
    assert not blocks(found)
    assert {each.check: each for each in found}["mailbox"].severity is Severity.WARNING


# --- this computer ---------------------------------------------------------------------------------------------------


def test_a_folder_that_is_gone_or_full_or_open_to_others(
    around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = at_home(replace(around, data_dir=tmp_path / "gone"))["folder"]
    assert (gone.severity, "can't be written to" in gone.found) == (Severity.BLOCKING, True)
    tmp_path.chmod(0o755)
    assert at_home(around)["folder"].severity is Severity.WARNING
    usage = namedtuple("usage", "total used free")
    for free, severity in ((10_000_000, Severity.BLOCKING), (100_000_000, Severity.WARNING)):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: usage(0, 0, free))
        assert at_home(around)["space"].severity is severity


def test_a_lost_or_exchanged_or_open_key_file(around: Surroundings, tmp_path: Path) -> None:
    account_id = add(around, secret=around.post.vault.seal("secret"))
    key = tmp_path / "secret.key"
    assert at_home(around)["key"].severity is Severity.OK
    key.chmod(0o644)
    assert "chmod 600" in at_home(around)["key"].advice
    aside = key.rename(tmp_path / "aside")
    lost = at_home(around)["key"]
    assert (lost.severity, "missing" in lost.found, "sign in again" in lost.advice) == (Severity.BLOCKING, True, True)
    assert not key.exists(), "looking makes no new key"
    around.post.vault.seal("something else")
    assert f"dana@{ME}" in at_home(around)["key"].found
    os.replace(aside, key)
    with around.db.write() as session:
        session.add(
            MailGrant(mail_account_id=account_id, service="google", refresh_token="x", granted_at=NOW, updated_at=NOW)
        )
    assert at_home(around)["key"].severity is Severity.BLOCKING


@pytest.mark.parametrize(("minutes", "severity"), [(0, "ok"), (11, "ok"), (13, "blocking"), (5000, "blocking")])
def test_a_worker_that_has_been_silent(around: Surroundings, minutes: int, severity: str) -> None:
    with around.db.write() as session:
        session.get_one(Chore, doctor_house.HEARTBEAT).done_at = NOW - timedelta(minutes=minutes)
    assert at_home(around)["worker"].severity == severity


def test_no_worker_yet_and_no_postal_address(around: Surroundings) -> None:
    with around.db.write() as session:
        session.delete(session.get_one(Chore, doctor_house.HEARTBEAT))
        session.get_one(Business, 1).line1 = ""
    found = at_home(around)
    assert (found["worker"].severity, found["address"].severity) == (Severity.BLOCKING, Severity.BLOCKING)


def test_a_database_that_is_away_ends_the_check_up_with_what_is_known(around: Surroundings, tmp_path: Path) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    found = {each.check: each for each in doctor.everything(replace(around, db=away), now=NOW)}
    away.dispose()
    assert found["database"].severity is Severity.BLOCKING
    assert found["everything else"].severity is Severity.UNKNOWN
    assert found["folder"].severity is Severity.OK


def test_a_database_that_was_never_migrated(around: Surroundings, empty_url: str) -> None:
    empty = Database(empty_url)
    found = {each.check: each for each in doctor.at_home(replace(around, db=empty), now=NOW)}
    empty.dispose()
    assert found["database"].severity is Severity.BLOCKING


# --- mailboxes -------------------------------------------------------------------------------------------------------


def test_mailboxes_that_are_paused_signed_out_unread_or_too_eager(around: Surroundings) -> None:
    first = add(around, paused_at=NOW, paused_reason="550 blocked")
    assert "550 blocked" in at_home(around)["mailbox"].found
    with around.db.write() as session:
        session.add(
            MailGrant(
                mail_account_id=first, service="google", failed_at=NOW, error="Ended.", granted_at=NOW, updated_at=NOW
            )
        )
    assert "sign in again" in at_home(around)["mailbox"].advice
    add(around, address="lee@gmail.com", preset="google", daily_cap=3000, imap_host="imap.gmail.com")
    assert "3000" in at_home(around)["limits"].found
    with around.db.write() as session:
        session.add(MailReading(mail_account_id=first, enabled=False))
    assert at_home(around)["reading"].severity is Severity.WARNING


def test_signing_in_works_fails_or_could_not_be_tried(around: Surroundings, smtp: SmtpStandIn) -> None:
    add(around, smtp, imap_host="127.0.0.1", imap_port=1, imap_security="none", username="dana")
    found = outside(around)
    assert (found["smtp"].severity, found["imap"].severity) == (Severity.OK, Severity.UNKNOWN)
    assert "Could not be checked, because" in found["imap"].found
    smtp.plan("AUTH", *["535 5.7.8 no"] * 2)
    failed = outside(around)["smtp"]
    assert (failed.severity, "535" in failed.found, bool(failed.advice)) == (Severity.BLOCKING, True, True)


def test_a_sender_missing_from_the_environment(around: Surroundings, tmp_path: Path) -> None:
    post = replace(fake_post(tmp_path, FakeTransport(), environment=True), environment_from="")
    assert "HANDOFF_SMTP_FROM" in at_home(replace(around, post=post))["mailbox"].advice


def test_the_environments_mailbox_is_tried_before_it_was_ever_used(
    around: Surroundings, tmp_path: Path, smtp: SmtpStandIn
) -> None:
    server = SmtpServer("127.0.0.1", smtp.port, "none", "dana", "secret")
    post = replace(around.post, environment=server, environment_from=f"dana@{ME}")
    found = outside(replace(around, post=post))
    assert (found["smtp"].severity, found["smtp"].about) == (Severity.OK, f"dana@{ME}")
    assert at_home(replace(around, post=post))["reading"].severity is Severity.WARNING


# --- the world outside -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "severity", "said"),
    [
        (timedelta(seconds=30), "ok", "right"),
        (timedelta(minutes=10), "warning", "10 minutes behind"),
        (-timedelta(hours=2), "blocking", "120 minutes ahead"),
    ],
)
def test_the_clock_is_compared(around: Surroundings, off: timedelta, severity: str, said: str) -> None:
    found = outside(replace(around, fetch=Web(NOW + off)))["clock"]
    assert (found.severity, said in found.found) == (severity, True)


def test_without_a_network_nothing_outside_is_called_well(around: Surroundings, names: NameServer) -> None:
    add(around, smtp_port=1)
    names.silent = True
    with around.db.write() as session:
        session.get_one(Business, 1).public_url = "https://handoff.example"

    def nowhere(url: str) -> Answer:
        raise OSError("no network")

    found = outside(replace(around, fetch=nowhere))
    assert severities(found) == dict.fromkeys(("clock", "unsubscribe", "dns", "smtp"), "unknown")


def test_a_server_without_a_date_or_none_at_all(around: Surroundings) -> None:
    web = Web()
    web.pages[TIME] = Answer(200, {"date": "yesterday"}, b"")
    assert outside(replace(around, fetch=web))["clock"].severity is Severity.UNKNOWN
    assert outside(replace(around, time_url=""))["clock"].severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("url", "answer", "severity"),
    [
        ("", None, "note"),
        ("http://handoff.example", None, "blocking"),
        ("https://127.0.0.1:8000", None, "blocking"),
        ("https://inside.example", None, "blocking"),
        ("https://handoff.example", None, "unknown"),
        ("https://handoff.example", Answer(404, {}, b"<h1>Unsubscribe</h1>"), "ok"),
        ("https://handoff.example", Answer(200, {}, b"Welcome to nginx"), "blocking"),
        ("https://handoff.example", Answer(502, {}, b""), "blocking"),
    ],
)
def test_the_unsubscribe_page(
    around: Surroundings, names: NameServer, url: str, answer: Answer | None, severity: str
) -> None:
    web = Web()
    names.records["inside.example", "A"] = ["192.168.1.4"]
    names.records["handoff.example", "A"] = ["93.184.216.34"]
    with around.db.write() as session:
        session.get_one(Business, 1).public_url = url
    if answer is not None:
        web.pages[f"{url}/u/handoff-doctor"] = answer
    assert outside(replace(around, fetch=web))["unsubscribe"].severity == severity


def test_a_domain_whose_records_fit(around: Surroundings, names: NameServer, smtp: SmtpStandIn) -> None:
    add(around, smtp, preset="google")
    names.txt(ME, "v=spf1 include:_spf.google.com ~all")
    names.txt(f"google._domainkey.{ME}", "v=DKIM1; k=rsa; p=" + "A" * 400)
    names.txt(f"_dmarc.{ME}", "v=DMARC1; p=reject")
    found = outside(around)
    assert severities({name: found[name] for name in ("spf", "dkim", "dmarc", "alignment")}) == {
        "spf": "ok", "dkim": "ok", "dmarc": "ok", "alignment": "ok",
    }  # fmt: skip


def test_a_domain_whose_mail_would_be_turned_away(around: Surroundings, names: NameServer) -> None:
    add(around, preset="google")
    names.txt(ME, "v=spf1 mx -all")
    names.txt("_dmarc.example.com", "v=DMARC1; p=none; sp=reject")
    found = outside(around)
    assert (found["spf"].severity, found["dkim"].severity) == (Severity.WARNING, Severity.WARNING)
    assert found["dmarc"].severity is Severity.OK, "the policy of the domain above holds"
    assert found["alignment"].severity is Severity.BLOCKING


def test_a_domain_that_is_none_and_a_network_that_lies(around: Surroundings, names: NameServer) -> None:
    add(around)
    assert "no such domain" in outside(around)["dns"].found
    names.knows_the_world = False
    found = outside(around)
    assert (found["dns"].severity, "spf" in found) == (Severity.UNKNOWN, False)


def test_a_domain_that_handoff_signs_for(around: Surroundings, names: NameServer) -> None:
    add(around)
    names.txt(ME, "v=spf1 mx ~all")
    key = signing.make(around.db, around.post.vault, ME, actor_id=1, now=NOW)
    assert outside(around)["dkim"].severity is Severity.UNKNOWN, "off, and nobody names the server's own key"
    name, text = signing.record(key)
    names.txt(name, text)
    names.txt(ME, "v=spf1 mx ~all")
    signing.check(around.db, key.id, names.dns().txt, now=NOW)
    signing.enable(around.db, key.id, enabled=True, actor_id=1, now=NOW)
    assert outside(around)["dkim"].severity is Severity.OK
    del names.records[name, "TXT"]
    assert outside(around)["dkim"].severity is Severity.BLOCKING


def test_an_address_of_a_service_must_leave_by_it(around: Surroundings) -> None:
    first = add(around, address="dana@gmail.com")
    assert outside(around)["alignment"].severity is Severity.BLOCKING
    with around.db.write() as session:
        session.get_one(MailAccount, first).preset = "google"
    assert outside(around)["dns"].severity is Severity.OK


def test_nothing_secret_is_in_what_is_found(around: Surroundings, smtp: SmtpStandIn) -> None:
    add(around, smtp, username="dana", secret=around.post.vault.seal("s3cret-word"))
    smtp.plan("AUTH", *["535 5.7.8 no"] * 2)
    assert "s3cret" not in repr(doctor.everything(around, now=NOW))
