"""Timeline lines of an import, written together: one flush for a batch instead of one for each provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crm.domain.kinds import ActivityKind
from crm.models.activities import Activity
from crm.models.providers import Provider
from crm.services.changes import Recorder


@dataclass
class Lines:
    """Collects what an import says about providers. They aren't touches, and belong to no practice."""

    recorder: Recorder
    actor_id: int | None
    now: datetime
    _rows: list[Activity] = field(default_factory=list)

    def add(self, provider: Provider, summary: str) -> None:
        """One line about a provider."""
        assert provider.id is not None
        self._rows.append(
            Activity(
                provider_id=provider.id,
                kind=ActivityKind.IMPORT,
                happened_at=self.now,
                actor_id=self.actor_id,
                created_at=self.now,
                sample=provider.sample,
                summary=summary,
            )
        )

    def write(self) -> None:
        """Put them on the timelines, to be undone with the import."""
        self.recorder.insert_all(self._rows)
        self._rows.clear()
