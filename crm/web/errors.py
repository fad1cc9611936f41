"""Errors as pages: what happened, and what to do now."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from flask import Flask, g, jsonify, render_template, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from crm.documents.faults import MissingField, TemplateFault
from crm.domain.errors import Invalid, NotFound, Refused
from crm.services.accounts import TooManyTries
from crm.web.context import wants_json

log = logging.getLogger(__name__)

PAGES: dict[int, tuple[str, str]] = {
    400: ("That didn't come through", "The request was not complete. Go back, reload the page and try again."),
    403: ("Not from here", "This request came from another site, so nothing was done."),
    404: ("Nothing here", "This page doesn't exist, or what it showed has been removed."),
    405: ("Not that way", "This address can't be used like this. Go back and use the buttons of the page."),
    409: ("Not possible now", "Something else stands in the way."),
    413: ("Too large", "What you sent is larger than this page takes."),
    422: ("Something needs correcting", "Go back and correct what is named here. What you entered is still there."),
    429: ("One moment", "That was too often in a short time. Wait a little, then try again."),
    500: (
        "That's our mistake",
        "Something went wrong here. Nothing was half saved. Try again; if it stays, see the log.",
    ),
    503: ("Busy", "The database is busy with something large. Nothing was saved. Try again in a minute."),
    507: ("The disk is full", "Nothing was saved, because there is no room left. Free some space, then try again."),
}
_BUSY = ("locked", "busy", "timeout", "deadlock", "connection", "too many clients", "starting up", "shutting down")
_FULL = ("disk is full", "no space left", "could not extend file")


def install(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Invalid, _invalid)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(MissingField, _missing)
    app.register_error_handler(TemplateFault, _faulty)
    app.register_error_handler(sa.exc.OperationalError, _database)
    app.register_error_handler(OverflowError, _too_large)


def page(status: int, sentence: str = "", *, errors: dict[str, str] | None = None, reason: str = "") -> Response:
    """The error page, or its JSON form for scripts."""
    title, usual = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    sentence = sentence or usual
    if wants_json():
        response: Response = jsonify(error=reason or str(status), message=sentence, errors=errors or {})
    else:
        response = Response(_html(status, title, sentence, errors or {}), mimetype="text/html")
    response.status_code = status
    return response


def _html(status: int, title: str, sentence: str, errors: dict[str, str]) -> str:
    """The page; without navigation and counts when the database, which they need, is what failed."""
    if status >= 500:
        g.user = None
    try:
        return render_template("errors/page.html", status=status, title=title, sentence=sentence, errors=errors)
    except Exception:
        log.exception("the page for error %s can't be shown either", status)
        return (
            f"<!doctype html><html lang=en><title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(sentence)}"
        )


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.get_response()
    if error.code is not None and error.code < 400:
        return error.get_response()
    own = error.description if error.description != type(error).description else ""
    response = page(error.code or 500, "" if isinstance(error, InternalServerError) else own or "")
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _invalid(error: Invalid) -> Response:
    return page(422, errors=error.errors, reason="invalid")


def _not_found(error: NotFound) -> Response:
    return page(404, str(error), reason="not_found")


def _refused(error: Refused) -> Response:
    if isinstance(error, TooManyTries):
        response = page(429, str(error), reason=error.reason)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    return page(409, str(error), reason=error.reason)


def _missing(error: MissingField) -> Response:
    """A text or paper asked for by its address while a field that it needs is still empty."""
    return page(409, error.what_to_do, reason="missing_field")


def _faulty(error: TemplateFault) -> Response:
    return page(409, str(error), reason="template")


def _database(error: sa.exc.OperationalError) -> Response:
    """A full disk and a locked database are told apart from bugs: the person can do something about them."""
    cause = str(error.orig).lower()
    log.error("database error at %s: %s", request.path, error.orig)
    if any(words in cause for words in _FULL):
        return page(507, reason="disk_full")
    if not any(words in cause for words in _BUSY):
        return page(500)
    response = page(503, reason="busy")
    response.headers["Retry-After"] = "30"
    return response


def _too_large(error: OverflowError) -> Response:
    """An id in an address that SQLite can't count to: nothing has that id."""
    if "SQLite INTEGER" not in str(error):
        raise error
    return page(404, reason="not_found")
