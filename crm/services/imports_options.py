"""Which rows of a directory are wanted, as people say it and as the reader of the file needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crm.domain import places, taxonomy
from crm.domain.errors import Invalid
from crm.sources.nppes import Filters

LARGEST_RADIUS = 500


@dataclass(frozen=True)
class Options:
    """A territory and specialties; all empty means everybody."""

    states: tuple[str, ...] = ()
    zip: str = ""
    radius: float = 0
    specialties: tuple[str, ...] = ()

    @classmethod
    def checked(
        cls, *, states: Iterable[str], zip_code: str, radius: float | None, specialties: Iterable[str]
    ) -> Options:
        """Options that make sense; Invalid says which doesn't."""
        named = tuple(sorted({state.strip().upper() for state in states if state.strip()}))
        for state in named:
            if len(state) != 2 or not state.isalpha():
                raise Invalid({"state": f"{state}: write a state with two letters, such as TX."})
        if zip_code and places.place(zip_code) is None:
            raise Invalid({"zip": f"{zip_code}: no such ZIP code is known. Write five digits, such as 77005."})
        if radius is not None and not zip_code:
            raise Invalid({"zip": "A radius needs the ZIP code around which it is drawn."})
        if radius is not None and not 0 < radius <= LARGEST_RADIUS:
            raise Invalid({"radius": f"Give a radius between 1 and {LARGEST_RADIUS} miles."})
        chosen = tuple(sorted(taxonomy.check_keys(one for one in specialties if one.strip())))
        return cls(named, zip_code, radius or 0, chosen)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Options:
        """Options as the import keeps them."""
        return cls(
            tuple(stored.get("states", ())),
            stored.get("zip", ""),
            stored.get("radius", 0),
            tuple(stored.get("specialties", ())),
        )

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        values = {"states": list(self.states), "zip": self.zip, "radius": self.radius}
        return {name: value for name, value in (values | {"specialties": list(self.specialties)}).items() if value}

    def filters(self) -> Filters:
        """What the reader of the file looks for."""
        wanted = frozenset(self.specialties)
        return Filters(
            states=frozenset(self.states),
            zips=frozenset(places.zips_within(self.zip, self.radius) if self.radius else {self.zip} - {""}),
            wants_taxonomy=_belongs_to(wanted) if wanted else None,
            beginnings=taxonomy.beginnings_of(wanted) if wanted else frozenset(),
        )


@lru_cache(maxsize=8)
def _belongs_to(wanted: frozenset[str]) -> Any:
    return lru_cache(maxsize=2048)(lambda code: taxonomy.belongs(code, wanted))
