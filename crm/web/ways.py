"""Where to go after a form: back to the page it was on."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response


def way_back(default: str) -> Response:
    """Go to the page that the form names as `next`, if it is one of ours, else to `default`."""
    wanted = request.form.get("next", "")
    # "//host" and "/\host" would leave this site.
    ours = wanted.startswith("/") and wanted[1:2] not in ("/", "\\")
    return redirect(wanted if ours else default, 303)
