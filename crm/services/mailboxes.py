"""The mailboxes that send: which one a message leaves by, the servers that belong to it, pausing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from crm.domain import emails, sign_ins
from crm.domain.errors import Refused
from crm.domain.mailboxes import Auth
from crm.domain.outbox import Limits
from crm.domain.sign_ins import SignInService
from crm.mail.local import LocalTransport
from crm.mail.oauth import Client
from crm.mail.ports import Mailbox, Phase, SenderProblem, Transport
from crm.mail.servers import ImapServer, TokenSource
from crm.mail.smtp import SmtpServer, SmtpTransport
from crm.models.accounts import Business, MailAccount, User
from crm.services import audit
from crm.services.vault import Vault
from crm.store import mail_accounts
from crm.store.mail_accounts import ENVIRONMENT, LOCAL


def imap_mailbox(server: ImapServer) -> Mailbox:
    """A connection to read by; its library loads only when something is read."""
    from crm.mail.imap import ImapMailbox

    return ImapMailbox(server)


@dataclass
class Post:
    """What bootstrap wires for mail: the folder of the local mailbox, the server of the environment, the key.

    `tokens` gives the source of a mailbox's access tokens by its id; `services` are the sign-in services, `clients`
    what the settings say that this Handoff is there. `open_smtp` and `open_imap` make the connections; tests give
    some that are no network.
    """

    local: LocalTransport
    vault: Vault
    environment: SmtpServer | None = None
    environment_from: str = ""
    files: Path = Path("files")
    public_url: str = ""
    open_smtp: Callable[[SmtpServer], Transport] = SmtpTransport
    open_imap: Callable[[ImapServer], Mailbox] = imap_mailbox
    tokens: Callable[[int], TokenSource] | None = None
    services: Mapping[str, SignInService] = field(default_factory=sign_ins.known)
    clients: Mapping[str, Client] = field(default_factory=dict)

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
        """Where a mailbox of the settings page sends. SenderProblem when its password can't be read."""
        return SmtpServer(
            host=account.smtp_host,
            port=account.smtp_port,
            security=account.smtp_security,
            username=account.username,
            password=self._password_of(account),
            token=self._token_of(account),
        )

    def imap_server_of(self, account: MailAccount) -> ImapServer:
        """Where a mailbox is read. Refused("no_mailbox") when it isn't set up for that; SenderProblem as above."""
        if not can_be_read(account):
            raise Refused("no_mailbox", "This mailbox has no incoming (IMAP) server.")
        return ImapServer(
            host=account.imap_host,
            port=account.imap_port,
            security=account.imap_security,
            username=account.username,
            password=self._password_of(account),
            token=self._token_of(account),
        )

    def _password_of(self, account: MailAccount) -> str:
        if account.auth != Auth.PASSWORD:
            return ""
        try:
            return self.vault.open(account.secret)
        except Refused as error:  # another key file: the mailbox pauses with this sentence
            raise SenderProblem(Phase.AUTH, None, str(error)) from error

    def _token_of(self, account: MailAccount) -> TokenSource | None:
        if account.auth != Auth.TOKEN:
            return None
        if self.tokens is None or account.id is None:
            raise SenderProblem(Phase.AUTH, None, "Sign in to this mailbox again in mail settings.")
        return self.tokens(account.id)


def can_be_read(account: MailAccount) -> bool:
    """Whether there is an incoming server to read this mailbox from."""
    return bool(account.imap_host) and account.archived_at is None and account.preset not in (LOCAL, ENVIRONMENT)


def is_local(account: MailAccount) -> bool:
    """Whether mail of this mailbox stays on this computer."""
    return account.preset == LOCAL


def limits_of(account: MailAccount) -> Limits:
    """The mailbox's limits as the rules take them."""
    return Limits(account.daily_cap, account.domain_cap, timedelta(seconds=account.gap_seconds))


def current(session: Session, post: Post, *, now: datetime, user_id: int | None = None) -> MailAccount:
    """The mailbox that a new message leaves by.

    The environment's where it is set; else the writer's own; else the default; else the local one.
    """
    if post.environment is not None:
        return _environment(session, post, post.environment, now)
    return mail_accounts.of_user(session, user_id) or mail_accounts.chosen(session) or local(session, now=now)


def in_use(session: Session, account_id: int | None) -> MailAccount | None:
    """This mailbox, unless it has been removed."""
    account = mail_accounts.by_id(session, account_id) if account_id is not None else None
    return account if account is not None and account.archived_at is None else None


def peek(session: Session, post: Post, *, user_id: int | None = None) -> MailAccount | None:
    """As `current`, for pages that only look: None when the row has not been needed yet, which means local."""
    if post.environment is not None:
        return mail_accounts.by_preset(session, ENVIRONMENT)
    return mail_accounts.of_user(session, user_id) or mail_accounts.chosen(session)


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


def by_environment(session: Session, post: Post, server: SmtpServer, *, now: datetime) -> MailAccount:
    """The environment's mailbox as its settings are now; not stored, where it is new."""
    account = mail_accounts.by_preset(session, ENVIRONMENT)
    if account is None:
        account = MailAccount(preset=ENVIRONMENT, address="", created_at=now)
    account.address = _environment_address(session, post)
    account.smtp_host, account.smtp_port, account.smtp_security = server.host, server.port, server.security
    return account


def _environment(session: Session, post: Post, server: SmtpServer, now: datetime) -> MailAccount:
    account = by_environment(session, post, server, now=now)
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


def pause(session: Session, account: MailAccount, why: str, *, now: datetime) -> None:
    """Let nothing leave by this mailbox until a person says so. `why` is what its server said."""
    account.paused_at, account.paused_reason = now, why[:500]
    session.add(account)
    audit.note(session, "mailbox_paused", account.address, actor_id=None, now=now)
