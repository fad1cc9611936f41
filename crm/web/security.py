"""Who may see what: sign-in, where a request comes from, and what browsers are told.

Every page needs a signed-in person except those named in `PUBLIC`, each with its reason.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, Request, Response, abort, g, jsonify, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response as AnyResponse

from crm.bootstrap import Handoff
from crm.services import accounts
from crm.web import errors, headers, hosts, keys
from crm.web.context import db, handoff, now, wants_json

COOKIE = "handoff_session"
COOKIE_TIME = timedelta(days=400)

PUBLIC: dict[str, str] = {
    "assets.file": "Style sheets, scripts and icons hold no data; the sign-in page needs them.",
    "assets.favicon": "The logo mark holds no data; browsers ask for it on every page.",
    "assets.manifest": "The app's name and icon, asked for without cookies.",
    "offline.worker": "The service worker's script holds no data; browsers fetch it again whoever is signed in.",
    "offline.page": "Kept by every browser for when there is no signal: the same words for everybody, no data.",
    "sessions.new": "The page to sign in on.",
    "sessions.create": "Signing in; guessing is throttled.",
    "welcome.new": "The first-run page: there is nobody to sign in yet. Closed once there is an owner.",
    "welcome.create": "Makes the owner, once.",
    "calendars.feed": "A calendar program signs in nowhere; the long random token in the address is the key.",
    "unsubscribe.page": "A provider who gets our mail has no account; the random token in the link is the key.",
    "unsubscribe.confirm": "As above: unsubscribing must work without signing in.",
    "unsubscribe.one_click": "Mail programs post here by themselves (RFC 8058), without cookie or page.",
}
"""Endpoints that need no sign-in, and why."""

ANY_ORIGIN: dict[str, str] = {
    "unsubscribe.one_click": "The mail provider's server posts it (RFC 8058); the token in the address is the proof.",
    "unsubscribe.confirm": "Pressed in whatever opened the mail; the token is the proof and it can only unsubscribe.",
}
"""Endpoints that take a POST from another site, and why."""

WITHOUT_VISITOR = frozenset({"assets.file", "assets.favicon", "assets.manifest", "offline.worker", "offline.page"})
"""Endpoints that never look at who is asking."""

MEANT_FOR = "X-Handoff-User"
"""Header with the id of the user for whom a script asks or sends: a shared phone may hold what several people noted."""

TO_KEEP = "X-Handoff-Keep"
"""Header of requests whose answer a phone keeps: the messages for the next page are not for them."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def install(app: Flask) -> None:
    """Guard every request, set the headers of every response, and show errors as pages."""
    wired: Handoff = app.extensions["handoff"]
    app.secret_key = keys.flash_key(wired.settings.data_dir)
    app.config.update(
        SESSION_COOKIE_NAME="handoff_flash",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
    )
    app.session_interface = _FlashCookie()
    app.before_request(guard)
    app.after_request(headers.add)
    errors.install(app)


class _FlashCookie(SecureCookieSessionInterface):
    """Flask's own cookie carries nothing but messages for the next page."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return self.session_class() if TO_KEEP in request.headers else super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def guard() -> AnyResponse | None:
    """Before every view: one of our names, same site, somebody signed in. Sets `g.user`, `g.business`, `g.zone`."""
    _nobody()
    if (turned_away := hosts.stranger()) is not None:
        return turned_away
    if request.method not in SAFE_METHODS and request.endpoint not in ANY_ORIGIN and not from_here():
        abort(403, "This request came from another site, so nothing was done. Open the page here and try again.")
    if request.endpoint in WITHOUT_VISITOR:
        return None
    _recognize()
    if (for_another := _meant_for_another()) is not None:
        return for_another
    if request.endpoint is None or request.endpoint in PUBLIC or g.user is not None:
        return None
    return _ask_to_sign_in()


def from_here() -> bool:
    """Whether a request that changes something comes from one of our own pages.

    Browsers say so in Sec-Fetch-Site; where they don't (plain http on a network address), Origin names the page, and
    in old ones Referer. A request with none of the three is not from a browser that could be led astray.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin", request.headers.get("Referer"))
    if origin is None:
        return True
    return urlsplit(origin).netloc in {request.host, urlsplit(handoff().settings.public_url).netloc} - {""}


def set_cookie(response: AnyResponse, signed_in: accounts.SignedIn) -> None:
    """Give the browser its session. How long it lasts is decided here, not by the browser, whose clock may be wrong."""
    response.set_cookie(
        COOKIE, signed_in.token, max_age=COOKIE_TIME, httponly=True, samesite="Lax", secure=request.is_secure
    )


def drop_cookie(response: AnyResponse) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


def zone_named(name: str | None) -> ZoneInfo:
    """The zone, or UTC when the name is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _nobody() -> None:
    g.user = g.business = g.web_session = None
    g.zone = ZoneInfo("UTC")


def _recognize() -> None:
    visitor = accounts.visitor(db(), request.cookies.get(COOKIE, ""), now=now())
    if visitor is not None:
        g.user, g.business, g.web_session = visitor.user, visitor.business, visitor.session
        g.zone = zone_named(visitor.user.zone or (visitor.business.zone if visitor.business else None))


def _meant_for_another() -> AnyResponse | None:
    """The answer to a request that says for whom it is (`MEANT_FOR`), when that isn't who is signed in.

    What waits on a device is never written down as somebody else's, and no page is kept for the wrong person.
    """
    meant_for = request.headers.get(MEANT_FOR)
    if meant_for is None or (g.user is not None and str(g.user.id) == meant_for):
        return None
    if g.user is None:
        return _json_401("Sign in to send what waits.", url_for("sessions.new"))
    response = jsonify(error="somebody_else", message="Somebody else is signed in here now.")
    response.status_code = 409
    return response


def _ask_to_sign_in() -> AnyResponse:
    first_run = accounts.needs_owner(db())
    page = url_for("welcome.new") if first_run else url_for("sessions.new", next=_way_back())
    if wants_json():
        return _json_401("Sign in again, then repeat this. What you wrote is still on the page.", page)
    return redirect(page, 303)


def _json_401(sentence: str, page: str) -> Response:
    response = jsonify(error="signed_out", message=sentence, sign_in=page)
    response.status_code = 401
    return response


def _way_back() -> str | None:
    """Where to go after signing in: the page asked for, or the page on which something was sent."""
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?") if request.path != "/" else None
    referrer = urlsplit(request.headers.get("Referer", ""))
    return referrer.path if referrer.netloc == request.host else None
