"""Who else is to be met on a visit, or came to a talk."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import select

from crm.domain.errors import Invalid
from crm.models.practices import Contact
from crm.models.visits import Visit, VisitGuest
from crm.services import touches
from crm.services.acts import Act

Key = tuple[int | None, int | None]


def keep(act: Act, visit: Visit, provider_ids: Iterable[int], contact_ids: Iterable[int]) -> bool:
    """Make these the visit's guests; whom it is planned with is none of them. False when they are that already."""
    wanted, there = _keys(act, visit, provider_ids, contact_ids), _there(act, visit)
    gone = [each for key, each in there.items() if key not in wanted]
    for guest in gone:
        act.recorder.delete(guest)
    fresh = [key for key in wanted if key not in there]
    for key in fresh:
        _add(act, visit, key)
    return bool(gone or fresh)


def came(act: Act, visit: Visit, provider_ids: Iterable[int], contact_ids: Iterable[int]) -> None:
    """These came. Who was expected and did not come is kept as that."""
    wanted, there = _keys(act, visit, provider_ids, contact_ids), _there(act, visit)
    for key, guest in there.items():
        act.update(guest, came=key in wanted)
    for key in wanted:
        if key not in there:
            _add(act, visit, key, came=True)


def _there(act: Act, visit: Visit) -> dict[Key, VisitGuest]:
    found = act.session.exec(select(VisitGuest).where(VisitGuest.visit_id == visit.id))
    return {(each.provider_id, each.contact_id): each for each in found}


def _add(act: Act, visit: Visit, key: Key, came: bool | None = None) -> None:
    act.insert(
        VisitGuest(visit_id=visit.id or 0, provider_id=key[0], contact_id=key[1], came=came, sample=visit.sample)
    )


def _keys(act: Act, visit: Visit, provider_ids: Iterable[int], contact_ids: Iterable[int]) -> list[Key]:
    providers = [touches.get_provider(act.session, each).id for each in dict.fromkeys(provider_ids)]
    contacts = list(dict.fromkeys(contact_ids))
    if any(act.session.get(Contact, each) is None for each in contacts):
        raise Invalid({"people": "Choose the people again: somebody of them isn't here any more."})
    keys: list[Key] = [(each, None) for each in dict.fromkeys(providers) if each != visit.provider_id]
    return keys + [(None, each) for each in contacts]
