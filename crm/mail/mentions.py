"""Addresses and Message-IDs as they stand in running text. Every pattern is bounded: time grows with the text only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import getaddresses

#: A quoted local part can hold nearly anything; an ordinary one holds no brackets, quotes or separators.
ADDRESS = (
    r"(?:\"[^\"\n]{1,64}\"|[^\s<>()\[\],;:\"'`@\\=/|*]{1,100}(?:[='/*|][^\s<>()\[\],;:\"'`@\\|*]{1,60}){0,4})"
    r"@(?:[\w-]{1,63}\.){0,9}[\w-]{1,63}"
)
_ADDRESS = re.compile(ADDRESS)
_MESSAGE_ID = re.compile(r"<\s*([^<>\s@]{1,250}@[^<>\s]{1,250})\s*>")
_BARE_ID = re.compile(r"^\s*([^<>\s@]{1,250}@[^<>\s]{1,250})\s*$")
_UTF8 = re.compile(r"\\x\{([0-9a-fA-F]{1,6})\}")


def addresses_in(text: str) -> list[str]:
    """Every address in a text, in order, each once."""
    return unique(tidy(each) for each in _ADDRESS.findall(text))


def first_address(text: str) -> str:
    """The first address in a text, or empty."""
    found = _ADDRESS.search(text)
    return tidy(found[0]) if found else ""


def tidy(address: str) -> str:
    """An address as it is compared: domain in lower case, no stray dots or quotes at its ends."""
    address = _UTF8.sub(lambda found: _letter(found[1]), address).strip().strip("<>.,;:")
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}" if local and domain else ""


def header_addresses(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """(name, address) pairs of address headers; what has no address is left out."""
    try:
        pairs = getaddresses([value[:10_000] for value in values[:20]])
    except (RecursionError, ValueError, IndexError):  # its parser descends into nested comments
        pairs = []
    found = [(name.strip(), tidy(address)) for name, address in pairs if "@" in address]
    return found or [("", each) for value in values[:20] for each in addresses_in(value[:10_000])]


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a header, without their brackets; a lone one may lack them."""
    found = _MESSAGE_ID.findall(value)
    bare = _BARE_ID.match(value)
    return tuple(dict.fromkeys(found)) or ((bare[1],) if bare else ())


def unique(items: Iterable[str]) -> list[str]:
    """Without repetitions (addresses that differ in case only are one) and without empty ones."""
    kept: dict[str, str] = {}
    for each in items:
        if each:
            kept.setdefault(each.lower(), each)
    return list(kept.values())


def _letter(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x110000 else ""
