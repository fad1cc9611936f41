"""Access tokens of mailboxes that sign in without a password: kept encrypted, renewed in time, by one at a time.

No transaction is open while the sign-in service is asked. Whoever renews holds a lease on the row, taken by an update
that is conditional on the refresh token that was read; others wait for what comes of it. So a service that gives a new
refresh token with every renewal never sees an old one again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from crm.domain.errors import Refused
from crm.domain.sign_ins import renew_after
from crm.mail import oauth
from crm.mail.https import USUAL, Patience
from crm.mail.oauth import Client, SignInRefused, SignInUnavailable, Tokens
from crm.mail.ports import Phase, SenderProblem, Unreachable
from crm.mail.servers import TokenSource
from crm.models.sign_ins import MailGrant
from crm.services import mailboxes
from crm.services.mailboxes import Post
from crm.services.vault import Vault
from crm.store import mail_accounts, mail_grants
from crm.store.engine import Database

LEASE = timedelta(seconds=90)
"""Longer than a renewal can take."""

LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Keyring:
    """Gives mailboxes their access tokens."""

    db: Database
    post: Post
    clock: Callable[[], datetime]
    patience: Patience = USUAL
    pause: Callable[[float], None] = time.sleep

    def source(self, account_id: int) -> TokenSource:
        """The token source of one mailbox: see `TokenSource`."""
        return partial(self.token, account_id)

    def token(self, account_id: int, refused: str = "") -> str:
        """See `TokenSource`."""
        give_up_at = time.monotonic() + LEASE.total_seconds()
        while time.monotonic() < give_up_at:
            now = self.clock()
            grant = self._grant(account_id)
            good = self._still_good(grant, refused, now)
            if good:
                return good
            if self._take(grant, now):
                return self._renew(grant, now)
            self.pause(LOOK_SECONDS)
        raise Unreachable(Phase.AUTH, None, "Another worker has been renewing the sign-in for too long.")

    def _grant(self, account_id: int) -> MailGrant:
        with self.db.read() as session:
            grant = session.get(MailGrant, account_id)
        if grant is None:
            raise SenderProblem(Phase.AUTH, None, "Nobody has signed in to this mailbox. Sign in in mail settings.")
        if grant.failed_at is not None:
            raise SenderProblem(Phase.AUTH, None, grant.error)
        return grant

    def _still_good(self, grant: MailGrant, refused: str, now: datetime) -> str:
        if grant.renew_after is None or grant.renew_after <= now:
            return ""
        token = _opened(self.post.vault, grant.access_token)
        return token if token != refused else ""

    def _take(self, grant: MailGrant, now: datetime) -> bool:
        with self.db.write() as session:
            return mail_grants.take(session, grant, now=now, until=now + LEASE)

    def _renew(self, grant: MailGrant, now: datetime) -> str:
        until = now + LEASE
        try:
            tokens = self._fetched(grant)
        except SignInRefused as error:
            self._give_up(grant, str(error), now)
            raise SenderProblem(Phase.AUTH, None, str(error)) from error
        except SignInUnavailable as error:
            self._release(grant, until)
            raise Unreachable(Phase.AUTH, None, str(error)) from error
        except BaseException:
            self._release(grant, until)
            raise
        values = sealed(self.post.vault, tokens, self.clock())
        with self.db.write(durable=True) as session:
            mail_grants.change(session, grant.mail_account_id, renewing_until=None, **values)
        return tokens.access_token

    def _fetched(self, grant: MailGrant) -> Tokens:
        service = self.post.services.get(grant.service)
        if service is None:
            raise SignInRefused(f"Handoff doesn't know the sign-in service {grant.service}. Sign in again.")
        vault = self.post.vault
        client = Client(grant.client_id, _opened(vault, grant.client_secret))
        refresh_token = _opened(vault, grant.refresh_token)
        if not refresh_token:
            raise SignInRefused(f"{service.label} gave no lasting permission. Sign in again.")
        return oauth.renew(service, client, refresh_token, self.patience)

    def _give_up(self, grant: MailGrant, why: str, now: datetime) -> None:
        """Only a person can go on: the mailbox pauses with the sentence that says so."""
        with self.db.write() as session:
            if not mail_grants.fail(session, grant, now + LEASE, error=why, now=now):
                return
            account = mail_accounts.by_id(session, grant.mail_account_id)
            if account is not None and account.paused_at is None:
                mailboxes.pause(session, account, why, now=now)

    def _release(self, grant: MailGrant, until: datetime) -> None:
        with self.db.write() as session:
            mail_grants.release(session, grant.mail_account_id, until)


def sealed(vault: Vault, tokens: Tokens, now: datetime) -> dict[str, object]:
    """What a grant's row keeps of tokens. A service that gives no new refresh token means the old one to be kept."""
    values: dict[str, object] = {
        "access_token": vault.seal(tokens.access_token),
        "renew_after": renew_after(now, tokens.expires_in),
        "failed_at": None,
        "error": "",
        "updated_at": now,
    }
    if tokens.refresh_token:
        values["refresh_token"] = vault.seal(tokens.refresh_token)
    return values


def _opened(vault: Vault, text: str) -> str:
    try:
        return vault.open(text)
    except Refused as error:
        raise SenderProblem(Phase.AUTH, None, str(error)) from error
