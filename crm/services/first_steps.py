"""Putting providers on the list to work: each gets a first follow-up, spread over the coming business days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from crm.domain import cadence
from crm.domain.errors import Refused
from crm.domain.kinds import ActivityKind
from crm.domain.pipeline import ASIDE
from crm.models.providers import Provider
from crm.services import acts, next_steps
from crm.store.engine import Database

#: More first steps than this on one day would only become overdue.
A_DAY = 8
MOST = 200


@dataclass(frozen=True)
class Planned:
    """How many got a first step, the last day of them, and the change set to undo."""

    count: int
    last_on: date | None
    change_set_id: int | None


def plan(db: Database, provider_ids: Sequence[int], *, actor_id: int | None, now: datetime, today: date) -> Planned:
    """Plan a first step for those who have none, the best fit first; who stands aside is left alone."""
    if len(provider_ids) > MOST:
        raise Refused("too_many", f"Choose up to {MOST} at once: that is weeks of work already.")
    with db.write() as session:
        chosen = _without_next_step(session, provider_ids)
        if not chosen:
            return Planned(0, None, None)
        label = f"Planned {len(chosen)} first steps" if len(chosen) > 1 else "Planned a first step"
        act = acts.begin(session, "task", label, actor_id=actor_id, now=now, today=today)
        last_on = today
        for place, provider in enumerate(chosen):
            step = cadence.after_adding(today, has_email=bool(provider.email), later=place // A_DAY)
            next_steps.plan(act, provider, step, owner_id=provider.owner_id or actor_id)
            act.update(provider, next_due_on=step.due_on)
            act.record(provider, ActivityKind.TASK, summary=f"First step planned: {step.title}")
            last_on = step.due_on
        return Planned(len(chosen), last_on, act.id)


def _without_next_step(session: Session, provider_ids: Sequence[int]) -> Sequence[Provider]:
    query = select(Provider).where(
        col(Provider.id).in_(provider_ids),
        col(Provider.next_due_on).is_(None),
        col(Provider.archived_at).is_(None),
        col(Provider.stage).not_in(list(ASIDE)),
    )
    return session.exec(query.order_by(col(Provider.fit).desc(), col(Provider.id))).all()
