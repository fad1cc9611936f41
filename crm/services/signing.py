"""Keys by which mail of one's own domain is signed: made here, published by the person in DNS, then switched on."""

from __future__ import annotations

import re
from datetime import datetime

from sqlmodel import Session, select

from crm.domain.errors import Invalid, NotFound, Refused
from crm.mail import dkim
from crm.mail.dkim import Resolver, Signer
from crm.models.sign_ins import MailSigning
from crm.services import audit
from crm.services.vault import Vault
from crm.store.engine import Database

DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
OK = "ok"
MISSING = "missing"
OTHER = "other"
UNREACHABLE = "unreachable"

SENTENCES = {
    OK: "The record is there and holds this key.",
    MISSING: "There is no such record yet. Add it where your domain's DNS is kept; it can take an hour to show.",
    OTHER: "There is a record, but with another key. Replace its text with the one shown here.",
    UNREACHABLE: "DNS could not be asked. Try again when there is a network.",
}
"""What a check found, in words."""


def make(db: Database, vault: Vault, domain: str, *, actor_id: int | None, now: datetime) -> MailSigning:
    """A new key for a domain, switched off until its record is published. Raises Invalid and Refused("has_key")."""
    domain = domain.strip().lower().rstrip(".")
    if not DOMAIN.fullmatch(domain):
        raise Invalid({"domain": "Give the domain that your mail comes from, such as example.com."})
    private, public = dkim.new_key()
    with db.write() as session:
        if of_domain(session, domain) is not None:
            raise Refused("has_key", f"There is a key for {domain} already. Remove it first to make another.")
        row = MailSigning(
            domain=domain,
            selector=f"handoff{now:%Y%m}",
            private_key=vault.seal(private),
            public_key=public,
            enabled=False,
            created_at=now,
        )
        session.add(row)
        audit.note(session, "signing_key_made", domain, actor_id=actor_id, now=now)
        session.flush()
        return row


def every(session: Session) -> list[MailSigning]:
    """All keys, by domain."""
    return list(session.exec(select(MailSigning).order_by(MailSigning.domain)).all())


def of_domain(session: Session, domain: str) -> MailSigning | None:
    """The key of a domain, on or off."""
    return session.exec(select(MailSigning).where(MailSigning.domain == domain)).first()


def record(signing: MailSigning) -> tuple[str, str]:
    """Name and text of the TXT record that must be published."""
    return dkim.record_name(signing.domain, signing.selector), dkim.record_text(signing.public_key)


def check(db: Database, signing_id: int, resolve: Resolver, *, now: datetime) -> str:
    """Ask DNS for the record, with no transaction open, and keep what was found: a key of SENTENCES."""
    with db.read() as session:
        result = _compared(_get(session, signing_id), resolve)
    with db.write() as session:
        row = _get(session, signing_id)
        row.checked_at, row.check_result = now, result
        session.add(row)
    return result


def enable(db: Database, signing_id: int, *, enabled: bool, actor_id: int | None, now: datetime) -> None:
    """Sign from now on, or no more. Refused("not_published") while the last check hasn't found the record."""
    with db.write() as session:
        row = _get(session, signing_id)
        if enabled and row.check_result != OK:
            raise Refused(
                "not_published", "Check the record first: mail signed with a key nobody can look up is worse."
            )
        row.enabled = enabled
        session.add(row)
        audit.note(session, "signing_on" if enabled else "signing_off", row.domain, actor_id=actor_id, now=now)


def remove(db: Database, signing_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Forget a key. Mail of the domain leaves unsigned."""
    with db.write() as session:
        row = _get(session, signing_id)
        audit.note(session, "signing_key_removed", row.domain, actor_id=actor_id, now=now)
        session.delete(row)


def signer_of(session: Session, vault: Vault, address: str) -> Signer | None:
    """What signs mail from this address: the key of its domain, when it is switched on. Raises Refused("wrong_key")."""
    row = of_domain(session, address.rpartition("@")[2].lower())
    if row is None or not row.enabled:
        return None
    return Signer(row.domain, row.selector, vault.open(row.private_key))


def _compared(row: MailSigning, resolve: Resolver) -> str:
    name = dkim.record_name(row.domain, row.selector)
    try:
        found = [dkim.tags(text) for text in resolve(name)]
    except OSError:
        return UNREACHABLE
    keys = [each["p"] for each in found if "p" in each]
    if not keys:
        return MISSING
    return OK if row.public_key in keys else OTHER


def _get(session: Session, signing_id: int) -> MailSigning:
    row = session.get(MailSigning, signing_id)
    if row is None:
        raise NotFound("This key is gone.")
    return row
