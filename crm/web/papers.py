"""Papers: what there is for a provider (or to have in the bag), each as it looks, as PDF, and how it left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from crm.documents import pdf, pdf_lock
from crm.documents.faults import MissingField, TemplateFault
from crm.domain.enclosures import Enclosure
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.papers import ABOUT_CLIENTS, DeliveryHow, DocumentKind
from crm.models.providers import Provider
from crm.services import audit, files, overrides, paper_deliveries, papers, templates, touches, wordings
from crm.services.paper_deliveries import Given
from crm.services.paper_desk import Wish
from crm.services.papers import Prepared
from crm.store import documents as store
from crm.store import prices
from crm.web import paper_page
from crm.web.context import actor_id, db, flash_undo, handoff, now
from crm.web.forms import day_or_none, one_of
from crm.web.missing import fixes
from crm.web.presentation import today

bp = Blueprint("papers", __name__)

PICTURE_PPI = 130
CHOICES = ("service", "period", "wording")
_NOBODY: dict[str, Any] = {"provider_id": None}


@bp.get("/papers", defaults=_NOBODY)
@bp.get("/providers/<int:provider_id>/papers")
def index(provider_id: int | None) -> str:
    """Every paper with what it is for, and those that were made."""
    with db().read() as session:
        provider = touches.get_provider(session, provider_id) if provider_id else None
        made = store.made_for(session, provider_id)
    return render_template(
        "papers/index.html", provider=provider, groups=paper_page.groups(provider_id), made=paper_page.lines(made)
    )


@bp.get("/papers/<kind>", defaults=_NOBODY)
@bp.get("/providers/<int:provider_id>/papers/<kind>")
def show(provider_id: int | None, kind: str) -> str:
    """One paper as it looks, and what to do with it."""
    return _page(provider_id, _kind(kind, provider_id), {})


@bp.get("/papers/<kind>.pdf", defaults=_NOBODY)
@bp.get("/providers/<int:provider_id>/papers/<kind>.pdf")
def file(provider_id: int | None, kind: str) -> AnyResponse:
    """The PDF, to print or with `save` to keep."""
    with db().read() as session:
        wish = _wish(provider_id, _kind(kind, provider_id))
        paper = papers.make(session, _covering(session, provider_id, wish))
    return _file(paper.pdf, papers.PDF, paper.file_name, save="save" in request.args)


@bp.get("/providers/<int:provider_id>/papers/<kind>.docx")
def letter(provider_id: int, kind: str) -> AnyResponse:
    """A letter for an office program."""
    with db().read() as session:
        made = papers.docx(session, _wish(provider_id, _kind(kind, provider_id)))
    return _file(made.content, papers.DOCX, made.file_name, save=True)


@bp.get("/papers/<kind>/<int:page>.png", defaults=_NOBODY)
@bp.get("/providers/<int:provider_id>/papers/<kind>/<int:page>.png")
def picture(provider_id: int | None, kind: str, page: int) -> AnyResponse:
    """A page as a picture; pages count from 1."""
    with db().read() as session:
        prepared = papers.prepare(session, _wish(provider_id, _kind(kind, provider_id)))
    shown = pdf.pictures(prepared.sheet, ppi=PICTURE_PPI)
    if not 1 <= page <= len(shown):
        raise NotFound("This paper has no such page.")
    return _file(shown[page - 1], "image/png", f"{kind}-{page}.png", save=False)


@bp.get("/papers/made/<int:document_id>.pdf")
def kept(document_id: int) -> AnyResponse:
    """A paper just as it was made."""
    with db().read() as session:
        found = store.file_of(session, document_id)
    if found is None:
        raise NotFound("There is no such paper.")
    document, sha256 = found
    return _file(files.read(handoff().post.files, sha256), papers.PDF, document.file_name, save=False)


@bp.post("/providers/<int:provider_id>/papers/<kind>/deliveries")
def deliver(provider_id: int, kind: str) -> AnyResponse | tuple[str, int]:
    """Note how the paper left: a touch where it reached them, with Undo."""
    wanted = _kind(kind, provider_id)
    try:
        given = Given(
            one_of(DeliveryHow, request.form.get("how"), "how"),
            day_or_none(request.form.get("delivered_on"), "delivered_on") or today(),
            remarks=request.form.get("remarks", "")[:500],
            confirmed=bool(request.form.get("confirmed")),
        )
        chosen = _chosen()
        paper = Enclosure(wanted, chosen.get("service", ""), chosen.get("period", ""), chosen.get("wording", ""))
        folder = handoff().post.files
        change = paper_deliveries.give(
            db(), folder, provider_id, paper, given, actor_id=actor_id(), now=now(), today=today()
        )
    except Invalid as error:
        return _page(provider_id, wanted, error.errors), 422
    except Refused as error:
        flash(str(error), "error")
        return redirect(_show_url(provider_id, wanted), 303)
    said = paper_deliveries.SAID[given.how].lower()
    if change is None:
        flash(f"It is noted already: {said}, on the same day.")
    else:
        flash_undo(f"Noted: {said}.", change)
    return redirect(url_for("papers.index", provider_id=provider_id), 303)


@bp.post("/providers/<int:provider_id>/papers/<kind>/locked")
def locked(provider_id: int, kind: str) -> AnyResponse | tuple[str, int]:
    """A paper about clients as PDF under a password, to send. Neither is kept, and no cache holds it."""
    wanted = _kind(kind, provider_id)
    if wanted not in ABOUT_CLIENTS:
        raise NotFound("This paper says nothing about clients: it needs no lock.")
    with db().read() as session:
        paper = papers.make(session, _wish(provider_id, wanted))
    try:
        made = pdf_lock.locked(paper.pdf, request.form.get("password", ""))
    except ValueError as error:
        return _page(provider_id, wanted, {"password": str(error)}), 422
    with db().write() as session:
        audit.note(session, "export", f"locked {wanted.value} {provider_id}", actor_id=actor_id(), now=now())
    return _file(made, papers.PDF, paper.file_name, save=True)


@bp.post("/papers/<kind>/override", defaults=_NOBODY)
@bp.post("/providers/<int:provider_id>/papers/<kind>/override")
def override(provider_id: int | None, kind: str) -> AnyResponse | tuple[str, int]:
    """Let the blocked words of this paper stand, with a reason."""
    wanted = _kind(kind, provider_id)
    reason, everywhere = request.form.get(overrides.FIELD, ""), "everywhere" in request.form
    try:
        papers.let_stand(db(), _wish(provider_id, wanted), reason, everywhere=everywhere)
    except Invalid as error:
        return _page(provider_id, wanted, error.errors), 422
    flash("It may stay. Your name and reason are kept.")
    return redirect(_show_url(provider_id, wanted), 303)


def _page(provider_id: int | None, kind: DocumentKind, errors: dict[str, str]) -> str:
    with db().read() as session:
        provider = touches.get_provider(session, provider_id) if provider_id else None
        prepared, problem, missing = _prepared(session, provider_id, kind, provider)
        copied = templates.copies(session, prepared.content.layout) if prepared else []
        offered = paper_page.services(prices.switched_off(session))
        faxing = paper_deliveries.fax_refusal(session, provider, Enclosure(kind)) if provider else ""
        refusal = paper_deliveries.refusal(provider) if provider else ""
    key = prepared.content.service_key if prepared else request.values.get("service", "")
    chosen = {**_chosen(), "service": key} if key else _chosen()
    looked = prepared.looked if prepared else wordings.NOTHING
    return render_template(
        "papers/show.html",
        provider=provider,
        kind=kind,
        paper=paper_page.paper(provider_id, kind, chosen),
        chosen=chosen,
        copied=[(each.slug, each.title) for each in copied],
        title=prepared.title if prepared else paper_page.title(kind),
        pages=len(pdf.pictures(prepared.sheet, ppi=PICTURE_PPI)) if prepared and not looked.standing else 0,
        looked=looked,
        reason=request.form.get(overrides.FIELD, ""),
        notice=papers.notice,
        where_to_mend=papers.where_to_mend,
        problem=problem,
        missing=missing,
        groups=paper_page.groups(provider_id),
        periods=paper_page.periods(kind),
        services=offered if kind is DocumentKind.SERVICE_SHEET else [],
        service_key=key,
        hows=paper_page.HOWS,
        fax_refusal=faxing,
        refusal=refusal,
        errors=errors,
    )


def _prepared(
    session: Session, provider_id: int | None, kind: DocumentKind, provider: Provider | None
) -> tuple[Prepared | None, str, list[Any]]:
    """The paper, or why it can't be made and where to mend it."""
    try:
        return papers.look(session, _wish(provider_id, kind)), "", []
    except MissingField as error:
        return None, error.what_to_do, fixes([error], provider) if provider else []
    except (TemplateFault, Refused) as error:
        return None, str(error), []


def _wish(provider_id: int | None, kind: DocumentKind) -> Wish:
    chosen = _chosen()
    return Wish(
        kind, provider_id, chosen.get("service", ""), user_id=actor_id(), now=now(), folder=handoff().post.files,
        period=chosen.get("period", ""), wording=chosen.get("wording", ""),
        visit_id=request.args.get("visit", type=int),
    )  # fmt: skip


def _chosen() -> dict[str, str]:
    """What the address or the form says of the paper besides its kind."""
    return {name: value for name in CHOICES if (value := request.values.get(name, ""))}


def _covering(session: Session, provider_id: int | None, wish: Wish) -> Wish:
    """A fax cover that says what follows it, where the address names that paper (`with`)."""
    follows = request.args.get("with", "")
    if wish.kind is not DocumentKind.FAX_COVER or follows not in paper_page.offered(provider_id):
        return wish
    return papers.covering(session, wish, DocumentKind(follows))


def _kind(text: str, provider_id: int | None) -> DocumentKind:
    """A paper that is offered here; others are not found."""
    if text not in paper_page.offered(provider_id):
        raise NotFound("There is no such paper.")
    return DocumentKind(text)


def _show_url(provider_id: int | None, kind: DocumentKind) -> str:
    where: dict[str, Any] = {"provider_id": provider_id, "kind": kind.value, **_chosen()}
    return url_for("papers.show", **where)


def _file(content: bytes, mime: str, name: str, *, save: bool) -> Response:
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f'{"attachment" if save else "inline"}; filename="{name}"'
    return answer
