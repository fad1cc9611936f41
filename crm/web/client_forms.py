"""What the forms of a client's file share: the scan that came with them, and finding a provider to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request, url_for
from sqlmodel import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from crm.models.providers import Provider
from crm.services import scans, search
from crm.services.papers import PDF, Paper
from crm.services.scans import Scan
from crm.store import client_care
from crm.store import clients as store
from crm.web.context import handoff, now
from crm.web.presentation import today

FOUND = 8


@dataclass(frozen=True)
class Choice:
    """A provider who can be chosen."""

    id: int
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Picker:
    """Providers to choose from: the client's own, whoever is chosen already, and what was searched for."""

    choices: tuple[Choice, ...]
    chosen: str = ""
    searched: str = ""
    nothing: bool = False


def picker(session: Session, client_id: int | None, form: Mapping[str, str]) -> Picker:
    """The providers to choose from. Without script, a search comes back as the same page with what was found."""
    chosen, asked = form.get("provider_id", ""), form.get("find", "").strip()[:100]
    known = _own(session, client_id) if client_id is not None else {}
    if chosen.isdecimal() and int(chosen) not in known and (one := session.get(Provider, int(chosen))):
        known[int(chosen)] = Choice(int(chosen), one.display_name, one.practice_name or one.city)
    found = search.answer(session, asked, limit=FOUND, today=today(), now=now()).rows if asked else []
    for row in found:
        known.setdefault(row.id, Choice(row.id, row.display_name, row.practice_name or row.city))
    return Picker(tuple(known.values()), chosen, asked, bool(asked) and not found)


def is_search() -> bool:
    """Whether the form only asks to find a provider."""
    return request.form.get("do") == "find"


def scan() -> Scan | None:
    """The file that came with the form."""
    file = request.files.get(scans.FIELD)
    if file is None or not file.filename:
        return None
    return Scan(file.filename, file.stream.read(scans.LARGEST + 1))


def shown_scan(session: Session, stored_file_id: int | None) -> Response:
    """A scan, as what its bytes are and nothing else."""
    row, content = scans.read(session, handoff().post.files, stored_file_id)
    return _file(content, row.mime, row.name)


def shown_paper(paper: Paper) -> Response:
    """A paper that names the client: shown, and kept neither here nor by the browser."""
    answer = _file(paper.pdf, PDF, paper.file_name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def back_to(client_id: int, anchor: str = "") -> AnyResponse:
    """The client's page."""
    return redirect(url_for("clients.show", client_id=client_id, _anchor=anchor or None), 303)


def _own(session: Session, client_id: int) -> dict[int, Choice]:
    found = {}
    for one in client_care.partners(session, client_id):
        person = one.provider
        found[person.id or 0] = Choice(person.id or 0, person.display_name, person.practice_name or person.city)
    for sender in store.senders(session, client_id):
        found.setdefault(sender.provider_id, Choice(sender.provider_id, sender.name))
    return found


def _file(content: bytes, mime: str, name: str) -> Response:
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
