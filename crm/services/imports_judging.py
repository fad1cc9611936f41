"""What a row of somebody's own list would do: add a provider, change one, nothing, or be skipped, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlmodel import Session

from crm.models.providers import Provider
from crm.services.imports_contact_values import Content, reason_of
from crm.store import directory
from crm.store import imports_staged as staged

NEW, CHANGED, UNCHANGED, SKIPPED = "new", "changed", "unchanged", "skipped"
REPEATED = "repeated"
#: Fields of a provider that a list may fill, in the order in which differences are named.
FIELDS = (
    "npi",
    "prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "credentials",
    "organization_name",
    "taxonomy_code",
    "specialty",
    "phone",
    "phone_extension",
    "fax",
    "email",
    "website",
)
_KEYS = ("npi", "email", "phone", "sort_name")


class Verdict(NamedTuple):
    """What becomes of a row."""

    verdict: str
    reason: str = ""
    provider_id: int | None = None


@dataclass
class Judge:
    """Judges the rows of one import in their order; remembers them, so that a person who comes twice is found.

    `is_alone`: there is no provider yet that a row could mean.
    """

    session: Session
    run_id: int | None = None
    is_alone: bool = False
    _seen: set[str] = field(default_factory=set)

    def judge(self, rows: Sequence[tuple[Content, Mapping[str, str]]]) -> list[Verdict]:
        """A verdict for each (content, problems)."""
        if self.is_alone:
            return [self._verdict(content, problems, content, None) for content, problems in rows]
        identities = [_identity(content) for content, _ in rows]
        found = {by: staged.matches(self.session, by, _keys(identities, by)) for by in _KEYS}
        ids = [None if problems else _match(one, found) for one, (_, problems) in zip(identities, rows, strict=True)]
        providers = directory.providers(self.session, sorted({one for one in ids if one is not None}))
        return [
            self._verdict(content, problems, identity, providers.get(id_) if id_ else None)
            for (content, problems), identity, id_ in zip(rows, identities, ids, strict=True)
        ]

    def _verdict(
        self, content: Content, problems: Mapping[str, str], identity: Mapping[str, str], known: Provider | None
    ) -> Verdict:
        if problems:
            return Verdict(SKIPPED, reason_of(problems))
        key = f"#{known.id}" if known else _strongest(identity)
        if key in self._seen or (known and known.import_id is not None and known.import_id == self.run_id):
            return Verdict(SKIPPED, REPEATED)
        self._seen.add(key)
        if known is None:
            return Verdict(NEW)
        verdict = CHANGED if differing(content, known) else UNCHANGED
        return Verdict(verdict, provider_id=known.id)


def differing(content: Content, known: Provider) -> list[str]:
    """The fields in which a row says something else than the provider has."""
    fields = [name for name in FIELDS if (value := content.get(name)) and value != (getattr(known, name) or "")]
    if (remarks := content.get("remarks")) and remarks not in known.remarks:
        fields.append("remarks")
    return fields


def _identity(content: Content) -> dict[str, str]:
    identity: dict[str, str] = {by: content[by] for by in ("npi", "email", "phone") if by in content}
    identity["sort_name"] = content.get("sort_name", "")
    identity["zip"] = content.get("zip", "")
    identity["city"] = content.get("city", "")
    return identity


def _keys(identities: Sequence[Mapping[str, str]], by: str) -> list[str]:
    return list({identity[by] for identity in identities if identity.get(by)})


def _match(identity: Mapping[str, str], found: Mapping[str, Mapping[str, list[staged.Match]]]) -> int | None:
    """By NPI; by e-mail and name; by phone and name; by name and town. A shared office e-mail is not a person."""
    if hits := found["npi"].get(identity.get("npi", "")):
        return hits[0].id
    name = identity["sort_name"]
    for by in ("email", "phone"):
        for hit in found[by].get(identity.get(by, ""), ()):
            if _same_person(hit.sort_name, name) and not _differ(identity, hit, "npi"):
                return hit.id
    for hit in found["sort_name"].get(name, ()):
        here = (hit.zip and hit.zip == identity["zip"]) or (hit.city and hit.city == identity["city"])
        if here and not _differ(identity, hit, "npi") and not _differ(identity, hit, "email", "phone"):
            return hit.id
    return None


def _differ(identity: Mapping[str, str], hit: staged.Match, *keys: str) -> bool:
    """Whether both sides have all these keys, and none is equal: two people of one name."""
    pairs = [(identity.get(key), getattr(hit, key)) for key in keys]
    return all(ours and theirs and ours != theirs for ours, theirs in pairs)


def _same_person(one: str, other: str) -> bool:
    """Family name and first initial agree; middle names come and go between lists."""
    return one == other or (one.split()[:1] == other.split()[:1] and one.split()[1:2] == other.split()[1:2])


def _strongest(identity: Mapping[str, str]) -> str:
    if npi := identity.get("npi"):
        return npi
    get = identity.get
    return f"{get('sort_name', '')}|{get('email') or get('phone') or get('zip') or get('city', '')}"
