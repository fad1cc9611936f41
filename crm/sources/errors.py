"""What can go wrong outside: a file that can't be used, a service that doesn't answer."""

from __future__ import annotations

from crm.domain.errors import HandoffError, Refused


class BadFile(Refused):
    """A file that can't be imported: permanent until somebody gives another file. Nothing was changed.

    `line` is the line of the file (1 is the header) where reading stopped, if one can be named.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__("bad_file", f"Line {line:,}: {message}" if line else message)
        self.line = line


class RegistryUnavailable(HandoffError):
    """The NPI Registry gave no usable answer. `retryable`: the same request may work later."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable
