"""The phone: what it needs, checked from the phone itself, and a code to open Handoff there."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from markupsafe import Markup

from crm.services import accounts, phones
from crm.web.context import db, handoff

bp = Blueprint("phones", __name__)


@bp.get("/settings/phone")
def show() -> str:
    """What is there and what is missing; a script adds what only the browser knows."""
    business = accounts.the_business(db())
    public = handoff().settings.public_url or (business.public_url if business is not None else "")
    way = phones.way_of(request.host, is_secure=request.is_secure)
    address = phones.address_for_phones(public, request.host, is_secure=request.is_secure)
    return render_template(
        "phones/show.html",
        address=address,
        steps=phones.steps(address, public, way),
        way=way,
        Way=phones.Way,
        code=Markup(phones.qr_code(f"{address}/settings/phone")) if address else "",  # noqa: S704  our own SVG
        port=handoff().settings.port,
    )
