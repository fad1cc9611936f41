"""Settings: the business, the person, what they offer, how they like to work."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain import money, places
from crm.domain.errors import Invalid
from crm.domain.kinds import CredentialKind
from crm.models.accounts import Business
from crm.services import business as businesses
from crm.services import checklist as steps
from crm.services import credentials, prices, profile, visit_settings
from crm.web.context import actor_id, current_user, db, now

bp = Blueprint("settings", __name__, url_prefix="/settings")

COMMON_ZONES = (
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Arizona"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
)
YOU = ("name", "email", "credentials", "title", "phone", "signature", "home_zip")
KINDS = (
    (CredentialKind.CERTIFICATION, "Certification"),
    (CredentialKind.INSURANCE, "Liability insurance"),
    (CredentialKind.CPR, "CPR card"),
)


@bp.app_template_global()
def first_steps() -> steps.Checklist:
    """The three steps for the person signed in: `templates/web/today/_checklist.html` shows them on Today."""
    if "first_steps" not in g:
        g.first_steps = steps.checklist(db(), current_user(), g.business, today=now().astimezone(g.zone).date())
    found: steps.Checklist = g.first_steps
    return found


@bp.get("")
def index() -> str:
    """What can be set, and what still should be."""
    return render_template("settings/index.html")


@bp.get("/business")
def business() -> str:
    """Name, postal address, ZIP, phone, zone."""
    return _business_page(_values(g.business, businesses.FIELDS) | visit_settings.form(g.business), {})


@bp.post("/business")
def save_business() -> Response:
    """Store it; a new ZIP asks for new distances and fits."""
    form = request.form
    try:
        saved = businesses.save(db(), form, actor_id=actor_id(), now=now())
    except Invalid as error:
        return make_response(_business_page(form, error.errors), 422)
    if saved.zip and places.place(saved.zip) is None:
        flash(f"Saved. We don't know where ZIP {saved.zip} is, so there are no distances yet.")
    else:
        flash("Saved.")
    for each in businesses.doubts(saved) if "tagline" in form else ():
        if not each.blocks:
            flash(f"“{each.text}”: {each.why} {each.suggestion}")
    return _onward("settings.you")


@bp.get("/you")
def you() -> str:
    """Credentials, signature, and papers that run out."""
    return _you_page(_values(current_user(), YOU), {})


@bp.post("/you")
def save_you() -> Response:
    """Store how this person signs."""
    form = request.form
    try:
        profile.save(db(), actor_id(), {name: form[name] for name in YOU if name in form}, now=now())
    except Invalid as error:
        return make_response(_you_page(form, error.errors), 422)
    flash("Saved.")
    return _onward("settings.services")


@bp.post("/credentials")
def add_credential() -> Response:
    """Write a paper down."""
    form = request.form
    try:
        credentials.add(
            db(),
            actor_id(),
            kind=form.get("kind", ""),
            name=form.get("paper", ""),
            number=form.get("number", ""),
            expires_on=form.get("expires_on", ""),
            now=now(),
        )
    except Invalid as error:
        errors = {"paper" if name == "name" else name: message for name, message in error.errors.items()}
        values = _values(current_user(), YOU)
        return make_response(_you_page({**values, **form}, errors), 422)
    flash("Added.")
    return redirect(url_for("settings.you", _anchor="papers"), 303)


@bp.post("/credentials/<int:credential_id>")
def renew_credential(credential_id: int) -> Response:
    """Give a paper its new date."""
    credentials.renew(db(), actor_id(), credential_id, expires_on=request.form.get("expires_on", ""), now=now())
    flash("Saved.")
    return redirect(url_for("settings.you", _anchor="papers"), 303)


@bp.post("/credentials/<int:credential_id>/removal")
def remove_credential(credential_id: int) -> Response:
    """Take a paper from the list."""
    credentials.remove(db(), actor_id(), credential_id, now=now())
    flash("Removed.")
    return redirect(url_for("settings.you", _anchor="papers"), 303)


@bp.get("/services")
def services() -> str:
    """The ten services: offered, price, what a referral is worth."""
    with db().read() as session:
        offers = prices.offers(session)
    values: dict[str, object] = {}
    for offer in offers:
        key = offer.service.key
        values[f"offered-{key}"] = offer.offered
        values[f"session-{key}"] = money.dollars(offer.session_cents)
        values[f"value-{key}"] = money.dollars(offer.referral_value_cents)
    return render_template("settings/services.html", offers=offers, form=values, errors={}, dollars=money.dollars)


@bp.post("/services")
def save_services() -> Response:
    """Store services and prices."""
    try:
        prices.save(db(), request.form, actor_id=actor_id(), now=now())
    except Invalid as error:
        with db().read() as session:
            offers = prices.offers(session)
        page = render_template(
            "settings/services.html", offers=offers, form=request.form, errors=error.errors, dollars=money.dollars
        )
        return make_response(page, 422)
    flash("Saved.")
    return _onward("settings.index")


@bp.get("/preferences")
def preferences() -> str:
    """Morning digest, zone, shortcuts, colours."""
    user = current_user()
    form = {
        "zone": user.zone or "",
        "digest_hour": "" if user.digest_hour is None else str(user.digest_hour),
        "shortcuts_on": user.shortcuts_on,
        "theme": str(user.preferences.get("theme", "")),
    }
    return _preferences_page(form, {})


@bp.post("/preferences")
def save_preferences() -> Response:
    """Store how this person likes to work."""
    try:
        profile.prefer(db(), actor_id(), request.form)
    except Invalid as error:
        return make_response(_preferences_page(request.form, error.errors), 422)
    flash("Saved.")
    return redirect(url_for("settings.preferences"), 303)


@bp.post("/first-steps/dismissal")
def hide_first_steps() -> Response:
    """Put the checklist on Today away; the pages stay reachable from Settings."""
    profile.hide_checklist(db(), actor_id())
    flash("Put away. You find everything in Settings.")
    return redirect("/", 303)


def _business_page(form: Mapping[str, object], errors: dict[str, str]) -> str:
    return render_template("settings/business.html", form=form, errors=errors, zones=_zones())


def _you_page(form: Mapping[str, object], errors: dict[str, str]) -> str:
    with db().read() as session:
        papers = credentials.of_user(session, actor_id())
    today = now().astimezone(g.zone).date()
    return render_template(
        "settings/you.html",
        form=form,
        errors=errors,
        papers=papers,
        expiring=credentials.expiring(papers, today),
        kinds=KINDS,
        kind_words=dict(KINDS),
    )


def _preferences_page(form: Mapping[str, object], errors: dict[str, str]) -> str:
    hours = [(str(hour), f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}") for hour in range(4, 22)]
    return render_template("settings/preferences.html", form=form, errors=errors, hours=hours, zones=_zones())


def _values(row: object, names: tuple[str, ...]) -> dict[str, object]:
    row = row or Business(created_at=now(), updated_at=now())
    return {name: getattr(row, name) for name in names}


def _zones() -> dict[str, list[tuple[str, str]]]:
    common = {name for name, _ in COMMON_ZONES}
    others = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return {
        "United States": list(COMMON_ZONES),
        "Elsewhere": [(name, name.replace("_", " ")) for name in others if name not in common],
    }


def _onward(endpoint: str) -> Response:
    """During the first steps on to the next one, later back to the settings."""
    walking = request.form.get("walk") == "1"
    return redirect(
        url_for(endpoint, walk=1) if walking and endpoint != "settings.index" else url_for("settings.index"), 303
    )
