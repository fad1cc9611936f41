"""The ledger of gifts and meals: what was given, to whom, and what to think of."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from crm.documents.tables import Table, csv_of
from crm.domain import money
from crm.domain.errors import Invalid
from crm.domain.gifts import RULE, GiftKind
from crm.services import audit, gifts, providers
from crm.services.gifts import Entry, NewGift
from crm.store import gifts as store
from crm.store import providers as provider_store
from crm.web import dealings, labels
from crm.web.context import actor_id, db, flash_undo, now
from crm.web.forms import day_or_none, one_of
from crm.web.presentation import today
from crm.web.ways import way_back

bp = Blueprint("gifts", __name__)

KINDS = [(kind.value, labels.label(kind)) for kind in GiftKind]
TOP = 10
COLUMNS = ["Day", "Kind", "What", "Occasion", "Value", "People", "Others", "Each", "To think of"]


@bp.get("/gifts")
def index() -> str:
    """One year of the ledger."""
    return _page({}, {})


@bp.get("/gifts.csv")
def export() -> Response:
    """The year as a table."""
    with db().write() as session:
        found = gifts.ledger(session, _year())
        audit.note(session, "export", f"gifts {_year()}", actor_id=actor_id(), now=now(), rows=len(found.entries))
    table = Table(f"Gifts {_year()}", COLUMNS, (_row(entry) for entry in found.entries))
    headers = {"Content-Disposition": f'attachment; filename="gifts-{_year()}.csv"', "Cache-Control": "no-store"}
    return Response(csv_of(table), mimetype="text/csv", headers=headers)


@bp.get("/gifts/new")
def choose() -> str:
    """To whom."""
    return dealings.choose(
        title="Gift or meal",
        asks="Who had a share? One of them is enough here.",
        hint="People at the same practice are chosen on the next page.",
        back=("Gifts and meals", url_for("gifts.index")),
        target="gifts.new",
    )


@bp.get("/providers/<int:provider_id>/gifts/new")
def new(provider_id: int) -> str:
    """The form for one provider and the people of that practice."""
    return _form(provider_id, {"kind": "meal", "given_on": today().isoformat()}, [f"p{provider_id}"], {})


@bp.post("/providers/<int:provider_id>/gifts")
def create(provider_id: int) -> AnyResponse | tuple[str, int]:
    """Log it; what is to be thought of is said, and nothing is refused for it."""
    form, chosen = request.form.to_dict(), request.form.getlist("people")
    try:
        logged = gifts.log(db(), _read(provider_id, form, chosen), actor_id=actor_id(), now=now(), today=today())
    except Invalid as error:
        return _form(provider_id, form, chosen, error.errors), 422
    for warning in logged.warnings:
        flash(warning, "error")
    if logged.change_set_id:
        flash_undo("Logged.", logged.change_set_id)
    else:
        flash("That was logged already.")
    return redirect(url_for("gifts.index", year=form.get("given_on", "")[:4] or None), 303)


@bp.post("/gifts/<int:gift_id>/archival")
def archive(gift_id: int) -> AnyResponse:
    """Take an entry out."""
    flash_undo("Taken out.", gifts.archive(db(), gift_id, actor_id=actor_id(), now=now(), today=today()))
    return way_back(url_for("gifts.index"))


@bp.post("/gifts/limits")
def limits() -> AnyResponse | tuple[str, int]:
    """Keep other limits."""
    try:
        gifts.set_limits(db(), request.form, actor_id=actor_id(), now=now())
    except Invalid as error:
        return _page(request.form.to_dict(), error.errors), 422
    flash("Your limits are kept.")
    return way_back(url_for("gifts.index"))


def _page(form: dict[str, str], errors: dict[str, str]) -> str:
    provider_id = request.args.get("provider", type=int)
    with db().read() as session:
        found = gifts.ledger(session, _year(), provider_id)
        first, last = store.years(session) or (today().year, today().year)
        return render_template(
            "gifts/index.html",
            ledger=found,
            top=found.totals[:TOP],
            limits=gifts.limits_of(session),
            rule=RULE,
            year=_year(),
            years=range(max(last, today().year), first - 1, -1),
            provider=providers.get(session, provider_id) if provider_id else None,
            form=form,
            errors=errors,
        )


def _form(provider_id: int, form: dict[str, Any], chosen: list[str], errors: dict[str, str]) -> str:
    with db().read() as session:
        provider = providers.get(session, provider_id)
        contacts = provider_store.contacts_at(session, [provider.practice_id] if provider.practice_id else [])
        colleagues = store.colleagues(session, provider.practice_id, provider_id)
    people = [(f"p{provider_id}", provider.display_name)]
    people += [(f"c{one.id}", f"{one.name}, {labels.label(one.role).lower()}") for one in contacts]
    return render_template(
        "gifts/form.html",
        provider=provider,
        people=people + [(f"p{key}", name) for key, name in colleagues],
        chosen=chosen,
        kinds=KINDS,
        form=form,
        errors=errors,
        rule=RULE,
        client_key=form.get("client_key") or uuid4().hex,
    )


def _read(provider_id: int, form: dict[str, str], chosen: list[str]) -> NewGift:
    others = form.get("others", "").strip() or "0"
    return NewGift(
        provider_id,
        day_or_none(form.get("given_on"), "given_on") or today(),
        one_of(GiftKind, form.get("kind"), "kind"),
        form.get("what", ""),
        money.cents(form.get("value", ""), field="value"),
        form.get("occasion", ""),
        [int(one[1:]) for one in chosen if one[:1] == "p" and one[1:].isdecimal()],
        [int(one[1:]) for one in chosen if one[:1] == "c" and one[1:].isdecimal()],
        int(others) if others.isdecimal() and len(others) < 6 else -1,
        form.get("remarks", ""),
        form.get("client_key") or None,
    )


def _row(entry: Entry) -> list[object]:
    line = entry.line
    names = "; ".join(person.name for person in entry.people)
    each = money.dollars(entry.people[0].share_cents) if entry.people else ""
    plain = [line.given_on, labels.label(line.kind), line.what, line.occasion, money.dollars(line.value_cents)]
    return [*plain, names, line.others, each, " ".join(entry.warnings)]


def _year() -> int:
    asked = request.args.get("year", type=int)
    return asked if asked is not None and 1990 <= asked <= today().year else today().year
