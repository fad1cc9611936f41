from __future__ import annotations

import pytest
from sqlmodel import select

from crm.domain.client_kinds import ClientRole
from crm.domain.errors import Invalid, Refused
from crm.models.clients import ClientProvider
from crm.services import changes, client_file, client_providers, clients
from crm.store import client_care
from crm.store.engine import Database
from tests.factories import NOW, TODAY
from tests.services.client_files import WHO, File, lines, referred


@pytest.fixture
def file(db: Database) -> File:
    return referred(db)


def add(db: Database, file: File, role: str = "informed", **form: str) -> int:
    given = {"provider_id": str(file.provider_id), "role": role, "gets_reports": "1", **form}
    return client_providers.add(db, file.client_id, given, **WHO)


def link(db: Database) -> ClientProvider:
    with db.read() as session:
        return session.exec(select(ClientProvider)).one()


def test_a_provider_is_kept_informed_from_a_day_on(db: Database, file: File) -> None:
    change = add(db, file)
    assert (link(db).role, link(db).gets_reports, link(db).since_on) == (ClientRole.INFORMED, True, TODAY)
    assert lines(db, file.provider_id) == ["K-14: is kept informed"]
    with pytest.raises(Invalid) as error:
        add(db, file)
    assert error.value.errors == {"provider_id": "Ada Stone is kept informed already."}
    assert changes.undo(db, change, actor_id=None, now=NOW) == []


def test_one_can_be_several_and_one_who_had_ended_starts_again(db: Database, file: File) -> None:
    add(db, file)
    client_providers.end(db, link(db).id or 0, **WHO)
    assert link(db).until_on == TODAY
    with pytest.raises(Refused):
        client_providers.end(db, link(db).id or 0, **WHO)
    with db.read() as session:
        assert client_file.concerned(session, clients.get(session, file.client_id)) == []
    add(db, file)
    add(db, file, "clearing")
    with db.read() as session:
        found = client_care.partners(session, file.client_id)
        assert {(one.link.role, one.link.until_on) for one in found} == {
            (ClientRole.INFORMED, None),
            (ClientRole.CLEARING, None),
        }
        assert client_file.concerned(session, clients.get(session, file.client_id)) == [file.provider_id]


def test_reports_are_switched_off_and_on(db: Database, file: File) -> None:
    add(db, file)
    client_providers.let_reports(db, link(db).id or 0, gets_reports=False, **WHO)
    assert not link(db).gets_reports
    client_providers.let_reports(db, link(db).id or 0, gets_reports=True, **WHO)
    assert link(db).gets_reports


@pytest.mark.parametrize(
    ("form", "field"),
    [({"role": "boss"}, "role"), ({"provider_id": "999"}, "provider_id"), ({"since_on": "2026-03-05"}, "since_on")],
)
def test_what_can_t_be_is_named_by_its_field(db: Database, file: File, form: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as error:
        add(db, file, **{"role": "informed", **form})
    assert list(error.value.errors) == [field]
