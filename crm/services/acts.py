"""One action of a person while it is being carried out: who, when, on which day of theirs, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from crm.domain.kinds import ActivityKind, TaskOrigin
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.models.types import Row
from crm.services import activities, changes, sequence_tasks
from crm.services.changes import Recorder


@dataclass(frozen=True)
class Act:
    """Passed down through the steps of one action, all in one transaction. `today` is the day in the actor's zone."""

    recorder: Recorder
    actor_id: int | None
    now: datetime
    today: date

    @property
    def session(self) -> Session:
        """The transaction."""
        return self.recorder.session

    @property
    def id(self) -> int:
        """The change set that undoes everything."""
        return self.recorder.id

    def update(self, row: Row, **values: object) -> bool:
        """Set columns; False when nothing differs."""
        return self.recorder.update(row, **values)

    def insert(self, row: Row) -> None:
        """Add a row."""
        self.recorder.insert(row)

    def drop(self) -> None:
        """Forget an action that changed nothing: there is nothing to undo."""
        self.session.delete(self.recorder.change_set)

    def close(self, row: Row, **values: object) -> bool:
        """Set columns of a follow-up together with who closed it, and when. A sequence that waits for it goes on."""
        changed = self.recorder.update(row, closed_at=self.now, closed_by=self.actor_id, **values)
        if isinstance(row, Task) and row.origin is TaskOrigin.SEQUENCE:
            sequence_tasks.closed(self, row)
        return changed

    def record(self, provider: Provider, kind: ActivityKind, **columns: Any) -> Activity:
        """Write a line of the timeline."""
        return activities.record(
            self.session,
            provider,
            kind,
            actor_id=self.actor_id,
            now=self.now,
            recorder=self.recorder,
            change_set_id=self.id,
            **columns,
        )


def begin(session: Session, kind: str, label: str, *, actor_id: int | None, now: datetime, today: date) -> Act:
    """Start an action in the caller's transaction. `label` is what Undo says."""
    return Act(changes.begin(session, kind, label, actor_id=actor_id, now=now), actor_id, now, today)
