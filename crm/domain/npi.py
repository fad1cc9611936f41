"""The National Provider Identifier: ten digits, the last one a check digit (Luhn over 80840 and the number)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from crm.domain.errors import Invalid

# Digits of the constant prefix 80840, already run through Luhn: every NPI starts with this sum.
_PREFIX_SUM = 24
_PLAIN = tuple(range(10))
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_SEPARATORS = str.maketrans("", "", " -.\t\u00a0")


def check_digit(first_nine: str) -> str:
    """The tenth digit for nine leading digits."""
    total = _PREFIX_SUM
    for position, char in enumerate(first_nine):
        digit = ord(char) - 48
        total += _DOUBLED[digit] if position % 2 == 0 else digit
    return str(-total % 10)


def is_valid(npi: str) -> bool:
    """Whether `npi` is ten plain digits with the right check digit. A deactivated NPI still passes."""
    return len(npi) == 10 and npi.isascii() and npi.isdigit() and npi[9] == check_digit(npi[:9])


def invalid_among(npis: Iterable[str]) -> list[str]:
    """Those that are not valid, for directories of millions: two table look-ups an NPI."""
    left, right = _sums()
    found = []
    for npi in npis:
        try:
            if (left[int(npi[:5])] + right[int(npi[5:])]) % 10 or len(npi) != 10 or not npi.isdigit():
                found.append(npi)
        except (ValueError, IndexError):
            found.append(npi)
    return found


@cache
def _sums() -> tuple[bytes, bytes]:
    """The Luhn sums, without tens, of every first and every last half: five digits, one digit longer at each turn."""
    left, right = [_PREFIX_SUM], [0]
    for position in range(5):
        odd, even = (_PLAIN, _DOUBLED) if position % 2 else (_DOUBLED, _PLAIN)
        left = [total + digit for total in left for digit in odd]
        right = [total + digit for total in right for digit in even]
    return bytes(total % 10 for total in left), bytes(total % 10 for total in right)


def normalise(text: str) -> str:
    """Ten digits from what somebody typed; raises Invalid with what is wrong. Empty text stays empty."""
    digits = text.strip().translate(_SEPARATORS)
    if digits[:3].upper() == "NPI":
        digits = digits[3:].lstrip(":#")
    problem = _problem(digits) if digits else ""
    if problem:
        raise Invalid({"npi": problem})
    return digits


def fictional(number: int) -> str:
    """The NPI number `number` of those that start with 2, which no real provider has. For sample data and tests."""
    first_nine = f"2{number:08d}"
    if len(first_nine) != 9:
        raise ValueError(f"number must be between 0 and 99999999, not {number}")
    return first_nine + check_digit(first_nine)


def _problem(digits: str) -> str:
    if not (digits.isascii() and digits.isdigit()):
        return "An NPI has digits only. Take out the other characters, or leave the field empty."
    if len(digits) != 10:
        return f"An NPI has ten digits; this one has {len(digits)}."
    if digits[9] != check_digit(digits[:9]):
        return "The last digit doesn't fit the others, so one of the ten is mistyped. Compare it with the source."
    return ""
