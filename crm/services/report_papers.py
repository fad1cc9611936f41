"""How a report about a client leaves: with a name that is kept nowhere, by the client's authorization only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from crm.documents import pdf, pdf_lock
from crm.documents.paper_report import Filing
from crm.domain import privacy, text_checks
from crm.domain.client_kinds import ReportState
from crm.domain.errors import Invalid, Refused
from crm.domain.kinds import TaskState
from crm.domain.papers import DeliveryHow, DocumentKind
from crm.models.documents import DocumentDelivery
from crm.services import acts, files, papers, report_clock, reports
from crm.services.acts import Act
from crm.services.paper_desk import Covers, Wish
from crm.services.papers import PRESS, Press
from crm.services.reports import Look
from crm.store.engine import Database

SAID: Mapping[DeliveryHow, str] = {
    DeliveryHow.FAX: "faxed",
    DeliveryHow.HAND: "handed over",
    DeliveryHow.MAIL: "posted",
    DeliveryHow.DOWNLOAD: "put into their portal",
    DeliveryHow.ENCRYPTED: "sent as a locked PDF",
}
"""How a report reaches a provider. Printing reaches nobody yet, and plain e-mail is no way for it."""
NO_MAIL = (
    "Plain e-mail can be read on its way. Fax it, hand it over, or send a locked PDF and give the password by phone."
)


@dataclass(frozen=True)
class Made:
    """A report to print or to save, with the name on it. Nothing here is kept."""

    file_name: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True)
class Delivery:
    """How a report reached the provider. A fax is `confirmed` when its receipt was seen."""

    how: DeliveryHow
    day: date
    confirmed: bool = False
    remarks: str = ""


def prepared(
    session: Session, report_id: int, *, user_id: int | None, now: datetime, today: date, folder: Path
) -> papers.Prepared:
    """The report ready to be set, without a name; refusals as `papers.prepare`."""
    return prepare(session, reports.look(session, report_id, today=today), user_id, now, folder)


def prepare(session: Session, seen: Look, user_id: int | None, now: datetime, folder: Path) -> papers.Prepared:
    """As `prepared`, of a report that was looked at."""
    return papers.prepare(session, _wish(seen, None, user_id, now, folder))


def cover(session: Session, report_id: int, *, user_id: int | None, now: datetime, today: date, folder: Path) -> Made:
    """The cover sheet for faxing it: to whom, what kind of report, how many pages; nothing about the client."""
    seen = reports.look(session, report_id, today=today)
    pages = pdf.page_count(pdf.pdf(prepare(session, seen, user_id, now, folder).sheet))
    follows = Covers(seen.title, pages)
    wish = Wish(DocumentKind.FAX_COVER, seen.provider.id, user_id=user_id, now=now, folder=folder, covers=follows)
    made = papers.make(session, wish)
    return Made(made.file_name, made.pdf)


def make_unlisted(
    session: Session, code: str, provider_id: int, kind: DocumentKind, *, now: datetime, today: date, folder: Path
) -> papers.Paper:
    """A report by the client's code, with room for the name to be written in; it isn't noted as delivered.

    Raises Refused without the client's authorization, and as `papers.make`.
    """
    seen = reports.unlisted(session, code, provider_id, kind, today=today)
    _check_permitted(seen)
    return papers.make(session, _wish(seen, None, None, now, folder))


def make(
    db: Database,
    folder: Path,
    report_id: int,
    filing: Filing,
    *,
    password: str = "",
    actor_id: int | None,
    now: datetime,
    today: date,
    press: Press = PRESS,
) -> Made:
    """The report as PDF with name and birth date on it, locked if there is a password.

    What is kept is the same page without them, and that a name was added. Raises Refused without the client's
    authorization, Invalid for a password that is too short, and as `papers.make`.
    """
    with db.read() as session:
        seen = reports.look(session, report_id, today=today)
        reports.check_open(seen.row)
        _check_permitted(seen)
        paper = press(session, _wish(seen, filing, actor_id, now, folder))
    made = _locked(paper.pdf, password) if password else paper.pdf
    _keep(db, folder, report_id, named=bool(filing.name), actor_id=actor_id, now=now, today=today, press=press)
    name = paper.file_name.removesuffix(".pdf")
    return Made(f"{name}-{seen.client.code.lower()}.pdf", made)


def deliver(
    db: Database,
    folder: Path,
    report_id: int,
    delivery: Delivery,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
    press: Press = PRESS,
) -> int:
    """It reached the provider: noted on their timeline, its follow-up closed, the next one begun; gives the change set.

    A report is no touch: it must not put off the next visit, nor look like a conversation.
    """
    _check_delivery(delivery, today)
    with db.read() as session:
        seen = reports.look(session, report_id, today=today)
        reports.check_open(seen.row)
        _check_permitted(seen)
        has_document = seen.row.document_id is not None
    if not has_document:
        _keep(db, folder, report_id, named=False, actor_id=actor_id, now=now, today=today, press=press)
    with db.write() as session:
        seen = reports.look(session, report_id, today=today)
        reports.check_open(seen.row)
        _check_permitted(seen)  # it may have been taken back since it was first asked
        said = f"{seen.title} about {seen.client.code}: {_how(delivery)}"
        act = acts.begin(session, "report", said, actor_id=actor_id, now=now, today=today)
        _note(act, seen, delivery, said)
        report_clock.close_task(act, seen.row, TaskState.DONE)
        act.update(seen.row, state=ReportState.DELIVERED, delivered_on=delivery.day, updated_at=now)
        report_clock.wind(act, seen.client)
        report_clock.keep_next_due(act, [seen.row.provider_id])  # where nothing further is owed, the clock is silent
        return act.id


# --- making and keeping -----------------------------------------------------------------------------------------------


def _wish(seen: Look, filing: Filing | None, user_id: int | None, now: datetime, folder: Path) -> Wish:
    return Wish(
        seen.row.kind, seen.provider.id, user_id=user_id, now=now, folder=folder, report=seen.report, filing=filing
    )


def _keep(
    db: Database,
    folder: Path,
    report_id: int,
    *,
    named: bool,
    actor_id: int | None,
    now: datetime,
    today: date,
    press: Press,
) -> None:
    """Keep the page without a name as the one that was made for this report."""
    with db.read() as session:
        seen = reports.look(session, report_id, today=today)
        paper = press(session, _wish(seen, None, actor_id, now, folder))
    paper = replace(paper, facts={**paper.facts, "name": "added when it was printed" if named else "not added"})
    sha256 = files.keep(folder, paper.pdf)
    with db.write() as session:
        stored = files.row(session, sha256, len(paper.pdf), name=paper.file_name, mime=papers.PDF, now=now)
        assert stored.id is not None
        document = papers.keep_in(session, paper, stored.id, provider_id=paper.provider_id, actor_id=actor_id, now=now)
        row = reports.get(session, report_id)
        document.client_id, document.sample = row.client_id, row.sample
        row.document_id = document.id
        session.add_all((document, row))


def _locked(content_of: bytes, password: str) -> bytes:
    try:
        return pdf_lock.locked(content_of, password)
    except ValueError as error:
        raise Invalid({"password": str(error)}) from error


def _note(act: Act, seen: Look, delivery: Delivery, said: str) -> None:
    """The line on the timeline, and how the paper left."""
    line = reports.tell(act, seen.row, seen.provider, said, body=delivery.remarks.strip())
    assert seen.row.document_id is not None
    faxed = delivery.how is DeliveryHow.FAX
    act.insert(
        DocumentDelivery(
            document_id=seen.row.document_id,
            how=delivery.how,
            to_name=seen.provider.display_name[:200],
            to_address=seen.fax if faxed else "",
            delivered_on=delivery.day,
            confirmed_at=act.now if faxed and delivery.confirmed else None,
            activity_id=line,
            remarks=delivery.remarks.strip(),
            actor_id=act.actor_id,
            created_at=act.now,
        )
    )


def _how(delivery: Delivery) -> str:
    confirmed = ", confirmed" if delivery.how is DeliveryHow.FAX and delivery.confirmed else ""
    return f"{SAID[delivery.how]}{confirmed}"


def _check_permitted(seen: Look) -> None:
    if seen.authorization is None:
        raise Refused(
            "no_authorization",
            f"No authorization of {seen.client.code} covers a {seen.title.lower()} to {seen.provider.display_name}. "
            "Record it in the client’s file, or print the form and have it signed.",
        )
    blocked = [each for found in seen.findings.values() for each in text_checks.blocking(found)]
    if blocked:
        raise Refused("words", f"“{blocked[0].text}” can’t go on this report. {blocked[0].why}")


def _check_delivery(delivery: Delivery, today: date) -> None:
    if delivery.how is DeliveryHow.EMAIL:
        raise Refused("plain_mail", NO_MAIL)
    if delivery.how not in SAID:
        raise Invalid({"how": "Choose how it reached them."})
    if delivery.day > today:
        raise Invalid({"delivered_on": "Choose today or an earlier day."})
    if found := privacy.identifiers(delivery.remarks):
        raise Invalid({"remarks": privacy.sentence(found)})
