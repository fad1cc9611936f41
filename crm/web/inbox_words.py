"""The words and pills of the inbox."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint

from crm.domain.inbox import LINKED, LinkedBy
from crm.domain.kinds import BounceCause, InboundKind
from crm.models.inbound import InboundMessage
from crm.services.inbox_standing import Line

WORDS: Mapping[InboundKind, tuple[str, str]] = {
    InboundKind.REPLY: ("Reply", "brand"),
    InboundKind.AUTO_REPLY: ("Out of office", "warn"),
    InboundKind.BOUNCE: ("Came back", "bad"),
    InboundKind.COMPLAINT: ("Complaint", "bad"),
    InboundKind.DELIVERED: ("Delivered", "good"),
    InboundKind.OWN: ("Own copy", ""),
    InboundKind.OTHER: ("Other mail", ""),
}
CAUSES: Mapping[BounceCause, tuple[str, str]] = {
    BounceCause.ADDRESS: ("Address doesn't work", "bad"),
    BounceCause.SENDER: ("Refused because of us", "bad"),
    BounceCause.TEMPORARY: ("Delayed", "warn"),
}
VERDICTS: Mapping[str, str] = {
    "positive": "Good news",
    "not_now": "Not now",
    "wrong_person": "Wrong person",
    "unsubscribe": "No more mail",
    "answered": "Answered",
    "corrected": "Address corrected",
    "done": "Looked at",
}


def install(bp: Blueprint) -> None:
    """Give the templates `|inbound_word`, `|inbound_class`, `|verdict_word` and `|linked_word`."""
    for name, words in (
        ("inbound_word", word_of),
        ("inbound_class", class_of),
        ("verdict_word", verdict_of),
        ("linked_word", linked_of),
    ):
        bp.add_app_template_filter(words, name)


def word_of(message: Line | InboundMessage) -> str:
    """What it is, in a word or two."""
    return _words(message)[0]


def class_of(message: Line | InboundMessage) -> str:
    """The kind of pill for it."""
    return _words(message)[1]


def _words(message: Line | InboundMessage) -> tuple[str, str]:
    if message.kind is InboundKind.BOUNCE and message.cause is not None:
        return CAUSES[message.cause]
    return WORDS[message.kind]


def verdict_of(verdict: str) -> str:
    """What somebody said a reply means."""
    return VERDICTS.get(verdict, verdict)


def linked_of(linked_by: str) -> str:
    """How a message found its provider."""
    return LINKED[LinkedBy(linked_by)] if linked_by in frozenset(LinkedBy) else ""
