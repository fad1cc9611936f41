"""How each mailbox stands: what its page and the list of mailboxes show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from crm.domain.errors import Invalid
from crm.domain.mailboxes import Auth
from crm.models.accounts import Business, MailAccount, User
from crm.models.inbound import MailReading
from crm.models.sign_ins import MailGrant
from crm.services import accounts as business_rows
from crm.services import mailbox_setup, mailboxes, reading_settings
from crm.services.reading_settings import ReadingSettings
from crm.store import mail_accounts
from crm.store.engine import Database


@dataclass(frozen=True)
class Standing:
    """One mailbox. `owner` is whose it is, empty for everyone's; `reading` None where it has never been read."""

    account: MailAccount
    is_default: bool
    owner: str
    sent_today: int
    read: ReadingSettings | None
    grant: MailGrant | None

    @property
    def can_be_read(self) -> bool:
        return mailboxes.can_be_read(self.account)

    @property
    def reading(self) -> MailReading | None:
        return self.read.reading if self.read is not None else None

    @property
    def signed_out(self) -> bool:
        """Whether a person has to sign in again."""
        return self.account.auth == Auth.TOKEN and (self.grant is None or self.grant.failed_at is not None)


def overview(session: Session, *, now: datetime) -> list[Standing]:
    """Every mailbox that is set up, the default first."""
    accounts = mailbox_setup.all_in_use(session)
    return [_standing(session, account, first=n == 0, now=now) for n, account in enumerate(accounts)]


def one(session: Session, account_id: int, *, now: datetime) -> Standing:
    """One mailbox. Raises NotFound."""
    account = mailbox_setup.one(session, account_id)
    default = mail_accounts.chosen(session)
    return _standing(session, account, first=default is not None and default.id == account.id, now=now)


def people(session: Session) -> Sequence[User]:
    """Who a mailbox can belong to."""
    return session.exec(select(User).where(col(User.disabled_at).is_(None)).order_by(col(User.name))).all()


def _standing(session: Session, account: MailAccount, *, first: bool, now: datetime) -> Standing:
    assert account.id is not None
    owner = session.get(User, account.user_id) if account.user_id is not None else None
    return Standing(
        account,
        is_default=first,
        owner=owner.name if owner is not None else "",
        sent_today=mail_accounts.sent_since(session, account.id, _midnight(session, now)),
        read=reading_settings.standing_of(session, account.id),
        grant=session.get(MailGrant, account.id),
    )


def _midnight(session: Session, now: datetime) -> datetime:
    business = session.get(Business, 1)
    zone = ZoneInfo(business.zone if business is not None else "UTC")
    return datetime.combine(now.astimezone(zone).date(), time(0), zone).astimezone(now.tzinfo)


MOST_GAP_DAYS = 60


def set_person_gap(db: Database, days: int | None, *, now: datetime) -> None:
    """The least number of days between two mails of sequences to one person; None is the usual number.

    Raises Invalid.
    """
    if days is not None and not 0 <= days <= MOST_GAP_DAYS:
        raise Invalid({"person_gap_days": f"Give 0 to {MOST_GAP_DAYS} days."})
    with db.write() as session:
        business = business_rows.ensure_business(session, now=now)
        business.person_gap_days = days
        session.add(business)
