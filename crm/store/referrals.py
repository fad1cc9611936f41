"""Queries over referrals: the list, one with its steps, a provider's own, and the counts behind conversion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from crm.domain.conversion import Rate
from crm.domain.kinds import ReferralHow, ReferralStatus, TaskKind, TaskState
from crm.domain.referrals import DATED, WANTS_PAPER, contact_by, latest_received
from crm.models.accounts import User
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.referrals import Referral, ReferralStep, ReferralTouch
from crm.models.tasks import Task

referral: sa.Table = Referral.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
client: sa.Table = Client.__table__  # type: ignore[attr-defined]
provider: sa.Table = Provider.__table__  # type: ignore[attr-defined]
step: sa.Table = ReferralStep.__table__  # type: ignore[attr-defined]
task: sa.Table = Task.__table__  # type: ignore[attr-defined]

CAP = 1000
NOT_ARCHIVED = referral.c.archived_at.is_(None)
OURS = referral.c.import_id.is_(None)
"""Logged as they came: past ones that were imported call for nothing."""


class Line(NamedTuple):
    """A referral with its client's code and its provider."""

    id: int
    received_on: date
    service_key: str
    how: ReferralHow
    status: ReferralStatus
    reason: str
    lost_reason: str
    contacted_on: date | None
    scheduled_on: date | None
    started_on: date | None
    ended_on: date | None
    written_on: date | None
    expected_cents: int | None
    provider_id: int
    client_id: int
    continuing_on: date | None
    lost_from: ReferralStatus | None
    booked_cents: int | None
    booked_by_hand: bool
    sample: bool
    import_id: int | None
    code: str
    name: str
    practice_name: str
    specialty: str

    @property
    def lacks_paper(self) -> bool:
        """Whether it came by word and still wants its written referral."""
        return self.written_on is None and self.status in WANTS_PAPER and self.import_id is None

    @property
    def contact_by(self) -> date | None:
        """Until when the client has to be spoken with, while nobody has."""
        waits = self.status is ReferralStatus.RECEIVED and self.import_id is None
        return contact_by(self.received_on) if waits else None

    @property
    def since_on(self) -> date | None:
        """The day on which it reached where it stands."""
        column = DATED.get(self.status)
        return getattr(self, column) if column else self.received_on


class LedLine(NamedTuple):
    """What led to a referral, in figures."""

    first_touch_kind: str
    last_touch_kind: str
    touches: int
    conversations: int
    visits: int
    days_to_it: int | None


class Mark(NamedTuple):
    """Where a page ended."""

    received_on: date
    id: int


class Step(NamedTuple):
    """A change of status and who made it."""

    id: int
    status_from: ReferralStatus | None
    status_to: ReferralStatus
    happened_on: date
    reason: str
    created_at: datetime
    who: str | None


class Due(NamedTuple):
    """An open follow-up and its day."""

    task_id: int
    due_on: date


@dataclass(frozen=True)
class Filter:
    """Which referrals are wanted; empty wants all.

    `late` wants those whose client should have been called before that day.
    """

    statuses: tuple[ReferralStatus, ...] = ()
    service_key: str = ""
    provider_id: int | None = None
    unwritten: bool = False
    late: date | None = None
    search: str = ""
    import_id: int | None = None


_COLUMNS = (
    *(referral.c[name] for name in Line._fields[:21]),
    client.c.code,
    provider.c.display_name,
    provider.c.practice_name,
    provider.c.specialty,
)
_JOINED = referral.join(client, client.c.id == referral.c.client_id).join(
    provider, provider.c.id == referral.c.provider_id
)


def page(
    session: Session, *, limit: int, after: Mark | None = None, wanted: Filter = Filter()
) -> tuple[list[Line], Mark | None]:
    """The newest referrals, and where the next page starts."""
    query = (
        sa.select(*_COLUMNS)
        .select_from(_JOINED)
        .where(NOT_ARCHIVED, *_wanted(wanted))
        .order_by(referral.c.received_on.desc(), referral.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        mark = sa.tuple_(sa.literal(after.received_on), sa.literal(after.id))
        query = query.where(sa.tuple_(referral.c.received_on, referral.c.id) < mark)
    lines = [Line(*row) for row in session.execute(query)]
    if len(lines) <= limit:
        return lines, None
    return lines[:limit], Mark(lines[limit - 1].received_on, lines[limit - 1].id)


def everyone(session: Session, wanted: Filter) -> list[tuple[Line, LedLine]]:
    """All of them with what led to each, the newest first."""
    led = [referral.c[name] for name in LedLine._fields]
    query = sa.select(*_COLUMNS, *led).select_from(_JOINED).where(NOT_ARCHIVED, *_wanted(wanted))
    rows = session.execute(query.order_by(referral.c.received_on.desc(), referral.c.id.desc()))
    return [(Line(*row[: len(_COLUMNS)]), LedLine(*row[len(_COLUMNS) :])) for row in rows]


def line(session: Session, referral_id: int) -> Line | None:
    """One referral."""
    row = session.execute(sa.select(*_COLUMNS).select_from(_JOINED).where(referral.c.id == referral_id)).first()
    return Line(*row) if row else None


def of_provider(session: Session, provider_id: int, limit: int = 50) -> list[Line]:
    """A provider's referrals, the newest first."""
    return page(session, limit=limit, wanted=Filter(provider_id=provider_id))[0]


def status_counts(session: Session) -> dict[ReferralStatus, int]:
    """How many referrals there are in each status."""
    query = sa.select(referral.c.status, sa.func.count()).where(NOT_ARCHIVED).group_by(referral.c.status)
    rows: Sequence[tuple[ReferralStatus, int]] = session.execute(query).all()
    return dict(rows)


def started_rate(session: Session, since: date | None = None) -> Rate:
    """Started out of received, by day received."""
    clauses = [NOT_ARCHIVED, *([referral.c.received_on >= since] if since else [])]
    query = sa.select(sa.func.count(referral.c.started_on), sa.func.count()).where(*clauses)
    started, received = session.execute(query).one()
    return Rate(started, received)


def steps(session: Session, referral_id: int) -> list[Step]:
    """The changes of status in order."""
    who = User.__table__  # type: ignore[attr-defined]
    query = (
        sa.select(*(step.c[name] for name in Step._fields[:6]), who.c.name)
        .select_from(step.outerjoin(who, who.c.id == step.c.actor_id))
        .where(step.c.referral_id == referral_id, step.c.undone_at.is_(None))
        .order_by(step.c.id)
    )
    return [Step(*row) for row in session.execute(query)]


def touches(session: Session, referral_id: int) -> Sequence[ReferralTouch]:
    """What led to a referral, the first touch first."""
    query = select(ReferralTouch).where(ReferralTouch.referral_id == referral_id)
    return session.exec(query.order_by(col(ReferralTouch.position))).all()


def limits(session: Session, referral_ids: Sequence[int]) -> dict[int, dict[TaskKind, Due]]:
    """The open follow-ups about these referrals, by kind."""
    found: dict[int, dict[TaskKind, Due]] = {}
    if not referral_ids:
        return found
    query = sa.select(task.c.referral_id, task.c.kind, task.c.id, task.c.due_on).where(
        task.c.referral_id.in_(referral_ids), task.c.state.in_((TaskState.OPEN, TaskState.WAITING))
    )
    for referral_id, kind, task_id, due_on in session.execute(query.order_by(task.c.due_on.desc())):
        found.setdefault(referral_id, {})[kind] = Due(task_id, due_on)
    return found


def late_count(session: Session, today: date) -> int:
    """How many clients should have been called before today."""
    query = sa.select(sa.func.count()).select_from(referral).where(NOT_ARCHIVED, *_wanted(Filter(late=today)))
    return int(session.execute(query).scalar_one())


def recent_partners(session: Session, limit: int) -> list[tuple[int, str, str]]:
    """Who referred last: id, name and practice."""
    columns = (provider.c.id, provider.c.display_name, provider.c.practice_name)
    query = sa.select(*columns).where(provider.c.last_referral_on.is_not(None), provider.c.archived_at.is_(None))
    query = query.order_by(provider.c.last_referral_on.desc(), provider.c.id.desc()).limit(limit)
    return [(key, name, practice) for key, name, practice in session.execute(query)]


def by_client_key(session: Session, client_key: str) -> Referral | None:
    """The referral that the phone has sent before."""
    return session.exec(select(Referral).where(Referral.client_key == client_key)).first()


def client_by_code(session: Session, code: str) -> Client | None:
    """The client with this code."""
    return session.exec(select(Client).where(Client.code == code)).first()


def latest_code(session: Session) -> str | None:
    """The code given last."""
    return session.exec(select(Client.code).order_by(col(Client.id).desc()).limit(1)).first()


def numbers_of(session: Session, provider_id: int) -> tuple[date | None, date | None, int]:
    """First and last day and the count of a provider's referrals."""
    query = sa.select(sa.func.min(referral.c.received_on), sa.func.max(referral.c.received_on), sa.func.count())
    first, last, count = session.execute(query.where(referral.c.provider_id == provider_id, NOT_ARCHIVED)).one()
    return first, last, count


def services_of(session: Session, provider_id: int) -> list[str]:
    """The services a provider refers for, the latest first."""
    query = (
        sa.select(referral.c.service_key)
        .where(referral.c.provider_id == provider_id, NOT_ARCHIVED)
        .group_by(referral.c.service_key)
        .order_by(sa.func.max(referral.c.received_on).desc())
    )
    return [key for (key,) in session.execute(query)]


def _wanted(wanted: Filter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.statuses:
        clauses.append(_in(referral.c.status, wanted.statuses))
    if wanted.service_key:
        clauses.append(referral.c.service_key == wanted.service_key)
    if wanted.provider_id is not None:
        clauses.append(referral.c.provider_id == wanted.provider_id)
    if wanted.unwritten:
        clauses += [referral.c.written_on.is_(None), _in(referral.c.status, WANTS_PAPER), OURS]
    if wanted.late is not None:
        received = latest_received(wanted.late)
        clauses += [referral.c.status == ReferralStatus.RECEIVED, referral.c.received_on <= received, OURS]
    if wanted.search:
        clauses.append(client.c.code.contains(wanted.search.strip().upper(), autoescape=True))
    if wanted.import_id is not None:
        clauses.append(referral.c.import_id == wanted.import_id)
    return clauses


def _in(column: sa.Column[Any], statuses: Collection[ReferralStatus]) -> sa.ColumnElement[bool]:
    return column.in_(list(statuses))
