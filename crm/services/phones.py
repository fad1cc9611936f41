"""Whether a phone can use this Handoff: how it is reached, and what is missing."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Way(StrEnum):
    """How the page was asked for."""

    HERE = "here"
    SAFE = "safe"
    PLAIN = "plain"


@dataclass(frozen=True)
class Step:
    """One thing that a phone needs: whether it is in order, and what to do where it isn't."""

    name: str
    title: str
    is_done: bool
    said: str


def way_of(host: str, *, is_secure: bool) -> Way:
    """How the page with this host name was reached. On this computer a browser needs no HTTPS."""
    if is_secure:
        return Way.SAFE
    return Way.HERE if is_here(host) else Way.PLAIN


def is_here(host: str) -> bool:
    """Whether the name means the computer that asks."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def address_for_phones(public_url: str, host: str, *, is_secure: bool) -> str:
    """The address to open on a phone, without a slash at the end; "" while there is none."""
    public = public_url.strip().rstrip("/")
    if public and not is_here(urlsplit(public).netloc):
        return public
    return "" if is_here(host) else f"{'https' if is_secure else 'http'}://{host}"


def steps(address: str, public_url: str, way: Way) -> tuple[Step, ...]:
    """What the server can tell, in the order in which it is set up."""
    safe = address.startswith("https://")
    return (
        Step(
            "address",
            "An address that a phone can reach",
            bool(address),
            f"It is {address}."
            if address
            else "So far Handoff answers only on this computer. Choose one of the ways below.",
        ),
        Step(
            "https",
            "HTTPS",
            safe,
            "What travels is encrypted, and the phone may keep pages for when there is no signal."
            if safe
            else "Without it a phone keeps no page, and others on the same network can read along.",
        ),
        Step(
            "public",
            "Handoff knows its address",
            bool(public_url) and not is_here(urlsplit(public_url).netloc),
            "Links in mail and calendars lead there."
            if public_url and not is_here(urlsplit(public_url).netloc)
            else "Set HANDOFF_PUBLIC_URL to it, in .env, and start Handoff again.",
        ),
        Step(
            "here",
            "Opened that way",
            way is Way.SAFE,
            "This page came over HTTPS."
            if way is Way.SAFE
            else "Open this page on the phone, by the code beside this.",
        ),
    )


def qr_code(text: str) -> str:
    """The text as a QR code: an SVG with a quiet zone, dark on light whatever the page's colours. No style in it."""
    import segno

    made: str = segno.make(text, error="m", micro=False).svg_inline(
        scale=6, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return made
