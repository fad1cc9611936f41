"""The mailbox that sends: which one it is, the transport that belongs to it, setting it up, pausing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.mailboxes import PRESETS, SECURITIES
from crm.domain.outbox import Limits
from crm.mail.local import LocalTransport
from crm.mail.ports import Transport
from crm.mail.smtp import SmtpServer, SmtpTransport
from crm.models.accounts import Business, MailAccount, User
from crm.services import audit
from crm.services.vault import Vault
from crm.store import mail_accounts, messages
from crm.store.engine import Database
from crm.store.mail_accounts import ENVIRONMENT, LOCAL


@dataclass
class Post:
    """What bootstrap wires for sending: the folder of the local mailbox, the server of the environment, the key.

    `open_smtp` makes a transport; tests give one that is not a network.
    """

    local: LocalTransport
    vault: Vault
    environment: SmtpServer | None = None
    environment_from: str = ""
    files: Path = Path("files")
    public_url: str = ""
    open_smtp: Callable[[SmtpServer], Transport] = SmtpTransport

    def transport_of(self, account: MailAccount) -> Transport:
        """A transport for this mailbox. Refused("no_mailbox") when it is no longer set up."""
        if account.preset == LOCAL:
            return self.local
        if account.preset == ENVIRONMENT:
            if self.environment is None:
                raise Refused("no_mailbox", "The mail server is no longer set in the environment.")
            return self.open_smtp(self.environment)
        if account.archived_at is not None:
            raise Refused("no_mailbox", "This mailbox has been removed.")
        return self.open_smtp(self.server_of(account))

    def server_of(self, account: MailAccount) -> SmtpServer:
        """Where a mailbox of the settings page signs in."""
        return SmtpServer(
            host=account.smtp_host,
            port=account.smtp_port,
            security=account.smtp_security,
            username=account.username,
            password=self.vault.open(account.secret),
        )


@dataclass(frozen=True)
class MailboxForm:
    """What the settings page asks for. An empty password keeps the stored one."""

    address: str
    from_name: str = ""
    preset: str = "other"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    username: str = ""
    password: str = ""
    daily_cap: int = 50
    gap_seconds: int = 20


def is_local(account: MailAccount) -> bool:
    """Whether mail of this mailbox stays on this computer."""
    return account.preset == LOCAL


def limits_of(account: MailAccount) -> Limits:
    """The mailbox's limits as the rules take them."""
    return Limits(account.daily_cap, account.domain_cap, timedelta(seconds=account.gap_seconds))


def current(session: Session, post: Post, *, now: datetime) -> MailAccount:
    """The mailbox that new messages leave by: the environment's, else the one set up here, else the local one."""
    if post.environment is not None:
        return _environment(session, post, post.environment, now)
    return mail_accounts.chosen(session) or local(session, now=now)


def peek(session: Session, post: Post) -> MailAccount | None:
    """As `current`, for pages that only look: None when the row has not been needed yet, which means local."""
    if post.environment is not None:
        return mail_accounts.by_preset(session, ENVIRONMENT)
    return mail_accounts.chosen(session)


def goes_nowhere(session: Session, post: Post) -> bool:
    """Whether mail is only kept on this computer: what the banner says."""
    return post.environment is None and mail_accounts.chosen(session) is None


def local(session: Session, *, now: datetime) -> MailAccount:
    """The local mailbox's row: it has no limits."""
    found = mail_accounts.by_preset(session, LOCAL)
    if found is not None:
        return found
    business, user = session.get(Business, 1), session.get(User, 1)
    address = (user and user.email) or (business and business.email) or "you@handoff.invalid"
    account = MailAccount(
        address=address, preset=LOCAL, daily_cap=0, domain_cap=0, gap_seconds=0, smtp_security="none", created_at=now
    )
    session.add(account)
    session.flush()
    return account


def _environment(session: Session, post: Post, server: SmtpServer, now: datetime) -> MailAccount:
    account = mail_accounts.by_preset(session, ENVIRONMENT)
    if account is None:
        account = MailAccount(preset=ENVIRONMENT, address="", created_at=now)
    account.address = _environment_address(session, post)
    account.smtp_host, account.smtp_port, account.smtp_security = server.host, server.port, server.security
    session.add(account)
    session.flush()
    return account


def _environment_address(session: Session, post: Post) -> str:
    for candidate in (post.environment_from, post.environment.username if post.environment else ""):
        if "@" in candidate:
            return emails.normalise(candidate)
    business, user = session.get(Business, 1), session.get(User, 1)
    found = (business and business.email) or (user and user.email)
    if not found:
        raise Refused("no_sender", "Set HANDOFF_SMTP_FROM to the address that mail comes from.")
    return found


def sender_name(session: Session, account: MailAccount, user_id: int | None) -> str:
    """The name in From: the mailbox's own, else the person's, else the business's."""
    if account.from_name:
        return account.from_name
    user = session.get(User, user_id) if user_id is not None else None
    business = session.get(Business, 1)
    return (user.name if user else "") or (business.name if business else "")


def save(db: Database, post: Post, form: MailboxForm, *, actor_id: int | None, now: datetime) -> int:
    """Set up the mailbox, or change it. Raises Invalid. Queued messages keep the mailbox they were written for."""
    checked(form)
    with db.write() as session:
        account = mail_accounts.chosen(session)
        if account is None or account.address != emails.normalise(form.address):
            account = _replacement(session, account, form, now)
        account.from_name, account.preset = form.from_name.strip(), form.preset
        account.smtp_host, account.smtp_port = form.smtp_host.strip(), form.smtp_port
        account.smtp_security, account.username = form.smtp_security, form.username.strip()
        account.daily_cap, account.gap_seconds = form.daily_cap, form.gap_seconds
        account.verified_at = None
        if form.password:
            account.secret = post.vault.seal(form.password)
        session.add(account)
        audit.note(session, "mailbox_saved", account.address, actor_id=actor_id, now=now)
        session.flush()
        assert account.id is not None
        return account.id


def _replacement(session: Session, old: MailAccount | None, form: MailboxForm, now: datetime) -> MailAccount:
    """Another address is another mailbox: what was sent by the old one keeps pointing at it."""
    if old is not None:
        old.archived_at = now
        session.add(old)
    account = MailAccount(address=emails.normalise(form.address), created_at=now)
    account.secret = old.secret if old is not None and not form.password else ""
    return account


def checked(form: MailboxForm) -> None:
    """Raise Invalid with a sentence for every field that can't be used."""
    errors = _address_errors(form)
    host = form.smtp_host.strip()
    if not host or any(character.isspace() or character in "/:@" for character in host):
        errors["smtp_host"] = "Give the name of the outgoing mail server, such as smtp.example.com."
    if not 1 <= form.smtp_port <= 65535:
        errors["smtp_port"] = "Give a port from 1 to 65535; usual are 587 and 465."
    if form.smtp_security not in SECURITIES:
        errors["smtp_security"] = "Choose one of the listed."
    if form.preset not in PRESETS:
        errors["preset"] = "Choose one of the listed."
    if form.daily_cap < 1:
        errors["daily_cap"] = "At least one a day, or nothing is ever sent."
    if form.gap_seconds < 0:
        errors["gap_seconds"] = "Give 0 or more seconds."
    if errors:
        raise Invalid(errors)


def _address_errors(form: MailboxForm) -> dict[str, str]:
    try:
        normal = emails.normalise(form.address, field="address")
    except Invalid as error:
        return error.errors
    if not normal:
        return {"address": "Give the address that your mail comes from."}
    return {} if normal.isascii() else {"address": "Mail can only come from an address in plain letters."}


def remove(db: Database, *, actor_id: int | None, now: datetime) -> None:
    """Go back to the local mailbox. What is queued for the removed one is held when it is due."""
    with db.write() as session:
        account = mail_accounts.chosen(session)
        if account is None:
            raise NotFound("No mailbox is set up.")
        account.archived_at = now
        session.add(account)
        audit.note(session, "mailbox_removed", account.address, actor_id=actor_id, now=now)


def pause(session: Session, account: MailAccount, why: str, *, now: datetime) -> None:
    """Let nothing leave by this mailbox until a person says so. `why` is what its server said."""
    account.paused_at, account.paused_reason = now, why[:500]
    session.add(account)
    audit.note(session, "mailbox_paused", account.address, actor_id=None, now=now)


def resume(db: Database, account_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Let mail leave again. What was due in the meantime leaves now: the person has just said so."""
    with db.write() as session:
        account = mail_accounts.by_id(session, account_id)
        if account is None:
            raise NotFound("This mailbox is gone.")
        account.paused_at, account.paused_reason = None, ""
        session.add(account)
        messages.due_now(session, account_id, now)
        audit.note(session, "mailbox_resumed", account.address, actor_id=actor_id, now=now)


def check(db: Database, post: Post, account_id: int, *, now: datetime) -> None:
    """Connect and sign in without sending. Raises a MailError; keeps the time when it worked."""
    with db.read() as session:
        account = mail_accounts.by_id(session, account_id)
    if account is None:
        raise NotFound("This mailbox is gone.")
    transport = post.transport_of(account)
    if isinstance(transport, SmtpTransport):
        transport.check()
    with db.write() as session:
        row = mail_accounts.by_id(session, account_id)
        if row is not None:
            row.verified_at = now
            session.add(row)
