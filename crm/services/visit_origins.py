"""Where a later word about a visit comes from: the device that spoke before, another one, or nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from crm.domain.visit_entries import Entry
from crm.models.visits import VisitEntry
from crm.services.acts import Act

DEVICE = "device"
"""In an entry's fields: the mark of the device that it came from."""

BY_SESSION = "session-"
"""How the mark of a browser begins that keeps none of its own, and is known by how it is signed in."""


class Origin(StrEnum):
    """Where a later entry comes from, beside the earlier ones."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


_ASIDE = {
    Origin.HERE: "Changed afterwards",
    Origin.ELSEWHERE: "Also noted on another device",
    Origin.UNKNOWN: "Also noted",
}
_SAME = {
    Origin.HERE: "The same was noted again",
    Origin.ELSEWHERE: "The same was noted on another device",
    Origin.UNKNOWN: "The same was noted again",
}


def origin(act: Act, there: Sequence[VisitEntry], entry: Entry, kin: Collection[str]) -> Origin:
    """Where an entry comes from, beside those that are there."""
    others = [each for each in there if each.client_key not in kin]
    devices = {str(each.fields.get(DEVICE) or "") for each in others}
    # A browser that could keep no mark at one time and could at another is known by two.
    alike = {each for each in devices if each and each.startswith(BY_SESSION) == entry.device.startswith(BY_SESSION)}
    if any(each.user_id != act.actor_id for each in others) or (entry.device and alike - {entry.device}):
        return Origin.ELSEWHERE
    return Origin.HERE if entry.device in alike or not others else Origin.UNKNOWN


def summary(found: Origin, *, differs: bool, adds: bool) -> str:
    """What the timeline calls such a word, by whether it says otherwise, or more."""
    return _ASIDE[found] if differs else "Added to the visit" if adds else _SAME[found]
