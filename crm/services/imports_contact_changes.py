"""What somebody's own list says about providers that we have: fill what is empty, keep what was edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from crm.domain import taxonomy
from crm.domain.kinds import ProviderKind
from crm.models.providers import Provider, ProviderDifference
from crm.services import changes, imports_recorder
from crm.services.imports_contact_values import NAMES, OWNED, Content, display
from crm.services.imports_counts import Counts
from crm.services.imports_house import House
from crm.services.imports_judging import differing
from crm.services.imports_lines import Lines
from crm.services.imports_rows import Turn
from crm.store import directory


def apply(turn: Turn, house: House, changed: Mapping[int, Content], counts: Counts) -> None:
    """Fill and update known providers (id -> content) in the caller's transaction."""
    if not changed:
        return
    recorder = imports_recorder.for_import(turn.session, turn.run, now=turn.now)
    lines = Lines(recorder, turn.run.actor_id, turn.now)
    kept = directory.differences(turn.session, list(changed))
    with turn.session.no_autoflush:
        for provider in directory.providers(turn.session, list(changed)).values():
            assert provider.id is not None
            fields = _take(Taking(turn, recorder, house, kept), provider, changed[provider.id])
            if fields:
                lines.add(provider, f"Updated from {turn.run.name}: {', '.join(fields)}.")
            counts.changed += bool(fields)
            counts.unchanged += not fields
            counts.fields.update(fields)
    lines.write()
    recorder.write()


class Taking(NamedTuple):
    """What taking a row needs to know."""

    turn: Turn
    recorder: changes.Recorder
    house: House
    kept: Mapping[tuple[int, str], ProviderDifference]


def _take(context: Taking, provider: Provider, content: Content) -> list[str]:
    """Fill what is empty and what nobody edited; what somebody edited stays, and the difference is kept."""
    taken: dict[str, Any] = {}
    for field in differing(content, provider):
        if field == "remarks":
            taken[field] = "\n".join(part for part in (provider.remarks, content[field]) if part)
        elif getattr(provider, field) and (field in provider.edited_fields or field == "npi"):
            _keep_difference(context, provider, field, content[field])
        else:
            taken[field] = content[field]
    if not taken:
        return []
    words = [field.replace("_", " ") for field in taken]
    owned = [field for field in taken if field in OWNED and field not in provider.edited_fields]
    if owned:
        taken["edited_fields"] = [*provider.edited_fields, *owned]
    taken |= _derived(context.house, provider, taken)
    context.recorder.update(provider, **taken)
    provider.updated_at = context.turn.now
    return words


def _derived(house: House, provider: Provider, taken: Mapping[str, Any]) -> dict[str, Any]:
    after = {field: taken.get(field, getattr(provider, field)) or "" for field in (*NAMES, "phone", "email")}
    found: dict[str, Any] = {}
    if any(field in taken for field in NAMES):
        found["display_name"], found["sort_name"] = display(after)
    specialty = provider.specialty
    if "taxonomy_code" in taken or "specialty" in taken:
        specialty = taken.get("specialty") or taxonomy.specialty_of(taken["taxonomy_code"])
        known = taxonomy.specialty(specialty)
        found |= {"specialty": specialty, "care_stage": known.care_stage, "ask": known.ask, "is_peer": known.is_peer}
    is_person = provider.kind is ProviderKind.PERSON
    found["fit"] = house.fit(specialty, provider.distance_miles, after, is_person=is_person)
    return found


def _keep_difference(context: Taking, provider: Provider, field: str, theirs: str) -> None:
    assert provider.id is not None
    turn = context.turn
    values: dict[str, Any] = {"ours": str(getattr(provider, field)), "theirs": theirs, "import_id": turn.run_id}
    kept = context.kept.get((provider.id, field))
    if kept is None:
        context.recorder.insert(ProviderDifference(provider_id=provider.id, field=field, found_at=turn.now, **values))
    elif kept.theirs != theirs:
        context.recorder.update(kept, decided_at=None, decision="", found_at=turn.now, **values)
