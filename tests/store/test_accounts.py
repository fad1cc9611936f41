"""Who is asking: the one query before every page."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

from crm.store.engine import Database
from tests import factories
from tests.factories import NOW

ASK = """
import sys
from datetime import datetime
import crm.models
from crm.store import accounts
from crm.store.engine import Database
db = Database(sys.argv[1])
with db.read() as session:
    found = accounts.by_token(session.connection(), sys.argv[2], datetime.fromisoformat(sys.argv[3]))
print(found[0].seen_at, found[1].name, found[2].name)
"""


def test_the_first_question_of_a_process_is_answered_too(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        factories.make_business(session)
        factories.make_web_session(session, token_hash="a" * 64, expires_at=NOW + timedelta(days=1))
    said = subprocess.run(
        [sys.executable, "-c", ASK, str(sqlite_db.url), "a" * 64, NOW.isoformat()],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Dana Whitfield Stride After Care" in said.stdout, said.stderr
