"""What people say about mail that came in, and which mail asks for a person at all."""

from __future__ import annotations

import re
from enum import StrEnum

MAX_REFERENCES = 20

LONGEST_TEXT = 100_000
"""Characters of a received text that are kept beside the file."""


class InboxVerdict(StrEnum):
    """How a person settled a received message."""

    ANSWERED = "answered"
    POSITIVE = "positive"
    NOT_NOW = "not_now"
    WRONG_PERSON = "wrong_person"
    UNSUBSCRIBE = "unsubscribe"
    CORRECTED = "corrected"
    DONE = "done"


class LinkedBy(StrEnum):
    """How a received message was found to belong to somebody; the earlier, the surer."""

    MESSAGE_ID = "message_id"
    THREAD = "thread"
    TOKEN = "token"  # noqa: S105  (the name of a way, no secret)
    RECIPIENT = "recipient"
    SENDER = "sender"
    CONTACT = "contact"
    HAND = "hand"


LINKED: dict[LinkedBy, str] = {
    LinkedBy.MESSAGE_ID: "It names the message that it answers",
    LinkedBy.THREAD: "It belongs to a conversation that is here already",
    LinkedBy.TOKEN: "It came to an address, or with a mark, that only this person has",
    LinkedBy.RECIPIENT: "It is about an address that was written to shortly before",
    LinkedBy.SENDER: "It comes from the provider's address",
    LinkedBy.CONTACT: "It comes from somebody at the practice",
    LinkedBy.HAND: "Assigned by hand",
}

_ANSWER = re.compile(r"^\s*(?:(?:re|aw|sv|antw|rv|r)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_TOKEN = re.compile(r"\bunsubscribe\s+([A-Za-z0-9_-]{16,64})(?![A-Za-z0-9_-])", re.IGNORECASE)
_PLUS = re.compile(r"\+([A-Za-z0-9_-]{16,64})(?:=[^@]*)?@")


def answer_subject(subject: str) -> str:
    """`Re:` once, whatever stood there before."""
    bare = _ANSWER.sub("", " ".join(subject.split())).strip()
    return f"Re: {bare}" if bare else "Re: your message"


def tokens_in(subject: str, addresses: tuple[str, ...]) -> list[str]:
    """Unsubscribe tokens in the subject of an opt-out by mail, and in plus-addresses that we gave out."""
    found = [match[1] for match in _TOKEN.finditer(subject)]
    for address in addresses:
        found += [match[1] for match in _PLUS.finditer(address)]
    return list(dict.fromkeys(found))


def thread_of(references: list[str], message_id: str) -> list[str]:
    """References of an answer: the whole thread and the message itself, of very long ones its ends (RFC 5322)."""
    chain = list(dict.fromkeys([*references, message_id]))
    return chain if len(chain) <= MAX_REFERENCES else [chain[0], *chain[1 - MAX_REFERENCES :]]


def quoted(text: str) -> str:
    """The text as mail quotes it."""
    lines = text.strip().splitlines()
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)


def clean(text: str, limit: int) -> str:
    """Text that every database takes: no NUL, nothing that isn't a character, not longer than its column."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:limit]
