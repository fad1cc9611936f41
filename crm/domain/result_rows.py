"""The rows behind a figure, as they are listed and exported. Clients are named by their code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crm.domain.figures import RowKind
from crm.domain.kinds import ActivityKind, Outcome, ReferralHow, ReferralStatus
from crm.domain.papers import DocumentKind
from crm.domain.pipeline import Stage


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral. Money in cents."""

    id: int
    received_on: date
    code: str
    client_id: int
    provider_id: int
    provider_name: str
    practice_name: str
    specialty: str
    service_key: str
    how: ReferralHow
    status: ReferralStatus
    contacted_on: date | None
    scheduled_on: date | None
    started_on: date | None
    continuing_on: date | None
    ended_on: date | None
    lost_reason: str
    expected_cents: int | None
    booked_cents: int | None
    last_touch_kind: str
    touches: int
    visits: int
    days_to_it: int | None


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider, with the day it was first contacted, or last sent somebody."""

    id: int
    happened_on: date
    name: str
    practice_name: str
    specialty: str
    stage: Stage
    referral_count: int
    last_referral_on: date | None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit that was made; `people` when it was logged for several at once."""

    id: int
    happened_on: date
    provider_id: int
    provider_name: str
    practice_name: str
    kind: ActivityKind
    outcome: Outcome | None
    summary: str
    people: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report that was due."""

    id: int
    due_on: date
    delivered_on: date | None
    kind: DocumentKind
    code: str
    client_id: int
    provider_id: int
    provider_name: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that was attended."""

    id: int
    happened_on: date
    code: str
    client_id: int
    referral_id: int | None
    charge_cents: int | None


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """A provider's way through a sequence."""

    id: int
    happened_on: date
    provider_id: int
    provider_name: str
    practice_name: str
    sequence_id: int
    sequence_name: str


ResultRow = ReferralRow | ProviderRow | VisitRow | ReportRow | SessionRow | EnrollmentRow


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of the rows behind a figure, the latest first. `after` continues it; None at the end."""

    key: str
    kind: RowKind
    rows: tuple[ResultRow, ...]
    after: str | None = None
