"""One campaign of the drill: fill, kill again and again, let the rest go out, and account for every message."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
from tests.mail.imap_server import PASSWORD, Dovecot
from tests.mail.smtp_server import SmtpStandIn

OTHERS_SECONDS = 6
"""Once mail flows, workers that don't come to their point within this (others took the mail) are ended as they are."""

USERS = ("dana", "office")

ANY_MOMENT = "any moment"

PATIENCE_SECONDS = 60
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
    left_in_doubt: int = 0
    doubts: int = 0
    ended: Counter[MessageState] = field(default_factory=Counter)

    def fill(self, messages: int) -> None:
        """Two mailboxes without limits, and mail that is due."""
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
                for user in USERS
            ]  # fmt: skip
            for n in range(messages):
                provider = factories.make_provider(session, email="", sample=False)
                factories.make_message(
                    session, mail_account_id=accounts[n % 2].id, provider_id=provider.id, kind=MessageKind.OUTREACH,
                    from_address=accounts[n % 2].address, text_body="Hello,\n" + "word " * 600, due_at=now,
                    created_at=now, message_id=f"<{self.name.replace(' ', '-')}-{n}@stride.example>",
                )  # fmt: skip

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
        while any(worker.poll() is None for _, worker in running) and time.monotonic() < deadline and self.waiting():
            time.sleep(0.1)
            if not moment and len(self.server.commands) > seen:
                moment = time.monotonic() + self.chance.uniform(0, 0.4)
                deadline = min(deadline, moment + OTHERS_SECONDS)
            if moment and time.monotonic() > moment:
                _end(worker for point, worker in running if point == ANY_MOMENT)
        for point, worker in running:
            died_there = worker.poll() == -signal.SIGKILL
            _end([worker])
            self.kills[point if died_there else ANY_MOMENT] += 1
        self._let_leases_end()

    def _let_leases_end(self) -> None:
        """On SQLite the next worker frees what the dead had; on PostgreSQL leases end, which is not waited for."""
        if self.db.is_sqlite:
            return
        with self.db.write() as session:
            held = sa.update(Message).where(col(Message.state).in_([MessageState.CLAIMED, MessageState.IN_DATA]))
            session.execute(held.values(lease_until=datetime.now(UTC)))

    def _plans(self) -> Iterator[str]:
        while True:
            points = [*POINTS, *(ANY_MOMENT,) * 3]
            self.chance.shuffle(points)
            yield from points

    def _start(self, point: str) -> subprocess.Popen[bytes]:
        """The drill's worker; for a random moment, and when nobody kills, the very command that users run."""
        if point in ("", ANY_MOMENT):
            given = {"HANDOFF_DATA_DIR": str(self.folder), "HANDOFF_DATABASE_URL": self.url}
            command = [sys.executable, "-m", "crm.cli", "worker"]
        else:
            given = {}
            plan: dict[str, Any] = {"url": self.url, "folder": str(self.folder), "point": point}
            plan["count"] = 1 if point == "signed in" else self.chance.randint(1, 4)
            command = [sys.executable, "-m", "tests.drill.worker", json.dumps(plan)]
        return subprocess.Popen(command, env=os.environ | given, stderr=subprocess.DEVNULL)

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def finish(self, seconds: float = 120) -> None:
        """Let workers that nobody kills send the rest and write what follows."""
        running = [self._start("") for _ in range(self.workers)]
        deadline = time.monotonic() + seconds
        while (self.waiting() or self._owed()) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._expect(self.waiting() + self._owed() == 0, "time was up before all was sent:", dict(self.states()))
        for worker in running:
            self._expect(worker.poll() is None, "a worker that nobody killed ended:", worker.poll())
            worker.terminate()
        for worker in running:
            worker.wait(150)

    def waiting(self) -> int:
        """Messages that have not come to an end."""
        return sum(self.states().get(state, 0) for state in OPEN)

    def states(self) -> Counter[MessageState]:
        """How many messages are in each state."""
        with self.db.read() as session:
            found = session.exec(select(Message.state, func.count()).group_by(Message.state)).all()
        return Counter(dict(found))

    def _owed(self) -> int:
        with self.db.read() as session:
            owed = select(func.count()).where(Message.effects_due_at.is_not(None))  # type: ignore[union-attr]
            return session.exec(owed).one()

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
        self._expect(self._owed() == 0, "something is still owed", self._owed())

    def resolve(self, imap: Dovecot) -> None:
        """Put what was delivered into the Sent folders, as mail services do, and let it be read."""
        for n, user in enumerate(USERS):
            with imap.client(user) as client:
                for raw in self.server.taken:
                    if (b"<office@" in raw.partition(b"\r\nTo:")[0]) == bool(n):
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


def _end(workers: Iterable[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.kill()
        worker.wait(30)
