"""Reading mailboxes: by lease, folder by folder, each message once, whatever happens in between."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import InboundKind
from crm.mail.ports import Phase, Retryable, SenderProblem, Unreachable
from crm.models.inbound import InboundMessage, MailFolder, MailReading
from crm.models.messages import StoredFile
from crm.services import inbox, reading, reading_leases, reading_settings
from crm.services.inbox import Arrived
from crm.services.mailboxes import Post
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, FakeClock
from tests.services.mailbox import FakeFolder, FakeMailbox, mail, make_read_account, reading_post


class Desk:
    """A business with one mailbox that is read."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.box = FakeMailbox()
        self.clock = FakeClock()
        self.post: Post = reading_post(folder, self.box)
        with db.write() as session:
            factories.make_business(session)
            self.account_id = make_read_account(session).id or 0

    def read(self, me: str = "one") -> int:
        return reading.read_due(self.db, self.post, clock=self.clock, me=me)

    def again(self) -> int:
        self.clock.advance(minutes=3)
        return self.read()

    def rows(self) -> list[InboundMessage]:
        with self.db.read() as session:
            return list(session.exec(select(InboundMessage).order_by(InboundMessage.id)).all())

    def row(self) -> MailReading:
        with self.db.read() as session:
            return session.get_one(MailReading, self.account_id)

    def folder(self, name: str = "INBOX") -> MailFolder:
        with self.db.read() as session:
            return session.exec(select(MailFolder).where(MailFolder.name == name)).one()


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    return Desk(db, tmp_path)


def message(number: int) -> bytes:
    return mail(f"Words of message {number}", message_id=f"<m{number}@clinic.test>")


def test_a_mailbox_with_an_incoming_server_is_read_without_being_asked_to(desk: Desk) -> None:
    desk.box.inbox.add(message(1))
    assert desk.read() == 1
    assert [row.reply_text for row in desk.rows()] == ["Words of message 1"]
    assert desk.row().due_at == NOW + reading.POLL
    assert desk.row().error == ""
    assert desk.box.closed == 1


def test_a_mailbox_without_an_incoming_server_is_left_alone(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        factories.make_mail_account(session, imap_host="")
    post = reading_post(tmp_path, FakeMailbox())
    assert reading.read_due(db, post, clock=FakeClock(), me="one") == 0
    with db.read() as session:
        assert session.exec(select(MailReading)).all() == []
        assert reading.next_due(session) is None


def test_what_was_read_is_not_fetched_again(desk: Desk) -> None:
    desk.box.inbox.add(message(1))
    desk.read()
    desk.box.inbox.add(message(2))
    assert desk.again() == 1
    assert desk.box.fetched == [1, 2]


def test_before_it_is_due_nothing_is_read(desk: Desk) -> None:
    desk.read()
    desk.box.inbox.add(message(1))
    desk.clock.advance(minutes=1)
    assert desk.read() == 0
    assert reading_settings.read_now(desk.db, desk.account_id, now=desk.clock())
    assert desk.read() == 1


def test_the_first_run_looks_back_thirty_days(desk: Desk) -> None:
    desk.box.inbox.add(message(1), NOW - timedelta(days=200))
    desk.box.inbox.add(message(2), NOW - timedelta(days=20))
    assert desk.read() == 1
    assert desk.folder().last_uid == 2
    assert desk.again() == 0


def test_an_old_mailbox_without_late_mail_is_not_read_from_its_beginning(desk: Desk) -> None:
    for number in range(3):
        desk.box.inbox.add(message(number), NOW - timedelta(days=200))
    assert desk.read() == 0
    assert desk.folder().last_uid == 3


def test_another_uidvalidity_doubles_nothing(desk: Desk) -> None:
    for number in range(3):
        desk.box.inbox.add(message(number))
    desk.read()
    desk.box.inbox.renumber()
    desk.box.inbox.add(message(7))
    desk.again()
    assert [row.message_id for row in desk.rows()] == [f"m{number}@clinic.test" for number in (0, 1, 2, 7)]
    assert desk.folder().uid_validity == 2
    assert desk.folder().last_uid == 4


def test_mail_without_message_id_is_known_by_its_content(desk: Desk) -> None:
    desk.box.inbox.add(mail("One", message_id=""))
    desk.box.inbox.add(mail("Two", message_id=""))
    desk.read()
    desk.box.inbox.renumber()
    desk.again()
    assert sorted(row.reply_text for row in desk.rows()) == ["One", "Two"]


def test_two_messages_under_one_message_id_are_two(desk: Desk) -> None:
    desk.box.inbox.add(mail("First words", message_id="<same@clinic.test>"))
    desk.box.inbox.add(mail("Other words", message_id="<same@clinic.test>"))
    desk.read()
    desk.box.inbox.renumber()
    desk.again()
    assert sorted(row.reply_text for row in desk.rows()) == ["First words", "Other words"]


def test_messages_that_are_gone_meanwhile_are_passed_over(desk: Desk) -> None:
    desk.box.inbox.add(message(1))
    desk.box.inbox.add(message(2))
    desk.box.on_fetch = lambda uid: desk.box.inbox.messages.clear()
    assert desk.read() == 2
    desk.box.inbox.add(message(3))
    assert desk.again() == 1


class Killed(BaseException):
    pass


def test_a_kill_between_two_messages_loses_and_doubles_nothing(desk: Desk) -> None:
    for number in range(5):
        desk.box.inbox.add(message(number))

    def kill(uid: int) -> None:
        if uid == 3:
            raise Killed

    desk.box.on_fetch = kill
    with pytest.raises(Killed):
        desk.read()
    assert len(desk.rows()) == 2
    desk.box.on_fetch = lambda uid: None
    assert desk.again() == 0  # the lease of the dead one still stands
    desk.clock.advance(minutes=10)
    assert desk.read("two") == 3
    assert [row.message_id for row in desk.rows()] == [f"m{number}@clinic.test" for number in range(5)]


def test_leases_of_workers_known_to_be_gone_are_freed_at_once(desk: Desk) -> None:
    desk.box.inbox.add(message(1))
    desk.box.fail("fetch", Killed())
    with pytest.raises(Killed):
        desk.read("dead")
    assert reading_leases.free_dead(desk.db, lambda owner: owner == "dead", now=desk.clock()) == 1
    assert desk.read("two") == 1


def test_a_mailbox_that_somebody_reads_is_not_read_twice(desk: Desk) -> None:
    desk.box.inbox.add(message(1))
    others: list[int] = []
    desk.box.on_fetch = lambda uid: others.append(desk.read("two"))
    assert desk.read("one") == 1
    assert others == [0]


def test_a_reader_whose_lease_went_to_another_ends(desk: Desk) -> None:
    for number in range(3):
        desk.box.inbox.add(message(number))

    def slow(uid: int) -> None:
        desk.clock.advance(minutes=11)
        if uid == 2:
            desk.box.on_fetch = lambda uid: None
            desk.read("two")

    desk.box.on_fetch = slow
    desk.read("one")
    assert [row.message_id for row in desk.rows()] == [f"m{number}@clinic.test" for number in range(3)]
    assert desk.row().lease_owner == ""


def test_a_stop_ends_after_the_message_in_hand(desk: Desk) -> None:
    for number in range(3):
        desk.box.inbox.add(message(number))
    count = reading.read_due(
        desk.db, desk.post, clock=desk.clock, me="one", stopping=lambda: len(desk.box.fetched) >= 2
    )
    assert count == 1
    assert desk.row().due_at == desk.clock()
    assert desk.read() == 2


def test_a_refused_sign_in_pauses_reading_and_says_what_to_do(desk: Desk) -> None:
    desk.box.fail("folders", SenderProblem(Phase.AUTH, None, "[AUTHENTICATIONFAILED] Invalid credentials"))
    desk.read()
    assert desk.row().due_at == NOW + reading.REFUSED_REST
    assert "check the user name and the password" in desk.row().error
    desk.box.inbox.add(message(1))
    assert desk.again() == 0
    with desk.db.write() as session:
        reading_settings.configure(session, desk.account_id, enabled=True, now=desk.clock())
    assert desk.read() == 1
    assert desk.row().error == ""


def test_a_server_that_is_away_is_tried_again_later_and_later(desk: Desk) -> None:
    waits = []
    for _ in range(7):
        desk.box.fail("folders", Unreachable(Phase.CONNECT, None, "connection refused"))
        desk.read()
        waits.append(desk.row().due_at - desk.clock())
        desk.clock.now = desk.row().due_at
    assert waits == [*reading.RESTS, reading.RESTS[-1], reading.RESTS[-1]]
    assert "could not be reached" in desk.row().error
    desk.read()
    assert (desk.row().failures, desk.row().error) == (0, "")


def test_a_connection_that_breaks_goes_on_where_it_was(desk: Desk) -> None:
    for number in range(4):
        desk.box.inbox.add(message(number))
    broken = iter([False, False, True, False, False])

    def breaks(uid: int) -> None:
        if next(broken):
            raise Retryable(Phase.READ, None, "connection reset")

    desk.box.on_fetch = breaks
    desk.read()
    assert len(desk.rows()) == 2
    assert "goes on by itself" in desk.row().error
    assert desk.again() == 2
    assert desk.box.fetched == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("", None, Exception("locked")), "The database could not be written to"),
        (KeyError("words of a message"), "Something unforeseen went wrong while reading (KeyError)"),
        (Refused("no_mailbox", "This mailbox has no incoming (IMAP) server."), "no incoming (IMAP) server"),
    ],
)
def test_whatever_goes_wrong_is_said_and_tried_again(desk: Desk, error: Exception, said: str) -> None:
    desk.box.inbox.add(message(1))
    desk.box.fail("uids", error)
    assert desk.read() == 0
    assert said in desk.row().error
    assert "words" not in desk.row().error
    desk.clock.advance(hours=7)
    assert desk.read() == 1
    assert desk.row().error == ""


def test_trouble_while_storing_leaves_the_message_for_next_time(desk: Desk) -> None:
    desk.box.inbox.add(message(1))
    lying = Arrived(desk.account_id, "INBOX", 1, 1, message(1))

    def fails(session: Session) -> None:
        raise OperationalError("", None, Exception("the disk is full"))

    with pytest.raises(OperationalError):
        inbox.take_in(desk.db, desk.post.files, lying, now=NOW, advance=fails)
    assert desk.rows() == []
    assert desk.read() == 1


def test_two_workers_that_store_one_message_at_the_same_moment_store_one(desk: Desk) -> None:
    desk.read()
    lying = Arrived(desk.account_id, "INBOX", 1, 1, message(1))
    start = threading.Barrier(4)

    def take() -> None:
        start.wait(60)
        inbox.take_in(desk.db, desk.post.files, lying, now=NOW)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert len(desk.rows()) == 1


def test_a_full_disk_leaves_the_message_where_it_is(desk: Desk) -> None:
    desk.box.inbox.add(message(1))
    blocked = desk.post.files
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("a file where the folder should be: every write fails as on a full disk")
    assert desk.read() == 0
    assert "Nothing is lost" in desk.row().error
    assert desk.folder().last_uid == 0
    assert desk.rows() == []
    blocked.unlink()
    assert desk.again() == 1
    assert desk.row().error == ""


def test_a_message_that_is_too_large_is_kept_with_its_header_and_an_error(desk: Desk) -> None:
    desk.box.inbox.add(message(1), size=50_000_000)
    desk.box.inbox.add(message(2))
    assert desk.read() == 2
    large, usual = desk.rows()
    assert large.kind is InboundKind.OTHER
    assert large.error == "This message is too large (50 MB): only its header was read."
    assert (large.subject, large.size) == ("Re: After therapy ends", 50_000_000)
    assert usual.kind is InboundKind.REPLY


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x00\x00",
        b"\xff\xfe\x00garbage without a header",
        b"From: \x00a@b.test\r\nSubject: \x00\r\n\r\n\x00words\x00",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--\r\n",
        b"From: a@b.test\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xe9\xe9",
        b"Subject: =?utf-8?q?=ED=A0=80?=\r\nFrom: a@b.test\r\n\r\nlone surrogate",
        b"Message-ID: <" + b"x" * 5000 + b"@y.test>\r\nFrom: " + b"l" * 5000 + b"@y.test\r\n\r\nlong",
        b"References: " + b"<a@b.test> " * 20000 + b"\r\nFrom: a@b.test\r\n\r\nmany",
    ],
)
def test_no_message_stops_the_run(desk: Desk, raw: bytes) -> None:
    desk.box.inbox.add(raw)
    desk.box.inbox.add(message(2))
    assert desk.read() == 2
    assert desk.row().error == ""
    assert "Words of message 2" in [row.reply_text for row in desk.rows()]
    assert len(desk.rows()) == 2


def test_chosen_folders_are_read_and_missing_ones_named(desk: Desk) -> None:
    desk.box.there["Clinics"] = FakeFolder()
    desk.box.there["Private"] = FakeFolder()
    desk.box.there["Clinics"].add(message(1))
    desk.box.there["Private"].add(message(2))
    reading_settings.change_settings(
        desk.db, desk.account_id, enabled=True, folders=["Clinics", "Gone"], actor_id=None, now=NOW
    )
    assert desk.read() == 1
    assert "“Gone”" in desk.row().error
    assert desk.row().failures == 0


def test_a_mailbox_that_is_switched_off_is_not_read(desk: Desk) -> None:
    reading_settings.change_settings(desk.db, desk.account_id, enabled=False, actor_id=None, now=NOW)
    desk.box.inbox.add(message(1))
    assert desk.read() == 0
    with desk.db.read() as session:
        assert reading.next_due(session) is None
        found = reading_settings.standing_of(session, desk.account_id)
    assert found is not None
    assert not found.reading.enabled


def test_the_raw_message_is_kept_as_a_file_known_by_its_content(desk: Desk) -> None:
    raw = message(1)
    desk.box.inbox.add(raw)
    desk.read()
    with desk.db.read() as session:
        file = session.exec(select(StoredFile)).one()
    path = desk.post.files / file.sha256
    assert path.read_bytes() == raw
    assert path.stat().st_mode & 0o777 == 0o600
    assert desk.rows()[0].stored_file_id == file.id


def test_the_words_of_a_message_are_not_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    desk.box.inbox.add(mail("SECRETWORDS about a client", subject="SECRETSUBJECT"))
    desk.box.inbox.add(b"\x00SECRETWORDS\r\n\r\n")
    desk.read()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("handoff")]
    assert not any("SECRET" in each for each in ours)


def test_a_mailbox_can_be_tried_out(desk: Desk) -> None:
    found = reading_settings.check(desk.db, desk.post, desk.account_id)
    assert [(each.name, each.role) for each in found] == [("INBOX", "inbox"), ("Sent", "sent"), ("Junk", "junk")]
    assert desk.box.closed == 1
    with pytest.raises(NotFound):
        reading_settings.check(desk.db, desk.post, 99)
    desk.box.fail("folders", SenderProblem(Phase.AUTH, None, "no"))
    with pytest.raises(SenderProblem):
        reading_settings.check(desk.db, desk.post, desk.account_id)
    assert desk.box.closed == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"folders": [f"Folder {number}" for number in range(30)]}, "folders"),
        ({"sent_folder": "x" * 300}, "folders"),
        ({"look_back_days": -1}, "look_back_days"),
        ({"look_back_days": 4000}, "look_back_days"),
    ],
)
def test_settings_that_make_no_sense_are_refused(desk: Desk, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        reading_settings.change_settings(desk.db, desk.account_id, enabled=True, actor_id=None, now=NOW, **given)
    assert field in caught.value.errors
    with desk.db.read() as session:
        assert reading_settings.settings_of(session, desk.account_id) is None
