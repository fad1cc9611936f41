"""`make drill`: 200 kills on SQLite and PostgreSQL, with one and with four workers. Exits 1 when a promise is broken.

    python -m tests.drill [--kills 200] [--seed 1] [--only "sqlite 1"]

Then everything in doubt is looked for in the Sent folder of a real IMAP server (dovecot, where it is installed); what
isn't there is left for the person, who here has it sent again.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import crm.models  # noqa: F401  (registers the tables)
from crm.domain.kinds import MessageState
from crm.store import migrate
from crm.store.engine import Database
from tests.drill.campaign import Campaign
from tests.mail.imap_server import Dovecot, NoDovecot, dovecot
from tests.mail.smtp_server import smtp_stand_in

PER_KILL = 20
"""Messages for each kill: enough that workers always have something to send."""


def main() -> int:
    """Run the campaigns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    names = [f"{database} {workers}" for database in ("sqlite", "postgres") for workers in (1, 4)]
    chosen = [name for name in names if given.only in name]
    say(f"seed {given.seed}")
    done = [campaign(name, given.kills // len(chosen), given.seed) for name in chosen]
    table(done)
    return 1 if any(each.violations for each in done) else 0


def campaign(name: str, kills: int, seed: int) -> Campaign:
    """One database, so many workers at a time."""
    database, workers = name.split()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(database, Path(folder)) as url,
        smtp_stand_in() as server,
    ):
        db = Database(url)
        one = Campaign(name, db, url, Path(folder), server, int(workers), random.Random(f"{seed} {name}"))
        one.fill(kills * PER_KILL)
        began = time.monotonic()
        one.kill(kills)
        say(f"{name}: killed in {time.monotonic() - began:.0f} s, the rest goes out")
        one.finish()
        one.check()
        one.doubts = one.left_in_doubt
        said = f"{sum(one.kills.values())} kills, {len(one.violations)} violations, {one.doubts} in doubt"
        say(f"{name}: everything has an end after {time.monotonic() - began:.0f} s, {said}")
        with imap_server() as imap:
            if imap is not None:
                one.resolve(imap)
                one.check(resolved=True)
                say(f"{name}: {one.left_in_doubt} are not in Sent and left for the person")
                one.decide()
                one.check(resolved=True)
        one.ended = one.states()
        say(f"{name}: {one.violations[:3] or 'no violation'}")
        db.dispose()
        return one


@contextlib.contextmanager
def opened(database: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if database == "sqlite":
        url = f"sqlite:///{folder / 'handoff.db'}"
        _migrate(url)
        yield url
        return
    from tests.postgres import server

    with server() as running, running.database(_migrate) as url:
        yield url


def _migrate(url: str) -> None:
    db = Database(url)
    migrate.upgrade(db)
    db.dispose()


@contextlib.contextmanager
def imap_server() -> Iterator[Dovecot | None]:
    """Dovecot, or None where there is none."""
    with contextlib.ExitStack() as stack:
        try:
            found: Dovecot | None = stack.enter_context(dovecot())
        except NoDovecot as error:
            say(f"not resolved from a Sent folder: {error}")
            found = None
        yield found


def table(done: list[Campaign]) -> None:
    """What was killed where, and what came of it."""
    columns = ("where", "kills", "messages", "delivered", "in doubt", "sent after all", "violations")
    rows = [
        (
            f"{each.name} worker{'s' if each.workers > 1 else ''}",
            sum(each.kills.values()),
            sum(each.ended.values()),
            len(set(each.server.message_ids())),
            each.doubts,
            each.ended[MessageState.SENT],
            len(each.violations),
        )
        for each in done
    ]
    for row in (columns, *rows):
        say("  ".join(str(value).ljust(18) for value in row))
    kills = sum((each.kills for each in done), Counter[str]())
    say("\nkilled at: " + ", ".join(f"{point} {count}" for point, count in sorted(kills.items())))
    for each in done:
        for violation in each.violations[:20]:
            say(f"{each.name}: {violation}")


def say(text: str) -> None:
    """To the person who watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
