"""Queries over reports that are owed: by client, by provider, the list, and how many came on time."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from crm.domain.client_kinds import ClientRole, ReportState, SessionState
from crm.domain.measures import Motion
from crm.domain.papers import DocumentKind
from crm.models.client_care import ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client, ClientProvider
from crm.models.measurements import Assessment, Measurement
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.reports import DueReport

report: sa.Table = DueReport.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
client: sa.Table = Client.__table__  # type: ignore[attr-defined]
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]

# As the partial index says it, with literals, so that both databases use it.
OWED = sa.text("due_report.state = 'open' AND due_report.archived_at IS NULL")
RECEIVING = (ClientRole.REFERRING, ClientRole.INFORMED)
LONGEST = 200


class Part(StrEnum):
    """The parts of the list of reports."""

    DUE = "due"
    LATER = "later"
    SETTLED = "settled"


class Line(NamedTuple):
    """A report in a list."""

    id: int
    kind: DocumentKind
    due_on: date
    why: str
    state: ReportState
    delivered_on: date | None
    skipped_reason: str
    sample: bool
    document_id: int | None
    client_id: int
    code: str
    provider_id: int
    name: str


class OnTime(NamedTuple):
    """How many reports came on time, of those that were delivered or should have been."""

    on_time: int
    of: int


class OfProvider(NamedTuple):
    """A provider's reports: how many came on time, and the latest."""

    punctual: OnTime
    lines: list[Line]


_COLUMNS = (
    *(report.c[name] for name in Line._fields[:10]),
    client.c.code,
    report.c.provider_id,
    provider.c.display_name,
)


def of_client(session: Session, client_id: int) -> list[DueReport]:
    """Every report of a client, withdrawn ones too, for the clock."""
    query = select(DueReport).where(DueReport.client_id == client_id)
    return list(session.exec(query.order_by(col(DueReport.due_on), col(DueReport.id))))


def receivers(session: Session, client_id: int) -> list[ClientProvider]:
    """Who gets reports about a client."""
    query = select(ClientProvider).where(
        ClientProvider.client_id == client_id,
        col(ClientProvider.role).in_(RECEIVING),
        col(ClientProvider.gets_reports).is_(True),
        col(ClientProvider.until_on).is_(None),
    )
    return list(session.exec(query.order_by(col(ClientProvider.provider_id), col(ClientProvider.since_on))))


def providers_of(session: Session, client_id: int) -> list[tuple[int, str]]:
    """Providers who have to do with a client now, in any role."""
    query = (
        select(Provider.id, Provider.display_name)
        .join(ClientProvider, col(ClientProvider.provider_id) == Provider.id)
        .where(ClientProvider.client_id == client_id, col(ClientProvider.until_on).is_(None))
        .order_by(col(Provider.display_name))
    )
    return [(number, name) for number, name in dict.fromkeys(session.exec(query)) if number is not None]


def referrers(session: Session, client_id: int) -> list[tuple[int, str]]:
    """Who sent a client, the latest first."""
    query = (
        select(ClientProvider.provider_id, Provider.display_name)
        .join(Provider, col(Provider.id) == ClientProvider.provider_id)
        .where(ClientProvider.client_id == client_id, ClientProvider.role == ClientRole.REFERRING)
        .order_by(col(ClientProvider.since_on).desc(), col(ClientProvider.id).desc())
    )
    return [(number, name) for number, name in session.exec(query)]


def events(session: Session, client_id: int) -> list[ClientEvent]:
    """What happened to a client, in order of time."""
    query = select(ClientEvent).where(ClientEvent.client_id == client_id, col(ClientEvent.archived_at).is_(None))
    return list(session.exec(query.order_by(col(ClientEvent.happened_on), col(ClientEvent.id))))


def sessions(session: Session, client_id: int, first: date | None, last: date) -> list[ClientSession]:
    """The sessions of a period, in order of time; cancelled ones left out."""
    query = select(ClientSession).where(
        ClientSession.client_id == client_id,
        col(ClientSession.archived_at).is_(None),
        ClientSession.state != SessionState.CANCELLED,
        col(ClientSession.happened_on) <= last,
    )
    if first is not None:
        query = query.where(col(ClientSession.happened_on) >= first)
    return list(session.exec(query.order_by(col(ClientSession.happened_on), col(ClientSession.id))))


def clearances(session: Session, client_id: int) -> list[ClientClearance]:
    """Clearances that were asked for or came back, the latest first."""
    query = select(ClientClearance).where(
        ClientClearance.client_id == client_id, col(ClientClearance.archived_at).is_(None)
    )
    return list(session.exec(query.order_by(col(ClientClearance.id).desc())))


def last_assessment(session: Session, client_id: int) -> Assessment | None:
    """When somebody was measured last, and by whom."""
    query = select(Assessment).where(Assessment.client_id == client_id, col(Assessment.archived_at).is_(None))
    return session.exec(query.order_by(col(Assessment.measured_on).desc(), col(Assessment.id).desc()).limit(1)).first()


def device(session: Session, assessment_id: int) -> str:
    """What joints were measured with that day."""
    query = select(Measurement.device).where(
        Measurement.assessment_id == assessment_id, Measurement.motion != Motion.NONE, Measurement.device != ""
    )
    return session.exec(query.order_by(col(Measurement.id)).limit(1)).first() or ""


def last_plan(session: Session, client_id: int, provider_id: int) -> str:
    """The plan of the last progress report or assessment summary that left, where one was written."""
    query = select(DueReport.plan).where(
        DueReport.client_id == client_id,
        DueReport.provider_id == provider_id,
        col(DueReport.kind).in_((DocumentKind.PROGRESS_REPORT, DocumentKind.ASSESSMENT_SUMMARY)),
        DueReport.state == ReportState.DELIVERED,
        col(DueReport.archived_at).is_(None),
        DueReport.plan != "",
    )
    return (
        session.exec(query.order_by(col(DueReport.delivered_on).desc(), col(DueReport.id).desc()).limit(1)).first()
        or ""
    )


def running_clients(session: Session) -> list[int]:
    """Clients who have begun and not ended, or whose reports are open."""
    running = select(Client.id).where(
        col(Client.archived_at).is_(None), col(Client.started_on).is_not(None), col(Client.ended_on).is_(None)
    )
    open_ones = select(DueReport.client_id).where(OWED)
    found = {*session.exec(running), *session.exec(open_ones)}
    return sorted(each for each in found if each is not None)


def page(session: Session, part: Part, today: date, *, limit: int = LONGEST, **wanted: Any) -> list[Line]:
    """Reports of one part: what is due by its day, what was settled the latest first.

    `wanted` narrows by column: kind, provider_id, client_id.
    """
    query = _listed(part, today)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(report.c[name] == value)
    return [Line(*row) for row in session.execute(query.limit(limit))]


def of_provider(session: Session, provider_id: int, today: date, shown: int = 6) -> OfProvider | None:
    """The reports of a provider that were due or left, the latest first; None where there is none. One statement."""
    lines = [Line(*row) for row in session.connection().execute(_OF_PROVIDER, {"provider_id": provider_id})]
    counted = [each for each in lines if each.delivered_on or (each.state is ReportState.OPEN and each.due_on < today)]
    met = sum(each.delivered_on is not None and each.delivered_on <= each.due_on for each in counted)
    return OfProvider(OnTime(met, len(counted)), lines[:shown]) if lines else None


def due_count(session: Session, today: date) -> int:
    """How many reports are due today or overdue."""
    return int(session.execute(_DUE_COUNT, {"today": today}).scalar_one())


def client_of(session: Session, table_name: str, row_id: int) -> int | None:
    """The client of a row of one of a client's tables."""
    table = SQLModel.metadata.tables[table_name]
    found: int | None = session.scalar(sa.select(table.c.client_id).where(table.c.id == row_id))
    return found


def referral_of(session: Session, client_id: int, provider_id: int) -> int | None:
    """The latest referral of this client by this provider."""
    query = select(Referral.id).where(
        Referral.client_id == client_id, Referral.provider_id == provider_id, col(Referral.archived_at).is_(None)
    )
    return session.exec(query.order_by(col(Referral.received_on).desc(), col(Referral.id).desc()).limit(1)).first()


def open_of(session: Session, client_id: int, provider_id: int, kind: DocumentKind) -> DueReport | None:
    """The open report of this kind; of progress reports there is never more than one."""
    query = select(DueReport).where(
        DueReport.client_id == client_id, DueReport.provider_id == provider_id, DueReport.kind == kind, OWED
    )
    return session.exec(query.order_by(col(DueReport.due_on), col(DueReport.id)).limit(1)).first()


def last_delivered_on(session: Session, client_id: int, provider_id: int) -> date | None:
    """When the last report about this client reached this provider."""
    query = select(sa.func.max(col(DueReport.delivered_on))).where(
        DueReport.client_id == client_id, DueReport.provider_id == provider_id, col(DueReport.archived_at).is_(None)
    )
    found: date | None = session.exec(query).one()
    return found


def punctuality(session: Session, today: date, provider_id: int | None = None) -> OnTime:
    """Reports on time of those delivered, or overdue and still owed; those that were skipped don't count."""
    delivered = report.c.state == ReportState.DELIVERED
    overdue = sa.and_(report.c.state == ReportState.OPEN, report.c.due_on < today)
    query = sa.select(
        sa.func.coalesce(
            sa.func.sum(sa.case((sa.and_(delivered, report.c.delivered_on <= report.c.due_on), 1), else_=0)), 0
        ),
        sa.func.count(),
    ).where(report.c.archived_at.is_(None), sa.or_(delivered, overdue))
    if provider_id is not None:
        query = query.where(report.c.provider_id == provider_id)
    return OnTime(*session.execute(query).one())


_DUE_COUNT = (
    sa.select(sa.func.count())
    .select_from(report)
    .where(OWED, report.c.due_on <= sa.bindparam("today", type_=sa.Date()))
)


def _lines() -> sa.Select[Any]:
    joined = report.join(client, client.c.id == report.c.client_id)
    return sa.select(*_COLUMNS).select_from(joined.join(provider, provider.c.id == report.c.provider_id))


# Pages of partners ask it, so it is made once.
_OF_PROVIDER = (
    _lines()
    .where(report.c.provider_id == sa.bindparam("provider_id"), report.c.archived_at.is_(None))
    .order_by(report.c.due_on.desc(), report.c.id.desc())
    .limit(LONGEST)
)


def _listed(part: Part, today: date) -> sa.Select[Any]:
    if part is Part.SETTLED:
        settled = report.c.state != ReportState.OPEN
        return (
            _lines()
            .where(settled, report.c.archived_at.is_(None))
            .order_by(report.c.updated_at.desc(), report.c.id.desc())
        )
    when = report.c.due_on <= today if part is Part.DUE else report.c.due_on > today
    return _lines().where(OWED, when).order_by(report.c.due_on, report.c.id)
