"""`handoff document`: any paper as PDF."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm.cli.common import clock, opened
from crm.domain.papers import FREE, LETTERS, REPORTS, DocumentKind

if TYPE_CHECKING:
    from sqlmodel import Session

    from crm.bootstrap import Handoff
    from crm.services.paper_desk import Wish
    from crm.services.papers import Paper

KINDS = tuple(kind.value for kind in DocumentKind if kind not in REPORTS)


@click.command(name="document")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.option("--provider", metavar="NPI|ID", help="For which provider, by NPI or number.")
@click.option("--service", "service_key", metavar="KEY", default="", help="Which service a service sheet is about.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE.pdf",
    help="Where to write it; - is standard output. A letter is written as DOCX where the name ends so.",
)
def command(kind: str, provider: str | None, service_key: str, output: Path) -> None:
    """Make a paper: a sample, a letter, a sheet, the referral pad, a form or the visit sheet.

    KIND is one of: sample-progress-report, sample-assessment, sample-discharge, sample-session-log,
    sample-status-change, sample-client-intro, introduction-letter, thank-you, overview, outcomes-sheet,
    service-sheet, referral-pad, clearance-request, client-authorization, fax-cover, visit-sheet.
    """
    wanted = DocumentKind(kind)
    if provider is None and wanted not in FREE:
        raise click.UsageError(f"{kind} is made for a provider: add --provider with an NPI or a number.")
    with opened() as handoff, handoff.db.read() as session:
        if output.suffix.lower() == ".docx":
            _write(output, _docx(session, handoff, wanted, provider))
            return
        paper = _paper(session, handoff, wanted, provider, service_key)
    _write(output, paper.pdf)
    _notice(paper.pages)


def _paper(session: Session, handoff: Handoff, kind: DocumentKind, provider: str | None, service_key: str) -> Paper:
    from crm.services import papers

    return papers.make(session, _wish(session, handoff, kind, provider, service_key))


def _docx(session: Session, handoff: Handoff, kind: DocumentKind, provider: str | None) -> bytes:
    from crm.services import papers

    if kind not in LETTERS:
        raise click.ClickException("Only letters are made as DOCX. Give the file a name that ends in .pdf.")
    return papers.docx(session, _wish(session, handoff, kind, provider)).content


def _wish(session: Session, handoff: Handoff, kind: DocumentKind, provider: str | None, service_key: str = "") -> Wish:
    from crm.services import scripts
    from crm.services.paper_desk import Wish

    provider_id = scripts.find(session, provider).id if provider is not None else None
    return Wish(kind, provider_id, service_key, user_id=None, now=clock(), folder=handoff.post.files)


def _write(output: Path, content: bytes) -> None:
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"“{output}” can't be written: {error.strerror or error}.") from error


def _notice(pages: int) -> None:
    from crm.services import papers

    if said := papers.notice(pages):
        click.echo(said, err=True)
