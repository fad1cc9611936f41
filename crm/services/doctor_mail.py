"""Check-up of mailboxes, the clock and the unsubscribe page."""

from __future__ import annotations

import email.utils
import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crm.domain.checkup import Finding, Severity, ok, unknown
from crm.domain.errors import Refused
from crm.domain.mailboxes import PRESETS
from crm.mail.dns import Dns
from crm.mail.https import LOOPBACK, Answer
from crm.models.accounts import Business, MailAccount
from crm.models.inbound import MailReading
from crm.models.sign_ins import MailGrant
from crm.services import mailbox_checks, mailboxes
from crm.services.mailbox_checks import OUT
from crm.services.mailboxes import Post
from crm.store import mail_accounts
from crm.store.engine import Database
from crm.store.mail_accounts import ENVIRONMENT

GOOD_CLOCK, BAD_CLOCK = timedelta(minutes=2), timedelta(minutes=30)
Fetch = Callable[[str], Answer]


def accounts(db: Database, post: Post, *, now: datetime) -> list[MailAccount]:
    """The mailboxes that mail leaves by: that of the environment, stored yet or not, or those set up here."""
    with db.read() as session, session.no_autoflush:
        if post.environment is None:
            return list(mail_accounts.in_use(session))
        try:
            return [mailboxes.by_environment(session, post, post.environment, now=now)]
        except Refused:  # no sender: another finding says so
            return []
        finally:
            session.expunge_all()


def mailboxes_at_home(db: Database, post: Post, *, now: datetime) -> list[Finding]:
    """What the rows say: is there a mailbox, is one paused or signed out, are answers read, are limits sensible?"""
    if post.environment is not None and "@" not in post.environment_from + post.environment.username:
        advice = "Set HANDOFF_SMTP_FROM to the address that mail comes from."
        return [Finding("mailbox", Severity.WARNING, "The environment names a mail server but no sender.", advice)]
    found = accounts(db, post, now=now)
    if not found and post.environment is None:
        advice = "Add a mailbox in mail settings when you are ready."
        return [Finding("mailbox", Severity.WARNING, "Practice mode: mail reaches nobody.", advice)]
    return [line for account in found for line in _rows_of(db, account)]


def _rows_of(db: Database, account: MailAccount) -> list[Finding]:
    with db.read() as session:
        reading = session.get(MailReading, account.id) if account.id is not None else None
        grant = session.get(MailGrant, account.id) if account.id is not None else None
    lines = [_standing(account, grant)]
    most = PRESETS[account.preset].most_a_day if account.preset in PRESETS else 0
    if most and account.daily_cap > most:
        found = f"{account.daily_cap} mails a day are allowed here; the service takes about {most}."
        advice = "Lower the limit in the mailbox's settings, or the service blocks the mailbox."
        lines.append(Finding("limits", Severity.WARNING, found, advice, account.address))
    if not mailboxes.can_be_read(account) or (reading is not None and not reading.enabled):
        advice = "Switch reading on in the mailbox's settings, or mark answers and bounces by hand."
        if account.preset == ENVIRONMENT:
            advice = "Set the mailbox up in mail settings instead of the environment, or mark them by hand."
        found = "Answers, bounces and opt-outs are not read."
        lines.append(Finding("reading", Severity.WARNING, found, advice, account.address))
    elif reading is not None and reading.error:
        advice = "Test the connection in the mailbox's settings."
        lines.append(
            Finding("reading", Severity.WARNING, f"It can't be read: {reading.error}", advice, account.address)
        )
    return lines


def _standing(account: MailAccount, grant: MailGrant | None) -> Finding:
    if grant is not None and grant.failed_at is not None:
        advice = "Open the mailbox in mail settings and sign in again."
        return Finding("mailbox", Severity.BLOCKING, grant.error or "Signed out.", advice, account.address)
    if account.paused_at is not None:
        advice = "Mend what is said there, then let mail go on in mail settings."
        return Finding("mailbox", Severity.BLOCKING, f"It is paused: {account.paused_reason}", advice, account.address)
    return ok("mailbox", "It is set up and not paused.", account.address)


def sign_in(post: Post, account: MailAccount) -> list[Finding]:
    """Whether the servers take us."""
    lines = []
    for tried in mailbox_checks.try_servers(post, account):
        check = "smtp" if tried.server == OUT else "imap"
        if tried.works:
            lines.append(ok(check, f"Signing in at {tried.where} works.", account.address))
        elif tried.is_passing:
            because = f"{tried.where} did not answer ({tried.said})"
            lines.append(unknown(check, because, account.address, tried.advice))
        else:
            severity = Severity.BLOCKING if check == "smtp" else Severity.WARNING
            found = f"Signing in at {tried.where} failed: {tried.said}"
            advice = tried.advice or "See the mailbox in mail settings."
            lines.append(Finding(check, severity, found, advice, account.address))
    return lines


def clock(fetch: Fetch, url: str, *, now: datetime) -> list[Finding]:
    """This computer's clock against the Date that a public server sends: a wrong one spoils tokens and due times."""
    if not url:
        return [unknown("clock", "no server is named whose clock could be compared")]
    host = urlsplit(url).hostname or url
    try:
        answer = fetch(url)
    except (OSError, ValueError):
        return [unknown("clock", f"{host} can't be reached")]
    there = _date(answer.headers.get("date", ""))
    if there is None:
        return [unknown("clock", f"{host} does not say what time it is")]
    off = abs(now - there)
    if off <= GOOD_CLOCK:
        return [ok("clock", "The clock is right.")]
    found = f"The clock is {int(off.total_seconds() // 60)} minutes {'ahead' if now > there else 'behind'}."
    severity = Severity.WARNING if off <= BAD_CLOCK else Severity.BLOCKING
    return [Finding("clock", severity, found, "Let the system set the time by itself (NTP).")]


def _date(text: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


NO_TOKEN = "handoff-doctor"  # noqa: S105  (the token of no mail)


def unsubscribe(db: Database, post: Post, fetch: Fetch, dns: Dns) -> list[Finding]:
    """Whether the link in mails would open a page of this Handoff."""
    with db.read() as session:
        business = session.get(Business, 1)
    base = (post.public_url or (business.public_url if business else "")).rstrip("/")
    if not base:
        advice = "On a server set HANDOFF_PUBLIC_URL. On a laptop all is well as long as answers are read."
        return [Finding("unsubscribe", Severity.NOTE, "Mails offer to opt out by answering only.", advice)]
    parts = urlsplit(base)
    if parts.scheme != "https" or not parts.hostname:
        advice = "Put HTTPS in front (README) and let HANDOFF_PUBLIC_URL begin with https://."
        found = f"{base} is not an https address, which one-click unsubscribing needs."
        return [Finding("unsubscribe", Severity.BLOCKING, found, advice)]
    return [_inside(parts.hostname, dns) or _answers(base, fetch)]


def _inside(host: str, dns: Dns) -> Finding | None:
    """A host that only this network can reach is of no use to recipients."""
    try:
        found = [host] if host in LOOPBACK else dns.addresses(host)
        if found and not any(ipaddress.ip_address(each).is_global for each in found if each != "localhost"):
            advice = "Give an address that can be reached from the internet."
            return Finding("unsubscribe", Severity.BLOCKING, f"{host} is known in this network only.", advice)
    except (OSError, ValueError):
        return None  # what fetching says is better
    return None


def _answers(base: str, fetch: Fetch) -> Finding:
    try:
        answer = fetch(f"{base}/u/{NO_TOKEN}")
    except (OSError, ValueError) as error:
        return unknown("unsubscribe", f"{base} can't be reached from here ({error})")
    if answer.status == 404 and b"unsubscribe" in answer.body.lower():
        return ok("unsubscribe", f"{base} answers.")
    found = f"{base}/u/… answers {answer.status}, not with Handoff's page."
    advice = "Let the proxy pass everything on to Handoff, and see that the address is this Handoff's."
    return Finding("unsubscribe", Severity.BLOCKING, found, advice)
