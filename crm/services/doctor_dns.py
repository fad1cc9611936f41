"""Check-up of the domains that mail comes from: SPF, DKIM, DMARC, and whether they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crm.domain import mail_dns
from crm.domain.checkup import Finding, Severity, ok, unknown
from crm.domain.emails import domain_of
from crm.domain.mailboxes import PRESETS, preset_of
from crm.mail.dns import Dns
from crm.models.accounts import MailAccount
from crm.models.sign_ins import MailSigning
from crm.services import doctor_mail, signing
from crm.services.mailboxes import Post
from crm.store.engine import Database


def domains(db: Database, post: Post, dns: Dns, *, now: datetime) -> list[Finding]:
    """One domain after the other; each by the first mailbox that has it."""
    by_domain: dict[str, MailAccount] = {}
    for account in doctor_mail.accounts(db, post, now=now):
        by_domain.setdefault(domain_of(account.address), account)
    with db.read() as session:
        keys = {each.domain: each for each in signing.every(session) if each.enabled}
    return [line for name, account in by_domain.items() for line in _domain(name, account, keys, dns)]


def _domain(name: str, account: MailAccount, keys: Mapping[str, MailSigning], dns: Dns) -> list[Finding]:
    service = preset_of(account.address)
    if service != "other":
        return [_of_a_service(name, service, account)]
    try:
        if not dns.exists(name):
            advice = "Check the spelling of your address, and that the domain is paid for."
            return [Finding("dns", Severity.BLOCKING, "There is no such domain.", advice, name)]
        return _own(name, account, keys.get(name), dns)
    except OSError:
        return [unknown("dns", "no name server answered", name, "Try again where there is a network.")]


def _of_a_service(name: str, service: str, account: MailAccount) -> Finding:
    """Addresses at gmail.com and the like: the service looks after DNS, but its mail must leave by it."""
    label = PRESETS[service].label
    if account.preset == service or account.smtp_host == PRESETS[service].smtp_host:
        return ok("dns", f"{label} looks after SPF, DKIM and DMARC.", name)
    found = f"Mail from {name} leaves by {account.smtp_host}, so receivers take it for forged."
    return Finding("alignment", Severity.BLOCKING, found, f"Send it by {label}, or from another address.", name)


def _own(name: str, account: MailAccount, key: MailSigning | None, dns: Dns) -> list[Finding]:
    spf = mail_dns.spf(name, dns.txt(name), account.preset)
    dkim = _dkim(name, account, key, dns)
    record = mail_dns.dmarc_record(dns.txt(f"_dmarc.{name}")) or _parents(name, dns)
    spf_passes = {Severity.OK: True, Severity.NOTE: None}.get(spf.severity, False)
    dkim_passes = {Severity.OK: True, Severity.UNKNOWN: None}.get(dkim.severity, False)
    policy = record.get("p", "").lower()
    together = mail_dns.alignment(name, policy=policy, spf_passes=spf_passes, dkim_passes=dkim_passes)
    return [spf, dkim, mail_dns.dmarc(name, record), together]


def _parents(name: str, dns: Dns) -> dict[str, str]:
    """A subdomain without a record of its own falls under that of the domain above, with its policy for subdomains."""
    above = name.partition(".")[2]
    record = mail_dns.dmarc_record(dns.txt(f"_dmarc.{above}")) if "." in above else {}
    return record | ({"p": record["sp"]} if "sp" in record else {})


def _dkim(name: str, account: MailAccount, key: MailSigning | None, dns: Dns) -> Finding:
    if key is not None:
        record, _ = signing.record(key)
        return mail_dns.dkim(name, {key.selector: dns.txt(record)}, own=True)
    selectors = mail_dns.SELECTORS.get(account.preset, ())
    if not selectors:
        because = "nobody says under which name your mail server publishes its key"
        advice = "Send a test to yourself: Authentication-Results must say dkim=pass. If it doesn't, let Handoff sign."
        return unknown("dkim", because, name, advice)
    return mail_dns.dkim(name, {each: dns.txt(f"{each}._domainkey.{name}") for each in selectors}, own=False)
