"""The timeline: every state change writes its line here, in its own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.domain.kinds import TOUCHES, ActivityKind
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.services.changes import Recorder


def record(
    session: Session,
    provider: Provider,
    kind: ActivityKind,
    *,
    actor_id: int | None,
    now: datetime,
    happened_at: datetime | None = None,
    recorder: Recorder | None = None,
    **columns: Any,
) -> Activity:
    """Write a line about `provider` in the caller's transaction and keep its last touch. Returns the flushed row.

    With a `recorder` the line and the touch can be undone. `columns` are further columns of Activity: outcome,
    summary, body, stage_from, stage_to, reason, task_id, …
    """
    assert provider.id is not None
    happened = happened_at or now
    activity = Activity(
        provider_id=provider.id,
        practice_id=columns.pop("practice_id", provider.practice_id),
        kind=kind,
        happened_at=happened,
        actor_id=actor_id,
        created_at=now,
        sample=provider.sample,
        **columns,
    )
    if recorder is None:
        session.add(activity)
        session.flush()
    else:
        recorder.insert(activity)
    if kind in TOUCHES:
        _set(provider, _touched(provider, kind, happened), recorder)
    return activity


def _touched(provider: Provider, kind: ActivityKind, happened_at: datetime) -> dict[str, object]:
    """One touch more; one that is older than the last does not replace it."""
    counted: dict[str, object] = {"touch_count": provider.touch_count + 1}
    if provider.last_touch_at is None or happened_at >= provider.last_touch_at:
        counted |= {"last_touch_at": happened_at, "last_touch_kind": kind}
    return counted


def _set(provider: Provider, values: dict[str, object], recorder: Recorder | None) -> None:
    if recorder is not None:
        recorder.update(provider, **values)
        return
    for name, value in values.items():
        setattr(provider, name, value)
