"""Which records are worth comparing at all: two with a key in common. Comparing all with all would take days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crm.domain.duplicates import Candidate

NEIGHBOURS = 30
"""In a large group, such as those with a hospital's number, each is compared with so many neighbours by name."""

Shared = dict[int, int | list[int]]
"""Hash of a key -> the one who has it, or all who share it. A hash and a bare number cost a quarter of the memory."""


def keys(one: Candidate) -> list[str]:
    """What a likely duplicate would share with this one: e-mail, phone, or place together with the start of a name."""
    found = [f"e {one.email}"] if one.email else []
    name = one.last or one.organization
    if not name:
        return found
    if one.phone:
        found.append(f"p {one.phone} {name[:1]}")
    if one.address_key:
        found.append(f"a {one.address_key} {name[:2]}")
    if one.city:
        found.append(f"n {one.city} {name[:4]} {one.first[:1]}")
        found.append(f"f {one.city} {name[:1]} {one.first[:4] or name[1:6]}")
    return found


def groups(candidates: Mapping[int, Candidate]) -> Shared:
    """Who shares each key. Two keys with one hash only mean a comparison for nothing."""
    shared: Shared = {}
    for one, candidate in candidates.items():
        for key in map(hash, keys(candidate)):
            there = shared.get(key)
            if there is None:
                shared[key] = one
            elif isinstance(there, list):
                there.append(one)
            else:
                shared[key] = [there, one]
    return shared


def sharing(shared: Shared, one: Candidate) -> Iterator[int]:
    """Who shares a key with somebody who is not among them, not many for one key."""
    for key in map(hash, keys(one)):
        there = shared.get(key)
        if there is not None:
            yield from there[:NEIGHBOURS] if isinstance(there, list) else (there,)


def pairs(candidates: Mapping[int, Candidate], shared: Shared) -> Iterator[tuple[int, int]]:
    """Pairs to compare, perhaps some of them twice."""

    def by_name(one: int) -> tuple[str, str, str]:
        candidate = candidates[one]
        return candidate.last, candidate.organization, candidate.first

    for group in shared.values():
        if isinstance(group, list):
            group.sort(key=by_name)
            for at, one in enumerate(group):
                yield from ((one, other) for other in group[at + 1 : at + 1 + NEIGHBOURS])
