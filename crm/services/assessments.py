"""Sessions of measuring: saved once, mended later, put away with a way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from crm.domain import measuring
from crm.domain.errors import Invalid, NotFound
from crm.domain.measuring import Line, Spot
from crm.domain.units import Entered
from crm.models.clients import Client
from crm.models.measurements import Assessment, Measurement
from crm.services import changes, client_facts, clients
from crm.services.changes import Recorder
from crm.store import clients as client_store
from crm.store import measurements as store
from crm.store.engine import Database
from crm.store.measurements import Value


@dataclass(frozen=True)
class Sheet:
    """What a form of measuring holds, as typed. `typed` is by field, `chosen` the unit of each line.

    `devices` is what each kind of device was this time ("goniometer" -> "inclinometer"); `version` is when the session
    was last saved, as this form knew it.
    """

    measured_on: date | None
    tester: str
    lines: Sequence[Line]
    typed: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, str] = field(default_factory=dict)
    remarks: str = ""
    client_key: str | None = None
    version: str = ""


@dataclass(frozen=True)
class Saved:
    """What saving did. Nothing, if the same form had arrived before."""

    assessment_id: int
    change_set_id: int | None
    is_repeat: bool = False


def save(db: Database, client_id: int, sheet: Sheet, *, actor_id: int | None, now: datetime, today: date) -> Saved:
    """Keep a new session of measuring. Invalid names every field that can't be; sent twice, it is saved once."""
    with db.write() as session:
        client = clients.get(session, client_id)
        if sheet.client_key and (known := store.by_client_key(session, sheet.client_key)):
            assert known.id is not None
            return Saved(known.id, None, is_repeat=True)
        values, columns = _checked(sheet, client, session, today)
        if (twin := _twin(session, client_id, columns, values)) is not None:
            return Saved(twin, None, is_repeat=True)
        recorder = changes.begin(session, "assessment", f"Measured {client.code}", actor_id=actor_id, now=now)
        row = Assessment(
            client_id=client_id,
            **columns,
            client_key=sheet.client_key or None,
            sample=client.sample,
            created_by=actor_id,
            created_at=now,
            updated_at=now,
        )
        recorder.insert(row)
        assert row.id is not None
        for spot, entered in values.items():
            recorder.insert(_measurement(row.id, spot, entered, sheet))
        return Saved(row.id, recorder.id)


def update(
    db: Database, assessment_id: int, sheet: Sheet, *, actor_id: int | None, now: datetime, today: date
) -> int | None:
    """Mend a session. A form that knows an older state is refused, so that no tab overwrites another."""
    with db.write() as session:
        row = get(session, assessment_id)
        client = clients.get(session, row.client_id)
        if sheet.version and sheet.version != version_of(row):
            raise Invalid(
                {"version": "This was saved in another window meanwhile. Open it again to see what is there."}
            )
        values, columns = _checked(sheet, client, session, today)
        recorder = changes.begin(session, "assessment", f"Measures of {client.code}", actor_id=actor_id, now=now)
        changed = recorder.update(row, **columns)
        changed |= _keep(session, recorder, assessment_id, values, sheet)
        if not changed:
            session.delete(recorder.change_set)
            return None
        recorder.update(row, updated_at=now)
        return recorder.id


def archive(db: Database, assessment_id: int, *, actor_id: int | None, now: datetime) -> int:
    """Put a session away; gives the change set to undo."""
    with db.write() as session:
        row = get(session, assessment_id)
        client = clients.get(session, row.client_id)
        recorder = changes.begin(
            session, "assessment", f"Put away measures of {client.code}", actor_id=actor_id, now=now
        )
        recorder.update(row, archived_at=now)
        return recorder.id


def get(session: Session, assessment_id: int) -> Assessment:
    """A session of measuring; NotFound when it isn't there or was archived."""
    row = session.get(Assessment, assessment_id)
    if row is None or row.archived_at is not None:
        raise NotFound("These measures aren't here any more.")
    return row


def version_of(row: Assessment) -> str:
    """What a form remembers of the state it was opened in."""
    return row.updated_at.isoformat()


def lines_for(session: Session, client_id: int, before: Sequence[Value]) -> list[Line]:
    """What to measure next: what was measured before, what a goal is set for, else what the service asks for."""
    known = [Line(each.measure_key, each.motion) for each in before]
    known += [Line(goal.measure_key, goal.motion) for goal in store.goals(session, client_id)]
    if known:
        return list(dict.fromkeys(known))
    services = [sender.service_key for sender in client_store.senders(session, client_id)]
    return measuring.for_services(services) or measuring.for_services(["post_rehab_conditioning"])


def _checked(sheet: Sheet, client: Client, session: Session, today: date) -> tuple[dict[Spot, Entered], dict[str, Any]]:
    errors: dict[str, str] = {}
    values: dict[Spot, Entered] = {}
    try:
        values = measuring.read(sheet.lines, sheet.typed, sheet.chosen)
    except Invalid as error:
        errors |= error.errors
    if not values and not errors:
        errors["add"] = "Type at least one value."
    if sheet.measured_on is None or sheet.measured_on > today or sheet.measured_on.year < 1990:
        errors["measured_on"] = "Choose the day of measuring, today or before."
    names = tuple(sender.name for sender in client_store.senders(session, client.id or 0))
    remarks = client_facts.check_words(sheet.remarks, "remarks", errors, allowed=names)
    tester = " ".join(sheet.tester.split())
    if len(tester) > 120:
        errors["tester"] = "Shorten this to 120 letters."
    if errors:
        raise Invalid(errors)
    return values, {"measured_on": sheet.measured_on, "tester": tester, "remarks": remarks}


def _twin(
    session: Session, client_id: int, columns: Mapping[str, object], values: Mapping[Spot, Entered]
) -> int | None:
    """The same day with the very same values, saved from another tab."""
    wanted = {spot: entered.value for spot, entered in values.items()}
    for row in store.assessments(session, client_id):
        if row.measured_on == columns["measured_on"] and row.id is not None:
            known = store.of_assessment(session, row.id)
            if {Spot(each.measure_key, each.side, each.motion): each.value for each in known} == wanted:
                return row.id
    return None


def _keep(
    session: Session, recorder: Recorder, assessment_id: int, values: Mapping[Spot, Entered], sheet: Sheet
) -> bool:
    changed = False
    known = {
        Spot(each.measure_key, each.side, each.motion): each for each in store.of_assessment(session, assessment_id)
    }
    for spot, entered in values.items():
        row = known.get(spot)
        if row is None:
            recorder.insert(_measurement(assessment_id, spot, entered, sheet))
            changed = True
            continue
        changed |= recorder.update(
            row, value=entered.value, entered=entered.text, entered_unit=entered.unit, device=_device(spot, sheet)
        )
    for spot, row in known.items():
        if spot not in values:
            recorder.delete(row)
            changed = True
    return changed


def _measurement(assessment_id: int, spot: Spot, entered: Entered, sheet: Sheet) -> Measurement:
    return Measurement(
        assessment_id=assessment_id,
        measure_key=spot.key,
        side=spot.side,
        motion=spot.motion,
        value=entered.value,
        entered=entered.text,
        entered_unit=entered.unit,
        device=_device(spot, sheet),
    )


def _device(spot: Spot, sheet: Sheet) -> str:
    kind = Line(spot.key, spot.motion).measure.device
    return " ".join(sheet.devices.get(kind, "").split())[:80] if kind else ""
