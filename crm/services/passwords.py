"""Passwords: what is acceptable, and argon2id."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crm.domain.errors import Invalid

SHORTEST = 8
LONGEST = 400
# The 19 MiB, two passes and one lane that OWASP recommends: several people signing in at once must not fill the memory
# of a small server. A third pass costs little and is on the safe side.
HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
COMMON = frozenset(
    (
        *("password", "password1", "password12", "password123", "passw0rd", "12345678", "123456789", "1234567890"),
        *("qwertyuiop", "qwerty123", "iloveyou", "abcd1234", "letmein1", "welcome1", "sunshine", "princess"),
        *("football", "baseball", "trustno1", "changeme", "superman", "computer"),
    )
)


def check(password: str, *, email: str = "") -> None:
    """Raise Invalid when a new password would be easy to guess."""
    if len(password) < SHORTEST:
        raise Invalid({"password": f"Use at least {SHORTEST} characters. Three or four words make a good password."})
    if len(password) > LONGEST:
        raise Invalid({"password": f"Use at most {LONGEST} characters."})
    if password.lower() in COMMON or len(set(password)) < 3 or (email and password.lower() == email.lower()):
        raise Invalid({"password": "That one is among the first that others would guess. Choose another."})


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return HASHER.hash(password)


def matches(password: str, stored: str, *, hasher: PasswordHasher = HASHER) -> bool:
    """Whether the password belongs to the hash. Takes the same time when there is no hash to compare with."""
    try:
        hasher.verify(stored or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return HASHER.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return HASHER.hash("a password that belongs to nobody")
