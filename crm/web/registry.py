"""Search the public NPI Registry from the app, choose, and add: no download needed."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain import taxonomy
from crm.domain.errors import Invalid
from crm.models.accounts import Business
from crm.services import imports_registry
from crm.services.imports_registry import Search
from crm.sources.errors import RegistryUnavailable
from crm.sources.nppes_layout import Row
from crm.web.context import actor_id, db, handoff, now

bp = Blueprint("registry", __name__)

SHOWN = 200
BEST = 25
USUAL_RADIUS = "10"


@bp.get("/registry")
def index() -> str | tuple[str, int]:
    """The search, and what it found, the best first."""
    if "zip" not in request.args:
        return _page()
    try:
        wanted = _wanted()
        found = imports_registry.search(db(), wanted, url=handoff().settings.registry_url)
    except Invalid as error:
        return _page(errors=error.errors), 422
    except RegistryUnavailable as error:
        return _page(trouble=str(error), retryable=error.retryable), 503
    best = request.args.get("best", 0, type=int)
    chosen = {hit.npi for hit in [one for one in found.hits[:SHOWN] if one.known_id is None][:best]}
    return _page(found=found, chosen=chosen, name=imports_registry.name_of(wanted))


@bp.post("/registry/additions")
def create() -> Response:
    """Add the chosen results."""
    texts = request.form.getlist("row")
    if not texts:
        flash("Choose somebody first.", "error")
        return redirect(f"{url_for('registry.index')}?{request.form.get('query', '')}", 303)
    if any(text.count("\t") != len(Row._fields) - 1 for text in texts):
        abort(400)
    name = request.form.get("name", "")[:200] or "NPI Registry"
    answer = imports_registry.add(db(), texts, name, actor_id=actor_id(), now=now())
    flash(f"{answer['new']:,} {'provider' if answer['new'] == 1 else 'providers'} added.")
    return redirect(url_for("imports.show", run_id=answer["import_id"]), 303)


def _wanted() -> Search:
    radius = request.args.get("radius", "").strip()
    try:
        miles = float(radius) if radius else None
    except ValueError:
        raise Invalid({"radius": "Write the radius in miles, such as 10."}) from None
    return Search.checked(
        zip_code=request.args.get("zip", "").strip(), radius=miles, specialties=request.args.getlist("specialty")
    )


def _page(**values: object) -> str:
    with db().read() as session:
        business = session.get(Business, 1)
    asked = {
        "zip": request.args.get("zip") or (business.zip if business else ""),
        "radius": request.args.get("radius") or USUAL_RADIUS,
        "specialty": request.args.getlist("specialty"),
    }
    known = [(key, taxonomy.specialty(key).label) for key in imports_registry.WORDS]
    given = {"errors": {}, "found": None, "chosen": frozenset(), "trouble": "", "name": "", "retryable": False} | values
    query = request.query_string.decode()
    return render_template(
        "registry/index.html", asked=asked, specialties=known, shown=SHOWN, most=BEST, query=query, **given
    )
