"""What can be wrong with what a person asked for. Web and CLI turn these into sentences."""

from __future__ import annotations


class HandoffError(Exception):
    """Base of every error that is meant for a person to read."""


class Invalid(HandoffError):
    """Input that can't be used. `errors` maps a field name to a sentence that says what to do."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = errors


class NotFound(HandoffError):
    """A record that isn't there (any more)."""


class Refused(HandoffError):
    """Something that the rules forbid. `reason` is a stable name, the message a sentence for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
