from __future__ import annotations

import pytest

from crm.domain.errors import Invalid, NotFound
from crm.services import changes, sent_clients
from crm.store import client_care
from crm.store.client_care import Sent
from crm.store.engine import Database
from tests.factories import NOW
from tests.services.client_files import WHO, File, lines, referred


@pytest.fixture
def file(db: Database) -> File:
    return referred(db)


def log(db: Database, file: File, **form: str) -> sent_clients.Logged:
    given = {"code": "k-14", "provider_id": str(file.provider_id), "reason": "Knee pain at rest", **form}
    return sent_clients.log(db, given, **WHO)


def sent(db: Database, file: File) -> list[Sent]:
    with db.read() as session:
        assert client_care.sent_of_client(session, file.client_id) == client_care.sent_to(session, file.provider_id)
        return client_care.sent_to(session, file.provider_id)


def test_whom_we_sent_is_known_on_both_sides(db: Database, file: File) -> None:
    logged = log(db, file, client_key="phone-1")
    assert log(db, file, client_key="phone-1") == sent_clients.Logged(logged.sent_id, None)
    ((row, code, name),) = sent(db, file)
    assert (code, name, row.reason) == ("K-14", "Ada Stone", "Knee pain at rest")
    assert lines(db, file.provider_id) == ["K-14: we sent them this client"]
    assert changes.undo(db, logged.change_set_id or 0, actor_id=None, now=NOW) == []
    assert sent(db, file) == []


def test_what_came_of_it_is_added_later(db: Database, file: File) -> None:
    sent_id = log(db, file).sent_id
    assert sent_clients.tell_outcome(db, sent_id, {"came_of_it": "Seen, comes back"}, **WHO) is not None
    assert sent_clients.tell_outcome(db, sent_id, {"came_of_it": "Seen, comes back"}, **WHO) is None
    assert sent(db, file)[0].sent.came_of_it == "Seen, comes back"
    sent_clients.archive(db, sent_id, **WHO)
    assert sent(db, file) == []
    with pytest.raises(NotFound):
        sent_clients.archive(db, sent_id, **WHO)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"code": "Z-99"}, "code"),
        ({"code": "Margaret"}, "code"),
        ({"client_id": "999"}, "code"),
        ({"provider_id": ""}, "provider_id"),
        ({"reason": "SSN 123-45-6789"}, "reason"),
        ({"sent_on": "2026-03-05"}, "sent_on"),
    ],
)
def test_what_can_t_be_is_named_by_its_field(db: Database, file: File, form: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as error:
        log(db, file, **form)
    assert list(error.value.errors) == [field]
