"""What happened with each provider of the sample data: timeline, stages, referrals, follow-ups, visits, mail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count

from sqlmodel import Session, select

from crm.domain.client_kinds import ClientRole
from crm.domain.kinds import (
    TOUCHES,
    ActivityKind,
    MessageKind,
    MessageState,
    ProviderKind,
    ReferralStatus,
    TaskOrigin,
    TaskState,
    VisitState,
)
from crm.domain.pipeline import ASIDE, Stage
from crm.domain.referrals import DATED, LOST_REASONS, WRITTEN
from crm.domain.services import service_label
from crm.models.activities import Activity
from crm.models.clients import Client, ClientProvider
from crm.models.messages import Message
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep
from crm.models.tasks import Task
from crm.models.visits import Visit
from crm.services import attribution, mailboxes, prices
from crm.services.demo.building import Setting, id_of
from crm.services.demo.reading import Due, Happened, Person, Planned, Referred

SAID = {
    "left_message": "Left a message",
    "no_answer": "No answer",
    "staff_only": "Spoke with the front desk",
    "left_materials": "Left materials",
}
#: The days that usually pass between the steps of a referral.
STEPS = (
    (ReferralStatus.CONTACTED, 1),
    (ReferralStatus.SCHEDULED, 3),
    (ReferralStatus.STARTED, 8),
)
ENDS = {ReferralStatus.COMPLETED: 70, ReferralStatus.CONTINUING: 60, ReferralStatus.LOST: 6}


class Teller:
    """Writes one provider after the other into the caller's transaction."""

    def __init__(self, session: Session, told: Setting) -> None:
        self.session = session
        self.told = told
        self.moments = count()
        self.codes = _free_codes(session)
        self.mails = count(1)
        self.worth = {offer.service.key: offer.expected_cents for offer in prices.offers(session)}
        self.mailbox_id = id_of(mailboxes.local(session, now=told.now))

    def tell(self, person: Person, provider: Provider) -> None:
        """Everything about one provider, and the columns that repeat it."""
        touches = [self._event(event, provider) for event in sorted(person.events, key=lambda e: -e.days_ago)]
        for referred in sorted(person.referrals, key=lambda r: -r.days_ago):
            self._referral(referred, provider)
        if person.stage in ASIDE:
            self._set_aside(person, provider)
        for due in person.due:
            self.session.add(self._task(due, provider))
        for planned in person.visits:
            self.session.add(self._visit(planned, provider))
        _repeat(provider, [touch for touch in touches if touch.kind in TOUCHES], person, self.told)

    def _event(self, event: Happened, provider: Provider) -> Activity:
        at = self.told.at(-event.days_ago, next(self.moments))
        row = self._activity(provider, event.kind, at)
        row.outcome, row.body = event.outcome, event.body
        row.summary = event.summary or SAID.get(event.outcome or "", "")
        if event.kind is ActivityKind.EMAIL and provider.email:
            message = self._message(provider, row)
            self.session.add(message)
            self.session.flush()
            row.message_id = message.id
        self.session.add(row)
        if event.stage is not None:
            self._move(provider, event.stage, at)
        return row

    def _activity(self, provider: Provider, kind: ActivityKind, at: datetime) -> Activity:
        return Activity(
            provider_id=id_of(provider),
            practice_id=provider.practice_id,
            kind=kind,
            happened_at=at,
            actor_id=self.told.actor_id,
            sample=True,
            created_at=self.told.now,
        )

    def _move(self, provider: Provider, stage: Stage, at: datetime, reason: str = "") -> None:
        row = self._activity(provider, ActivityKind.STAGE, at)
        row.stage_from, row.stage_to, row.reason = provider.stage, stage, reason
        self.session.add(row)
        provider.stage, provider.stage_at = stage, row.happened_at

    def _set_aside(self, person: Person, provider: Provider) -> None:
        last = min((event.days_ago for event in person.events), default=3)
        self._move(provider, person.stage, self.told.at(-last, next(self.moments)), person.aside)
        provider.stage_reason = person.aside
        if person.return_in is not None:
            provider.return_on = self.told.day(person.return_in)

    def _referral(self, referred: Referred, provider: Provider) -> None:
        client = Client(
            code=next(self.codes), condition=referred.reason, service_key=referred.service, sample=True,
            created_by=self.told.actor_id, created_at=self.told.now,
        )  # fmt: skip
        self.session.add(client)
        self.session.flush()
        received = self.told.day(-referred.days_ago)
        who = self.told.actor_id
        led = attribution.before(self.session, provider, received, otherwise=who, now=self.told.now)
        row = Referral(
            client_id=id_of(client),
            provider_id=id_of(provider),
            practice_id=provider.practice_id,
            received_on=received,
            service_key=referred.service,
            how=referred.how,
            status=referred.status,
            reason=referred.reason,
            expected_cents=self.worth.get(referred.service),
            sample=True,
            owner_id=self.told.actor_id,
            created_by=self.told.actor_id,
            created_at=self.told.now,
            **led.figures.columns,
        )
        if referred.status is ReferralStatus.LOST:
            row.lost_reason = LOST_REASONS[referred.days_ago % (len(LOST_REASONS) - 1)]
        row.written_on = received if referred.how in WRITTEN else None
        steps = list(_steps(referred, received, self.told.today))
        _date_all(row, client, steps)
        self.session.add(row)
        self.session.flush()
        self._steps_of(row, steps)
        self.session.add_all(attribution.copies(id_of(row), led))
        self.session.add(_sent_by(row, self.told))
        self._timeline(row, client, referred, provider)
        provider.referral_count += 1
        provider.first_referral_on = provider.first_referral_on or received
        provider.last_referral_on = received

    def _steps_of(self, row: Referral, steps: list[tuple[ReferralStatus, date]]) -> None:
        before = None
        for status, day in [(ReferralStatus.RECEIVED, row.received_on), *steps]:
            self.session.add(
                ReferralStep(
                    referral_id=id_of(row), status_from=before, status_to=status, happened_on=day,
                    actor_id=self.told.actor_id, created_at=self.told.now,
                )
            )  # fmt: skip
            before = status

    def _timeline(self, row: Referral, client: Client, referred: Referred, provider: Provider) -> None:
        at = self.told.at(-referred.days_ago, next(self.moments))
        line = self._activity(provider, ActivityKind.REFERRAL, at)
        line.referral_id, line.summary = row.id, f"Referred {client.code} for {service_label(referred.service).lower()}"
        line.body = referred.reason
        self.session.add(line)
        if provider.stage is not Stage.PARTNER:
            self._move(provider, Stage.PARTNER, at, "First referral")

    def _task(self, due: Due, provider: Provider) -> Task:
        day = self.told.day(due.in_days)
        return Task(
            provider_id=id_of(provider),
            practice_id=provider.practice_id,
            kind=due.kind,
            title=due.title,
            why=due.why,
            due_on=day,
            first_due_on=day,
            state=TaskState.WAITING if due.waiting_for else TaskState.OPEN,
            waiting_for=due.waiting_for,
            origin=TaskOrigin.CADENCE,
            owner_id=self.told.actor_id,
            created_by=self.told.actor_id,
            created_at=self.told.now,
            sample=True,
        )

    def _visit(self, planned: Planned, provider: Provider) -> Visit:
        return Visit(
            provider_id=id_of(provider),
            practice_id=provider.practice_id,
            owner_id=self.told.actor_id,
            planned_on=self.told.day(planned.in_days),
            planned_at=self.told.at(planned.in_days, next(self.moments)),
            purpose=planned.purpose,
            materials=["Card", "Referral pad"],
            state=VisitState.PLANNED,
            created_by=self.told.actor_id,
            created_at=self.told.now,
            sample=True,
        )

    def _message(self, provider: Provider, line: Activity) -> Message:
        number = next(self.mails)
        mark = hashlib.sha256(f"{self.told.now.isoformat()}:{number}".encode()).hexdigest()[:32]
        greeting = provider.display_name if provider.kind is ProviderKind.ORGANIZATION else provider.last_name
        sent = line.happened_at
        return Message(
            kind=MessageKind.OUTREACH,
            provider_id=id_of(provider),
            user_id=self.told.actor_id,
            mail_account_id=self.mailbox_id,
            dedupe_key=f"sample:{mark}",
            message_id=f"<{mark}@sample.handoff.invalid>",
            unsubscribe_token=mark,
            from_address=self.told.email or "you@sample.handoff.invalid",
            from_name=self.told.sender,
            to_address=provider.email,
            to_name=provider.display_name,
            subject=line.summary,
            text_body=f"Hello {greeting},\n\n{line.summary}.\n\nThis is sample data: it was never sent.\n",
            state=MessageState.SENT,
            due_at=sent,
            via="sample",
            sample=True,
            created_by=self.told.actor_id,
            created_at=sent - timedelta(minutes=2),
            sent_at=sent,
            settled_at=sent,
        )


def _repeat(provider: Provider, touches: list[Activity], person: Person, told: Setting) -> None:
    """The provider's own columns that repeat what was written about it."""
    provider.touch_count = len(touches)
    if touches:
        last = max(touches, key=lambda touch: touch.happened_at)
        provider.last_touch_at, provider.last_touch_kind = last.happened_at, last.kind
    provider.next_due_on = min((told.day(due.in_days) for due in person.due), default=None)


def _steps(referred: Referred, received: date, today: date) -> Iterator[tuple[ReferralStatus, date]]:
    """The steps after receipt, each on its day, up to the referral's status."""
    for status, days in STEPS:
        if referred.status is ReferralStatus.RECEIVED:
            return
        if referred.status is ReferralStatus.LOST and status is not ReferralStatus.CONTACTED:
            break
        yield status, min(received + timedelta(days=days), today)
        if status is referred.status:
            return
    yield referred.status, min(received + timedelta(days=ENDS[referred.status]), today)


def _date_all(row: Referral, client: Client, steps: list[tuple[ReferralStatus, date]]) -> None:
    before = ReferralStatus.RECEIVED
    for status, day in steps:
        _date(row, client, status, day, before)
        before = status


def _date(row: Referral, client: Client, status: ReferralStatus, day: date, before: ReferralStatus) -> None:
    if column := DATED.get(status):
        setattr(row, column, day)
    if status is ReferralStatus.LOST:
        row.lost_from = before
    if status is ReferralStatus.STARTED:
        client.started_on = day
    if status is ReferralStatus.COMPLETED:
        client.ended_on = day


def _sent_by(row: Referral, told: Setting) -> ClientProvider:
    return ClientProvider(
        client_id=row.client_id,
        provider_id=row.provider_id,
        role=ClientRole.REFERRING,
        since_on=row.received_on,
        sample=True,
        created_at=told.now,
    )


def _free_codes(session: Session) -> Iterator[str]:
    """Codes for invented clients that the trainer has not used."""
    taken = set(session.exec(select(Client.code)))
    return (code for number in count(1) if (code := f"S-{number:02d}") not in taken)
