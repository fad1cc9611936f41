"""Reports about clients: looked at, written, made with a name that is kept nowhere, delivered, skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import privacy, reports_due
from crm.domain.client_kinds import ReportState
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import ActivityKind, TaskState
from crm.domain.papers import REPORTS, TITLES, DocumentKind
from crm.domain.report import Report
from crm.domain.reports_due import Owed
from crm.domain.text_checks import TextFinding
from crm.models.client_care import ClientAuthorization, ClientEvent
from crm.models.clients import Client
from crm.models.documents import Document
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.services import acts, authorizations, clients, paper_deliveries, report_clock, report_words
from crm.services import report_content as content
from crm.services.acts import Act
from crm.services.report_content import LEFT_OUT, Written
from crm.store import referrals as referral_store
from crm.store import reports as store
from crm.store.engine import Database

FIELDS = ("bottom_line", "tolerance", "plan", "ask")
LONGEST = {"bottom_line": 400, "tolerance": 900, "plan": 900, "ask": 300}


@dataclass(frozen=True)
class Look:
    """A report as it stands. `proposed` is what it says where nothing was written, `findings` what the checks found
    in each field; `authorization` is None where nothing permits it to leave.
    """

    row: DueReport
    client: Client
    provider: Provider
    event: ClientEvent | None
    report: Report
    findings: Mapping[str, tuple[TextFinding, ...]]
    authorization: ClientAuthorization | None
    clearance: str
    fax: str
    document: Document | None

    @property
    def title(self) -> str:
        return TITLES[self.row.kind]

    @property
    def is_open(self) -> bool:
        return self.row.state is ReportState.OPEN and self.row.archived_at is None

    @property
    def has_measures(self) -> bool:
        return bool(self.report.rows)


def get(session: Session, report_id: int) -> DueReport:
    """A report that is on the list, or was settled; NotFound when it isn't owed any more."""
    row = session.get(DueReport, report_id)
    if row is None or row.archived_at is not None:
        raise NotFound("This report isn't owed any more.")
    return row


def look(session: Session, report_id: int, *, today: date) -> Look:
    """Everything its page shows."""
    return _look(session, get(session, report_id), today)


def _look(session: Session, row: DueReport, today: date) -> Look:
    client, provider = session.get_one(Client, row.client_id), session.get_one(Provider, row.provider_id)
    report = content.build(session, client, report_words.wanted(row, today, client), today)
    assert client.id is not None
    assert provider.id is not None
    return Look(
        row=row,
        client=client,
        provider=provider,
        event=session.get(ClientEvent, row.event_id) if row.event_id else None,
        report=report,
        findings=report_words.findings(report, provider),
        authorization=authorizations.standing(session, client.id, provider.id, row.kind, today),
        clearance=content.clearance_words(store.clearances(session, client.id)),
        fax=paper_deliveries.fax_number(session, provider),
        document=session.get(Document, row.document_id) if row.document_id else None,
    )


def unlisted(session: Session, code: str, provider_id: int, kind: DocumentKind, *, today: date) -> Look:
    """A report as it would be made now, by the client's code: the one that is open, else one beyond the clock that is
    not put on the list. Raises NotFound.
    """
    client = referral_store.client_by_code(session, code.strip().upper())
    if client is None or client.id is None:
        raise NotFound(f"There is no client with the code {code}.")
    row = store.open_of(session, client.id, provider_id, kind) or _loose(session, client, provider_id, kind, today)
    return _look(session, row, today)


def _loose(session: Session, client: Client, provider_id: int, kind: DocumentKind, today: date) -> DueReport:
    assert client.id is not None
    one = _asked(session, client, provider_id, kind, today)
    return DueReport(
        client_id=client.id, provider_id=provider_id, kind=kind, occasion=one.occasion, from_on=one.from_on,
        due_on=today, created_at=client.created_at, updated_at=client.created_at,
    )  # fmt: skip


def save(
    db: Database, report_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """Keep what was written; gives the change set, None where nothing differs.

    A field left as proposed goes on following the file; one that was emptied stays empty. Invalid where a text would
    name somebody or is too long.
    """
    with db.write() as session:
        seen = look(session, report_id, today=today)
        check_open(seen.row)
        values = _written(session, seen, form, today)
        label = f"Words of the {seen.title.lower()} for {seen.client.code}"
        act = acts.begin(session, "report", label, actor_id=actor_id, now=now, today=today)
        if not act.update(seen.row, **values):
            act.drop()
            return None
        act.update(seen.row, updated_at=now, document_id=None)  # what was made before says something else
        return act.id


def skip(db: Database, report_id: int, reason: str, *, actor_id: int | None, now: datetime, today: date) -> int:
    """This one isn't made, for a reason; the next period begins all the same. Gives the change set."""
    reason = " ".join(reason.split())
    found = privacy.identifiers(reason)
    if len(reason) < 3:
        raise Invalid({"reason": "Say why, such as “client is away until January”."})
    if found or len(reason) > 300:
        raise Invalid({"reason": privacy.sentence(found) if found else "Shorten this to 300 letters."})
    with db.write() as session:
        row = get(session, report_id)
        check_open(row)
        client, provider = session.get_one(Client, row.client_id), session.get_one(Provider, row.provider_id)
        said = f"{TITLES[row.kind]} about {client.code}: skipped"
        act = acts.begin(session, "report", said, actor_id=actor_id, now=now, today=today)
        act.update(row, state=ReportState.SKIPPED, skipped_reason=reason, updated_at=now)
        report_clock.close_task(act, row, TaskState.CANCELLED)
        tell(act, row, provider, said, reason=reason)
        report_clock.wind(act, client)
        report_clock.keep_next_due(act, [row.provider_id])
        return act.id


def ask_for(
    db: Database,
    client_id: int,
    provider_id: int,
    kind: DocumentKind,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> tuple[int, int | None]:
    """A report beyond the clock, due today. Gives its id and the change set.

    The one of this kind that is open already is given instead, so that no period is reported twice.
    """
    if kind not in REPORTS:
        raise Invalid({"kind": "Choose a report."})
    with db.write() as session:
        client = clients.get(session, client_id)
        if session.get(Provider, provider_id) is None:
            raise Invalid({"provider_id": "Choose a provider."})
        known = store.open_of(session, client_id, provider_id, kind)
        if known is not None and known.id is not None and kind is not DocumentKind.STATUS_CHANGE:
            return known.id, None
        said = f"{TITLES[kind]} for {client.code} asked for"
        act = acts.begin(session, "report", said, actor_id=actor_id, now=now, today=today)
        row = report_clock.add(act, client, _asked(session, client, provider_id, kind, today))
        report_clock.keep_next_due(act, [provider_id])
        assert row.id is not None
        return row.id, act.id


def _asked(session: Session, client: Client, provider_id: int, kind: DocumentKind, today: date) -> Owed:
    assert client.id is not None
    number = len(store.of_client(session, client.id))
    since = store.last_delivered_on(session, client.id, provider_id) or client.started_on
    occasion = f"{reports_due.ASKED}{today.isoformat()}-{number}"
    return Owed(provider_id, kind, occasion, today, "Asked for.", from_on=min(since or today, today))


def tell(act: Act, row: DueReport, provider: Provider, said: str, **columns: str) -> int | None:
    """Write the line on the provider's timeline; gives its id."""
    return act.record(
        provider,
        ActivityKind.REPORT,
        summary=said,
        referral_id=row.referral_id,
        task_id=row.task_id,
        evidence={"due_report_id": row.id, "client_id": row.client_id},
        **columns,
    ).id


# --- what stands in the way -------------------------------------------------------------------------------------------


def check_open(row: DueReport) -> None:
    """Raises Refused for one that was delivered or skipped."""
    if row.state is not ReportState.OPEN:
        raise Refused("settled", f"This report was {row.state.value} already. Reload the page.")


def _written(session: Session, seen: Look, form: Mapping[str, str], today: date) -> dict[str, str]:
    """What differs from the proposal, field by field; Invalid names those that can't be kept."""
    proposed = replace(report_words.wanted(seen.row, today, seen.client), written=Written())
    bare = content.build(session, seen.client, proposed, today)
    proposals, values, errors = report_words.texts(bare), {}, {}
    for name in FIELDS:
        if name not in form:
            continue
        text = form[name].replace("\r\n", "\n").strip()
        if len(text) > LONGEST[name]:
            errors[name] = f"Shorten this to {LONGEST[name]} letters: the report is one page."
        found = [each for each in report_words.check(text, seen.provider) if each.family == "privacy" and each.blocks]
        if found:
            errors[name] = f"“{found[0].text}”: {found[0].why}"
        values[name] = "" if text == proposals[name].strip() else text or LEFT_OUT
    if errors:
        raise Invalid(errors)
    return values
