"""Trying a mailbox without sending anything: does signing in work, and if not, what is there to do?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crm.domain.errors import HandoffError, NotFound
from crm.domain.mailboxes import PRESETS, Auth
from crm.mail.ports import MailError, Phase, SenderProblem
from crm.mail.smtp import SmtpTransport
from crm.models.accounts import MailAccount
from crm.services import mailboxes
from crm.services.mailboxes import Post
from crm.store import mail_accounts
from crm.store.engine import Database

OUT, IN = "outgoing", "incoming"


@dataclass(frozen=True)
class Tried:
    """How one server answered: `said` are its words, `advice` is for the person. Both empty when it works."""

    server: str
    where: str = ""
    works: bool = True
    said: str = ""
    advice: str = ""
    is_passing: bool = False


def check(db: Database, post: Post, account_id: int, *, now: datetime) -> list[Tried]:
    """Connect to both servers and sign in. Keeps the time when both work, and drops it when one turns us down.

    Raises NotFound.
    """
    with db.read() as session:
        account = mail_accounts.by_id(session, account_id)
    if account is None:
        raise NotFound("This mailbox is gone.")
    tried = try_servers(post, account)
    if not any(each.is_passing for each in tried):
        with db.write() as session:
            row = mail_accounts.by_id(session, account_id)
            if row is not None:
                row.verified_at = now if all(each.works for each in tried) else None
                session.add(row)
    return tried


def try_servers(post: Post, account: MailAccount) -> list[Tried]:
    """The outgoing server, and the incoming one where there is one."""
    found = [_tried(OUT, account, account.smtp_host, account.smtp_port, lambda: _sign_in_to_smtp(post, account))]
    if mailboxes.can_be_read(account):
        found.append(_tried(IN, account, account.imap_host, account.imap_port, lambda: _sign_in_to_imap(post, account)))
    return found


def _sign_in_to_smtp(post: Post, account: MailAccount) -> None:
    transport = post.transport_of(account)
    if isinstance(transport, SmtpTransport):
        transport.check()


def _sign_in_to_imap(post: Post, account: MailAccount) -> None:
    mailbox = post.open_imap(post.imap_server_of(account))
    try:
        mailbox.folders()
    finally:
        mailbox.close()


def _tried(server: str, account: MailAccount, host: str, port: int, sign_in: Callable[[], None]) -> Tried:
    where = f"{host}, port {port}" if host else ""
    try:
        sign_in()
    except MailError as error:
        said = f"{error.code or ''} {error.reply}".strip()
        passing = not isinstance(error, SenderProblem)
        return Tried(server, where, False, said, advice(error, account, server), is_passing=passing)
    except HandoffError as error:
        return Tried(server, where, False, str(error), "")
    return Tried(server, where)


WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"name or service|getaddrinfo|nodename|name resolution|no address", re.IGNORECASE),
        "There is no server of this name, or no connection to the internet. Check the spelling of the host.",
    ),
    (
        re.compile(r"wrong version|unknown protocol|record layer|eof occurred|unexpected eof", re.IGNORECASE),
        "The server speaks another kind of encryption on this port: TLS goes with 465 and 993, STARTTLS with 587, 143.",
    ),
    (
        re.compile(r"refused|timed out|too long|unreachable|no route|closed|reset", re.IGNORECASE),
        "The server did not answer on this port. Check host and port; some networks block mail, so try another one.",
    ),
)


def advice(error: MailError, account: MailAccount, server: str) -> str:
    """What to do about it."""
    if error.phase is Phase.TLS:
        if "STARTTLS" in error.reply or "encryption" in error.reply:
            return "Choose TLS, with port 465 for outgoing and 993 for incoming mail."
        return (
            "The certificate is not for this name or has run out. Check the host; the mail service names the right one."
        )
    if error.phase is Phase.AUTH and isinstance(error, SenderProblem):
        return "" if "sign in" in error.reply.lower() else _about_sign_in(account, server)
    return _matching(error.reply) or "Try again in a few minutes; if it stays so, ask your mail service."


def _matching(reply: str) -> str:
    return next((words for pattern, words in WORDS if pattern.search(reply)), "")


def _about_sign_in(account: MailAccount, server: str) -> str:
    protocol = "SMTP" if server == OUT else "IMAP"
    if account.auth == Auth.TOKEN:
        return (
            f"Signing in worked, but the mailbox doesn't take it: {protocol} may be switched off. Switch it on in the "
            f"mail service's settings (or ask your administrator), or sign in again as {account.address}."
        )
    preset = PRESETS.get(account.preset, PRESETS["other"])
    if not preset.takes_password:
        return f"{preset.label} takes no password: sign in there instead."
    if preset.password_url:
        return f"{preset.remark} {preset.password_url}"
    return "Check user name and password. Some services want a password made for mail programs, or IMAP switched on."
