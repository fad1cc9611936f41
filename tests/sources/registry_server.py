"""A local server that answers like the NPI Registry (API v2.1): strings, absent keys, `--` for nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests import nppes_files as files


@dataclass
class Registry:
    """What the server knows, what it was asked, and how it misbehaves."""

    results: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    raw: bytes | None = None
    url: str = ""

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        """Results by beginning of the location's ZIP and words of a taxonomy description, one page of them."""
        self.asked.append(asked)
        if not asked.get("postal_code") and not asked.get("number"):
            return {"Errors": [{"description": "No valid search criteria", "field": "", "number": "04"}]}
        found = [one for one in self.results if _fits(one, asked)]
        skip, limit = int(asked.get("skip", 0)), int(asked.get("limit", 10))
        page = found[skip : skip + min(limit, 200)]
        return {"result_count": len(page), "results": page}


def person(number: int, **values: str) -> dict[str, Any]:
    """A result for a person, in the API's shape."""
    given = {"zip": "770051234", "code": "207X00000X", "desc": "Orthopaedic Surgery", "last": "OKAFOR"} | values
    location = {
        "country_code": "US",
        "country_name": "United States",
        "address_purpose": "LOCATION",
        "address_type": "DOM",
        "address_1": f"{100 + number} FANNIN ST",
        "city": "HOUSTON",
        "state": "TX",
        "postal_code": given["zip"],
        "telephone_number": "713-555-0101",
    }
    mailing = location | {"address_purpose": "MAILING", "address_1": f"PO BOX {number}", "postal_code": "688482168"}
    return {
        "created_epoch": "1171564996000",
        "enumeration_type": "NPI-1",
        "last_updated_epoch": "1222870054000",
        "number": files.npi(number),
        "addresses": [mailing, location],
        "practiceLocations": [],
        "basic": {
            "first_name": "MARISOL",
            "last_name": given["last"],
            "credential": "M.D.",
            "sole_proprietor": "NO",
            "gender": "F",
            "enumeration_date": "2007-02-15",
            "last_updated": "2008-10-01",
            "status": "A",
            "name_prefix": "Dr.",
            "name_suffix": "--",
        },
        "taxonomies": [
            {"code": "208D00000X", "taxonomy_group": "", "desc": "General Practice", "primary": False},
            {"code": given["code"], "taxonomy_group": "", "desc": given["desc"], "state": "TX", "primary": True},
        ],
        "identifiers": [],
        "endpoints": [],
        "other_names": [],
    }


def _fits(result: dict[str, Any], asked: dict[str, str]) -> bool:
    if "number" in asked:
        return bool(result["number"] == asked["number"])
    start = asked["postal_code"].rstrip("*")
    word = asked.get("taxonomy_description", "").lower()
    near = any(address["postal_code"].startswith(start) for address in result["addresses"])
    return near and any(word in one["desc"].lower() for one in result["taxonomies"])


@contextmanager
def serving() -> Iterator[Registry]:
    """A registry on a free port of this machine."""
    registry = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = registry.raw if registry.raw is not None else json.dumps(registry.answer(asked)).encode()
            self.send_response(registry.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    registry.url = f"http://127.0.0.1:{server.server_port}/api/"
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
