"""Logging a referral in one motion: client, partner, what led to it, and the two calls that must not be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import referrals as rules
from crm.domain.cadence import THANK_YOU_SLUG
from crm.domain.calendar import next_business_day
from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, ReferralHow, ReferralStatus, TaskKind, TaskOrigin
from crm.domain.sequences import StopReason
from crm.domain.services import service, service_label
from crm.models.accounts import ServicePrice
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep, ReferralTouch
from crm.services import acts, next_steps, sequence_stops, stages, touches
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.store import enrolling
from crm.store import referrals as store
from crm.store.engine import Database


@dataclass(frozen=True)
class NewReferral:
    """What is known when a referral arrives. `same_client` says that a known code is meant."""

    code: str
    service_key: str
    received_on: date
    how: ReferralHow = ReferralHow.CALL
    reason: str = ""
    is_written: bool | None = None
    condition: str = ""
    birth_year: int | None = None
    same_client: bool = False
    client_key: str | None = None


@dataclass(frozen=True)
class Logged:
    """What logging a referral did. Nothing, if the same entry had arrived before."""

    referral_id: int
    change_set_id: int | None
    became_partner: bool = False
    thank_by: date | None = None
    call_by: date | None = None
    is_repeat: bool = False


def log(
    db: Database, provider_id: int, new: NewReferral, *, actor_id: int | None, now: datetime, today: date
) -> Logged:
    """Log a referral; the first makes the provider a partner. A thank-you and a call to the client go on the list."""
    with db.write() as session:
        if new.client_key and (known := store.by_client_key(session, new.client_key)):
            assert known.id is not None
            return Logged(known.id, None, is_repeat=True)
        provider = touches.get_provider(session, provider_id)
        new = _checked(session, provider, new, today)
        label = f"Referral {new.code} from {provider.display_name}"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        return _log_in(act, provider, new)


def suggested_code(session: Session) -> str:
    """A code that nobody has yet."""
    code = rules.next_code(store.latest_code(session))
    while store.client_by_code(session, code):
        code = rules.next_code(code)
    return code


def _log_in(act: Act, provider: Provider, new: NewReferral) -> Logged:
    referral = _insert(act, provider, new)
    assert referral.id is not None
    _attribute(act, referral.id, provider)
    act.record(
        provider,
        ActivityKind.REFERRAL,
        summary=f"Referred {new.code} for {service_label(new.service_key).lower()}",
        body=new.reason,
        referral_id=referral.id,
    )
    moved = stages.advance(
        act.session, provider, ActivityKind.REFERRAL, None, act.recorder, actor_id=act.actor_id, now=act.now
    )
    keep_numbers(act, provider)
    touches.settle(act, provider, ActivityKind.REFERRAL)
    _end_sequence(act, provider, referral.id)
    due_on = max(act.today, next_business_day(new.received_on))
    _plan_calls(act, provider, referral.id, new.code, due_on)
    return Logged(referral.id, act.id, moved is not None, thank_by=due_on, call_by=due_on)


def _end_sequence(act: Act, provider: Provider, referral_id: int) -> None:
    """Whoever refers gets no more mail that asks for it."""
    assert provider.id is not None
    sequence_stops.stop_for_provider(
        act.session,
        provider.id,
        StopReason.REFERRAL,
        evidence={"referral_id": referral_id},
        actor_id=act.actor_id,
        now=act.now,
        recorder=act.recorder,
    )


def keep_numbers(act: Act, provider: Provider) -> None:
    """Bring first and last day and the count of a provider's referrals up to date."""
    assert provider.id is not None
    act.session.flush()
    first, last, count = store.numbers_of(act.session, provider.id)
    act.update(provider, first_referral_on=first, last_referral_on=last, referral_count=count)


def _checked(session: Session, provider: Provider, new: NewReferral, today: date) -> NewReferral:
    errors: dict[str, str] = {}
    own = (provider.display_name, provider.phone, provider.fax, provider.email, provider.practice_name)

    def checked(check: Callable[[], str | None], field: str = "") -> str:
        try:
            return check() or ""
        except Invalid as error:
            errors.update({field or name: message for name, message in error.errors.items()})
            return ""

    code = checked(lambda: rules.check_code(new.code))
    reason = checked(lambda: rules.check_reason(new.reason, allowed=own))
    condition = checked(lambda: rules.check_reason(new.condition, allowed=own), "condition")
    checked(lambda: rules.check_received(new.received_on, today))
    if not new.service_key or service(new.service_key).is_addon:
        errors["service_key"] = "Choose the service."
    if code and not new.same_client and store.client_by_code(session, code):
        errors["code"] = f"{code} is taken. Choose another code, or say that it is the same client."
    if errors:
        raise Invalid(errors)
    written = new.how in rules.WRITTEN if new.is_written is None else new.is_written
    return replace(new, code=code, reason=reason, condition=condition, is_written=written)


def _insert(act: Act, provider: Provider, new: NewReferral) -> Referral:
    client = store.client_by_code(act.session, new.code) or _new_client(act, provider, new)
    assert client.id is not None
    assert provider.id is not None
    referral = Referral(
        client_id=client.id,
        provider_id=provider.id,
        practice_id=provider.practice_id,
        received_on=new.received_on,
        service_key=new.service_key,
        how=new.how,
        reason=new.reason,
        written_on=new.received_on if new.is_written else None,
        expected_cents=_expected(act.session, new.service_key),
        owner_id=provider.owner_id or act.actor_id,
        client_key=new.client_key or None,
        sample=provider.sample,
        created_by=act.actor_id,
        created_at=act.now,
    )
    act.insert(referral)
    assert referral.id is not None
    act.insert(
        ReferralStep(
            referral_id=referral.id,
            status_to=ReferralStatus.RECEIVED,
            happened_on=new.received_on,
            actor_id=act.actor_id,
            created_at=act.now,
        )
    )
    return referral


def _new_client(act: Act, provider: Provider, new: NewReferral) -> Client:
    client = Client(
        code=new.code,
        condition=new.condition,
        birth_year=new.birth_year,
        sample=provider.sample,
        created_by=act.actor_id,
        created_at=act.now,
    )
    act.insert(client)
    return client


def _expected(session: Session, service_key: str) -> int | None:
    """What such a referral may be worth, where the trainer has said so."""
    price = session.get(ServicePrice, service_key)
    return price.referral_value_cents if price else None


def _attribute(act: Act, referral_id: int, provider: Provider) -> None:
    """Copy the touches before the referral, so that later edits don't rewrite what led to it."""
    assert provider.id is not None
    before = store.touches_before(act.session, provider.id)
    sequences = enrolling.sequences_of(act.session, [touch.message_id for touch in before if touch.message_id])
    for position, touch in enumerate(before):
        act.insert(
            ReferralTouch(
                referral_id=referral_id,
                activity_id=touch.id,
                position=position,
                is_first=position == 0,
                is_last=position == len(before) - 1,
                kind=touch.kind.value,
                happened_at=touch.happened_at,
                template_version_id=touch.template_version_id,
                snapshot={
                    "outcome": touch.outcome.value if touch.outcome else "",
                    "summary": touch.summary,
                    "actor_id": touch.actor_id,
                    "message_id": touch.message_id,
                    "visit_id": touch.visit_id,
                    **sequences.get(touch.message_id or 0, {}),
                },
            )
        )


def _plan_calls(act: Act, provider: Provider, referral_id: int, code: str, due_on: date) -> None:
    steps = (
        NextStep(TaskKind.CALL_CLIENT, due_on, f"Call client {code}", "Within one business day of the referral."),
        NextStep(
            TaskKind.THANK_YOU,
            due_on,
            f"Thank {provider.display_name} for {code}",
            "A thank-you within a day keeps referrals coming.",
            template_slug=THANK_YOU_SLUG,
        ),
    )
    for step in steps:
        next_steps.plan(
            act,
            provider,
            step,
            owner_id=provider.owner_id or act.actor_id,
            origin=TaskOrigin.REFERRAL,
            referral_id=referral_id,
        )
    next_steps.keep_next_due(act, provider)
