"""What became of the rows of an import."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crm.models.imports import ImportRun

KEPT_NAMES = 200


@dataclass
class Counts:
    """Parts that add up to `rows`. `fields` says how often each field changed."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deactivated: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, run: ImportRun) -> Counts:
        """The counts so far of an import."""
        stored: dict[str, Any] = dict(run.counts)
        skipped = Counter(stored.pop("skipped", {}))
        return cls(**stored, skipped=skipped, fields=Counter({k: int(str(v)) for k, v in run.fields.items()}))

    def write(self, run: ImportRun) -> None:
        """Put the counts into the row of the import."""
        run.counts = self.as_json()
        run.fields = dict(self.fields)

    def as_json(self) -> dict[str, object]:
        """Plain values, without the fields."""
        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "deactivated": self.deactivated,
            "skipped": {reason: count for reason, count in sorted(self.skipped.items()) if count},
        }
