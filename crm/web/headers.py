"""What browsers are told with every response."""

from __future__ import annotations

from flask import g, request
from werkzeug.wrappers import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'; "
    "frame-src 'self'; require-trusted-types-for 'script'; trusted-types handoff"
)
MAIL_PREVIEW = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""For routes that show a mail or a document as its reader sees it: set `g.csp = headers.MAIL_PREVIEW` in the view."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}

MAY_LOCATE = "geolocation=(self)"
"""For a page with a button that asks the phone where it is: set `g.may_locate = True` in the view."""


def add(response: Response) -> Response:
    """Set the headers; a view's own Cache-Control stays."""
    response.headers["Content-Security-Policy"] = g.get("csp", POLICY)
    for name, value in ALWAYS.items():
        response.headers[name] = value
    if g.get("may_locate"):
        asked = ALWAYS["Permissions-Policy"].replace("geolocation=()", MAY_LOCATE)
        response.headers["Permissions-Policy"] = asked
    response.headers["X-Frame-Options"] = "SAMEORIGIN" if g.get("csp") == MAIL_PREVIEW else "DENY"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
