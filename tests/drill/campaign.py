"""One campaign of the drill: fill, kill again and again, let the rest go out, and account for every message."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col, func, select

from crm.bootstrap import post_of
from crm.config import Settings
from crm.domain.kinds import ActivityKind, MessageKind, MessageState
from crm.models.accounts import MailAccount
from crm.models.activities import Activity
from crm.models.messages import Message
from crm.services import mail_effects, message_states, reading
from crm.services.vault import Vault
from crm.store.engine import Database
from tests import factories
from tests.drill.points import POINTS
from tests.drill.running import Given, Running, with_a_fuse, without
from tests.mail.imap_server import PASSWORD, Dovecot
from tests.mail.smtp_server import SmtpStandIn

OTHERS_SECONDS = 6
"""Once mail flows, workers that don't come to their point within this (others took the mail) are ended as they are."""

USERS = ("dana", "office", "clinic", "north")
"""A mailbox for each worker, at least two: the first to come claims all that one mailbox has to send."""

ANY_MOMENT = "any moment"

PATIENCE_SECONDS = 120
"""For workers to start and come to their point, on a machine that is busy."""

OPEN = (MessageState.QUEUED, MessageState.DEFERRED, MessageState.CLAIMED, MessageState.IN_DATA)


@dataclass
class Campaign:
    """What is killed, where it works, and what came of it. `workers` is how many there are at a time."""

    name: str
    db: Database
    url: str
    folder: Path
    server: SmtpStandIn
    workers: int
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    others_seconds: float = OTHERS_SECONDS
    left_in_doubt: int = 0
    doubts: int = 0
    ended: Counter[MessageState] = field(default_factory=Counter)

    def fill(self, messages: int) -> None:
        """Mailboxes without limits, and mail that is due."""
        now = datetime.now(UTC)
        secret = Vault(self.folder / "secret.key").seal(PASSWORD)
        with self.db.write() as session:
            factories.make_business(session)
            factories.make_user(session)
            accounts = [
                factories.make_mail_account(
                    session, user_id=None, preset="other", address=f"{user}@stride.example", username=user,
                    secret=secret, smtp_host="127.0.0.1", smtp_port=self.server.port, smtp_security="none",
                    daily_cap=0, domain_cap=0, gap_seconds=0,
                )
                for user in self.users
            ]  # fmt: skip
            for n in range(messages):
                provider = factories.make_provider(session, email="", sample=False)
                account = accounts[n % len(accounts)]
                factories.make_message(
                    session, mail_account_id=account.id, provider_id=provider.id, kind=MessageKind.OUTREACH,
                    from_address=account.address, text_body="Hello,\n" + "word " * 600, due_at=now,
                    created_at=now, message_id=f"<{self.name.replace(' ', '-')}-{n}@stride.example>",
                )  # fmt: skip

    @property
    def users(self) -> tuple[str, ...]:
        """Whose mailboxes send."""
        return USERS[: max(2, self.workers)]

    # --- killing ------------------------------------------------------------------------------------------------------

    def kill(self, kills: int) -> None:
        """End workers until so many were killed: at each named point in its turn, and at random moments."""
        plans = self._plans()
        while sum(self.kills.values()) < kills and self.waiting():
            self.strike([next(plans) for _ in range(min(self.workers, kills - sum(self.kills.values())))])

    def strike(self, points: list[str]) -> None:
        """Start a worker for each point; those that wait for a random moment are killed some time after mail flows."""
        seen = len(self.server.commands)
        running = [(point, self._start(point)) for point in points]
        deadline, moment = time.monotonic() + PATIENCE_SECONDS, 0.0
        while any(worker.ended() is None for _, worker in running) and time.monotonic() < deadline and self.waiting():
            time.sleep(0.02)
            if not moment and len(self.server.commands) > seen:
                moment = time.monotonic() + self.chance.uniform(0, 0.4)
                deadline = moment + self.others_seconds
            if moment and time.monotonic() > moment:
                for point, worker in running:
                    if point == ANY_MOMENT:
                        worker.kill()
        for point, worker in running:
            died_there = worker.ended() == -signal.SIGKILL
            worker.kill()
            self.kills[point if died_there else ANY_MOMENT] += 1
        self._let_time_pass()

    def _let_time_pass(self) -> None:
        """What the dead had in hand is free some time later, and what they owe others write: neither is waited for.

        On SQLite the next worker frees by itself what the dead had.
        """
        self._wait_for_their_commits()
        now, held = datetime.now(UTC), col(Message.state).in_([MessageState.CLAIMED, MessageState.IN_DATA])
        with self.db.write() as session:
            if not self.db.is_sqlite:
                session.execute(sa.update(Message).where(held).values(lease_until=now))
            owing = sa.update(Message).where(col(Message.effects_due_at).is_not(None))
            session.execute(owing.values(effects_due_at=now))

    def _wait_for_their_commits(self) -> None:
        """A server of PostgreSQL still does what a client asked for just before it was killed."""
        if self.db.is_sqlite:
            return
        asked = sa.text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self.db.read() as session:
            while left := session.scalar(asked, {"name": self._given().application_name}):
                if time.monotonic() > deadline:
                    self._expect(False, left, "connections of workers that were killed are still open")
                    return
                time.sleep(0.01)

    def _plans(self) -> Iterator[str]:
        while True:
            points = [*POINTS, *(ANY_MOMENT,) * 3]
            self.chance.shuffle(points)
            yield from points

    def _start(self, point: str) -> Running:
        """The drill's worker; for a random moment the very command that users run."""
        if point == ANY_MOMENT:
            return without(self._given())
        count = 1 if point == "signed in" else self.chance.randint(1, 4)
        return with_a_fuse(self._given(), point, count)

    def _given(self) -> Given:
        return Given(self.url, self.folder)

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def finish(self, seconds: float = 300) -> None:
        """Let workers that nobody kills send the rest and write what follows."""
        running = [without(self._given()), *(with_a_fuse(self._given(), "", 0) for _ in range(self.workers - 1))]
        deadline = time.monotonic() + seconds
        while self.waiting() and time.monotonic() < deadline and all(worker.ended() is None for worker in running):
            time.sleep(0.02)
        self._expect(self.waiting() == 0, "not all was sent:", self._rest())
        for worker in running:
            self._expect(worker.ended() is None, "a worker that nobody killed ended:", worker.ended())
            worker.stop()
        self._expect(not self.violations, *(worker.last_words() for worker in running))

    def waiting(self) -> int:
        """Messages that have not come to an end, or of which something is owed: counted in one look, as they move."""
        unfinished = sa.or_(col(Message.state).in_(OPEN), col(Message.effects_due_at).is_not(None))
        with self.db.read() as session:
            return session.exec(select(func.count()).where(unfinished)).one()

    def states(self) -> Counter[MessageState]:
        """How many messages are in each state."""
        with self.db.read() as session:
            found = session.exec(select(Message.state, func.count()).group_by(Message.state)).all()
        return Counter(dict(found))

    def _rest(self) -> str:
        """Why what has no end hasn't one, as far as rows tell."""
        columns = (Message.state, Message.state_reason, Message.lease_owner, Message.effects_due_at.is_not(None))  # type: ignore[union-attr]
        asked = sa.select(*columns, func.min(Message.due_at), func.max(Message.lease_until), func.count())
        with self.db.read() as session:
            return "; ".join(" ".join(map(str, row)) for row in session.execute(asked.group_by(*columns)))

    def check(self, *, resolved: bool = False) -> None:
        """Hold what the server took against what the rows say. With `resolved` no accepted message may be in doubt."""
        taken = Counter(self.server.message_ids())
        with self.db.read() as session:
            states = dict(session.exec(select(Message.message_id, Message.state)).all())
        self._expect(not [each for each, n in taken.items() if n > 1], "delivered twice", taken.values())
        for message_id, state in states.items():
            arrived = taken[message_id] > 0
            self._expect(state in (MessageState.SENT, MessageState.IN_DOUBT), "no end", message_id, state)
            self._expect(arrived or state is not MessageState.SENT, "lost: called sent, never arrived", message_id)
            if resolved:
                self._expect(not arrived or state is MessageState.SENT, "arrived, but still in doubt", message_id)
        self._check_lines()
        self.left_in_doubt = sum(state is MessageState.IN_DOUBT for state in states.values())

    def _check_lines(self) -> None:
        """Every sent message has one line on its provider's timeline, and nothing is owed."""
        with self.db.read() as session:
            lines = Counter(session.exec(select(Activity.message_id).where(Activity.kind == ActivityKind.EMAIL)).all())
            sent = session.exec(select(Message.id).where(Message.state == MessageState.SENT)).all()
        self._expect(lines == Counter(sent), "timeline", len(lines), len(sent))
        self._expect(self.waiting() == 0, "something is still owed:", self._rest())

    def resolve(self, imap: Dovecot) -> None:
        """Put what was delivered into the Sent folders, as mail services do, and let it be read."""
        for user in self.users:
            with imap.client(user) as client:
                for raw in self.server.taken:
                    if f"{user}@".encode() in raw.partition(b"\r\nTo:")[0]:
                        client.append("Sent", "", "", raw)  # type: ignore[arg-type]  # no date: now
        with self.db.write() as session:
            for account in session.exec(select(MailAccount).where(MailAccount.preset == "other")):
                account.imap_host, account.imap_port, account.imap_security = "127.0.0.1", imap.port, "none"
                session.add(account)
        post = post_of(Settings(data_dir=self.folder, database_url=self.url))
        reading.read_due(self.db, post, clock=lambda: datetime.now(UTC), me="drill")
        mail_effects.run_due(self.db, clock=lambda: datetime.now(UTC), mine=True)

    def decide(self) -> None:
        """What is not in Sent is left for the person, who has it sent again; then nothing is in doubt."""
        with self.db.read() as session:
            asked = select(Message.id).where(Message.state == MessageState.IN_DOUBT)
            doubtful = session.exec(asked).all()
        for message_id in doubtful:
            message_states.send_again(self.db, message_id or 0, actor_id=None, now=datetime.now(UTC))
        self.finish()

    def _expect(self, holds: bool, *what: object) -> None:
        if not holds:
            self.violations.append(" ".join(map(str, what)))
