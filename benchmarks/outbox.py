"""How fast the outbox sends through one connection, intent and result durably committed for each message.

.venv/bin/python -m benchmarks.outbox [--count 1000] [--database sqlite|postgres]

The floor is a bare smtplib loop over the same messages and server in the same run. The server is Debian's smtp-sink
(`apt-get install --no-install-recommends postfix`; it need not run), else a small one of our own in a process of its
own. What follows from a sent message (stage, follow-ups, sequence) is written in batches afterwards and measured too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

import crm.models  # noqa: F401  (registers the tables)
from benchmarks import people
from crm.documents.emails import render_email
from crm.documents.merge import examples
from crm.domain.pipeline import Stage
from crm.mail.local import LocalTransport
from crm.mail.smtp import SmtpServer
from crm.models.accounts import Business, MailAccount, User
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.services import letters, mail_effects, outbox
from crm.services.mailboxes import Post
from crm.services.vault import Vault
from crm.store import migrate
from crm.store.engine import Database

SINK = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"


def main() -> None:
    """Print one JSON line for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    given = parser.parse_args()
    names = ("sqlite", "postgres") if given.database == "both" else (given.database,)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, sink() as (port, server):
        for name in names:
            with opened(name, Path(folder)) as db:
                measure(db, name, given.count, Path(folder), port, server)


def measure(db: Database, name: str, count: int, folder: Path, port: int, server: str) -> None:
    """Fill, send by smtplib alone, send by the outbox, write what follows."""
    post = post_of(folder, port)
    fill(db, count)
    contents = [(each, letters.written(post, each)) for each in queued(db)]
    floor = timed(lambda: bare(port, contents))
    sent, follows = [], []
    ours = timed(lambda: sent.append(outbox.send_due(db, post, clock=now, me="benchmark")))
    after = timed(lambda: follows.append(mail_effects.run_due(db, clock=now, mine=True)))
    assert sent == follows == [count], (sent, follows)
    report(name, server, count, floor, ours, after)


def report(name: str, server: str, count: int, floor: Any, ours: Any, after: Any) -> None:
    """One line."""
    line = {
        "database": name,
        "server": server,
        "messages": count,
        "sent_per_s": round(count / ours[0]),
        "cpu_ms_each": round(ours[1] / count * 1000, 2),
        "floor_per_s": round(count / floor[0]),
        "share_of_floor": round(floor[0] / ours[0], 2),
        "with_what_follows_per_s": round(count / (ours[0] + after[0])),
        "what_follows_ms_each": round(after[0] / count * 1000, 2),
        "load": os.getloadavg()[0],
    }
    print(json.dumps(line), flush=True)


def bare(port: int, contents: list[tuple[Message, bytes]]) -> None:
    """The floor: no row, no rule."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[union-attr]  # connected
        for message, content in contents:
            client.sendmail(message.from_address, [message.to_address], content)


def timed(act: Any) -> tuple[float, float]:
    """Seconds on the wall, and of this process's CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def post_of(folder: Path, port: int) -> Post:
    """Sends to the sink."""
    server = SmtpServer("127.0.0.1", port, security="none")
    return Post(LocalTransport(folder / "mailbox"), Vault(folder / "secret.key"), server, "dana@stride.example")


def fill(db: Database, count: int) -> None:
    """Providers with a history, a mailbox without limits, and a filled outreach mail to each provider."""
    people.fill(db, max(2000, count))
    mail = render_email("introduction", examples(), audience="physician")
    with db.write() as session:
        address = {"line1": "1 Main St", "city": "Houston", "state": "TX", "zip": "77002"}
        session.add(Business(id=1, name="Stride", created_at=now(), updated_at=now(), **address))
        session.add(User(id=1, name="Dana", email="dana@stride.example", password_hash="", created_at=now()))
        limits = {"daily_cap": 0, "domain_cap": 0, "gap_seconds": 0}
        session.add(MailAccount(id=1, preset="environment", address="dana@stride.example", created_at=now(), **limits))
        session.flush()
        session.add_all(_message(n, mail) for n in range(1, count + 1))
        session.execute(sa.update(Provider).where(Provider.stage == Stage.DECLINED).values(stage=Stage.CONTACTED))
        session.execute(sa.update(Provider).values(email=""))


def _message(n: int, mail: Any) -> Message:
    return Message(
        provider_id=n,
        mail_account_id=1,
        dedupe_key=f"benchmark:{n}",
        message_id=f"<{n:032x}@stride.example>",
        unsubscribe_token=f"{n:032x}",
        unsubscribe_url=f"https://handoff.example/u/{n:032x}",
        from_address="dana@stride.example",
        from_name="Dana Ruiz",
        to_address=f"provider{n}@clinic{n % 97}.example",
        to_name=f"Provider {n}",
        subject=mail.subject,
        text_body=mail.text,
        html_body=mail.html,
        created_by=1,
        created_at=now(),
        due_at=now(),
    )


def queued(db: Database) -> list[Message]:
    """The messages, as the floor sends them too."""
    with db.read() as session:
        return list(session.exec(select(Message).order_by(Message.id)))


@contextlib.contextmanager
def opened(name: str, folder: Path) -> Iterator[Database]:
    """An empty, migrated database; PostgreSQL with fsync on, as it is in real life."""
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{folder / 'handoff.db'}"
        if name == "postgres":
            from benchmarks.servers import postgres

            url = stack.enter_context(postgres())
        db = Database(url)
        stack.callback(db.dispose)
        migrate.upgrade(db)
        yield db


@contextlib.contextmanager
def sink() -> Iterator[tuple[int, str]]:
    """A server that takes everything and keeps nothing: its port and what it is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = [sys.executable, "-m", "benchmarks.sink", str(port)]
    found = Path(SINK).exists()
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [SINK, *as_user, f"127.0.0.1:{port}", "100"] if found else own
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, "smtp-sink" if found else "own"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
