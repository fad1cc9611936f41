"""Check-up of what is on this computer: data folder, key file, database, worker, postal address."""

from __future__ import annotations

import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from crm.domain.checkup import Finding, Severity, ok
from crm.domain.errors import Refused
from crm.models.accounts import Business, Chore, MailAccount
from crm.models.sign_ins import MailGrant, MailSigning
from crm.services.messages import has_postal_address
from crm.services.vault import Vault
from crm.store import migrate
from crm.store.engine import Database

LITTLE_SPACE, NO_SPACE = 500_000_000, 50_000_000
HEARTBEAT = "heartbeat"
SILENCE = timedelta(minutes=12)
"""A worker notes every five minutes that it runs: two missed notes and a little."""


def folder(data_dir: Path) -> list[Finding]:
    """Whether the data folder can be written to and has space, and who may look into it."""
    try:
        with tempfile.TemporaryFile(dir=data_dir) as file:
            file.write(b"x")
    except OSError as error:
        advice = "See that the folder is there and belongs to the user that runs Handoff."
        return [Finding("folder", Severity.BLOCKING, f"{data_dir} can't be written to: {error.strerror}.", advice)]
    return [_space(data_dir), *_onlookers("folder", data_dir, "700")]


def _space(data_dir: Path) -> Finding:
    free = shutil.disk_usage(data_dir).free
    words = f"{free / 1e9:.1f} GB are free in the data folder"
    if free < NO_SPACE:
        return Finding("space", Severity.BLOCKING, f"Only {words}.", "Make room: nothing can be kept otherwise.")
    if free < LITTLE_SPACE:
        return Finding("space", Severity.WARNING, f"Only {words}.", "Make room before it runs out.")
    return ok("space", f"{words}.")


def _onlookers(check: str, path: Path, mode: str) -> Iterator[Finding]:
    if sys.platform == "win32":
        return
    now = stat.S_IMODE(path.stat().st_mode)
    if now & 0o077:
        found = f"Others on this computer may look into {path.name} (mode {now:o})."
        yield Finding(check, Severity.WARNING, found, f"chmod {mode} {path}")
    else:
        yield ok(check, f"Only its owner may look into {path.name}.")


def key(db: Database, vault: Vault) -> list[Finding]:
    """Whether everything that is encrypted can be read with the key file of the data folder."""
    with db.read() as session:
        secrets = list(_secrets(session))
    if not vault.path.exists():
        if not secrets:
            return [ok("key", "Nothing is encrypted yet, so there is no key file.")]
        found = f"The key file {vault.path.name} is missing, so {len(secrets)} stored secrets can't be read."
        advice = "Put the file back from a backup, or enter passwords and sign in again in mail settings."
        return [Finding("key", Severity.BLOCKING, found, advice)]
    lost = sorted({name for name, sealed in secrets if not _opens(vault, sealed)})
    if lost:
        found = f"The key file is another one than these were encrypted with: {', '.join(lost)}."
        advice = "Put the old key file back, or enter these passwords and sign in again in mail settings."
        return [Finding("key", Severity.BLOCKING, found, advice), *_onlookers("key", vault.path, "600")]
    return list(_onlookers("key", vault.path, "600"))


def _secrets(session: Session) -> Iterator[tuple[str, str]]:
    """What each stored secret belongs to, and the secret as it is stored."""
    accounts = {each.id: each for each in session.exec(select(MailAccount)).all() if each.archived_at is None}
    yield from ((each.address, each.secret) for each in accounts.values() if each.secret)
    for grant in session.exec(select(MailGrant)).all():
        if grant.refresh_token and grant.mail_account_id in accounts:
            yield accounts[grant.mail_account_id].address, grant.refresh_token
    yield from ((f"the signing key of {each.domain}", each.private_key) for each in _signings(session))


def _signings(session: Session) -> list[MailSigning]:
    return list(session.exec(select(MailSigning).where(col(MailSigning.enabled))).all())


def _opens(vault: Vault, sealed: str) -> bool:
    try:
        vault.open(sealed)
    except (Refused, ValueError):
        return False
    return True


def database(db: Database) -> list[Finding]:
    """Whether the database answers, is whole, and fits this version."""
    try:
        with db.read() as session:
            wrong = _damage(session, db)
        at, wanted = migrate.current(db), migrate.head()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        advice = "See that it runs and that HANDOFF_DATABASE_URL names it; a backup can be restored."
        return [Finding("database", Severity.BLOCKING, f"The database doesn't answer: {reason}", advice)]
    if wrong:
        advice = "Stop Handoff and restore the newest good backup: handoff restore FILE."
        return [Finding("database", Severity.BLOCKING, f"The database is damaged: {wrong}", advice)]
    if at != wanted:
        advice = "Start Handoff once with this version." if (at or "") < wanted else "Update Handoff."
        found = f"The database is at revision {at or 'none'}, this version wants {wanted}."
        return [Finding("database", Severity.BLOCKING, found, advice)]
    kind = "SQLite" if db.is_sqlite else "PostgreSQL"
    return [ok("database", f"{kind} answers, is whole and up to date.")]


def _damage(session: Session, db: Database) -> str:
    if not db.is_sqlite:
        session.execute(sa.text("SELECT count(*) FROM alembic_version"))
        return ""
    said = str(session.execute(sa.text("PRAGMA quick_check(1)")).scalar())
    return "" if said == "ok" else said


def worker(db: Database, *, now: datetime) -> list[Finding]:
    """Whether a worker has said lately that it runs."""
    with db.read() as session:
        beat = session.get(Chore, HEARTBEAT)
    advice = "Start it: handoff serve (with the web server) or handoff worker (alone). Without it nothing is sent."
    if beat is None or beat.done_at is None:
        return [Finding("worker", Severity.BLOCKING, "No worker has run yet.", advice)]
    silent = now - beat.done_at
    if silent > SILENCE:
        found = f"The worker was last heard of {_words(silent)} ago."
        return [Finding("worker", Severity.BLOCKING, found, advice)]
    return [ok("worker", "The worker runs.")]


def _words(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return (
        f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours" if minutes < 2880 else f"{span.days} days"
    )


def postal_address(db: Database) -> list[Finding]:
    """Whether outreach mail can show the postal address that the law asks for."""
    with db.read() as session:
        business = session.get(Business, 1)
    if has_postal_address(business):
        return [ok("address", "The postal address is complete.")]
    advice = "Enter street, town and ZIP under Settings, Business (or with handoff owner set)."
    return [Finding("address", Severity.BLOCKING, "The postal address is incomplete: no outreach mail leaves.", advice)]
