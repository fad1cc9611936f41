"""Imported values that differ from what the trainer wrote: take them, or keep one's own."""

from __future__ import annotations

from datetime import datetime

from crm.domain.errors import NotFound
from crm.models.providers import Provider, ProviderDifference
from crm.services import changes
from crm.services.providers import FIELD_WORDS, get
from crm.store.engine import Database


def decide(
    db: Database, provider_id: int, difference_id: int, *, take: bool, actor_id: int | None, now: datetime
) -> int:
    """Take an imported value that differs from the trainer's own, or keep the own one. Returns the change set."""
    with db.write() as session:
        provider = get(session, provider_id)
        difference = session.get(ProviderDifference, difference_id)
        if difference is None or difference.provider_id != provider_id:
            raise NotFound("This difference isn't here any more.")
        word = FIELD_WORDS.get(difference.field, difference.field.replace("_", " "))
        recorder = changes.begin(session, "difference", f"Decided on {word}", actor_id=actor_id, now=now)
        recorder.update(difference, decided_at=now, decision="theirs" if take else "ours")
        if take and difference.field in Provider.model_fields:
            edited = [name for name in provider.edited_fields if name != difference.field]
            recorder.update(provider, **{difference.field: difference.theirs}, edited_fields=edited, updated_at=now)
        return recorder.id
