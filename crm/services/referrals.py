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
from crm.domain.kinds import ActivityKind, TaskKind, TaskOrigin
from crm.domain.pipeline import Stage
from crm.domain.sequences import StopReason
from crm.domain.services import referable, service_label
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.services import (
    acts,
    next_steps,
    referral_rows,
    referral_steps,
    report_clock,
    sequence_stops,
    stages,
    touches,
)
from crm.services.acts import Act
from crm.services.next_steps import NextStep
from crm.services.referral_rows import NewReferral
from crm.store import referrals as store
from crm.store.engine import Database

__all__ = ["Logged", "NewReferral", "check", "keep_numbers", "log", "log_in", "suggested_code"]


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
        if repeat := arrived_before(session, new.client_key):
            return repeat
        provider = touches.get_provider(session, provider_id)
        checked = check(session, provider, new, today)
        label = f"Referral {checked.code} from {provider.display_name}"
        act = acts.begin(session, "referral", label, actor_id=actor_id, now=now, today=today)
        return log_in(act, provider, checked)


def arrived_before(session: Session, client_key: str | None) -> Logged | None:
    """What was logged of the same entry, where the phone has sent it before."""
    known = store.by_client_key(session, client_key) if client_key else None
    if known is None:
        return None
    assert known.id is not None
    return Logged(known.id, None, is_repeat=True)


def suggested_code(session: Session) -> str:
    """A code that nobody has yet."""
    code = rules.next_code(store.latest_code(session))
    while store.client_by_code(session, code):
        code = rules.next_code(code)
    return code


def log_in(act: Act, provider: Provider, new: NewReferral) -> Logged:
    """As `log`, in the caller's transaction, of one that `check` has passed."""
    referral, client = referral_rows.insert(act, provider, new)
    assert referral.id is not None
    at = act.now - referral_rows.days_ago(act, new.received_on)
    act.record(
        provider,
        ActivityKind.REFERRAL,
        happened_at=at,
        summary=f"Referred {new.code} for {service_label(new.service_key).lower()}",
        body=new.reason,
        referral_id=referral.id,
    )
    became_partner = become_partner(act, provider, at)
    keep_numbers(act, provider)
    touches.settle(act, provider, ActivityKind.REFERRAL)
    _end_sequence(act, provider, referral.id)
    due_on = max(act.today, next_business_day(new.received_on))
    _plan_calls(act, provider, referral, new.code, due_on)
    report_clock.wind(act, client)
    return Logged(referral.id, act.id, became_partner, thank_by=due_on, call_by=due_on)


def become_partner(act: Act, provider: Provider, at: datetime) -> bool:
    """Whoever refers is a partner, from then on: the move never stands before the last one on the timeline."""
    has_moved = provider.stage is not Stage.PROSPECT and provider.stage_at is not None
    since = max(at, provider.stage_at) if has_moved and provider.stage_at else at
    moved = stages.advance(
        act.session, provider, ActivityKind.REFERRAL, None, act.recorder, actor_id=act.actor_id, now=since
    )
    if moved is None:
        return False
    act.update(provider, updated_at=act.now)
    return True


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


def check(session: Session, provider: Provider, new: NewReferral, today: date) -> NewReferral:
    """The referral as it will be stored; Invalid with every field that is wrong."""
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
    if new.service_key not in {each.key for each in referable()}:
        errors["service_key"] = "Choose the service."
    if code and not new.same_client and store.client_by_code(session, code):
        errors["code"] = f"{code} is taken. Choose another code, or say that it is the same client."
    if errors:
        raise Invalid(errors)
    written = new.how in rules.WRITTEN if new.is_written is None else new.is_written
    return replace(new, code=code, reason=reason, condition=condition, is_written=written)


def _plan_calls(act: Act, provider: Provider, referral: Referral, code: str, due_on: date) -> None:
    steps = [
        NextStep(TaskKind.CALL_CLIENT, due_on, f"Call client {code}", "Within one business day of the referral."),
        NextStep(
            TaskKind.THANK_YOU,
            due_on,
            f"Thank {provider.display_name} for {code}",
            "A thank-you within a day keeps referrals coming.",
            template_slug=THANK_YOU_SLUG,
        ),
    ]
    if referral.written_on is None:
        steps.append(referral_steps.paper_step(code, act.today))
    for step in steps:
        planned = next_steps.plan(
            act,
            provider,
            step,
            owner_id=provider.owner_id or act.actor_id,
            origin=TaskOrigin.REFERRAL,
            referral_id=referral.id,
        )
        if step.kind is not TaskKind.THANK_YOU:
            act.update(planned, client_id=referral.client_id)
    next_steps.keep_next_due(act, provider)
