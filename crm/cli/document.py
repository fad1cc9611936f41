"""`handoff document`: any paper as PDF."""

from __future__ import annotations

import sys
from dataclasses import replace
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

KINDS = tuple(kind.value for kind in DocumentKind)


@click.command(name="document")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.option("--provider", metavar="NPI|ID", help="For which provider, by NPI or number.")
@click.option("--client", "client_code", metavar="CODE", default="", help="About which client a report is, by code.")
@click.option("--service", "service_key", metavar="KEY", default="", help="Which service a service sheet is about.")
@click.option(
    "--period",
    metavar="PERIOD",
    default="",
    help="Which days results are of: last-month, 2026-03, 2026-01-01..2026-03-31.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE.pdf",
    help="Where to write it; - is standard output. A letter is written as DOCX where the name ends so.",
)
def command(kind: str, provider: str | None, client_code: str, service_key: str, period: str, output: Path) -> None:
    """Make a paper: a sample, a letter, a sheet, the referral pad, a form, the visit sheet or results.

    KIND is one of: sample-progress-report, sample-assessment, sample-discharge, sample-session-log,
    sample-status-change, sample-client-intro, introduction-letter, thank-you, overview, outcomes-sheet,
    service-sheet, referral-pad, clearance-request, client-authorization, fax-cover, visit-sheet, monthly-results,
    partner-summary.

    With --client, a report about a client: client-introduction, assessment-summary, session-log, progress-report,
    discharge-summary, status-change. It is refused without the client's authorization, and has room for the name to be
    written in.
    """
    from crm.services import papers

    wanted = DocumentKind(kind)
    if provider is None and wanted not in FREE:
        raise click.UsageError(f"{kind} is made for a provider: add --provider with an NPI or a number.")
    if wanted in REPORTS and not client_code.strip():
        raise click.UsageError(f"{kind} is about a client: add --client with the code.")
    with opened() as handoff, handoff.db.read() as session:
        if output.suffix.lower() == ".docx":
            _write(output, _docx(session, handoff, wanted, provider))
            return
        if wanted in REPORTS:
            paper = _report(session, handoff, wanted, provider or "", client_code)
        else:
            wish = _wish(session, handoff, wanted, provider, service_key)
            paper = papers.make(session, replace(wish, period=period))
    _write(output, paper.pdf)
    _notice(paper.pages)


def _report(session: Session, handoff: Handoff, kind: DocumentKind, provider: str, code: str) -> Paper:
    from crm.services import days, report_papers, scripts

    provider_id = scripts.find(session, provider).id
    assert provider_id is not None
    now = clock()
    today = days.today_of(session, None, now)
    return report_papers.make_unlisted(
        session, code, provider_id, kind, now=now, today=today, folder=handoff.post.files
    )  # fmt: skip


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
