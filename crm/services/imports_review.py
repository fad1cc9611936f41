"""Decide about values that an import did not take because the trainer had edited the field."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from crm.domain import taxonomy
from crm.domain.errors import NotFound, Refused
from crm.domain.kinds import ActivityKind
from crm.models.practices import Affiliation
from crm.models.providers import Provider, ProviderDifference
from crm.services import activities, changes
from crm.services.imports_changed import FIELDS
from crm.services.imports_contact_values import NAMES, display
from crm.services.imports_values import Address, address
from crm.sources.nppes_layout import Row
from crm.store import directory
from crm.store.engine import Database

TAKEN, KEPT = "taken", "kept"


def word_of(field: str) -> str:
    """The field as people call it."""
    return FIELDS.get(field, field.replace("_", " "))


def decide(db: Database, difference_id: int, *, take: bool, actor_id: int | None, now: datetime) -> int:
    """Take the imported value, or keep one's own and not be asked again. Returns the change set, for Undo."""
    with db.write() as session:
        kept = session.get(ProviderDifference, difference_id)
        if kept is None:
            raise NotFound("This difference is not there any more.")
        if kept.decided_at is not None:
            raise Refused("already_decided", "This was decided already.")
        provider = session.get_one(Provider, kept.provider_id)
        word = word_of(kept.field)
        label = f"{'Take' if take else 'Keep own'} {word} of {provider.display_name}"
        recorder = changes.begin(session, "import", label, actor_id=actor_id, now=now)
        if take:
            _take(recorder, provider, kept)
            activities.record(
                session,
                provider,
                ActivityKind.EDIT,
                actor_id=actor_id,
                now=now,
                recorder=recorder,
                summary=f"Imported {word} taken.",
            )
        recorder.update(kept, decided_at=now, decision=TAKEN if take else KEPT)
        return recorder.id


def _take(recorder: changes.Recorder, provider: Provider, kept: ProviderDifference) -> None:
    values: dict[str, object] = {"edited_fields": [one for one in provider.edited_fields if one != kept.field]}
    if kept.field == "practice_id":
        values |= _moved(recorder, provider)
    else:
        values[kept.field] = kept.theirs
    if kept.field in NAMES:
        parts = {name: str(getattr(provider, name) or "") for name in NAMES} | {kept.field: kept.theirs}
        values["display_name"], values["sort_name"] = display(parts)
    if kept.field == "taxonomy_code":
        found = taxonomy.classify(kept.theirs).specialty
        values |= {"specialty": found.key, "care_stage": found.care_stage, "ask": found.ask, "is_peer": found.is_peer}
    recorder.update(provider, **values)


def _moved(recorder: changes.Recorder, provider: Provider) -> dict[str, object]:
    """The practice that the directory names, with what the provider repeats of it."""
    assert provider.id is not None
    session = recorder.session
    where = _said(session, provider.id)
    practice = directory.known_practices(session, [where.address_key]).get(where.address_key) if where else None
    if practice is None or where is None:
        raise Refused("no_practice", "The imported address is not there any more. Import the file again.")
    works = directory.affiliations(session, [provider.id]).get(provider.id, [])
    there = next((one for one in works if one.practice_id == practice.id), None)
    for one in works:
        if one.is_primary and one is not there:
            recorder.update(one, is_primary=False)
    if there is None:
        recorder.insert(Affiliation(provider_id=provider.id, practice_id=practice.id, is_primary=True))
    else:
        recorder.update(there, is_primary=True)
    return {
        "practice_id": practice.id,
        "practice_name": practice.name,
        "city": where.city,
        "state": where.state,
        "zip": where.zip,
    }


def _said(session: Session, provider_id: int) -> Address | None:
    source = directory.sources(session, [provider_id]).get(provider_id)
    return address(Row.read(source.content)) if source else None
