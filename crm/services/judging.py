"""Whether due messages may leave: the facts of a whole batch read at once, then every rule for each message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any

from sqlmodel import Session

from crm.domain import calendar, outbox
from crm.domain.emails import domain_of
from crm.domain.kinds import MessageKind
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.outbox import Due, InSequence, Limits, Load, Recipient, Verdict
from crm.domain.sequences import person_gap
from crm.domain.windows import Window
from crm.models.accounts import Business, MailAccount
from crm.services.mailboxes import limits_of
from crm.services.messages import has_postal_address, is_another_address
from crm.store import claims as store
from crm.store import mail_accounts

UNCOUNTED = frozenset({MessageKind.NOTICE, MessageKind.TEST})
"""Kinds that go to ourselves: no cap holds them up."""

RUNNING = frozenset({EnrollmentState.ACTIVE, EnrollmentState.PAUSED})


def judged(
    session: Session, account: MailAccount, rows: Sequence[Any], *, now: datetime
) -> Iterator[tuple[Any, Verdict]]:
    """Each row of `store.claims.due` with its verdict. One that may leave counts against the caps of those after it."""
    bench = _bench(session, account, rows, now)
    for row in rows:
        verdict = bench.judge(row)
        if verdict.go:
            bench.count(row)
        yield row, verdict


@dataclass
class _Bench:
    """What is known about a batch. Counts of domains are asked for when one is first met."""

    session: Session
    account: MailAccount
    now: datetime
    business: Business | None
    suppressed: set[str]
    providers: dict[int, Any]
    enrollments: dict[int, Any]
    last_mail_at: dict[str, datetime]
    limits: Limits
    starts_at: datetime
    resumes_at: datetime
    today: int
    to_domains: Counter[str] = field(default_factory=Counter)

    def judge(self, row: Any) -> Verdict:
        due = Due(row.kind, row.due_at, self._sequence(row))
        has_address = has_postal_address(self.business)
        return outbox.judge(
            due, self._recipient(row), self._load(row), self.limits, has_address=has_address, now=self.now
        )

    def count(self, row: Any) -> None:
        domain = domain_of(row.to_address)
        self._to_domain(domain)
        self.to_domains[domain] += 1
        self.today += 1
        self.last_mail_at[row.to_address] = self.now  # a mail by hand, too, keeps the next step at a distance

    def _recipient(self, row: Any) -> Recipient:
        facts = Recipient(suppressed=row.to_address in self.suppressed)
        if row.enrollment_step_id is not None:
            facts = replace(facts, last_mail_at=self.last_mail_at.get(row.to_address))
        provider = self.providers.get(row.provider_id)
        if provider is None:
            return facts
        return replace(
            facts,
            stage=provider.stage,
            deactivated=provider.deactivated_on is not None,
            archived=provider.archived_at is not None,
            address_changed=is_another_address(provider, row.to_address),
        )

    def _sequence(self, row: Any) -> InSequence | None:
        """How its enrollment stands; a step whose enrollment is gone has ended."""
        if row.enrollment_step_id is None:
            return None
        found = self.enrollments.get(row.enrollment_step_id)
        zone = (found and found.zone) or zone_of(self.business)
        if found is None:
            return InSequence(Window(0, 0, zone), stopped=True)
        return InSequence(
            Window(found.window_start, found.window_end, zone),
            stopped=found.state not in RUNNING,
            paused=found.state is EnrollmentState.PAUSED,
            paused_until=found.paused_until,
        )

    def _load(self, row: Any) -> Load:
        if not (self.limits.daily_cap or self.limits.domain_cap) or row.kind in UNCOUNTED:
            return Load(self.resumes_at)
        return Load(self.resumes_at, self.today, self._to_domain(domain_of(row.to_address)))

    def _to_domain(self, domain: str) -> int:
        if self.limits.domain_cap and domain not in self.to_domains:
            assert self.account.id is not None
            self.to_domains[domain] = mail_accounts.sent_since(self.session, self.account.id, self.starts_at, domain)
        return self.to_domains[domain]


def _bench(session: Session, account: MailAccount, rows: Sequence[Any], now: datetime) -> _Bench:
    store.take_turns(session)
    business = session.get(Business, 1)
    steps = {row.enrollment_step_id for row in rows if row.enrollment_step_id is not None}
    in_sequence = {row.to_address for row in rows if row.enrollment_step_id is not None}
    starts_at, resumes_at = _day(business, account, now)
    assert account.id is not None
    limits = replace(limits_of(account), person_gap=person_gap(business.person_gap_days if business else None))
    return _Bench(
        session,
        account,
        now,
        business,
        suppressed=store.suppressed(session, {row.to_address for row in rows}),
        providers=store.providers(session, {row.provider_id for row in rows if row.provider_id is not None}),
        enrollments=store.enrollments(session, steps),
        last_mail_at=store.last_mail_at(session, in_sequence),
        limits=limits,
        starts_at=starts_at,
        resumes_at=resumes_at,
        today=mail_accounts.sent_since(session, account.id, starts_at) if limits.daily_cap else 0,
    )


def zone_of(business: Business | None) -> str:
    """The sender's zone."""
    return business.zone if business is not None else "UTC"


def _day(business: Business | None, account: MailAccount, now: datetime) -> tuple[datetime, datetime]:
    """When the sender's day began, and when mail goes on after a day that is full."""
    zone = zone_of(business)
    starts_at, ends_at = calendar.day_bounds(calendar.local_day(now, zone), zone)
    begins = time(*divmod(account.window_start, 60))
    return starts_at, calendar.instant_of(calendar.local_day(ends_at, zone), begins, zone)
