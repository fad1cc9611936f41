"""What a card of the board shows, in words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, tzinfo
from typing import NamedTuple

from crm.domain.pipeline import due_tone
from crm.store.board import Card
from crm.web import filters, labels

IN_SEQUENCE = "In a sequence"


class Face(NamedTuple):
    """A card, ready to be printed: plain text only, since a board has hundreds."""

    id: int
    name: str
    line: str
    place: str
    edge: str
    due: str
    touch: str
    peer: bool


def face(card: Card, today: date, zone: tzinfo, in_sequence: Collection[int] = ()) -> Face:
    """The words of a card on the viewer's day, in the viewer's zone. A sequence is a next step too."""
    due_on = card.next_due_on or card.return_on
    tone = due_tone(card.stage, due_on, today)
    due = filters.due(due_on, today) if tone else ""
    if tone == "none" and card.id in in_sequence:
        tone, due = "later", IN_SEQUENCE
    return Face(
        id=card.id,
        name=card.display_name,
        line=labels.specialty(card.specialty),
        place=card.practice_name or card.city,
        edge=tone or "quiet",
        due=due,
        touch=_touch(card, today, zone),
        peer=card.is_peer,
    )


def as_json(card: Card, today: date, zone: tzinfo, in_sequence: Collection[int] = ()) -> dict[str, object]:
    """The same for a script."""
    return dict(face(card, today, zone, in_sequence)._asdict())


def _touch(card: Card, today: date, zone: tzinfo) -> str:
    if card.last_touch_at is None:
        return ""
    days = (today - card.last_touch_at.astimezone(zone).date()).days
    kind = labels.label(card.last_touch_kind) or "Touch"
    return f"{kind} {_days_ago(days)}"


def _days_ago(days: int) -> str:
    if days <= 0:
        return "today"
    if days < 60:
        return f"{days} d ago"
    return f"{days // 30} mo ago" if days < 730 else f"{days // 365} y ago"
