"""What the physician answered: cleared or not, within which limits, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.domain import permits
from crm.domain.client_kinds import ClearanceAnswer, ClientRole
from crm.domain.errors import Invalid
from crm.domain.form_reading import Reading
from crm.domain.kinds import TaskState
from crm.models.client_care import ClientClearance
from crm.models.clients import Client
from crm.models.providers import Provider
from crm.services import clearances, client_file, client_providers, scans
from crm.services.acts import Act
from crm.services.scans import Kept, Scan
from crm.store.engine import Database


def answer(
    db: Database,
    folder: Path,
    clearance_id: int,
    form: Mapping[str, str],
    scan: Scan | None = None,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int | None:
    """The paper is back: what it says, within which limits, until when. Corrects an earlier answer as well.

    Gives the change set; None where nothing differs.
    """
    with db.read() as session:
        _answer(session, clearances.get(session, clearance_id), form, today)
    kept = scans.keep(folder, scan)
    with db.write() as session:
        row = clearances.get(session, clearance_id)
        values = _answer(session, row, form, today)
        said: str = clearances.SAID[values["answer"]]
        act, client = client_file.begin(session, row.client_id, said, actor_id=actor_id, now=now, today=today)
        return _keep_answer(act, client, row, values, kept, said)


def bring(
    db: Database,
    folder: Path,
    client_id: int,
    form: Mapping[str, str],
    scan: Scan | None = None,
    *,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int | None:
    """A clearance that nobody here asked for: the client brought it along, or it came with the referral."""
    blank = ClientClearance(client_id=client_id, created_at=now)
    with db.read() as session:
        _answer(session, blank, form, today)
        provider = client_providers.chosen(session, form)
    kept = scans.keep(folder, scan)
    with db.write() as session:
        values = _answer(session, blank, form, today)
        said: str = clearances.SAID[values["answer"]]
        act, client = client_file.begin(session, client_id, said, actor_id=actor_id, now=now, today=today)
        row = ClientClearance(
            client_id=client_id, provider_id=provider.id, sample=client.sample, created_by=actor_id, created_at=now
        )
        act.insert(row)
        there = session.get_one(Provider, provider.id)
        client_providers.join(
            act, client, there, ClientRole.CLEARING, since_on=values["returned_on"], gets_reports=False
        )
        return _keep_answer(act, client, row, values, kept, said)


def _answer(session: Session, row: ClientClearance, form: Mapping[str, str], today: date) -> dict[str, Any]:
    reading = Reading(form, today=today)
    allowed = client_file.names(session, row.client_id)
    returned_on = reading.day("returned_on", future=False, since=row.asked_on) or today
    values: dict[str, Any] = {
        "answer": reading.one_of(ClearanceAnswer, "answer", needed="What did the physician answer?"),
        "returned_on": returned_on,
        "until_on": reading.day("until_on", since=returned_on),
        "condition": reading.words("condition", allowed=allowed),
        "systolic_max": reading.number("systolic_max", 80, 260),
        "diastolic_max": reading.number("diastolic_max", 40, 160),
        "heart_rate_max": reading.number("heart_rate_max", 50, 230),
        "weight_bearing": reading.words("weight_bearing", longest=200),
        "precautions": reading.words("precautions", allowed=allowed),
        "remarks": reading.words("remarks", allowed=allowed),
    }
    try:
        permits.check_pressure(values["systolic_max"], values["diastolic_max"])
    except Invalid as error:
        reading.errors |= error.errors
    reading.finish()
    return values


def _keep_answer(
    act: Act, client: Client, row: ClientClearance, values: dict[str, Any], kept: Kept | None, said: str
) -> int | None:
    if kept is not None:
        values["stored_file_id"] = kept.row_id(act.session, act.now)
    if not act.update(row, **values):
        act.drop()
        return None
    clearances.close(act, row, TaskState.DONE)
    client_file.tell(act, client, f"clearance is back: {said}", only=[row.provider_id])
    return act.id
