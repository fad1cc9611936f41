"""Moving providers between stages, with a line on the timeline and a way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain import pipeline
from crm.domain.errors import NotFound
from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.pipeline import Stage
from crm.domain.sequences import StopReason
from crm.models.providers import Provider
from crm.services import activities, changes, sequence_stops, standing_aside
from crm.services.acts import Act
from crm.services.changes import Recorder
from crm.store.engine import Database

BATCH = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: how many providers changed stage, and the change set that undoes it (None when nobody did)."""

    count: int
    change_set_id: int | None


def move(
    db: Database,
    provider_ids: Sequence[int],
    stage: Stage,
    *,
    reason: str = "",
    return_on: date | None = None,
    today: date | None = None,
    actor_id: int | None,
    now: datetime,
) -> Moved:
    """Move providers to `stage`. Raises Invalid when it needs a reason or a day to return, NotFound for nobody.

    `today` is the day where the person is; without it, one that is today somewhere in America.
    """
    today = today or (now - timedelta(hours=12)).date()
    pipeline.check_move(stage, reason=reason, return_on=return_on, today=today)
    with db.write() as session:
        providers = _alive(session, provider_ids)
        if not providers:
            raise NotFound("This provider isn't here any more. Reload the page.")
        moving = [provider for provider in providers if _differs(provider, stage, return_on)]
        if not moving:
            return Moved(0, None)
        recorder = changes.begin(session, "move", _label(moving, stage), actor_id=actor_id, now=now)
        for provider in moving:
            move_in(session, provider, stage, recorder, reason=reason, return_on=return_on, actor_id=actor_id, now=now)
            if stage in pipeline.ASIDE:
                _set_aside(Act(recorder, actor_id, now, today), provider)
        return Moved(len(moving), recorder.id)


def _set_aside(act: Act, provider: Provider) -> None:
    """Nobody who stands aside gets mail of a sequence, and follow-ups lose their point."""
    assert provider.id is not None
    sequence_stops.stop_for_provider(
        act.session,
        provider.id,
        StopReason.STAGE_ASIDE,
        evidence={"stage": provider.stage.value, "quote": provider.stage_reason},
        actor_id=act.actor_id,
        now=act.now,
        recorder=act.recorder,
    )
    standing_aside.settle(act, provider)


def move_in(
    session: Session,
    provider: Provider,
    stage: Stage,
    recorder: Recorder,
    *,
    reason: str = "",
    return_on: date | None = None,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Move one provider in the caller's transaction. Asks nothing: what an aside-stage needs is checked before."""
    before = provider.stage
    reason = reason.strip()
    recorder.update(
        provider,
        stage=stage,
        stage_at=now,
        stage_reason=reason,
        return_on=return_on if pipeline.needs_return_date(stage) else None,
        updated_at=now,
    )
    activities.record(
        session,
        provider,
        ActivityKind.STAGE,
        actor_id=actor_id,
        now=now,
        recorder=recorder,
        stage_from=before,
        stage_to=stage,
        reason=reason,
        change_set_id=recorder.id,
    )


def advance(
    session: Session,
    provider: Provider,
    kind: ActivityKind,
    outcome: Outcome | None,
    recorder: Recorder,
    *,
    sample_sent: bool = False,
    actor_id: int | None,
    now: datetime,
) -> Stage | None:
    """Move a provider on if what just happened shows a further stage. Returns the new stage, or None."""
    stage = pipeline.implied_stage(provider.stage, kind, outcome, sample_sent=sample_sent)
    if stage is provider.stage:
        return None
    move_in(session, provider, stage, recorder, actor_id=actor_id, now=now)
    return stage


def _alive(session: Session, provider_ids: Sequence[int]) -> list[Provider]:
    found: list[Provider] = []
    for start in range(0, len(provider_ids), BATCH):
        ids = provider_ids[start : start + BATCH]
        query = select(Provider).where(col(Provider.id).in_(ids), col(Provider.archived_at).is_(None))
        found.extend(session.exec(query.order_by(sa.asc(col(Provider.id)))).all())
    return found


def _differs(provider: Provider, stage: Stage, return_on: date | None) -> bool:
    return provider.stage != stage or (pipeline.needs_return_date(stage) and provider.return_on != return_on)


def _label(providers: Sequence[Provider], stage: Stage) -> str:
    who = providers[0].display_name if len(providers) == 1 else f"{len(providers)} providers"
    return f"Moved {who} to {pipeline.LABELS[stage]}"
