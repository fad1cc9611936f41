"""What a check-up can find: how bad it is, what was seen, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """From bad to good. `UNKNOWN` means that it could not be checked, which is not the same as good."""

    BLOCKING = "blocking"
    WARNING = "warning"
    UNKNOWN = "unknown"
    NOTE = "note"
    OK = "ok"


@dataclass(frozen=True)
class Finding:
    """One line. `check` names what was looked at, `about` which one; `advice` is empty when all is well."""

    check: str
    severity: Severity
    found: str
    advice: str = ""
    about: str = ""


def ok(check: str, found: str, about: str = "") -> Finding:
    """All is well."""
    return Finding(check, Severity.OK, found, "", about)


def unknown(check: str, because: str, about: str = "", advice: str = "") -> Finding:
    """It could not be checked."""
    return Finding(check, Severity.UNKNOWN, f"Could not be checked, because {because}.", advice, about)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Ordered for reading; the order inside a severity stays."""
    order = list(Severity)
    return sorted(findings, key=lambda each: order.index(each.severity))


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether something has to be mended before mail can leave as it should."""
    return any(each.severity is Severity.BLOCKING for each in findings)
