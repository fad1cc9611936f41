"""How partners stand, for Results and Today: the quiet ones with what to do, and who might refer for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.domain import matching, partners
from crm.domain.calendar import business_day_from
from crm.domain.errors import Refused
from crm.domain.partners import Action, Quiet
from crm.domain.pipeline import quiet_since, usual_interval
from crm.domain.services import Service
from crm.models.providers import Provider
from crm.services import acts, next_steps, touches
from crm.services.next_steps import NextStep
from crm.store import partners as store
from crm.store import prices
from crm.store.engine import Database
from crm.store.partners import Partner

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class QuietPartner:
    """One who has gone quiet, how it stands, and what to do next."""

    partner: Partner
    quiet: Quiet
    action: Action


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A partner who may refer for one more service."""

    provider_id: int
    name: str
    service: Service


def gone_quiet(
    session: Session, today: date, *, zone: str, sample: bool = False, limit: int | None = None
) -> list[QuietPartner]:
    """Partners silent for longer than their own rhythm (at least 90 days), the newest silence first."""
    found = store.quiet(session, today, sample=sample, limit=limit)
    return standing(session, found, today, ZoneInfo(zone))


def standing(session: Session, rows: Sequence[Any], today: date, zone: tzinfo) -> list[QuietPartner]:
    """The same for rows of providers that were read already; those who aren't quiet are left out."""
    found = [Partner(*(getattr(row, name) for name in Partner._fields)) for row in rows]
    owed = store.overdue_reports(session, [one.id for one in found], today)
    return [_quiet(one, days, owed.get(one.id, 0), today, zone) for one in found if (days := _days(one, today))]


def might_refer_next(session: Session, today: date, *, limit: int = 10, sample: bool = False) -> list[Suggestion]:
    """Active partners whose specialty suits a service that they haven't referred for yet."""
    active = store.most_active(session, today - YEAR, limit * 3, sample=sample)
    used = store.services_used(session, [provider_id for provider_id, _, _ in active])
    off = prices.switched_off(session)
    found = (
        (provider_id, name, matching.suggested_next(specialty, used.get(provider_id, []), off))
        for provider_id, name, specialty in active
    )
    return [Suggestion(provider_id, name, service) for provider_id, name, service in found if service][:limit]


def plan_next(db: Database, provider_id: int, *, actor_id: int | None, now: datetime, today: date, zone: str) -> int:
    """Put what a quiet partner needs on the list for the next business day; gives the change set to undo.

    Refused where something is planned already or the partner isn't quiet any more.
    """
    with db.write() as session:
        provider = touches.get_provider(session, provider_id)
        found = _one(session, provider, today, zone)
        if found is None:
            raise Refused("not_quiet", f"{provider.display_name} isn't quiet any more.")
        if found.action.kind is None or provider.next_due_on is not None:
            raise Refused("planned", f"Something is planned with {provider.display_name} already.")
        act = acts.begin(session, "task", f"Planned: {found.action.title}", actor_id=actor_id, now=now, today=today)
        step = NextStep(found.action.kind, business_day_from(today), found.action.title, found.action.why)
        next_steps.plan(act, provider, step, owner_id=provider.owner_id or actor_id)
        next_steps.keep_next_due(act, provider)
        return act.id


def _one(session: Session, provider: Provider, today: date, zone: str) -> QuietPartner | None:
    assert provider.id is not None
    if provider.last_referral_on is None:
        return None
    return next(iter(standing(session, [provider], today, ZoneInfo(zone))), None)


def _days(one: Partner, today: date) -> int | None:
    return quiet_since(one.stage, one.first_referral_on, one.last_referral_on, one.referral_count, today)


def _quiet(one: Partner, days: int, owed: int, today: date, zone: tzinfo) -> QuietPartner:
    usual = usual_interval(one.first_referral_on, one.last_referral_on, one.referral_count)
    quiet = Quiet(
        days=days,
        usual_days=usual.days if usual else None,
        referrals=one.referral_count,
        last_referral_on=one.last_referral_on,
        last_touch_on=one.last_touch_at.astimezone(zone).date() if one.last_touch_at else None,
        last_touch_kind=one.last_touch_kind,
        next_due_on=one.next_due_on,
        overdue_reports=owed,
    )
    return QuietPartner(one, quiet, partners.next_action(quiet, today))
