"""E-mail addresses: checked by shape only (no look-ups), normalised so that equal addresses are equal text."""

from __future__ import annotations

import re

from crm.domain.errors import Invalid

# What nearly every address looks like; the rest goes to email-validator, which is loaded when first needed.
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_+-]*(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_RESERVED = (".invalid", ".local", ".localhost", ".test", ".example", ".onion", ".arpa")


def normalise(text: str, *, field: str = "email") -> str:
    """Lower-cased address; raises Invalid for `field` with what is wrong. Empty text stays empty."""
    text = text.strip().removeprefix("mailto:").strip("<>").strip()
    lower = text.lower()
    if not text or (len(lower) <= 254 and _PLAIN.fullmatch(lower) and not lower.endswith(_RESERVED)):
        return lower
    return _by_library(text, field)


def is_valid(text: str) -> bool:
    """Whether `text` is a usable address."""
    try:
        return bool(normalise(text))
    except Invalid:
        return False


def _by_library(text: str, field: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        # `test_environment` lets the fictional .test domains of sample data through.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid({field: f"This isn't an e-mail address: {str(error)[0].lower()}{str(error)[1:]}"}) from error
    return found.normalized.lower()


def domain_of(address: str) -> str:
    """What stands after the last @, lower-cased."""
    return address.rpartition("@")[2].lower()
