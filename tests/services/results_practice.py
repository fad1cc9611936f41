"""An invented practice for the Results page: three years of outreach, with everything that makes counting hard.

Touches close to midnight at the borders of months, moves and enrolments that were undone, referrals that were lost and
taken up again, archived ones, samples (some removed again), visits logged for several people, merged providers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic_core import PydanticUndefined
from sqlmodel import Session, SQLModel, col, select

from crm.domain.client_kinds import ReportState, SessionState
from crm.domain.kinds import ActivityKind, Outcome, ReferralHow, ReferralStatus
from crm.domain.mail_kinds import EnrollmentState
from crm.domain.papers import DocumentKind
from crm.domain.pipeline import PATH, Stage
from crm.models.activities import Activity
from crm.models.client_care import ClientSession
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.models.reports import DueReport
from crm.models.sequences import Enrollment, Sequence
from crm.services import changes, merges, referral_steps
from crm.store.engine import Database
from tests import factories

ZONE = "America/Chicago"
TODAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, 18, 0, tzinfo=UTC)
FIRST = date(2023, 11, 1)
DAYS = (TODAY - FIRST).days
PROVIDERS, REFERRALS, SAMPLES = 2000, 3000, 40
SPECIALTIES = ("orthopedics", "primary_care", "pt", "cardiology", "oncology")
SERVICES = ("post_rehab_conditioning", "chronic_disease", "older_adults")
REASONS = ("Price", "Couldn't be reached", "")
TOUCH_KINDS = ("call", "visit", "email", "letter", "reply", "meeting", "fax", "in_service")


def build(db: Database) -> None:
    """Put the practice into an empty database."""
    with db.write() as session:
        factories.make_business(session, zone=ZONE)
        practices = [factories.make_practice(session).id for _ in range(60)]
        users = [factories.make_user(session).id for _ in range(3)]
        template = factories.make_template(session)
        versions = [factories.make_template_version(session, template_id=template.id).id for _ in range(3)]
        session.add_all(Sequence(id=n, name=f"Sequence {n}", created_at=NOW, updated_at=NOW) for n in (1, 2, 3))
        session.flush()
        made = _rows()
        for model, rows in made.items():
            _place(rows, practices, users, versions)
            session.connection().execute(sa.insert(SQLModel.metadata.tables[str(model.__tablename__)]), rows)
        if not db.is_sqlite:
            for model in made:
                name = model.__tablename__
                session.execute(sa.text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
            session.execute(sa.text("SELECT setval('sequence_id_seq', 9)"))
        _remove_samples(session)
    _change(db)


def _place(rows: Iterable[dict[str, Any]], practices: list[Any], users: list[Any], versions: list[Any]) -> None:
    """Numbers from 1 up stand for what the database has."""
    for row in rows:
        for column, real in (("practice_id", practices), ("credited_id", users), ("template_version_id", versions)):
            if row.get(column):
                row[column] = real[(row[column] - 1) % len(real)]


def _remove_samples(session: Session) -> None:
    """Half of the samples are removed again."""
    gone = sa.select(col(Provider.id)).where(col(Provider.sample), col(Provider.id) % 2 == 0)
    clients = sa.select(col(Referral.client_id)).where(col(Referral.provider_id).in_(gone))
    ids = list(session.scalars(clients))
    session.execute(sa.delete(Activity).where(col(Activity.provider_id).in_(gone)))
    session.execute(sa.delete(DueReport).where(col(DueReport.client_id).in_(ids)))
    session.execute(sa.delete(ClientSession).where(col(ClientSession.client_id).in_(ids)))
    session.execute(sa.delete(Referral).where(col(Referral.client_id).in_(ids)))
    session.execute(sa.delete(Enrollment).where(col(Enrollment.provider_id).in_(gone)))


def _change(db: Database) -> None:
    """What services do: merges, one of them undone, and steps of referrals that were undone."""
    for left in range(11, 27, 2):
        _, change_set = merges.merge(db, (left, left + 1), {}, actor_id=None, now=NOW)
    changes.undo(db, change_set, actor_id=None, now=NOW)
    with db.read() as session:
        open_ones = select(Referral.id).where(
            Referral.status == ReferralStatus.RECEIVED, col(Referral.archived_at).is_(None), ~col(Referral.sample)
        )
        ids = list(session.exec(open_ones.order_by(col(Referral.id)).limit(6)))
    for n, referral_id in enumerate(ids):
        assert referral_id is not None
        status = ReferralStatus.STARTED if n % 2 else ReferralStatus.CONTACTED
        done = referral_steps.change(db, referral_id, status, actor_id=None, now=NOW, today=TODAY)
        if n < 4:
            changes.undo(db, done, actor_id=None, now=NOW)


@cache
def _made() -> Mapping[type[SQLModel], list[dict[str, Any]]]:
    chance = random.Random(5)
    providers = [_provider(n, chance) for n in range(1, PROVIDERS + SAMPLES + 1)]
    activities = [line for one in providers for line in _history(one, chance)]
    referrals = [_referral(n, providers, chance) for n in range(1, REFERRALS + 3 * SAMPLES + 1)]
    sent: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in referrals:
        sent[one["provider_id"]].append(one)
    return {
        Provider: [_counted(one, sent) for one in providers],
        Client: [_client(one) for one in referrals],
        Referral: referrals,
        Activity: activities,
        ClientSession: [one for each in referrals for one in _sessions(each, chance)],
        DueReport: [one for each in referrals for one in _reports(each, chance)],
        Enrollment: [one for each in providers[::3] for one in _enrollments(each, chance)],
    }


def _rows() -> dict[type[SQLModel], list[dict[str, Any]]]:
    """The rows as dictionaries for a bulk insert, the numbered first."""
    return {model: [dict(row) for row in rows] for model, rows in _made().items()}


def _row(model: type[SQLModel], **values: Any) -> dict[str, Any]:
    return {**_defaults(model), **values}


@cache
def _defaults(model: type[SQLModel]) -> Mapping[str, Any]:
    """What a row has that says nothing else. Making thousands of models takes longer than all of the counting."""
    given = {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}
    return {name: value for name, value in given.items() if name != "id" and value is not PydanticUndefined}


def _instant(chance: random.Random, first: date, last: date) -> datetime:
    """Some moment of these days; every fourth is within three hours of a month's border in the business's zone."""
    day = first + timedelta(days=chance.randrange(max((last - first).days, 1)))
    if chance.random() < 0.25 and (border := day.replace(day=1)) > first:
        midnight = datetime.combine(border, datetime.min.time(), ZoneInfo(ZONE)).astimezone(UTC)
        return midnight + timedelta(minutes=chance.randrange(-180, 180))
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=chance.randrange(86_400))


def _provider(n: int, chance: random.Random) -> dict[str, Any]:
    return _row(
        Provider, id=n, display_name=f"Provider {n}", sort_name=f"provider {n}", specialty=SPECIALTIES[n % 5],
        practice_id=n % 60 + 1, stage=chance.choice(list(Stage)) if n % 3 else Stage.PROSPECT, sample=n > PROVIDERS,
        archived_at=NOW if n % 97 == 0 else None, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def _history(one: dict[str, Any], chance: random.Random) -> Iterable[dict[str, Any]]:
    if chance.random() < 0.2:
        return
    first = FIRST + timedelta(days=chance.randrange(DAYS))
    place = 0
    for n in range(chance.randrange(1, 9)):
        at = _instant(chance, first, TODAY)
        common = {"provider_id": one["id"], "happened_at": at, "created_at": at, "sample": one["sample"]}
        common["undone_at"] = NOW if chance.random() < 0.08 else None
        if chance.random() < 0.4:
            after = chance.choice([*PATH[1:], *PATH[place + 1 : place + 2], Stage.NOT_NOW])
            before = PATH[place] if chance.random() < 0.8 else Stage.NOT_NOW
            yield _row(Activity, kind=ActivityKind.STAGE, stage_from=before, stage_to=after, **common)
            place = PATH.index(after) if after in PATH else place
            continue
        kind = ActivityKind(chance.choice([*TOUCH_KINDS, "visit", "note", "task"]))
        together = f"{kind}-{at:%Y%m%d}" if kind in (ActivityKind.VISIT, ActivityKind.IN_SERVICE) and n % 2 else None
        yield _row(Activity, kind=kind, outcome=chance.choice([None, *Outcome]), group_key=together, **common)


def _referral(n: int, providers: list[dict[str, Any]], chance: random.Random) -> dict[str, Any]:
    is_sample = n > REFERRALS
    provider = PROVIDERS + 1 + n % SAMPLES if is_sample else 1 + int(chance.random() ** 3 * 700)
    received = FIRST + timedelta(days=chance.randrange(DAYS + 1))
    if chance.random() < 0.15:
        received = max(received.replace(day=1) - timedelta(days=chance.randrange(2)), FIRST)
    touches = chance.choice([0, *range(1, 15)])
    return _row(
        Referral, id=n, client_id=n, provider_id=provider, practice_id=provider % 60 + 1 if n % 11 else None,
        received_on=received, service_key=chance.choice(SERVICES), how=chance.choice(list(ReferralHow)),
        expected_cents=chance.choice([None, 90_000, 120_000]), booked_cents=chance.choice([None, 0, 45_000]),
        last_touch_kind=chance.choice(TOUCH_KINDS) if touches else "", touches=touches,
        conversations=touches // 2, visits=min(touches, n % 4), days_to_it=chance.randrange(400) if touches else None,
        sequence_id=chance.choice([None, 1, 2, 3]), template_version_id=chance.choice([None, 1, 2, 3]),
        credited_id=chance.choice([None, 1, 2]), archived_at=NOW if n % 25 == 0 else None, sample=is_sample,
        created_at=NOW, **_steps(received, chance),
    )  # fmt: skip


def _steps(received: date, chance: random.Random) -> dict[str, Any]:
    """How far it has come: some skip a step, some went back one, some were lost and some of those taken up again."""
    reached = chance.choices(range(5), (10, 10, 10, 20, 50))[0]
    days, day = [], received
    for _ in range(4):
        day += timedelta(days=chance.choice([0, 1, 2, 5, 9, 30, 31, 60, 90, 91]))
        days.append(day)
    values: dict[str, Any] = {"contacted_on": days[0] if reached else None}
    values["scheduled_on"] = days[1] if reached > 1 and chance.random() < 0.8 else None
    values["started_on"] = days[2] if reached > 2 else None
    status = (ReferralStatus.RECEIVED, ReferralStatus.CONTACTED, ReferralStatus.SCHEDULED, ReferralStatus.STARTED)
    values["status"] = (*status, chance.choice([ReferralStatus.COMPLETED, ReferralStatus.CONTINUING]))[reached]
    if values["status"] is ReferralStatus.COMPLETED:
        values["ended_on"] = days[3]
    if values["status"] is ReferralStatus.CONTINUING:
        values["continuing_on"] = days[3]
    if reached == 2 and chance.random() < 0.3:  # did not come: back to the step before, on a later day
        values |= {"status": ReferralStatus.CONTACTED, "contacted_on": days[1] + timedelta(days=4)}
    if chance.random() < 0.2:
        values |= {"status": ReferralStatus.LOST, "lost_reason": chance.choice(REASONS), "ended_on": days[3]}
        if chance.random() < 0.3:  # taken up again
            values |= {"status": ReferralStatus.CONTACTED, "lost_reason": "", "ended_on": None}
    return values


def _client(one: dict[str, Any]) -> dict[str, Any]:
    return _row(Client, id=one["client_id"], code=f"K-{one['client_id']}", sample=one["sample"], created_at=NOW)


def _counted(one: dict[str, Any], sent: Mapping[int, list[dict[str, Any]]]) -> dict[str, Any]:
    days = [each["received_on"] for each in sent[one["id"]] if each["archived_at"] is None]
    first, last = min(days, default=None), max(days, default=None)
    return {**one, "referral_count": len(days), "first_referral_on": first, "last_referral_on": last}


def _sessions(one: dict[str, Any], chance: random.Random) -> Iterable[dict[str, Any]]:
    for n in range(3 if one["started_on"] else 0):
        yield _row(
            ClientSession, client_id=one["client_id"], referral_id=one["id"],
            happened_on=one["started_on"] + timedelta(days=9 * n), state=chance.choice(list(SessionState)),
            charge_cents=chance.choice([None, 9_000]), sample=one["sample"], created_at=NOW,
            archived_at=NOW if chance.random() < 0.05 else None,
        )  # fmt: skip


def _reports(one: dict[str, Any], chance: random.Random) -> Iterable[dict[str, Any]]:
    for kind in (DocumentKind.CLIENT_INTRODUCTION, DocumentKind.PROGRESS_REPORT) if one["started_on"] else ():
        due = one["started_on"] + timedelta(days=chance.randrange(40))
        state = chance.choice(list(ReportState))
        delivered = due + timedelta(days=chance.randrange(-3, 4)) if state is ReportState.DELIVERED else None
        yield _row(
            DueReport, client_id=one["client_id"], provider_id=one["provider_id"], kind=kind, occasion="x",
            due_on=due, state=state, delivered_on=delivered, sample=one["sample"], created_at=NOW, updated_at=NOW,
            archived_at=NOW if chance.random() < 0.05 else None,
        )  # fmt: skip


def _enrollments(one: dict[str, Any], chance: random.Random) -> Iterable[dict[str, Any]]:
    for sequence_id in (1, 2):
        undone = chance.random() < 0.1
        yield _row(
            Enrollment, sequence_id=sequence_id, provider_id=one["id"], enrolled_at=_instant(chance, FIRST, TODAY),
            state=EnrollmentState.STOPPED, state_reason="undone" if undone else "finished", sample=one["sample"],
        )  # fmt: skip
