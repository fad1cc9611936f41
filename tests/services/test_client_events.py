from __future__ import annotations

import pytest

from crm.domain.client_kinds import EventKind
from crm.domain.errors import Invalid, NotFound
from crm.models.client_care import ClientEvent
from crm.services import changes, client_events, client_providers
from crm.store import client_care
from crm.store.engine import Database
from tests.factories import NOW, TODAY
from tests.services.client_files import WHO, File, lines, referred


@pytest.fixture
def file(db: Database) -> File:
    file = referred(db)
    form = {"provider_id": str(file.provider_id), "role": "informed"}
    client_providers.add(db, file.client_id, form, **WHO)
    return file


def log(db: Database, file: File, **form: str) -> tuple[int, int]:
    return client_events.log(db, file.client_id, {"kind": "fall", "what": "Slipped on the stairs", **form}, **WHO)


def events(db: Database, file: File) -> list[ClientEvent]:
    with db.read() as session:
        return list(client_care.events(session, file.client_id))


def test_an_urgent_event_is_written_down_before_anybody_was_called(db: Database, file: File) -> None:
    event_id, change = log(db, file, urgent="1")
    (row,) = events(db, file)
    assert (row.kind, row.urgent, row.called_at, row.happened_on) == (EventKind.FALL, True, None, TODAY)
    assert lines(db, file.provider_id)[-1] == "K-14: fell (urgent), March 4"
    client_events.call(db, event_id, "the nurse on duty", **WHO)
    (row,) = events(db, file)
    assert (row.called_at, row.called_whom) == (NOW, "the nurse on duty")
    assert "called the nurse on duty about it" in lines(db, file.provider_id)[-1]
    assert changes.undo(db, change, actor_id=None, now=NOW) == []
    assert events(db, file) == []


def test_the_call_can_be_noted_with_it(db: Database, file: File) -> None:
    log(db, file, called="1", called_whom="Ada Stone")
    (row,) = events(db, file)
    assert (row.called_at, row.called_whom) == (NOW, "Ada Stone")


def test_a_correction_keeps_when_the_call_was(db: Database, file: File) -> None:
    event_id, _ = log(db, file, called="1", called_whom="the desk")
    form = {"kind": "symptom", "what": "Dizzy", "called": "1", "called_whom": "the desk"}
    assert client_events.correct(db, event_id, form, **WHO) is not None
    assert client_events.correct(db, event_id, form, **WHO) is None
    assert (events(db, file)[0].kind, events(db, file)[0].called_at) == (EventKind.SYMPTOM, NOW)


def test_one_put_away_is_gone(db: Database, file: File) -> None:
    event_id, _ = log(db, file)
    client_events.archive(db, event_id, **WHO)
    assert events(db, file) == []
    with pytest.raises(NotFound):
        client_events.call(db, event_id, "", **WHO)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"what": " "}, "what"),
        ({"what": "her daughter Ellen, ellen@park.example"}, "what"),
        ({"happened_on": "2026-03-05"}, "happened_on"),
    ],
)
def test_what_can_t_be_is_named_by_its_field(db: Database, file: File, form: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as error:
        log(db, file, **form)
    assert list(error.value.errors) == [field]
