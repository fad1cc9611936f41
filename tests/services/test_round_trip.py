"""Out by a real SMTP server, back by a real IMAP server: what was sent, answered, returned and refused."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.config import Settings
from crm.domain.kinds import ActivityKind, InboundKind, MessageState
from crm.domain.mail_kinds import EnrollmentState, InboundState
from crm.mail.smtp import SmtpTransport
from crm.models.accounts import MailAccount
from crm.models.activities import Activity
from crm.models.inbound import InboundMessage
from crm.models.messages import Message
from crm.models.suppressions import Suppression
from crm.services import answers, inbox_verdicts, reading
from crm.services.outreach_review import Written
from crm.store.engine import Database
from tests.mail.imap_server import PASSWORD, Dovecot
from tests.mail.smtp_server import DROP, SmtpStandIn, smtp_stand_in
from tests.services.mailbox import bounce
from tests.services.sequences import House


class Town(House):
    """A house whose mail goes through servers, and a practice with a mailbox of its own on the same one."""

    def __init__(self, db: Database, folder: Path, smtp: SmtpStandIn, imap: Dovecot) -> None:
        super().__init__(db, folder)
        self.smtp, self.imap = smtp, imap
        mark = secrets.token_hex(3)
        self.dana, self.maria = f"dana-{mark}", f"maria-{mark}"
        self.post.open_smtp = SmtpTransport
        self.post.public_url = "https://mail.stride.test"
        self.delivered = 0
        with db.write() as session:
            account = session.exec(select(MailAccount)).one()
            account.smtp_host, account.smtp_port, account.smtp_security = "127.0.0.1", smtp.port, "none"
            account.imap_host, account.imap_port, account.imap_security = "127.0.0.1", imap.port, "none"
            account.username, account.secret = self.dana, self.post.vault.seal(PASSWORD)
            session.add(account)
        self.provider_id = self.provider(email=f"{self.maria}@clinic.test")
        self.enroll(self.sequence(), self.provider_id)

    def send(self) -> EmailMessage:
        """Let the first mail leave, and the receiving server put it into both mailboxes. What the provider has then."""
        self.until(self.now + timedelta(hours=1))
        self.carry()
        return self.letters()[-1]

    def carry(self, *, copies: bool = True) -> None:
        for content in self.smtp.taken[self.delivered :]:
            self.put(content, self.maria)
            if copies:
                self.put(content, self.dana, "Sent")
        self.delivered = len(self.smtp.taken)

    def put(self, raw: bytes, user: str, folder: str = "INBOX") -> None:
        self.imap.deliver(raw, user, folder, arrived=f"{self.now:%d-%b-%Y %H:%M:%S} +0000")

    def letters(self) -> list[EmailMessage]:
        """What lies in the provider's inbox."""
        with self.imap.client(self.maria) as client:
            client.select("INBOX", readonly=True)
            found = client.fetch("1:*", "(BODY.PEEK[])")[1]
        return [BytesParser(policy=SMTP).parsebytes(each[1]) for each in found if isinstance(each, tuple)]

    def answer(self, text: str, *, to: EmailMessage, **headers: str) -> None:
        """The provider answers by their own mail program."""
        made = EmailMessage(policy=SMTP)
        made["From"] = f"Dr. Maria Lopez <{self.maria}@clinic.test>"
        made["To"] = to["Reply-To"] or to["From"]
        made["Subject"] = f"Re: {to['Subject']}"
        made["Date"] = format_datetime(self.now)
        made["Message-ID"] = f"<{secrets.token_hex(8)}@clinic.test>"
        made["In-Reply-To"] = made["References"] = to["Message-ID"]
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        quotation = "\n".join(f"> {line}" for line in to.get_body(("plain",)).get_content().splitlines()[:5])
        made.set_content(
            f"{text}\n\nOn Wed, Mar 4, 2026 at 10:00 AM Dana Whitfield <dana@x.test> wrote:\n{quotation}\n"
        )
        self.put(bytes(made), self.dana)

    def read(self) -> int:
        self.clock.advance(minutes=3)
        return reading.read_due(self.db, self.post, clock=self.clock, me="reader")

    def inbound(self, kind: InboundKind) -> InboundMessage:
        with self.db.read() as session:
            return session.exec(select(InboundMessage).where(InboundMessage.kind == kind)).one()

    def suppressed(self) -> list[str]:
        with self.db.read() as session:
            return [each.address for each in session.exec(select(Suppression)).all()]

    @property
    def address(self) -> str:
        return f"{self.maria}@clinic.test"


@pytest.fixture
def town(db: Database, tmp_path: Path, imap_server: Dovecot) -> Iterator[Town]:
    with smtp_stand_in() as smtp:
        yield Town(db, tmp_path, smtp, imap_server)


def test_enrol_send_reply_stop(town: Town) -> None:
    letter = town.send()
    assert town.read() == 1  # our own copy
    town.answer("Thank you, please call me on Friday.", to=letter)
    assert town.read() == 1
    reply = town.inbound(InboundKind.REPLY)
    assert (reply.provider_id, reply.linked_by, reply.state) == (town.provider_id, "message_id", InboundState.OPEN)
    assert reply.reply_text == "Thank you, please call me on Friday."
    stopped = town.enrollment(town.provider_id)
    assert (stopped.state, stopped.state_reason) == (EnrollmentState.STOPPED, "replied")
    town.until(town.now + timedelta(days=10), step=timedelta(hours=4))
    assert len(town.smtp.taken) == 1
    assert all(b"\\Seen" not in each for each in town.imap.flags(town.dana))


def test_the_answer_from_here_stands_in_their_thread(town: Town) -> None:
    town.answer("What do you charge?", to=town.send())
    town.read()
    reply = town.inbound(InboundKind.REPLY)
    text = "Gladly. I will call you on Friday."
    sent = answers.answer(
        town.db, town.post, reply.id, Written("Re: it", text), key="k", actor_id=town.actor_id, now=town.now
    )
    town.until(town.now + timedelta(minutes=30))
    town.carry()
    theirs = town.letters()[-1]
    assert theirs["In-Reply-To"] == f"<{reply.message_id}>"
    assert theirs["References"].split() == [f"<{reply.references}>", f"<{reply.message_id}>"]
    assert (theirs["Message-ID"], theirs["To"]) == (sent.message_id, f'"Dr. Maria Lopez" <{town.address}>')
    assert theirs["List-Unsubscribe"] is None
    town.answer("Fine.", to=theirs)
    town.read()
    with town.db.read() as session:
        last = session.exec(select(InboundMessage).order_by(InboundMessage.id.desc())).first()
        assert (last.provider_id, last.answers_id) == (town.provider_id, sent.id)


def test_bounce_suppress(town: Town) -> None:
    letter = town.send()
    town.put(bounce(town.address, original=letter["Message-ID"], at=town.now), town.dana)
    town.read()
    assert town.suppressed() == [town.address]
    assert town.enrollment(town.provider_id).state_reason == "bounced"
    town.until(town.now + timedelta(days=10), step=timedelta(hours=4))
    assert len(town.smtp.taken) == 1
    back = town.inbound(InboundKind.BOUNCE)
    inbox_verdicts.correct_address(town.db, back.id, "lopez@clinic.test", actor_id=town.actor_id, now=town.now)
    assert town.suppressed() == [town.address]


def test_out_of_office_pause_resume(town: Town) -> None:
    letter = town.send()
    town.answer("I am out of the office until March 23, 2026.", to=letter, Auto_Submitted="auto-replied")
    town.read()
    paused = town.enrollment(town.provider_id)
    assert (paused.state, paused.state_reason) == (EnrollmentState.PAUSED, "away")
    town.until(town.now.replace(day=22), step=timedelta(hours=3))
    assert len(town.smtp.taken) == 1
    town.until(town.now.replace(day=31), step=timedelta(hours=1))
    assert len(town.smtp.taken) == 2
    town.carry()
    assert town.letters()[-1]["In-Reply-To"] == letter["Message-ID"]


def test_unsubscribe_by_post_and_get_changes_nothing(town: Town, tmp_path: Path) -> None:
    from crm.web import create_app

    letter = town.send()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = letter["List-Unsubscribe"].split(">")[0].lstrip("<")
    assert url.startswith("https://mail.stride.test/u/")
    settings = Settings(data_dir=tmp_path, database_url=str(town.db.url), public_url="https://mail.stride.test")
    browser = create_app(Handoff(settings=settings, db=town.db, clock=town.clock, given_post=town.post)).test_client()
    assert browser.get(url, base_url="https://mail.stride.test").status_code == 200
    assert town.suppressed() == []
    assert town.enrollment(town.provider_id).state is EnrollmentState.ACTIVE
    answer = browser.post(url, data={"List-Unsubscribe": "One-Click"}, base_url="https://mail.stride.test")
    assert answer.status_code == 200
    assert town.suppressed() == [town.address]
    assert town.enrollment(town.provider_id).state_reason == "unsubscribed"
    town.until(town.now + timedelta(days=10), step=timedelta(hours=4))
    assert len(town.smtp.taken) == 1


def test_unsubscribe_by_mail_to_the_address_in_the_header(town: Town) -> None:
    town.post.public_url = ""
    letter = town.send()
    _, _, subject = letter["List-Unsubscribe"].strip("<>").partition("?subject=")
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = "maria@phone.test", letter["From"]
    made["Subject"], made["Message-ID"] = subject.replace("%20", " "), "<u@phone.test>"
    made.set_content("\n")
    town.put(bytes(made), town.dana)
    town.read()
    assert town.address in town.suppressed()
    assert town.enrollment(town.provider_id).state_reason == "unsubscribed"


def test_in_doubt_is_resolved_from_the_sent_folder(town: Town) -> None:
    town.smtp.plan("DOT", DROP)
    town.until(town.now + timedelta(hours=1))
    doubtful = town.messages(town.provider_id)[0]
    assert doubtful.state is MessageState.IN_DOUBT
    town.read()
    assert town.messages(town.provider_id)[0].state is MessageState.IN_DOUBT
    town.carry()
    town.read()
    town.work()
    settled = town.messages(town.provider_id)[0]
    assert (settled.state, settled.state_reason) == (MessageState.SENT, "arrived")
    with town.db.read() as session:
        said = session.exec(select(Activity.summary).where(Activity.kind == ActivityKind.MESSAGE)).all()
    assert any("known to have arrived" in each for each in said)
    town.until(town.now + timedelta(days=8), step=timedelta(hours=2))
    assert len(town.smtp.taken) == 2  # the sequence goes on with its second mail
    assert len(set(town.smtp.message_ids())) == 2


def test_in_doubt_is_found_in_sent_even_when_the_copy_was_read_before(town: Town) -> None:
    """The copy may come while the message is still thought to be leaving."""
    town.smtp.plan("DOT", DROP)
    town.until(town.now + timedelta(hours=1))
    town.carry()
    with town.db.write() as session:
        message = session.exec(select(Message)).one()
        message.state = MessageState.IN_DATA
        session.add(message)
    town.read()
    with town.db.write() as session:
        message = session.exec(select(Message)).one()
        message.state = MessageState.IN_DOUBT
        session.add(message)
    town.read()
    assert town.messages(town.provider_id)[0].state is MessageState.SENT


def test_another_uidvalidity_on_the_server_doubles_nothing(town: Town) -> None:
    town.answer("Please call.", to=town.send())
    town.read()
    town.imap.forget(town.dana)
    assert town.read() == 1  # fetched again
    assert town.inbound(InboundKind.REPLY).reply_text == "Please call."
    with town.db.read() as session:
        replies = session.exec(select(Activity).where(Activity.kind == ActivityKind.REPLY)).all()
    assert len(replies) == 1
