"""Signing in to a mail service without a password: by a code, or by coming back with PKCE."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm.domain import emails, sign_ins
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.mail_kinds import SignInState
from crm.domain.mailboxes import PRESETS, Auth
from crm.domain.sign_ins import SLOWER, SignInService, Way
from crm.mail import oauth
from crm.mail.oauth import Client, NotYet, SignInError, SignInRefused, SignInUnavailable, Tokens
from crm.models.accounts import MailAccount, User
from crm.models.sign_ins import MailGrant, MailSignIn
from crm.services import audit, mailbox_setup
from crm.services.mail_grants import sealed
from crm.services.mailboxes import Post
from crm.store import mail_accounts, mail_grants
from crm.store.engine import Database

RETURN_TIME = timedelta(minutes=15)
"""How long somebody may take on the service's page."""

KEPT = timedelta(days=7)
"""How long ended sign-ins are kept, to say how they ended."""


@dataclass(frozen=True)
class Begin:
    """What a sign-in starts from. An empty secret keeps the one used last, or that of the settings."""

    service: str
    way: str
    address: str
    client_id: str = ""
    client_secret: str = ""
    redirect_url: str = ""
    mail_account_id: int | None = None


def client_of(session: Session, post: Post, service: str) -> Client:
    """What this Handoff is at the service: as the settings say, else as it was entered last. The id may be empty."""
    given = post.clients.get(service)
    if given is not None and given.id:
        return given
    last = mail_grants.latest_client(session, service)
    return Client(last.client_id, post.vault.open(last.client_secret)) if last is not None else Client("")


def begin(db: Database, post: Post, asked: Begin, *, actor_id: int, now: datetime) -> int:
    """Start a sign-in; the id to show it by. Asks the service for a code first where that is the way.

    Raises Invalid, and Refused when the service gives no code.
    """
    with db.read() as session:
        service, client, address = _checked(session, post, asked)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    row = MailSignIn(
        user_id=actor_id,
        service=service.key,
        way=asked.way,
        address=address,
        client_id=client.id,
        client_secret=post.vault.seal(client.secret),
        state_key=sign_ins.state_key(state),
        expires_at=now + RETURN_TIME,
        mail_account_id=asked.mail_account_id,
        created_at=now,
    )
    if asked.way == Way.DEVICE:
        _ask_for_code(post, service, client, row, now)
    else:
        row.verifier, row.redirect_url = post.vault.seal(verifier), asked.redirect_url
        page = sign_ins.authorize_url(
            service,
            client_id=client.id,
            redirect_url=asked.redirect_url,
            state=state,
            verifier=verifier,
            address=address,
        )
        row.verification_url = post.vault.seal(page)  # the state is in it
    with db.write() as session:
        mail_grants.forget(session, now - KEPT)
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def _checked(session: Session, post: Post, asked: Begin) -> tuple[SignInService, Client, str]:
    errors: dict[str, str] = {}
    service = post.services.get(asked.service)
    if service is None or asked.way not in service.ways:
        raise Invalid({"way": "Choose one of the listed."})
    try:
        address = emails.normalise(asked.address, field="address")
    except Invalid as error:
        errors, address = dict(error.errors), ""
    if not (address or errors):
        errors["address"] = "Give the address of the mailbox."
    stored = client_of(session, post, asked.service)
    client_id = asked.client_id.strip() or stored.id
    same = client_id == stored.id
    client = Client(client_id, asked.client_secret.strip() or (stored.secret if same else ""))
    if not client.id:
        errors["client_id"] = f"Give the client id that {service.label} knows this Handoff by; the steps are beside."
    elif service.wants_secret and not client.secret:
        errors["client_secret"] = f"{service.label} gives desktop clients a secret too: enter it here."
    other = mail_accounts.by_address(session, address) if address else None
    if other is not None and other.id != asked.mail_account_id:
        errors["address"] = "There is a mailbox with this address already: open it and sign in there."
    if errors:
        raise Invalid(errors)
    return service, client, address


def _ask_for_code(post: Post, service: SignInService, client: Client, row: MailSignIn, now: datetime) -> None:
    try:
        shown = oauth.begin_device(service, client)
    except SignInError as error:
        raise Refused("sign_in", str(error)) from error
    row.device_code, row.user_code = post.vault.seal(shown.device_code), shown.user_code
    row.verification_url, row.poll_seconds = shown.url, shown.interval
    row.next_poll_at = now + timedelta(seconds=shown.interval)
    row.expires_at = now + timedelta(seconds=shown.expires_in)


def one(session: Session, sign_in_id: int, *, user_id: int) -> MailSignIn:
    """A sign-in that this person has begun. Raises NotFound."""
    found = session.get(MailSignIn, sign_in_id)
    if found is None or found.user_id != user_id:
        raise NotFound("This sign-in is gone. Begin again.")
    return found


def page_of(post: Post, row: MailSignIn) -> str:
    """The service's page that the person goes to."""
    return post.vault.open(row.verification_url) if row.way == Way.RETURN else row.verification_url


def cancel(db: Database, sign_in_id: int, *, user_id: int) -> None:
    """Give it up."""
    with db.write() as session:
        one(session, sign_in_id, user_id=user_id)
        mail_grants.end(session, sign_in_id, SignInState.FAILED, error="Given up here.", device_code="", verifier="")


def answer(db: Database, post: Post, *, state: str, code: str, error: str, actor_id: int, now: datetime) -> int:
    """The person has come back from the service; the id of the sign-in, which says how it went.

    Refused when nobody here has begun it: somebody else's link must not connect their mailbox to this account.
    """
    with db.read() as session:
        row = mail_grants.by_state(session, sign_ins.state_key(state)) if state else None
    if row is None or row.id is None or row.user_id != actor_id or row.state is not SignInState.WAITING:
        raise Refused("sign_in", "This sign-in was not begun here, or is over. Begin it again in mail settings.")
    if now >= row.expires_at:
        return _failed(db, row, SignInState.EXPIRED, "It took too long. Begin again.")
    service = post.services[row.service]
    if error or not code:
        return _failed(db, row, SignInState.FAILED, sign_ins.refusal(error, service.label))
    try:
        tokens = oauth.exchange(
            service,
            _client(post, row),
            code=code,
            verifier=post.vault.open(row.verifier),
            redirect_url=row.redirect_url,
        )
    except SignInError as failure:
        return _failed(db, row, SignInState.FAILED, str(failure))
    _granted(db, post, row, tokens, now)
    return row.id


def poll_due(db: Database, post: Post, *, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> int:
    """Ask the services about every code that it is time to ask about; how many were asked about."""
    with db.read() as session:
        due = mail_grants.to_poll(session, clock())
    count = 0
    for row in due:
        if stopping():
            break
        count += poll(db, post, row, now=clock())
    return count


def poll(db: Database, post: Post, row: MailSignIn, *, now: datetime) -> int:
    """Ask about one code, unless somebody else does."""
    pause = timedelta(seconds=row.poll_seconds)
    with db.write() as session:
        if not mail_grants.take_poll(session, row, now + pause):
            return 0
    if now >= row.expires_at:
        _failed(db, row, SignInState.EXPIRED, sign_ins.REFUSALS["expired_token"])
        return 1
    try:
        found = oauth.poll_device(post.services[row.service], _client(post, row), post.vault.open(row.device_code))
    except SignInRefused as error:
        state = SignInState.EXPIRED if error.code == "expired_token" else SignInState.FAILED
        _failed(db, row, state, str(error))
    except Refused as error:  # another key file
        _failed(db, row, SignInState.FAILED, str(error))
    except SignInUnavailable:
        _ask_less_often(db, row, now)  # RFC 8628, 3.5: after a timeout too
    else:
        if not isinstance(found, NotYet):
            _granted(db, post, row, found, now)
        elif found.slower:
            _ask_less_often(db, row, now)
    return 1


def _ask_less_often(db: Database, row: MailSignIn, now: datetime) -> None:
    seconds = row.poll_seconds + SLOWER
    with db.write() as session:
        current = session.get(MailSignIn, row.id)
        if current is not None and current.state is SignInState.WAITING:
            current.poll_seconds, current.next_poll_at = seconds, now + timedelta(seconds=seconds)
            session.add(current)


def _client(post: Post, row: MailSignIn) -> Client:
    return Client(row.client_id, post.vault.open(row.client_secret))


def _failed(db: Database, row: MailSignIn, state: SignInState, why: str) -> int:
    assert row.id is not None
    with db.write() as session:
        mail_grants.end(session, row.id, state, error=why, device_code="", verifier="")
    return row.id


def _granted(db: Database, post: Post, row: MailSignIn, tokens: Tokens, now: datetime) -> None:
    """Keep the tokens with their mailbox, which is made now if it is a new one. Twice is once."""
    assert row.id is not None
    with db.write(durable=True) as session:
        done = {"device_code": "", "verifier": "", "error": ""}
        if not mail_grants.end(session, row.id, SignInState.GRANTED, **done):
            return
        account = _mailbox(session, row, tokens, now)
        session.flush()
        _keep(session, post, account, row, tokens, now)
        current = session.get_one(MailSignIn, row.id, populate_existing=True)
        current.mail_account_id = account.id
        session.add(current)
        audit.note(session, "mailbox_signed_in", account.address, actor_id=row.user_id, now=now, service=row.service)


def _mailbox(session: Session, row: MailSignIn, tokens: Tokens, now: datetime) -> MailAccount:
    account = session.get(MailAccount, row.mail_account_id) if row.mail_account_id is not None else None
    if account is None or account.archived_at is not None:
        account = mail_accounts.by_address(session, row.address) or _new(session, row, now)
    account.auth, account.secret, account.verified_at = Auth.TOKEN, "", None
    account.username = tokens.address or account.username or row.address
    session.add(account)
    return account


def _new(session: Session, row: MailSignIn, now: datetime) -> MailAccount:
    preset, user = PRESETS[row.service], session.get(User, row.user_id)
    first = mail_accounts.chosen(session) is None
    account = mailbox_setup.added(session, row.address, now)
    account.user_id = None if first else row.user_id
    account.from_name = user.name if user is not None else ""
    account.preset, account.daily_cap = row.service, preset.daily_cap
    for name in ("smtp_host", "smtp_port", "smtp_security", "imap_host", "imap_port", "imap_security"):
        setattr(account, name, getattr(preset, name))
    return account


def _keep(session: Session, post: Post, account: MailAccount, row: MailSignIn, tokens: Tokens, now: datetime) -> None:
    grant = session.get(MailGrant, account.id)
    had_failed = grant is not None and grant.failed_at is not None
    if grant is None:
        grant = MailGrant(mail_account_id=account.id or 0, service=row.service, granted_at=now, updated_at=now)
    grant.service, grant.client_id, grant.client_secret = row.service, row.client_id, row.client_secret
    grant.scopes, grant.granted_by, grant.granted_at, grant.renewing_until = tokens.scope, row.user_id, now, None
    for name, value in ({"refresh_token": ""} | sealed(post.vault, tokens, now)).items():
        setattr(grant, name, value)
    session.add(grant)
    mailbox_setup.read_again(session, account, now)
    if account.paused_at is not None and had_failed:
        mailbox_setup.resume_in(session, account, actor_id=row.user_id, now=now)
