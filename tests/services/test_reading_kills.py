"""A reader killed for good, again and again, at any moment: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import secrets
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.inbound import InboundMessage, MailReading
from crm.services.vault import Vault
from crm.store.engine import Database
from tests import factories
from tests.mail.imap_server import PASSWORD, Dovecot
from tests.services.mailbox import mail, make_read_account

COUNT = 30
KILLS = 4

READER = """
import sys
from pathlib import Path
from crm.bootstrap import Handoff, utc_now
from crm.config import Settings
from crm.services import reading
from crm.store.engine import Database
folder, url = Path(sys.argv[1]), sys.argv[2]
handoff = Handoff(settings=Settings(data_dir=folder, database_url=url), db=Database(url))
print("ready", flush=True)
reading.read_due(handoff.db, handoff.post, clock=utc_now, me="reader")
print("done", flush=True)
"""


def test_a_reader_that_is_killed_again_and_again(db: Database, tmp_path: Path, imap_server: Dovecot) -> None:
    user = f"k{secrets.token_hex(4)}"
    now = datetime.now(UTC)
    with db.write() as session:
        factories.make_business(session)
        sealed = Vault(tmp_path / "secret.key").seal(PASSWORD)
        account = make_read_account(session, imap_host="127.0.0.1", imap_port=imap_server.port, imap_security="none")
        account.username, account.secret = user, sealed
        provider = factories.make_provider(session, email="maria@clinic.test")
        factories.make_message(
            session,
            provider_id=provider.id,
            mail_account_id=account.id,
            to_address="maria@clinic.test",
            message_id="<out@stride.test>",
            state="sent",
            sent_at=now - timedelta(days=1),
        )
        session.add(MailReading(mail_account_id=account.id or 0, due_at=now - timedelta(hours=1)))
        account_id = account.id
    with imap_server.client(user) as client:
        for number in range(COUNT):
            raw = mail(f"Words {number}", answers="<out@stride.test>", message_id=f"<m{number}@clinic.test>", at=now)
            client.append("INBOX", "", "", raw)  # type: ignore[arg-type]
    url = db.url.render_as_string(hide_password=False)
    chance = random.Random(7)
    for _ in range(KILLS):
        reader = start(tmp_path, url)
        assert reader.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.02, 0.35))
        reader.send_signal(signal.SIGKILL)
        reader.communicate()
        free(db, account_id)
    assert b"done" in start(tmp_path, url).communicate(timeout=300)[0]
    with db.read() as session:
        ids = session.exec(select(InboundMessage.message_id)).all()
        lines = session.exec(select(Activity.body).where(Activity.kind == ActivityKind.REPLY)).all()
    assert sorted(ids) == sorted(f"m{number}@clinic.test" for number in range(COUNT))
    assert sorted(lines) == sorted(f"Words {number}" for number in range(COUNT))


def start(folder: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", READER, str(folder), url], stdout=subprocess.PIPE)


def free(db: Database, account_id: int) -> None:
    """What the next worker does with the lease of one that it knows to be gone."""
    with db.write() as session:
        row = session.get_one(MailReading, account_id)
        row.lease_owner, row.lease_until, row.due_at = "", None, datetime.now(UTC)
        session.add(row)
