"""A directory row that differs from what the directory said before: take what the trainer hasn't touched, keep the rest
for review."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from crm.domain.kinds import Ask, CareStage, ProviderKind
from crm.models.imports import ImportRun
from crm.models.practices import Affiliation
from crm.models.providers import Provider, ProviderDifference, ProviderSource
from crm.services.imports_lines import Lines
from crm.services.imports_recorder import BatchRecorder
from crm.services.imports_values import PROVIDER_COLUMNS, Address, Reader, address
from crm.sources.nppes_layout import Row
from crm.store import directory
from crm.store.directory import NPPES, Known, KnownPractice, Said

#: What a person could have edited, with its word on the result page.
FIELDS: Mapping[str, str] = {
    "prefix": "title",
    "first_name": "first name",
    "middle_name": "middle name",
    "last_name": "last name",
    "suffix": "name suffix",
    "credentials": "credentials",
    "organization_name": "name",
    "taxonomy_code": "specialty",
    "phone": "phone",
    "fax": "fax",
    "practice_id": "address",
}
_NAME = ("prefix", "first_name", "middle_name", "last_name", "suffix", "credentials", "organization_name")
_OF_NAME = ("kind", "display_name", "sort_name")
_OF_TAXONOMY = ("specialty", "care_stage", "ask", "is_peer")
_OF_ADDRESS = ("practice_name", "city", "state", "zip", "distance_miles")
_ADDRESS_WORDS = frozenset(("practice_id", "address", "line1", "line2", "city", "state", "zip"))
_kept = itemgetter(*(place for place, name in enumerate(Row._fields) if name not in ("updated", "reactivated", "sex")))
_ENUMS = {"kind": ProviderKind, "care_stage": CareStage, "ask": Ask}


@dataclass(frozen=True)
class Context:
    """A batch's shared knowledge."""

    recorder: BatchRecorder
    run: ImportRun
    now: datetime
    reader: Reader
    providers: Mapping[int, Provider]
    sources: Mapping[int, Said]
    practices: Mapping[str, KnownPractice]
    kept: Mapping[tuple[int, str], ProviderDifference]
    works: Mapping[int, list[Affiliation]]
    lines: Lines
    said: list[tuple[str, int]] = dataclasses.field(default_factory=list)

    def write(self) -> None:
        """Write what was collected for many providers."""
        self.lines.write()
        directory.update_sources(self.recorder.session, self.said, run_id=self.run_id, now=self.now)
        self.said.clear()

    @property
    def run_id(self) -> int:
        """The import's id."""
        assert self.run.id is not None
        return self.run.id


def says_the_same(row: Row, known: Known) -> bool:
    """Whether nothing that we keep is different in this row, only the days and the like."""
    if known.content is None or known.deactivated_on:
        return False
    return bool(_kept(row) == _kept(Row.read(known.content)))


def remember(context: Context, provider_id: int, text: str) -> None:
    """Keep what NPPES says now."""
    source = context.sources.get(provider_id)
    if source is None:
        context.recorder.insert(
            ProviderSource(
                provider_id=provider_id, source=NPPES, import_id=context.run_id, content=text, seen_at=context.now
            )
        )
        return
    before = {"content": source.content, "import_id": source.import_id, "seen_at": source.seen_at}
    after = {"content": text, "import_id": context.run_id, "seen_at": context.now}
    changed = [name for name, value in after.items() if before[name] != value]
    if changed:
        notes = ({name: values[name] for name in changed} for values in (before, after))
        context.recorder.note_update("provider_source", source.id, *notes)
        context.said.append((text, source.id))


def apply(context: Context, provider_id: int, row: Row, text: str, where: Address) -> list[str]:
    """Bring one provider up to date. Returns the words of the fields that changed, empty if none did."""
    provider = context.providers[provider_id]
    source = context.sources.get(provider_id)
    theirs = _values(context, row, where)
    before = _before(context, source)
    edited = _edited(provider, known=source is not None)
    taken: dict[str, object] = {}
    for field in FIELDS:
        if before is not None and before[field] == theirs[field]:
            continue
        if getattr(provider, field) == theirs[field]:
            _forget_difference(context, provider, field)
        elif field in edited:
            _keep_difference(context, provider, field, theirs, where)
        elif theirs[field] or before is not None:
            taken[field] = theirs[field]
    remember(context, provider_id, text)
    changed = _take(context, provider, taken, theirs)
    if changed:
        context.lines.add(provider, f"Updated from NPPES: {', '.join(changed)}.")
    return changed


def _values(context: Context, row: Row, where: Address) -> dict[str, object]:
    values: dict[str, object] = dict(zip(PROVIDER_COLUMNS, context.reader.values(row, where), strict=True))
    practice = context.practices.get(where.address_key)
    values["practice_id"] = practice.id if practice else None
    values["practice_name"] = practice.name if practice else ""
    values["is_peer"] = bool(values["is_peer"])
    return values | {name: kind(str(values[name])) for name, kind in _ENUMS.items()}


def _before(context: Context, source: Said | None) -> dict[str, object] | None:
    """What the directory said last time, in our spelling; None if it never spoke of this provider."""
    if source is None:
        return None
    row = Row.read(source.content)
    return _values(context, row, address(row))


def _edited(provider: Provider, *, known: bool) -> frozenset[str]:
    """Fields that belong to the trainer: those edited, or, in a provider typed by hand, all that are filled."""
    if known:
        names = set(provider.edited_fields)
        return frozenset(names | {"practice_id"} if names & _ADDRESS_WORDS else names)
    return frozenset(field for field in FIELDS if getattr(provider, field))


def _take(context: Context, provider: Provider, taken: dict[str, object], theirs: dict[str, object]) -> list[str]:
    """Write the fields, and what follows from them."""
    words = [FIELDS[field] for field in taken]
    if provider.deactivated_on is not None:
        taken["deactivated_on"] = None
        words.append("active again")
    if not taken:
        return []
    if "practice_id" in taken:
        _move(context, provider, theirs["practice_id"])
    edited = provider.edited_fields
    if any(field in taken for field in _NAME):
        taken |= _named({field: taken.get(field, getattr(provider, field)) for field in _NAME}, theirs)
    for group, lead in ((_OF_TAXONOMY, "taxonomy_code"), (_OF_ADDRESS, "practice_id")):
        if lead in taken:
            taken |= {name: theirs[name] for name in group if name not in edited}
    if provider.peer_overridden:
        taken.pop("is_peer", None)
    taken["fit"] = _fit(context, provider, taken)
    context.recorder.update(provider, **taken)
    provider.updated_at = context.now
    return words


def _named(parts: dict[str, object], theirs: dict[str, object]) -> dict[str, object]:
    """Display and sort names of the parts that hold after this import."""
    from crm.domain import names

    if theirs["kind"] is ProviderKind.ORGANIZATION:
        return {name: theirs[name] for name in _OF_NAME}
    person = names.PersonName(*(str(parts[field]) for field in _NAME[:-1]))
    return {
        "kind": theirs["kind"],
        "display_name": names.display_name(person),
        "sort_name": names.sort_name(person),
    }


def _fit(context: Context, provider: Provider, taken: dict[str, object]) -> int:
    def after(name: str) -> Any:
        return taken.get(name, getattr(provider, name))

    return context.reader.score(
        after("specialty"),
        after("distance_miles"),
        has_phone=bool(after("phone")),
        has_email=bool(provider.email),
        is_person=after("kind") is ProviderKind.PERSON,
        is_peer=bool(after("is_peer")) and not provider.peer_overridden,
    )


def _move(context: Context, provider: Provider, practice_id: object) -> None:
    """The provider works elsewhere now: the primary affiliation follows, unless there already is one there."""
    assert provider.id is not None
    works = context.works.get(provider.id, [])
    there = next((one for one in works if one.practice_id == practice_id), None)
    primary = next((one for one in works if one.is_primary), None)
    if practice_id is None:
        return
    if there is not None:
        if primary is not None and primary is not there:
            context.recorder.update(primary, is_primary=False)
        context.recorder.update(there, is_primary=True)
    elif primary is not None and primary.import_id is not None:
        context.recorder.update(primary, practice_id=practice_id)
    else:
        if primary is not None:
            context.recorder.update(primary, is_primary=False)
        context.recorder.insert(
            Affiliation(
                provider_id=provider.id, practice_id=int(str(practice_id)), is_primary=True, import_id=context.run.id
            )
        )


def _keep_difference(
    context: Context, provider: Provider, field: str, theirs: dict[str, object], where: Address
) -> None:
    assert provider.id is not None
    if field not in provider.edited_fields:  # typed by hand before the directory spoke of this provider
        context.recorder.update(provider, edited_fields=[*provider.edited_fields, field])
    said = where.line1 if field == "practice_id" else str(theirs[field] or "")
    values: dict[str, Any] = {
        "ours": _ours(provider, field),
        "theirs": said,
        "import_id": context.run.id,
        "found_at": context.now,
    }
    kept = context.kept.get((provider.id, field))
    if kept is None:
        context.recorder.insert(ProviderDifference(provider_id=provider.id, field=field, **values))
    else:
        context.recorder.update(kept, decided_at=None, decision="", **values)


def _forget_difference(context: Context, provider: Provider, field: str) -> None:
    assert provider.id is not None
    if kept := context.kept.get((provider.id, field)):
        context.recorder.delete(kept)


def _ours(provider: Provider, field: str) -> str:
    if field == "practice_id":
        return ", ".join(part for part in (provider.practice_name, provider.city, provider.state) if part)
    return str(getattr(provider, field) or "")
