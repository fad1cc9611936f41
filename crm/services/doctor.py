"""The check-up: everything that mail hangs on is looked at, and each finding says what to do.

What can't be asked (no network, no worker's word) is "could not be checked", never "all is well".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from crm.domain.checkup import Finding, Severity, unknown
from crm.domain.errors import HandoffError
from crm.mail import https
from crm.mail.dns import Dns
from crm.mail.https import Answer
from crm.services import doctor_dns, doctor_house, doctor_mail
from crm.services.mailboxes import Post
from crm.store.engine import Database

Check = Callable[[], Sequence[Finding]]


@dataclass(frozen=True)
class Surroundings:
    """What a check-up looks at. `fetch` gets a page; `time_url` is a server whose clock can be trusted."""

    db: Database
    post: Post
    data_dir: Path
    time_url: str = ""
    dns: Dns = field(default_factory=Dns)
    fetch: Callable[[str], Answer] = https.get


def at_home(around: Surroundings, *, now: datetime) -> list[Finding]:
    """What can be looked at without a network: folder, key, database, worker, settings."""
    found = [*_safe("folder", lambda: doctor_house.folder(around.data_dir))]
    base = _safe("database", lambda: doctor_house.database(around.db))
    found += base
    if any(each.severity is Severity.BLOCKING for each in base):
        return [*found, unknown("everything else", "the database can't be used")]
    for name, check in (
        ("key", lambda: doctor_house.key(around.db, around.post.vault)),
        ("worker", lambda: doctor_house.worker(around.db, now=now)),
        ("address", lambda: doctor_house.postal_address(around.db)),
        ("mailbox", lambda: doctor_mail.mailboxes_at_home(around.db, around.post, now=now)),
    ):
        found += _safe(name, check)
    return found


def outside(around: Surroundings, *, now: datetime) -> list[Finding]:
    """What has to be asked for: mail servers, the clock, the unsubscribe page, DNS. Asked at once, each with an end."""
    checks: list[tuple[str, Check]] = [
        ("clock", lambda: doctor_mail.clock(around.fetch, around.time_url, now=now)),
        ("unsubscribe", lambda: doctor_mail.unsubscribe(around.db, around.post, around.fetch, around.dns)),
        ("dns", lambda: doctor_dns.domains(around.db, around.post, around.dns, now=now)),
    ]
    found_here = doctor_mail.accounts(around.db, around.post, now=now)
    checks += [("sign-in", partial(doctor_mail.sign_in, around.post, account)) for account in found_here]
    with ThreadPoolExecutor(max_workers=6) as pool:
        return [each for found in pool.map(lambda one: _safe(*one), checks) for each in found]


def everything(around: Surroundings, *, now: datetime) -> list[Finding]:
    """Both."""
    found = at_home(around, now=now)
    if any(each.check == "everything else" for each in found):
        return found
    return [*found, *outside(around, now=now)]


def _safe(name: str, check: Check) -> Sequence[Finding]:
    """A check that breaks is one that could not be made; the others go on."""
    try:
        return check()
    except (OSError, SQLAlchemyError, HandoffError, ValueError) as error:
        return [unknown(name, f"the check itself failed ({type(error).__name__})")]
