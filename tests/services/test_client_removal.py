from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind
from crm.domain.papers import DocumentKind
from crm.models.audit import AuditEntry
from crm.models.clients import Client
from crm.models.documents import Document
from crm.models.providers import Provider
from crm.models.referrals import Referral
from crm.services import (
    activities,
    authorizations,
    booking,
    changes,
    clearances,
    client_events,
    client_providers,
    client_removal,
    client_sessions,
    clients,
    referrals,
    sent_clients,
)
from crm.services.referrals import NewReferral
from crm.services.scans import Scan
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_assessment, make_document, make_measurement, make_provider
from tests.services.client_files import WHO
from tests.services.papers import FakePress

PDF = b"%PDF-1.7 signed %%EOF"


def filled(db: Database, folder: Path) -> tuple[int, int]:
    """Q-77 with something of everything, referred by a provider; gives the client and the referral."""
    with db.write() as session:
        provider_id = make_provider(session, display_name="Ada Stone").id or 0
    new = NewReferral("Q-77", "post_rehab_conditioning", TODAY, reason="Knee of Q-77 hurts", condition="Knee")
    logged = referrals.log(db, provider_id, new, **WHO)
    with db.read() as session:
        client_id = session.get_one(Referral, logged.referral_id).client_id
    to = {"provider_id": str(provider_id)}
    clients.update(
        db, client_id, {"condition": "Knee osteoarthritis, Q-77", "birth_year": "1958"}, actor_id=None, now=NOW
    )
    client_providers.add(db, client_id, {**to, "role": "informed"}, **WHO)
    signed = {**to, "signed_on": "2026-03-01"}
    authorizations.record(db, folder, client_id, signed, (), Scan("a.pdf", PDF), **WHO)
    clearances.ask(db, folder, client_id, to, press=FakePress(), **WHO)
    client_sessions.log(db, client_id, {"state": "attended", "happened_on": "2026-03-04", "work": "Squats"}, **WHO)
    client_events.log(db, client_id, {"kind": "fall", "what": "Slipped on ice"}, **WHO)
    sent_clients.log(db, {**to, "client_id": str(client_id), "reason": "Dizzy"}, **WHO)
    with db.write() as session:
        taken = make_assessment(session, client_id=client_id)
        make_measurement(session, assessment_id=taken.id)
        make_document(session, client_id=client_id, title="Progress report about Q-77")
    booking.by_hand(db, logged.referral_id, "95", **WHO)
    return client_id, logged.referral_id


def kept_files(folder: Path) -> list[Path]:
    """Files known by their hash."""
    return [path for path in folder.iterdir() if len(path.name) == 64]


def words(session: Session) -> str:
    """Every text in the database, in one."""
    found = []
    for table in SQLModel.metadata.tables.values():
        for row in session.execute(sa.select(table)):
            found += [str(value) for value in row if isinstance(value, (str, dict, list))]
    return "\n".join(found)


def test_nothing_about_the_person_is_left_and_the_figures_stay(db: Database, tmp_path: Path) -> None:
    client_id, referral_id = filled(db, tmp_path)
    with db.read() as session:
        outline = client_removal.outline(session, client_id)
        assert "Q-77" in words(session)
    assert dict(outline.goes) == {
        "measuring session": 1,
        "session": 1,
        "event": 1,
        "authorization": 1,
        "clearance": 1,
        "document about them": 1,
        "time we sent them to somebody": 1,
    }
    assert (outline.files, outline.referrals) == (2, 1)
    assert client_removal.remove(db, tmp_path, client_id, "q-77", actor_id=None, now=NOW) == client_id
    with db.read() as session:
        left = words(session)
        referral, client = session.get_one(Referral, referral_id), session.get_one(Client, client_id)
        provider = session.get_one(Provider, referral.provider_id)
    for said in ("Q-77", "Knee", "Squats", "Slipped", "Dizzy"):
        assert said not in left
    assert (client.code, client.condition, client.birth_year) == (f"GONE-{client_id}", "", None)
    assert client_removal.is_removed(client)
    assert (referral.booked_cents, referral.received_on, provider.referral_count) == (9500, TODAY, 1)
    assert provider.next_due_on is None
    assert PDF not in [path.read_bytes() for path in kept_files(tmp_path)]
    with db.read() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.kind == "client_removed")).all()
    assert entry.subject == f"GONE-{client_id}"


def test_codes_that_they_had_before_go_too_unless_somebody_else_has_them_now(db: Database, tmp_path: Path) -> None:
    client_id, _ = filled(db, tmp_path)
    for code in ("Q-78", "Q-79"):
        clients.update(db, client_id, {"code": code}, actor_id=None, now=NOW)
        client_events.log(db, client_id, {"kind": "fall", "what": "Slipped"}, **WHO)
    other, _ = clients.create(db, {"code": "Q-78"}, actor_id=None, now=NOW)
    client_removal.remove(db, tmp_path, client_id, "Q-79", actor_id=None, now=NOW)
    with db.read() as session:
        left = words(session)
        assert session.get_one(Client, other).code == "Q-78"
    assert "Q-77" not in left
    assert "Q-79" not in left


def test_a_code_in_small_letters_and_in_a_reason_goes_too(db: Database, tmp_path: Path) -> None:
    client_id, referral_id = filled(db, tmp_path)
    with db.write() as session:
        provider = session.get_one(Provider, session.get_one(Referral, referral_id).provider_id)
        said = {"summary": "Called about q-77", "reason": "q-77 was late"}
        activities.record(session, provider, ActivityKind.CALL, actor_id=None, now=NOW, **said)
    client_removal.remove(db, tmp_path, client_id, "Q-77", actor_id=None, now=NOW)
    with db.read() as session:
        assert "q-77" not in words(session)


def test_undo_brings_nothing_of_it_back(db: Database, tmp_path: Path) -> None:
    client_id, _ = filled(db, tmp_path)
    client_removal.remove(db, tmp_path, client_id, "Q-77", actor_id=None, now=NOW)
    with db.read() as session:
        numbers = session.execute(sa.text("SELECT id FROM change_set WHERE undone_at IS NULL ORDER BY id DESC")).all()
    for (number,) in numbers:
        changes.undo(db, number, actor_id=None, now=NOW)
    with db.read() as session:
        assert "Q-77" not in words(session)


def test_the_code_confirms_it(db: Database, tmp_path: Path) -> None:
    client_id, _ = filled(db, tmp_path)
    with pytest.raises(Invalid):
        client_removal.remove(db, tmp_path, client_id, "Q-7", actor_id=None, now=NOW)


def test_whoever_came_by_themselves_leaves_no_row(db: Database, tmp_path: Path) -> None:
    client_id, _ = clients.create(db, {"code": "S-3", "condition": "Gout"}, actor_id=None, now=NOW)
    client_sessions.log(db, client_id, {"state": "attended", "happened_on": "2026-03-04"}, **WHO)
    assert client_removal.remove(db, tmp_path, client_id, "S-3", actor_id=None, now=NOW) is None
    with db.read() as session:
        assert session.get(Client, client_id) is None
        assert "S-3" not in words(session)


def test_a_file_that_something_else_uses_and_another_code_stay(db: Database, tmp_path: Path) -> None:
    client_id, _ = filled(db, tmp_path)
    other, _ = clients.create(db, {"code": "Q-778"}, actor_id=None, now=NOW)
    signed = {"to_name": "Home Health", "signed_on": "2026-03-01"}
    authorizations.record(db, tmp_path, other, signed, (), Scan("b.pdf", PDF), **WHO)
    client_removal.remove(db, tmp_path, client_id, "Q-77", actor_id=None, now=NOW)
    with db.read() as session:
        assert session.get_one(Client, other).code == "Q-778"
        assert [one.kind for one in session.exec(select(Document))] == [DocumentKind.CLEARANCE_REQUEST]
    assert PDF in [path.read_bytes() for path in kept_files(tmp_path)]
