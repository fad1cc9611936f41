"""Clients: what a report needs of them, nothing that names them, and what their measures say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from crm.domain import comparisons, measuring, populations
from crm.domain.client_kinds import ClientOrigin
from crm.domain.comparisons import Point, Series
from crm.domain.errors import NotFound
from crm.domain.measuring import Spot
from crm.domain.populations import Person
from crm.domain.report import Row
from crm.models.clients import Client
from crm.models.measurements import ClientGoal
from crm.services import acts, audit, changes, client_facts, days, report_clock
from crm.services.changes import Recorder
from crm.store import measurements
from crm.store.engine import Database

PAIN = "nprs"
DAYS = frozenset({"started_on", "ended_on", "sees_provider_on", "report_days"})
"""What the report clock goes by."""


@dataclass(frozen=True, slots=True)
class Told:
    """One measure of a client over time, and the days behind its points."""

    row: Row
    spot: Spot
    days: tuple[date, ...]


def get(session: Session, client_id: int) -> Client:
    """A client by id, archived or not; NotFound when there is none."""
    client = session.get(Client, client_id)
    if client is None:
        raise NotFound("This client isn't here any more.")
    return client


def create(db: Database, form: Mapping[str, str], *, actor_id: int | None, now: datetime) -> tuple[int, int]:
    """Add somebody who came by themselves. Gives the client's id and the change set to undo."""
    with db.write() as session:
        today = days.today_of(session, actor_id, now)
        values = client_facts.checked(session, {"code": "", **form}, None, today)
        act = acts.begin(session, "client", f"Client {values['code']}", actor_id=actor_id, now=now, today=today)
        client = Client(origin=ClientOrigin.SELF, **values, created_by=actor_id, created_at=now)
        act.insert(client)
        audit.note(session, "client", client.code, actor_id=actor_id, now=now, what="added")
        report_clock.wind(act, client)
        assert client.id is not None
        return client.id, act.id


def update(db: Database, client_id: int, form: Mapping[str, str], *, actor_id: int | None, now: datetime) -> int | None:
    """Save corrections; gives the change set to undo, or None when nothing differs."""
    with db.write() as session:
        today = days.today_of(session, actor_id, now)
        client = get(session, client_id)
        values = client_facts.checked(session, form, client, today)
        act = acts.begin(session, "client", f"Client {client.code}", actor_id=actor_id, now=now, today=today)
        if not act.update(client, **values):
            act.drop()
            return None
        if DAYS & values.keys():
            report_clock.wind(act, client)
        audit.note(session, "client", client.code, actor_id=actor_id, now=now, what="corrected")
        return act.id


def archive(db: Database, client_id: int, *, away: bool, actor_id: int | None, now: datetime) -> int:
    """Put a client away, or bring one back; gives the change set to undo."""
    with db.write() as session:
        client = get(session, client_id)
        label = f"{'Put away' if away else 'Brought back'} client {client.code}"
        today = days.today_of(session, actor_id, now)
        act = acts.begin(session, "client", label, actor_id=actor_id, now=now, today=today)
        act.update(client, archived_at=now if away else None)
        report_clock.wind(act, client)
        audit.note(session, "client", client.code, actor_id=actor_id, now=now, what="put away" if away else "back")
        return act.id


def set_goals(
    db: Database,
    client_id: int,
    typed: Mapping[str, str],
    chosen: Mapping[str, str],
    *,
    actor_id: int | None,
    now: datetime,
) -> int | None:
    """Keep the goals that were typed, by the names of their fields; an emptied one goes. None when nothing differs."""
    lines = [line for name in typed if (line := measuring.line_of(_line_name(name)))]
    wanted = measuring.read(lines, typed, chosen)
    with db.write() as session:
        client = get(session, client_id)
        recorder = changes.begin(session, "client", f"Goals of {client.code}", actor_id=actor_id, now=now)
        changed = _keep_goals(
            session, recorder, client_id, {spot: one.value for spot, one in wanted.items()}, typed, now
        )
        if not changed:
            session.delete(recorder.change_set)
            return None
        return recorder.id


def told(session: Session, client: Client, today: date, until: date | None = None) -> list[Told]:
    """Every measure of a client over time (up to `until`), judged where a published figure fits."""
    assert client.id is not None
    by_spot: dict[Spot, list[measurements.Value]] = {}
    for value in measurements.values(session, client.id):
        if until is not None and value.measured_on > until:
            continue
        by_spot.setdefault(Spot(value.measure_key, value.side, value.motion), []).append(value)
    goals = {
        Spot(goal.measure_key, goal.side, goal.motion): goal.target for goal in measurements.goals(session, client.id)
    }
    who = person(client, today)
    return [
        Told(
            comparisons.row(Series(spot.key, _points(found, today), goals.get(spot), spot.side, spot.motion), who),
            spot,
            tuple(each.measured_on for each in found),
        )
        for spot, found in by_spot.items()
    ]


def person(client: Client, today: date) -> Person:
    """Who a client is, as far as published figures ask: the age is the one reached this year."""
    age = today.year - client.birth_year if client.birth_year else None
    return populations.person(client.condition, sex=client.sex, ages=(age, age) if age is not None else None)


def _points(found: list[measurements.Value], today: date) -> tuple[Point, ...]:
    return tuple(Point(day_words(each.measured_on, today), each.value, each.tester, each.device) for each in found)


def day_words(day: date, today: date) -> str:
    """A day as short as it can be: the year only when it isn't this one."""
    return f"{day:%b} {day.day}" if day.year == today.year else f"{day:%b} {day.day} ’{day:%y}"


def _keep_goals(
    session: Session,
    recorder: Recorder,
    client_id: int,
    wanted: Mapping[Spot, float],
    typed: Mapping[str, str],
    now: datetime,
) -> bool:
    known = {Spot(goal.measure_key, goal.side, goal.motion): goal for goal in measurements.goals(session, client_id)}
    changed = False
    for spot, target in wanted.items():
        if spot in known:
            changed |= recorder.update(known[spot], target=target)
            continue
        recorder.insert(
            ClientGoal(
                client_id=client_id,
                measure_key=spot.key,
                side=spot.side,
                motion=spot.motion,
                target=target,
                created_at=now,
            )
        )
        changed = True
    for spot, goal in known.items():
        if spot.name in typed and spot not in wanted:
            recorder.delete(goal)
            changed = True
    return changed


def _line_name(spot_name: str) -> str:
    key, _, motion = spot_name.partition(".")
    return f"{key}.{motion.rpartition('.')[2]}"


def rows_for_report(session: Session, client: Client, today: date, until: date | None = None) -> tuple[Row, ...]:
    """The lines of a report about a client (up to `until`): pain scores only where the client's page says so."""
    rows = (one.row for one in told(session, client, today, until))
    return tuple(row for row in rows if client.shows_pain or row.key != PAIN)
