"""Reading by IMAP: against a real server, and against one that drops, drips, lies and talks nonsense."""

from __future__ import annotations

import contextlib
import secrets
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crm.mail.imap import ImapMailbox, Patience
from crm.mail.ports import Folder, MailError, NoFolder, NoWaiting, Phase, Retryable, SenderProblem, Unreachable
from crm.mail.servers import ImapServer
from tests.mail.fake_imap import DRIP, DROP, ENDLESS, GARBAGE, SILENCE, FakeImap, fake_imap
from tests.mail.imap_server import Dovecot, NoDovecot, dovecot
from tests.mail.test_smtp_tls import _certificate as make_certificate

HASTY = Patience(connect=1, session=1, command=1, content=1, goodbye=0.5)
RAW = b"Message-ID: <one@clinic.test>\r\nSubject: One\r\n\r\nHello {5}\r\n"


@pytest.fixture
def user() -> str:
    return f"u{secrets.token_hex(4)}"


@pytest.fixture
def box(imap_server: Dovecot, user: str) -> Iterator[ImapMailbox]:
    mailbox = ImapMailbox(imap_server.server(user))
    yield mailbox
    mailbox.close()


# --- a real server ---------------------------------------------------------------------------------------------------


def test_folders_come_with_their_roles(box: ImapMailbox) -> None:
    assert set(box.folders()) == {Folder("INBOX", "inbox"), Folder("Sent", "sent"), Folder("Junk", "junk")}


def test_messages_come_as_they_are_and_stay_as_they_were(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    uid = imap_server.deliver(RAW, user, arrived=" 2-Mar-2026 10:00:00 -0600")
    before = imap_server.flags(user)
    state = box.open("INBOX")
    assert state.uid_next == uid + 1
    found = list(box.fetch(box.uids(), 1000))
    assert [(each.uid, each.raw, each.size, each.is_whole) for each in found] == [(uid, RAW, len(RAW), True)]
    assert found[0].received_at == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert imap_server.flags(user) == before
    assert b"\\Seen" not in before[0]


def test_only_what_is_new_and_late_enough_is_named(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    imap_server.deliver(RAW, user, arrived=" 2-Jan-2020 10:00:00 +0000")
    imap_server.deliver(RAW, user, arrived=" 2-Mar-2026 10:00:00 +0000")
    box.open("INBOX")
    assert box.uids() == [1, 2]
    assert box.uids(above=1) == [2]
    assert box.uids(above=2) == []
    assert box.uids(since=date(2026, 3, 1)) == [2]


def test_of_a_message_that_is_too_large_only_the_header_comes(
    imap_server: Dovecot, user: str, box: ImapMailbox
) -> None:
    imap_server.deliver(RAW + b"x" * 5000, user)
    imap_server.deliver(RAW, user)
    box.open("INBOX")
    large, usual = box.fetch(box.uids(), 1000)
    assert (large.is_whole, large.size) == (False, len(RAW) + 5000)
    assert large.raw == b"Message-ID: <one@clinic.test>\r\nSubject: One\r\n\r\n"
    assert usual.is_whole


def test_many_messages_come_in_groups(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    with imap_server.client(user) as client:
        for number in range(60):
            client.append("INBOX", "", "", RAW + b"%d" % number)  # type: ignore[arg-type]
    box.open("INBOX")
    found = list(box.fetch(box.uids(), 1000))
    assert [each.uid for each in found] == list(range(1, 61))
    assert found[41].raw == RAW + b"41"


def test_a_message_that_is_gone_is_left_out(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    for _ in range(2):
        imap_server.deliver(RAW, user)
    box.open("INBOX")
    uids = box.uids()
    with imap_server.client(user) as client:
        client.select("INBOX")
        client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
        client.expunge()
    assert [each.uid for each in box.fetch(uids, 1000)] == [2]


def test_a_message_is_found_by_its_message_id(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    imap_server.deliver(RAW, user, "Sent")
    box.open("Sent")
    assert box.find("<one@clinic.test>") == 1
    assert box.find("<other@clinic.test>") is None
    assert box.find('<a"b@clinic.test>') is None
    assert box.find("<ä@clinic.test>") is None


def test_names_of_folders_may_have_any_letters(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    with imap_server.client(user) as client:
        client.create('"Kliniken &AMQ- \\"x\\""')
    name = next(each.name for each in box.folders() if each.name.startswith("Kliniken"))
    assert box.open(name).uid_next == 1


def test_a_folder_that_is_not_there_says_so_and_the_connection_stays(box: ImapMailbox) -> None:
    with pytest.raises(NoFolder, match="Nowhere"):
        box.open("Nowhere")
    assert box.open("INBOX").uid_next == 1


def test_waiting_ends_when_something_arrives(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    box.open("INBOX")
    threading.Timer(0.3, imap_server.deliver, [RAW, user]).start()
    began = time.monotonic()
    assert box.wait(60, lambda: False)
    assert time.monotonic() - began < 15
    assert box.uids() == [1]


def test_what_arrived_between_two_waits_is_not_missed(imap_server: Dovecot, user: str, box: ImapMailbox) -> None:
    box.open("INBOX")
    assert not box.wait(0.2, lambda: False)
    imap_server.deliver(RAW, user)
    assert box.wait(60, lambda: False)


def test_waiting_ends_soon_after_it_is_asked_to(box: ImapMailbox) -> None:
    box.open("INBOX")
    ended = threading.Event()
    threading.Timer(0.2, ended.set).start()
    began = time.monotonic()
    assert not box.wait(60, ended.is_set)
    assert time.monotonic() - began < 30


def test_a_wrong_password_concerns_us(imap_server: Dovecot, user: str) -> None:
    with pytest.raises(SenderProblem) as caught:
        ImapMailbox(imap_server.server(user, password="wrong")).folders()
    assert caught.value.phase is Phase.AUTH
    assert "AUTHENTICATIONFAILED" in caught.value.reply


# --- encryption ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def encrypted(certificate: Path) -> Iterator[Dovecot]:
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(dovecot(certificate))
        except NoDovecot as error:
            pytest.skip(str(error))
        yield server


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_is_read_through_an_encrypted_connection(encrypted: Dovecot, certificate: Path, security: str) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    port = encrypted.tls_port if security == "tls" else encrypted.port
    box = ImapMailbox(encrypted.server(security=security, port=port, tls=trusting))
    encrypted.deliver(RAW)
    box.open("INBOX")
    assert isinstance(box._connected.client.sock, ssl.SSLSocket)
    assert next(iter(box.fetch(box.uids(), 1000))).raw == RAW
    threading.Timer(0.3, encrypted.deliver, [RAW]).start()
    assert box.wait(60, lambda: False)
    box.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(encrypted: Dovecot, security: str) -> None:
    port = encrypted.tls_port if security == "tls" else encrypted.port
    with pytest.raises(SenderProblem, match="certificate"):
        ImapMailbox(encrypted.server(security=security, port=port)).folders()


# --- one that misbehaves ---------------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[FakeImap]:
    with fake_imap() as server:
        server.messages = {3: RAW, 5: RAW + b"2"}
        yield server


def read(fake: FakeImap, **given: Any) -> list[bytes]:
    """A whole reading; ends with everything closed."""
    values = {"security": "none", "username": "dana", "password": "secret", **given}
    box = ImapMailbox(ImapServer("127.0.0.1", fake.port, **values), HASTY)
    try:
        box.folders()
        box.open("INBOX")
        return [each.raw for each in box.fetch(box.uids(), 1000)]
    finally:
        box.close()


def test_answers_in_another_order_are_understood(fake: FakeImap) -> None:
    assert read(fake) == [RAW, RAW + b"2"]


@pytest.mark.parametrize("way", [DROP, SILENCE, DRIP, GARBAGE, ENDLESS])
@pytest.mark.parametrize("point", ["greeting", "CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_whatever_breaks_is_a_mail_error_in_time(fake: FakeImap, point: str, way: str) -> None:
    fake.plan(point, way)
    began = time.monotonic()
    with pytest.raises((Unreachable, Retryable)):
        read(fake)
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("point", "answer"),
    [
        ("LIST", "* LIST nonsense\r\nTAG OK done"),
        ("EXAMINE", "* OK [UIDVALIDITY many] ok\r\nTAG OK done"),
        ("UID SEARCH", "* SEARCH one two\r\nTAG OK done"),
        ("UID SEARCH", "TAG BAD what?"),
        ("UID FETCH", "* 1 FETCH (UID 3 RFC822.SIZE 99999999999)\r\n* 2 FETCH\r\nTAG OK done"),
        ("UID FETCH", "* 1 FETCH (UID 3 BODY[] {9999999999}\r\nTAG OK done"),
        ("UID FETCH", "TAG NO not now"),
        ("CAPABILITY", "* BYE go away"),
    ],
)
def test_nonsense_is_a_mail_error_or_nothing(fake: FakeImap, point: str, answer: str) -> None:
    fake.plan(point, answer)
    try:
        assert all(each in (RAW, RAW + b"2") for each in read(fake))
    except MailError:
        pass


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        ImapMailbox(ImapServer("127.0.0.1", 1, security="none"), HASTY).folders()


def test_a_refusal_that_passes_is_no_reason_to_ask_a_person(fake: FakeImap) -> None:
    fake.plan("LOGIN", "TAG NO [UNAVAILABLE] try later")
    with pytest.raises(Unreachable):
        read(fake)


def test_a_small_body_may_come_in_quotes(fake: FakeImap) -> None:
    fake.messages = {3: b"x"}
    fake.plan(
        "UID FETCH",
        "* 1 FETCH (UID 3 RFC822.SIZE 1)\r\nTAG OK done",
        r'* 1 FETCH (UID 3 BODY[]<0> "a\"b")' + "\r\nTAG OK done",
    )
    assert read(fake) == [b'a"b']


def test_without_encryption_only_this_computer_is_read() -> None:
    with pytest.raises(SenderProblem, match="this computer only"):
        ImapMailbox(ImapServer("imap.clinic.test", 143, security="none"), HASTY).folders()


def test_a_server_without_starttls_gets_no_password(fake: FakeImap) -> None:
    with pytest.raises(SenderProblem, match="STARTTLS"):
        read(fake, security="starttls")
    assert not any("secret" in each for each in fake.commands)


def test_a_password_with_a_line_break_can_not_add_a_command(fake: FakeImap) -> None:
    with pytest.raises(SenderProblem):
        read(fake, password='x"\r\nA1 DELETE INBOX')
    assert not any("DELETE" in each for each in fake.commands)


def test_waiting_without_idle_says_so(fake: FakeImap) -> None:
    fake.capabilities = "IMAP4rev1"
    box = ImapMailbox(ImapServer("127.0.0.1", fake.port, "none", "dana", "secret"), HASTY)
    box.open("INBOX")
    with pytest.raises(NoWaiting):
        box.wait(1, lambda: False)
    box.close()


class Tokens:
    """Gives the next token when the last was turned down."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    def __call__(self, refused: str = "") -> str:
        if refused and len(self.tokens) > 1:
            self.tokens.pop(0)
        return self.tokens[0]


def test_a_token_signs_in_by_xoauth2(fake: FakeImap) -> None:
    assert len(read(fake, token=Tokens("t1"))) == 2
    assert fake.tokens == ["user=dana\x01auth=Bearer t1\x01\x01"]


def test_a_token_that_was_withdrawn_is_renewed_once(fake: FakeImap) -> None:
    fake.plan("AUTHENTICATE", "TAG NO [AUTHENTICATIONFAILED] expired")
    assert len(read(fake, token=Tokens("old", "new"))) == 2
    assert fake.tokens == ["user=dana\x01auth=Bearer new\x01\x01"]


def test_a_token_that_is_refused_for_good_concerns_us(fake: FakeImap) -> None:
    fake.plan("AUTHENTICATE", "TAG NO [AUTHENTICATIONFAILED] no", "TAG NO [AUTHENTICATIONFAILED] no")
    with pytest.raises(SenderProblem):
        read(fake, token=Tokens("old", "new"))
