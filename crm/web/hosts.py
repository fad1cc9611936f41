"""Under which names this Handoff answers.

A page of another site can make a browser believe that its own name leads to this computer (DNS rebinding), and would
then count as the same site. Such a name is none of ours, so requests for it are turned away before anything is done.
"""

from __future__ import annotations

import ipaddress
import socket
from functools import cache
from urllib.parse import urlsplit

from flask import Response, request

from crm.models.accounts import Business
from crm.web.context import db, handoff

SENTENCE = (
    "This address isn't one that Handoff knows as its own, so nothing was done. If it should be, set "
    "HANDOFF_PUBLIC_URL to it and start Handoff again."
)


def stranger() -> Response | None:
    """The answer to a request for a name that isn't ours; None when it is."""
    name = hostname(request.host)
    if is_number(name) or name in _names() or name == hostname(handoff().settings.host):
        return None
    if name == _of(handoff().settings.public_url) or name == _stored():
        return None
    return Response(SENTENCE, 421, mimetype="text/plain")


def hostname(host: str) -> str:
    """The name without port, in lower case; an IPv6 address without its brackets."""
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")


def is_number(name: str) -> bool:
    """Whether it is an IP address: no name server stands between it and this computer."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@cache
def _names() -> frozenset[str]:
    own = socket.gethostname().lower()
    return frozenset({"localhost", own, f"{own}.local", own.partition(".")[0]})


def _of(url: str) -> str:
    return hostname(urlsplit(url).netloc) if url else ""


def _stored() -> str:
    """The name in the settings page's public address; looked up only for names that nothing else explains."""
    with db().read() as session:
        business = session.get(Business, 1)
        return _of(business.public_url) if business is not None else ""
