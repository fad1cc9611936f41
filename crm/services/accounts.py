"""Who may use this: the owner, signing in and out, passwords."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlmodel import Session

from crm.domain import guessing
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import Role
from crm.models.accounts import Business, LoginAttempt, User, WebSession
from crm.services import audit, passwords
from crm.store import accounts as store
from crm.store.engine import Database

SESSION_TIME = timedelta(days=30)
"""A browser that is not used for so long has to sign in again."""

SEEN_EVERY = timedelta(minutes=10)
"""How exact "last used" is: a write for every page would be too many."""


class TooManyTries(Refused):
    """Wrong passwords were given too often; `seconds` says how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        words = guessing.in_words(wait)
        super().__init__("too_many_tries", f"Too many wrong tries. Wait {words}, then try again.")
        self.seconds = max(1, int(wait.total_seconds()) + 1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking: the user, the business and the session that says so."""

    user: User
    business: Business | None
    session: WebSession


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: the token goes into the cookie and nowhere else."""

    user_id: int
    token: str
    expires_at: datetime


def needs_owner(db: Database) -> bool:
    """Whether nobody can sign in yet, so that the first-run page is due."""
    with db.read() as session:
        return not store.has_password(session)


def visitor(db: Database, token: str, *, now: datetime) -> Visitor | None:
    """Who holds this token, or None. Keeps "last used" and the session alive."""
    if not token:
        return None
    with db.look() as connection:
        found = store.by_token(connection, _fingerprint(token), now)
    if found is None:
        return None
    if now - found[0].seen_at >= SEEN_EVERY:
        with db.write() as session:
            store.seen(session, _id(found[0]), now, now + SESSION_TIME)
    return Visitor(user=found[1], business=found[2], session=found[0])


def the_business(db: Database) -> Business | None:
    """The business, for pages that show it to people who aren't signed in."""
    with db.read() as session:
        return store.business(session)


def make_owner(db: Database, *, name: str, email: str, password: str, zone: str = "", now: datetime) -> User:
    """Make the owner and the business. Of two who try at once one wins; the other gets Refused("owner_exists").

    An owner made on the command line without a password gets the name, e-mail and password given here.
    """
    name, email = checked_name(name), checked_email(email)
    passwords.check(password, email=email)
    stored = passwords.hashed(password)
    try:
        with db.write() as session:
            business = ensure_business(session, zone=zone, now=now)
            if store.has_password(session):
                raise _owner_exists()
            user = store.owner(session) or User(name=name, email=email, password_hash="", created_at=now)
            user.name, user.email, user.password_hash, user.role = name, email, stored, Role.OWNER
            business.email = business.email or email
            session.add(user)
            session.flush()
            audit.note(session, "owner_made", email, actor_id=user.id, now=now)
    except sa.exc.IntegrityError as error:
        raise _owner_exists() from error
    return user


def ensure_business(session: Session, *, zone: str = "", now: datetime) -> Business:
    """The business row, made when there is none, and locked until the caller's transaction ends."""
    business = store.business(session, lock=True)
    if business is None:
        business = Business(id=1, created_at=now, updated_at=now)
        business.zone = zone if zone in available_timezones() else business.zone
        session.add(business)
        session.flush()
    return business


def sign_in(
    db: Database, *, email: str, password: str, address: str = "", user_agent: str = "", now: datetime
) -> SignedIn:
    """Start a session. Raises TooManyTries, or Refused("wrong") without saying which of the two was wrong."""
    email = email.strip().lower()
    user, attempts = _announce_try(db, email, address, now)
    right = passwords.matches(password, "" if user is None else user.password_hash)
    if user is None or not right:
        raise Refused("wrong", "That e-mail and password don't go together. Check both and try again.")
    rehashed = passwords.hashed(password) if passwords.outdated(user.password_hash) else None
    with db.write() as session:
        store.forget_tries(session, ids=attempts, keys=[_email_key(email)])
        if rehashed is not None:
            session.merge(user).password_hash = rehashed
        return open_session(session, _id(user), address=address, user_agent=user_agent, now=now)


def open_session(session: Session, user_id: int, *, address: str, user_agent: str, now: datetime) -> SignedIn:
    """Start a session for somebody whose identity is established, in the caller's transaction."""
    token = secrets.token_urlsafe(32)
    store.drop_old_sessions(session, now - guessing.MEMORY)
    row = WebSession(
        token_hash=_fingerprint(token),
        user_id=user_id,
        user_agent=user_agent[:300],
        address=address,
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION_TIME,
    )
    session.add(row)
    audit.note(session, "signed_in", actor_id=user_id, now=now, address=address)
    return SignedIn(user_id=user_id, token=token, expires_at=row.expires_at)


def sign_out(db: Database, token: str, *, now: datetime) -> None:
    """End the session that holds this token, if there is one."""
    with db.write() as session:
        found = store.by_token(session.connection(), _fingerprint(token), now)
        if found is not None:
            store.revoke(session, _id(found[1]), now, only=_id(found[0]))
            audit.note(session, "signed_out", actor_id=found[1].id, now=now)


def list_sessions(db: Database, user_id: int, *, now: datetime) -> Sequence[WebSession]:
    """The browsers that are signed in as this user."""
    with db.read() as session:
        return store.sessions_of(session, user_id, now)


def revoke_session(db: Database, user_id: int, session_id: int, *, now: datetime) -> None:
    """Sign another browser out."""
    with db.write() as session:
        if not store.revoke(session, user_id, now, only=session_id):
            raise NotFound("That browser is signed out already.")
        audit.note(session, "session_revoked", actor_id=user_id, now=now)


def revoke_others(db: Database, user_id: int, keep: int, *, now: datetime) -> int:
    """Sign every other browser out. Returns how many."""
    with db.write() as session:
        ended = store.revoke(session, user_id, now, but=keep)
        audit.note(session, "session_revoked", actor_id=user_id, now=now, count=ended)
    return ended


def change_password(
    db: Database, user_id: int, *, current: str, password: str, keep: int | None, now: datetime
) -> None:
    """Change one's own password; every session but `keep` ends."""
    with db.read() as session:
        user = session.get(User, user_id)
    if user is None or not passwords.matches(current, user.password_hash):
        raise Invalid({"current": "This is not your password of today."})
    passwords.check(password, email=user.email)
    _store_password(db, user_id, passwords.hashed(password), keep=keep, now=now)


def reset_password(db: Database, *, email: str = "", password: str, now: datetime) -> User:
    """Set a new password for the owner (or the user with this e-mail) without the old one; every session ends."""
    with db.read() as session:
        user = store.user_by_email(session, email.strip().lower()) if email else store.owner(session)
    if user is None:
        raise NotFound(
            f"Nobody here has the e-mail {email}." if email else "There is no owner yet. Open the app first."
        )
    passwords.check(password, email=user.email)
    _store_password(db, _id(user), passwords.hashed(password), keep=None, now=now)
    return user


def _store_password(db: Database, user_id: int, stored: str, *, keep: int | None, now: datetime) -> None:
    with db.write() as session:
        user = session.get_one(User, user_id)
        user.password_hash = stored
        session.add(user)
        store.revoke(session, user_id, now, but=keep)
        store.forget_tries(session, keys=[_email_key(user.email)])
        audit.note(session, "password_changed", actor_id=user_id, now=now)


def checked_name(name: str) -> str:
    """A name that is one, or Invalid."""
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": "Tell us your name: it signs your letters and mails."})
    if len(name) > 120:
        raise Invalid({"name": "Use at most 120 characters."})
    return name


def checked_email(email: str) -> str:
    """An e-mail address in lower case, or Invalid."""
    from email_validator import EmailNotValidError, validate_email

    try:
        # An office network may well use a domain that the rest of the world does not know.
        found = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise Invalid({"email": "Write an e-mail address such as dana@example.com."}) from None
    return found.normalized.lower()


def _announce_try(db: Database, email: str, address: str, now: datetime) -> tuple[User | None, list[int]]:
    """Count this try as wrong until it proves right, so that guessing many at once gains nothing."""
    keys = {_email_key(email): guessing.FREE_PER_EMAIL, _address_key(address): guessing.FREE_PER_ADDRESS}
    with db.write() as session:
        waits = [
            guessing.wait_left(store.tries(session, key, now - guessing.MEMORY), free=free, now=now)
            for key, free in keys.items()
        ]
        if max(waits):
            raise TooManyTries(max(waits))
        store.drop_old_tries(session, now - guessing.MEMORY)
        rows = [LoginAttempt(key=key, at=now) for key in keys]
        session.add_all(rows)
        session.flush()
        user = store.user_by_email(session, email)
        session.expunge_all()
    ids = [row.id for row in rows if row.id is not None]
    return (None if user is None or user.disabled_at is not None else user), ids


def _owner_exists() -> Refused:
    return Refused("owner_exists", "This Handoff has an owner already. Sign in instead.")


def _email_key(email: str) -> str:
    return f"email:{email[:254]}"


def _address_key(address: str) -> str:
    return f"address:{address[:64]}"


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _id(row: User | WebSession) -> int:
    assert row.id is not None
    return row.id
