"""Setting up mailboxes: adding, changing, choosing the default, resuming, removing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm.domain import emails
from crm.domain.errors import Invalid, NotFound
from crm.domain.mailboxes import PRESETS, SECURITIES, Auth
from crm.models.accounts import Business, MailAccount, User
from crm.models.inbound import MailReading
from crm.models.sign_ins import MailGrant
from crm.services import audit
from crm.services.mailboxes import Post
from crm.store import mail_accounts, messages
from crm.store.engine import Database
from crm.store.mail_accounts import ENVIRONMENT, LOCAL


@dataclass(frozen=True)
class MailboxForm:
    """What the settings page asks for. An empty password keeps the stored one.

    `window_start`: at which minute of the day mail goes on after a day that was full.
    """

    address: str
    from_name: str = ""
    preset: str = "other"
    user_id: int | None = None
    auth: str = Auth.PASSWORD
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = "tls"
    username: str = ""
    password: str = ""
    daily_cap: int = 50
    domain_cap: int = 20
    gap_seconds: int = 20
    window_start: int = 8 * 60


AS_GIVEN = (
    *("preset", "user_id", "smtp_port", "smtp_security", "imap_port", "imap_security"),
    *("daily_cap", "domain_cap", "gap_seconds", "window_start"),
)


def save(
    db: Database, post: Post, form: MailboxForm, *, account_id: int | None = None, actor_id: int | None, now: datetime
) -> int:
    """Add a mailbox, or change that one. Raises Invalid, NotFound. Queued messages keep the mailbox they are for.

    Another address is another mailbox: the old one is removed, and what it sent keeps pointing at it.
    """
    with db.write() as session:
        account = _found(session, account_id) if account_id is not None else None
        checked(session, form, account)
        if account is None or account.address != emails.normalise(form.address):
            account = _replacement(session, account, form, now)
        _fill(post, account, form)
        session.add(account)
        session.flush()
        read_again(session, account, now)
        audit.note(session, "mailbox_saved", account.address, actor_id=actor_id, now=now)
        assert account.id is not None
        return account.id


def _fill(post: Post, account: MailAccount, form: MailboxForm) -> None:
    for name in AS_GIVEN:
        setattr(account, name, getattr(form, name))
    account.from_name, account.username = form.from_name.strip(), form.username.strip()
    account.smtp_host, account.imap_host = form.smtp_host.strip(), form.imap_host.strip()
    account.verified_at = None
    account.auth = form.auth
    if form.password and form.auth == Auth.PASSWORD:
        account.secret = post.vault.seal(form.password)


def _replacement(session: Session, old: MailAccount | None, form: MailboxForm, now: datetime) -> MailAccount:
    account = added(session, emails.normalise(form.address), now)
    if old is None:
        return account
    account.secret = "" if form.password else old.secret
    was_default = _is_default(session, old)
    _archive(session, old, now)
    session.add(account)
    session.flush()
    if was_default:
        _name_default(session, account.id)
    return account


def added(session: Session, address: str, now: datetime) -> MailAccount:
    """A row for this address: the one that was removed before, so that what came in then doesn't come in again."""
    account = mail_accounts.removed(session, address)
    if account is None:
        return MailAccount(address=address, created_at=now)
    account.archived_at = account.paused_at = account.verified_at = None
    account.secret = account.paused_reason = ""
    return account


def read_again(session: Session, account: MailAccount, now: datetime) -> None:
    """After a change that may have mended it, a mailbox is read at once, however long it was to rest."""
    reading = session.get(MailReading, account.id)
    if reading is not None and reading.enabled:
        reading.due_at, reading.failures, reading.error = now, 0, ""
        session.add(reading)


def checked(session: Session, form: MailboxForm, account: MailAccount | None = None) -> None:
    """Raise Invalid with a sentence for every field that can't be used."""
    errors = _address_errors(session, form, account) | _server_errors(form)
    if form.preset not in PRESETS:
        errors["preset"] = "Choose one of the listed."
    elif form.auth == Auth.PASSWORD and not PRESETS[form.preset].takes_password:
        errors["password"] = f"{PRESETS[form.preset].label} takes no password: sign in there instead."
    if form.auth == Auth.TOKEN and not _is_signed_in(session, account):
        errors["address"] = "Sign in to this mailbox first."
    if form.user_id is not None and session.get(User, form.user_id) is None:
        errors["user_id"] = "Choose one of the listed."
    errors |= _limit_errors(form)
    if errors:
        raise Invalid(errors)


def _is_signed_in(session: Session, account: MailAccount | None) -> bool:
    return account is not None and session.get(MailGrant, account.id) is not None


def _address_errors(session: Session, form: MailboxForm, account: MailAccount | None) -> dict[str, str]:
    try:
        normal = emails.normalise(form.address, field="address")
    except Invalid as error:
        return error.errors
    if not normal:
        return {"address": "Give the address that your mail comes from."}
    if not normal.isascii():
        return {"address": "Mail can only come from an address in plain letters."}
    if account is not None and form.auth == Auth.TOKEN and normal != account.address:
        return {"address": "Another address is another mailbox: add it and sign in there."}
    other = mail_accounts.by_address(session, normal)
    taken = other is not None and (account is None or other.id != account.id)
    return {"address": "There is a mailbox with this address already."} if taken else {}


def _server_errors(form: MailboxForm) -> dict[str, str]:
    errors = {}
    if not _is_host(form.smtp_host):
        errors["smtp_host"] = "Give the name of the outgoing mail server, such as smtp.example.com."
    if form.imap_host.strip() and not _is_host(form.imap_host):
        errors["imap_host"] = "Give the name of the incoming mail server, such as imap.example.com, or leave it empty."
    if not 1 <= form.smtp_port <= 65535:
        errors["smtp_port"] = "Give a port from 1 to 65535; usual are 587 and 465."
    if not 1 <= form.imap_port <= 65535:
        errors["imap_port"] = "Give a port from 1 to 65535; usual are 993 and 143."
    for name in ("smtp_security", "imap_security"):
        if getattr(form, name) not in SECURITIES:
            errors[name] = "Choose one of the listed."
        elif form.auth == Auth.TOKEN and getattr(form, name) == "none":
            errors[name] = "A sign-in must not go over the network unencrypted: choose TLS or STARTTLS."
    return errors


def _is_host(text: str) -> bool:
    host = text.strip()
    return bool(host) and not any(character.isspace() or character in "/:@" for character in host)


def _limit_errors(form: MailboxForm) -> dict[str, str]:
    errors = {}
    if form.daily_cap < 1:
        errors["daily_cap"] = "At least one a day, or nothing is ever sent."
    if form.domain_cap < 1:
        errors["domain_cap"] = "At least one a day, or nothing is ever sent."
    if form.gap_seconds < 0:
        errors["gap_seconds"] = "Give 0 or more seconds."
    if not 0 <= form.window_start < 24 * 60:
        errors["window_start"] = "Give a time of the day, such as 08:00."
    return errors


def all_in_use(session: Session) -> Sequence[MailAccount]:
    """Every mailbox that is set up here, the default first."""
    return mail_accounts.in_use(session)


def one(session: Session, account_id: int) -> MailAccount:
    """A mailbox that is set up here. Raises NotFound."""
    return _found(session, account_id)


def make_default(db: Database, account_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Let mail of everyone without a mailbox of their own leave by this one. Raises NotFound."""
    with db.write() as session:
        account = _found(session, account_id)
        _name_default(session, account.id)
        audit.note(session, "mailbox_default", account.address, actor_id=actor_id, now=now)


def remove(db: Database, account_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Take a mailbox out of use and forget its password and tokens. What is queued for it is held when it is due.

    Raises NotFound.
    """
    with db.write() as session:
        account = _found(session, account_id)
        _archive(session, account, now)
        audit.note(session, "mailbox_removed", account.address, actor_id=actor_id, now=now)


def stop(db: Database, account_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Let nothing leave by this mailbox for now, at a person's word. Raises NotFound."""
    with db.write() as session:
        account = _found(session, account_id)
        if account.paused_at is None:
            account.paused_at, account.paused_reason = now, BY_HAND
            session.add(account)
            audit.note(session, "mailbox_paused", account.address, actor_id=actor_id, now=now)


BY_HAND = "paused here by hand"


def resume(db: Database, account_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Let mail leave again. What was due in the meantime leaves now: the person has just said so."""
    with db.write() as session:
        account = mail_accounts.by_id(session, account_id)
        if account is None:
            raise NotFound("This mailbox is gone.")
        resume_in(session, account, actor_id=actor_id, now=now)


def resume_in(session: Session, account: MailAccount, *, actor_id: int | None, now: datetime) -> None:
    """As `resume`, in the caller's transaction."""
    assert account.id is not None
    account.paused_at, account.paused_reason = None, ""
    session.add(account)
    messages.due_now(session, account.id, now)
    read_again(session, account, now)
    audit.note(session, "mailbox_resumed", account.address, actor_id=actor_id, now=now)


def _found(session: Session, account_id: int) -> MailAccount:
    account = mail_accounts.by_id(session, account_id)
    if account is None or account.archived_at is not None or account.preset in (LOCAL, ENVIRONMENT):
        raise NotFound("This mailbox is gone.")
    return account


def _archive(session: Session, account: MailAccount, now: datetime) -> None:
    if _is_default(session, account):
        _name_default(session, None)
    grant = session.get(MailGrant, account.id)
    if grant is not None:
        session.delete(grant)
    account.archived_at, account.secret = now, ""
    account.paused_at, account.paused_reason = None, ""  # so that what waits for it is held when due, for all to see
    session.add(account)


def _is_default(session: Session, account: MailAccount) -> bool:
    business = session.get(Business, 1)
    return business is not None and business.mail_account_id == account.id


def _name_default(session: Session, account_id: int | None) -> None:
    business = session.get(Business, 1)
    if business is not None:
        business.mail_account_id = account_id
        session.add(business)
