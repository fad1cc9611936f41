"""The ten services that a medical exercise professional offers: prices, order, and which leads to which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from crm.domain.catalogue_rows import catalogue_rows
from crm.domain.errors import NotFound


@dataclass(frozen=True)
class Service:
    """One of the ten. Money in cents: `session` a session's price range, `other` the range of `other_unit`.

    An add-on (progress reporting) never is a referral's value by itself; an agreement is made with an organization.
    """

    position: int
    key: str
    label: str
    short: str
    serves: str
    session_low: int | None
    session_high: int | None
    other_low: int | None
    other_high: int | None
    other_unit: str
    next_key: str
    is_addon: bool
    is_agreement: bool

    @property
    def usual_cents(self) -> int | None:
        """The middle of the price range of a session: the default until trainers set their own."""
        if self.session_low is None or self.session_high is None:
            return None
        return (self.session_low + self.session_high) // 2


@cache
def all_services() -> tuple[Service, ...]:
    """The ten services in their order."""
    return tuple(_read(row) for row in catalogue_rows("services"))


@cache
def _by_key() -> dict[str, Service]:
    return {service.key: service for service in all_services()}


def service(key: str) -> Service:
    """The service with this key; NotFound if there is none."""
    try:
        return _by_key()[key]
    except KeyError:
        raise NotFound(f"There is no service called “{key}”.") from None


def service_label(key: str) -> str:
    """What pages call the service; an unknown key is shown as it is."""
    found = _by_key().get(key)
    return found.label if found else key


def referable(switched_off: Collection[str] = ()) -> tuple[Service, ...]:
    """The services a client can be referred to: not the add-on, and none that the trainer switched off."""
    return tuple(s for s in all_services() if not s.is_addon and s.key not in switched_off)


def next_after(key: str, switched_off: Collection[str] = ()) -> Service | None:
    """The service to suggest to somebody who already refers for `key`, skipping those switched off."""
    seen = {key}
    current = service(key)
    while current.next_key and current.next_key not in seen:
        current = service(current.next_key)
        seen.add(current.key)
        if current.key not in switched_off:
            return current
    return None


def _read(row: dict[str, str]) -> Service:
    return Service(
        position=int(row["position"]),
        key=row["key"],
        label=row["label"],
        short=row["short"],
        serves=row["serves"],
        session_low=_cents(row["session_low"]),
        session_high=_cents(row["session_high"]),
        other_low=_cents(row["other_low"]),
        other_high=_cents(row["other_high"]),
        other_unit=row["other_unit"],
        next_key=row["next"],
        is_addon=row["addon"] == "yes",
        is_agreement=row["agreement"] == "yes",
    )


def _cents(text: str) -> int | None:
    return int(text) if text else None
