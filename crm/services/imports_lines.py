"""Timeline lines of an import, written together: a few statements for a batch instead of one object for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crm.domain.kinds import ActivityKind
from crm.models.providers import Provider
from crm.services.imports_recorder import BatchRecorder
from crm.store import imports as store


@dataclass
class Lines:
    """Collects what an import says about providers. They aren't touches, and belong to no practice."""

    recorder: BatchRecorder
    actor_id: int | None
    now: datetime
    _rows: list[tuple[int, bool, str]] = field(default_factory=list)

    def add(self, provider: Provider, summary: str) -> None:
        """One line about a provider."""
        assert provider.id is not None
        self._rows.append((provider.id, provider.sample, summary))

    def write(self) -> None:
        """Put them on the timelines, to be undone with the import."""
        same = {"kind": ActivityKind.IMPORT, "happened_at": self.now, "actor_id": self.actor_id, "created_at": self.now}
        rows = store.insert_activities(self.recorder.session, ("provider_id", "sample", "summary"), self._rows, same)
        self.recorder.note_inserts("activity", rows)
        self._rows.clear()
