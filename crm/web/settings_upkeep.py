"""Settings of sign-in, and of the data as a whole: password, browsers, sample data, backups."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flask import flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Invalid
from crm.services import accounts, demo
from crm.services.backup import NIGHTLY
from crm.web.browsers import browser_name
from crm.web.context import actor_id, db, handoff, now
from crm.web.settings import bp


@bp.get("/sign-in")
def sign_in() -> str:
    """Password, and the browsers that are signed in."""
    return _sign_in_page({})


@bp.post("/password")
def change_password() -> Response:
    """Change one's own password; every other browser is signed out."""
    form = request.form
    try:
        accounts.change_password(
            db(),
            actor_id(),
            current=form.get("current", ""),
            password=form.get("password", ""),
            keep=g.web_session.id,
            now=now(),
        )
    except Invalid as error:
        return make_response(_sign_in_page(error.errors), 422)
    flash("Your password is changed, and every other browser is signed out.")
    return redirect(url_for("settings.sign_in"), 303)


@bp.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> Response:
    """Sign another browser out."""
    accounts.revoke_session(db(), actor_id(), session_id, now=now())
    flash("That browser is signed out.")
    return redirect(url_for("settings.sign_in"), 303)


@bp.post("/sessions/others/end")
def end_other_sessions() -> Response:
    """Sign every other browser out."""
    count = accounts.revoke_others(db(), actor_id(), g.web_session.id, now=now())
    flash(
        f"{count} other browser{'' if count == 1 else 's'} signed out." if count else "No other browser was signed in."
    )
    return redirect(url_for("settings.sign_in"), 303)


@bp.get("/samples")
def samples() -> str:
    """Sample data and backups."""
    folder = handoff().settings.data_dir
    return render_template(
        "settings/samples.html", sample=demo.would_remove(db()), backups=_backups(folder), folder=folder
    )


@bp.post("/sample")
def add_sample() -> Response:
    """Add the sample data."""
    count = demo.add(db(), actor_id=actor_id(), now=now())
    flash(f"{count} invented providers are here to look around with.")
    return redirect(url_for("settings.samples"), 303)


@bp.post("/sample/removal")
def remove_sample() -> Response:
    """Remove the sample data and what hangs on it."""
    removed = demo.remove(db(), actor_id=actor_id(), now=now())
    flash(f"Removed {removed.providers} sample providers. The rest is yours.")
    return redirect(url_for("settings.samples"), 303)


def _sign_in_page(errors: dict[str, str]) -> str:
    sessions = accounts.list_sessions(db(), actor_id(), now=now())
    return render_template("settings/sign_in.html", errors=errors, sessions=sessions, browser_name=browser_name)


def _backups(data_dir: Path) -> list[tuple[str, int, datetime]]:
    """The nightly copies, newest first: name, bytes, when."""
    folder = data_dir / NIGHTLY
    files = [path for path in folder.glob("*") if path.is_file() and not path.name.startswith(".")]
    found = [(path.name, path.stat().st_size, datetime.fromtimestamp(path.stat().st_mtime, UTC)) for path in files]
    return sorted(found, key=lambda backup: backup[2], reverse=True)
