"""The queue of likely duplicates, and merging two side by side."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.errors import Refused
from crm.domain.kinds import PairState
from crm.domain.pipeline import LABELS
from crm.domain.taxonomy import specialty
from crm.models.providers import Provider
from crm.services import duplicates, merges
from crm.services.merges import Field
from crm.store import duplicates as store
from crm.store.duplicates import Shown
from crm.web import filters
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.presentation import today

bp = Blueprint("duplicates", __name__)

LIMIT = 20
CAP = 1000


@bp.get("/duplicates")
def index() -> str:
    """The queue, the likeliest pair first."""
    with db().read() as session:
        pairs = duplicates.open_pairs(session, _after(), LIMIT + 1)
        count = store.count(session, CAP + 1)
    last = pairs[LIMIT - 1].pair if len(pairs) > LIMIT else None
    return render_template(
        "duplicates/index.html",
        pairs=[(pair, _lines(pair)) for pair in pairs[:LIMIT]],
        count=count,
        next=url_for("duplicates.index", after=f"{last.score}~{last.id}") if last else "",
    )


@bp.post("/duplicates/scans")
def scan() -> Response:
    """Look for duplicates now."""
    found = duplicates.scan(db(), now=now())
    flash(f"Looked through everybody: {filters.plural(found, 'likely pair')}." if found else "No duplicates found.")
    return redirect(url_for("duplicates.index"), 303)


@bp.get("/duplicates/<int:pair_id>")
def show(pair_id: int) -> Response | str:
    """Both side by side, to choose from."""
    with db().read() as session:
        shown = duplicates.get(session, pair_id)
    if shown.pair.state is PairState.MERGED:
        keep = shown.left.merged_into_id or shown.right.merged_into_id or shown.left.id
        return redirect(url_for("providers.show", provider_id=keep), 302)
    return render_template(
        "duplicates/show.html",
        shown=shown,
        fields=_rows(shown),
        survivor=merges.survivor(shown.left, shown.right),
    )


@bp.post("/duplicates/<int:pair_id>/merges")
def merge(pair_id: int) -> Response:
    """Make one of them, with the fields as chosen."""
    with db().read() as session:
        shown = duplicates.get(session, pair_id)
    ids = (shown.pair.left_id, shown.pair.right_id)
    try:
        kept, change = merges.merge(db(), ids, request.form.to_dict(), actor_id=actor_id(), now=now())
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("duplicates.index"), 303)
    flash_undo("Merged.", change)
    if request.form.get("then") == "queue":
        return redirect(url_for("duplicates.index"), 303)
    return redirect(url_for("providers.show", provider_id=kept), 303)


@bp.post("/duplicates/<int:pair_id>/separations")
def keep_separate(pair_id: int) -> Response:
    """They are two."""
    try:
        change = duplicates.keep_separate(db(), pair_id, actor_id=actor_id(), now=now())
        flash_undo("Kept as two.", change)
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for("duplicates.index"), 303)


def _after() -> tuple[int, int] | None:
    score, _, key = request.args.get("after", "").partition("~")
    if not score:
        return None
    if not (score.isdecimal() and key.isdecimal()):
        abort(400)
    return int(score), int(key)


def _lines(shown: Shown) -> list[tuple[str, str, str, bool]]:
    """(label, left, right, whether they agree) of what tells two people apart at a glance."""
    lines = []
    for label, name in (("Practice", "practice"), ("Phone", "phone"), ("E-mail", "email"), ("NPI", "npi")):
        left, right = _text(name, shown.left), _text(name, shown.right)
        if left or right:
            lines.append((label, left, right, bool(left) and left.lower() == right.lower()))
    return lines


def _rows(shown: Shown) -> list[tuple[Field, str, str, str]]:
    """(field, left, right, proposed side) of what differs."""
    proposed = merges.proposed(shown.left, shown.right)
    return [
        (field, _text(field.name, shown.left), _text(field.name, shown.right), proposed[field.name])
        for field in merges.differing(shown.left, shown.right)
    ]


def _text(name: str, provider: Provider) -> str:
    """A field as the merge page shows it."""
    texts: dict[str, Any] = {
        "name": provider.display_name,
        "npi": provider.npi or "",
        "specialty": specialty(provider.specialty).label,
        "practice": ", ".join(part for part in (provider.practice_name, provider.city, provider.state) if part),
        "phone": filters.phone(provider.phone),
        "fax": filters.phone(provider.fax),
        "email": provider.email,
        "website": provider.website,
        "remarks": provider.remarks,
        "stage": LABELS[provider.stage]
        + (f", back on {filters.day(provider.return_on, today())}" if provider.return_on else ""),
        "owner": f"Person {provider.owner_id}" if provider.owner_id else "",
    }
    return str(texts[name])
