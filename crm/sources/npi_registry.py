"""The public NPI Registry (API v2.1, no key): search by postal code and kind of provider, page by page."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crm.sources.errors import RegistryUnavailable
from crm.sources.nppes_layout import Row

URL = "https://npiregistry.cms.hhs.gov/api/"
PAGE = 200
LAST_SKIP = 1000
TIMEOUT = 15.0
LARGEST_ANSWER = 20_000_000
_AGENT = "Handoff (provider outreach; NPI Registry client)"
_BLANK = "--"


@dataclass
class Found:
    """What a search gave. `more`: the registry holds more than it lets anyone page through."""

    rows: list[Row] = field(default_factory=list)
    more: bool = False


def search(postal_code: str, *, taxonomy: str = "", kind: str = "", url: str = URL, timeout: float = TIMEOUT) -> Found:
    """Providers by postal code (a `*` at the end is a wildcard after two digits) and taxonomy description.

    Reads up to 1,200 results, 200 a page. `kind` is `NPI-1` (people) or `NPI-2` (organizations). Raises
    RegistryUnavailable.
    """
    criteria = {"postal_code": postal_code, "taxonomy_description": taxonomy, "enumeration_type": kind}
    asked = {name: value for name, value in criteria.items() if value}
    return _collect(_pages(asked, url, timeout))


def by_number(npi: str, *, url: str = URL, timeout: float = TIMEOUT) -> Row | None:
    """One provider by NPI, or None."""
    found = _collect(iter([_ask({"number": npi}, url, timeout)]))
    return found.rows[0] if found.rows else None


def _pages(asked: dict[str, str], url: str, timeout: float) -> Iterator[list[dict[str, Any]]]:
    for skip in range(0, LAST_SKIP + 1, PAGE):
        results = _ask(asked | {"limit": str(PAGE), "skip": str(skip)}, url, timeout)
        yield results
        if len(results) < PAGE:
            return


def _collect(pages: Iterator[list[dict[str, Any]]]) -> Found:
    found: dict[str, Row] = {}
    last = 0
    count = 0
    for results in pages:
        count, last = count + 1, len(results)
        for result in results:
            row = _row(result)
            if row.npi:
                found[row.npi] = row
    return Found(list(found.values()), more=count > LAST_SKIP // PAGE and last == PAGE)


def _ask(asked: dict[str, str], url: str, timeout: float) -> list[dict[str, Any]]:
    query = urllib.parse.urlencode({"version": "2.1"} | asked)
    request = urllib.request.Request(  # noqa: S310  (anything but http and https is refused below)
        f"{url}?{query}", headers={"User-Agent": _AGENT, "Accept": "application/json"}
    )
    if request.type not in ("http", "https"):
        raise RegistryUnavailable(f"{url} is not a web address. Please correct the setting.", retryable=False)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            raw = answer.read(LARGEST_ANSWER)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refusal(error.code) from error
    except (OSError, http.client.HTTPException) as error:
        raise RegistryUnavailable(
            "The NPI Registry can't be reached. Please check the connection and try again; importing a file works "
            "without one.",
            retryable=True,
        ) from error
    return _results(raw)


def _refusal(code: int) -> RegistryUnavailable:
    if code == 429 or code >= 500:
        return RegistryUnavailable(
            f"The NPI Registry is busy or out of order (it said {code}). Please try again in a few minutes.",
            retryable=True,
        )
    return RegistryUnavailable(
        f"The NPI Registry refused the search (it said {code}). Please check for a newer Handoff.", retryable=False
    )


def _results(raw: bytes) -> list[dict[str, Any]]:
    try:
        answer = json.loads(raw)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise RegistryUnavailable(
            "The NPI Registry answered with something that can't be read. Please try again later.", retryable=True
        )
    if errors := answer.get("Errors"):
        said = "; ".join(str(error.get("description", error)) for error in errors if isinstance(error, dict))
        raise RegistryUnavailable(f"The NPI Registry did not accept the search: {said or errors}.", retryable=False)
    results = answer.get("results") or []
    return [result for result in results if isinstance(result, dict)]


def _row(result: dict[str, Any]) -> Row:
    """A result in the shape of a file row, so that one import serves both."""
    basic = result.get("basic") or {}
    address = _address(result)
    taxonomies = [one for one in result.get("taxonomies") or [] if isinstance(one, dict)]
    primary = next((one for one in taxonomies if one.get("primary") is True), taxonomies[0] if taxonomies else {})
    return Row(
        npi=_text(result, "number"),
        entity="2" if result.get("enumeration_type") == "NPI-2" else "1",
        organization=_text(basic, "organization_name"),
        last=_text(basic, "last_name"),
        first=_text(basic, "first_name"),
        middle=_text(basic, "middle_name"),
        prefix=_text(basic, "name_prefix", "prefix"),
        suffix=_text(basic, "name_suffix", "suffix"),
        credential=_text(basic, "credential"),
        line1=_text(address, "address_1"),
        line2=_text(address, "address_2"),
        city=_text(address, "city"),
        state=_text(address, "state"),
        postal=_digits(_text(address, "postal_code")),
        country=_text(address, "country_code"),
        phone=_digits(_text(address, "telephone_number")),
        fax=_digits(_text(address, "fax_number")),
        updated=_us_date(_text(basic, "last_updated")),
        deactivated=_us_date(_text(basic, "deactivation_date")),
        reactivated=_us_date(_text(basic, "reactivation_date")),
        sex=_text(basic, "sex", "gender"),
        taxonomy=_text(primary, "code"),
    )


def _address(result: dict[str, Any]) -> dict[str, Any]:
    addresses = [one for one in result.get("addresses") or [] if isinstance(one, dict)]
    return next((one for one in addresses if one.get("address_purpose") in ("LOCATION", "PRIMARY")), {})


def _text(values: dict[str, Any], *names: str) -> str:
    for name in names:
        value = values.get(name)
        text = "" if value is None else " ".join(str(value).split())
        if text and text != _BLANK:
            return text
    return ""


def _digits(text: str) -> str:
    """Dashes out, as the file writes numbers; what isn't American is left alone."""
    bare = "".join(char for char in text if char.isdigit())
    return bare if len(bare) in (5, 9, 10) else text


def _us_date(iso: str) -> str:
    return f"{iso[5:7]}/{iso[8:10]}/{iso[0:4]}" if len(iso) >= 10 and iso[4] == "-" else iso
