from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import ActivityKind
from crm.domain.papers import DocumentKind
from crm.domain.permits import Standing
from crm.models.activities import Activity
from crm.models.client_care import ClientAuthorization
from crm.models.clients import Client
from crm.models.messages import StoredFile
from crm.models.providers import Provider
from crm.services import authorizations, changes
from crm.services.scans import Scan
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_client, make_provider

PDF = b"%PDF-1.7 signed %%EOF"


def pair(db: Database) -> tuple[int, int]:
    with db.write() as session:
        client, provider = make_client(session, code="K-14"), make_provider(session)
    return client.id or 0, provider.id or 0


def record(db: Database, folder: Path, client_id: int, covers: tuple[str, ...] = (), **form: object) -> int:
    given = {"signed_on": "2026-03-01", **{name: str(value) for name, value in form.items()}}
    return authorizations.record(db, folder, client_id, given, covers, actor_id=None, now=NOW, today=TODAY)


def only(db: Database) -> ClientAuthorization:
    with db.read() as session:
        return session.exec(select(ClientAuthorization)).one()


def holds(db: Database, pair: tuple[int, int], kind: DocumentKind, on: date = TODAY) -> bool:
    with db.read() as session:
        return authorizations.standing(session, *pair, kind, on) is not None


def test_a_report_may_leave_only_to_whom_and_of_which_kind_the_client_has_signed(db: Database, tmp_path: Path) -> None:
    both = pair(db)
    assert not holds(db, both, DocumentKind.PROGRESS_REPORT)
    record(db, tmp_path, both[0], ("progress-report",), provider_id=both[1])
    assert holds(db, both, DocumentKind.PROGRESS_REPORT)
    assert not holds(db, both, DocumentKind.DISCHARGE_SUMMARY)
    assert not holds(db, (both[0], both[1] + 1), DocumentKind.PROGRESS_REPORT)


def test_it_holds_from_the_day_it_was_signed_through_its_last_day(db: Database, tmp_path: Path) -> None:
    both = pair(db)
    record(db, tmp_path, both[0], provider_id=both[1], until_on="2026-04-01")
    kind = DocumentKind.STATUS_CHANGE
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1), date(2026, 4, 2))
    assert [holds(db, both, kind, day) for day in days] == [False, True, True, False]
    assert authorizations.state(only(db), TODAY) is Standing.SOON
    assert authorizations.state(only(db), date(2026, 4, 2)) is Standing.EXPIRED


def test_all_kinds_named_one_by_one_are_all_reports(db: Database, tmp_path: Path) -> None:
    both = pair(db)
    record(db, tmp_path, both[0], tuple(kind.value for kind in authorizations.KINDS), provider_id=both[1])
    assert only(db).covers == []
    assert authorizations.words(only(db).covers) == "all reports"
    assert authorizations.words(["progress-report", "status-change"]) == "progress report, change in status"


def test_taken_back_it_holds_no_more_and_undo_brings_it_back(db: Database, tmp_path: Path) -> None:
    both = pair(db)
    record(db, tmp_path, both[0], provider_id=both[1])
    number = only(db).id or 0
    change = authorizations.revoke(db, number, {}, actor_id=None, now=NOW, today=TODAY)
    assert not holds(db, both, DocumentKind.PROGRESS_REPORT)
    assert holds(db, both, DocumentKind.PROGRESS_REPORT, TODAY - timedelta(days=1))
    assert authorizations.state(only(db), TODAY) is Standing.REVOKED
    assert changes.undo(db, change, actor_id=None, now=NOW) == []
    assert holds(db, both, DocumentKind.PROGRESS_REPORT)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"signed_on": ""}, "signed_on"),
        ({"signed_on": "2026-03-05"}, "signed_on"),
        ({"signed_on": "soon"}, "signed_on"),
        ({"until_on": "2026-02-01"}, "until_on"),
        ({"until_on": "2226-02-01"}, "until_on"),
        ({"provider_id": ""}, "provider_id"),
        ({"remarks": "Mrs. Ellen Park signed it"}, "remarks"),
    ],
)
def test_what_can_t_be_is_named_by_its_field(db: Database, tmp_path: Path, form: dict[str, str], field: str) -> None:
    client_id, provider_id = pair(db)
    with pytest.raises(Invalid) as error:
        record(db, tmp_path, client_id, **{"provider_id": provider_id, **form})
    assert list(error.value.errors) == [field]


def test_somebody_who_is_no_provider_here_is_named(db: Database, tmp_path: Path) -> None:
    client_id, provider_id = pair(db)
    record(db, tmp_path, client_id, to_name=" Northside  Home Health ")
    assert (only(db).to_name, only(db).provider_id) == ("Northside Home Health", None)
    assert not holds(db, (client_id, provider_id), DocumentKind.PROGRESS_REPORT)


def test_a_provider_who_is_gone_is_refused(db: Database, tmp_path: Path) -> None:
    client_id, provider_id = pair(db)
    with db.write() as session:
        session.get_one(Provider, provider_id).merged_into_id = make_provider(session).id
    with pytest.raises(Invalid):
        record(db, tmp_path, client_id, provider_id=provider_id)


def test_the_scan_is_kept_by_its_hash_and_not_by_its_name(db: Database, tmp_path: Path) -> None:
    client_id, provider_id = pair(db)
    form = {"signed_on": "2026-03-01", "provider_id": str(provider_id)}
    scan = Scan("Ellen Park signed.pdf", PDF)
    authorizations.record(db, tmp_path, client_id, form, (), scan, actor_id=None, now=NOW, today=TODAY)
    with db.read() as session:
        file = session.get_one(StoredFile, only(db).stored_file_id)
    assert (file.name, file.mime, (tmp_path / file.sha256).read_bytes()) == ("scan.pdf", "application/pdf", PDF)


def test_a_refused_form_leaves_no_file(db: Database, tmp_path: Path) -> None:
    client_id, _ = pair(db)
    folder = tmp_path / "files"
    with pytest.raises(Invalid):
        authorizations.record(db, folder, client_id, {}, (), Scan("a.pdf", PDF), actor_id=None, now=NOW, today=TODAY)
    assert not folder.exists()


def test_a_correction_keeps_the_scan_and_one_without_a_difference_is_none(db: Database, tmp_path: Path) -> None:
    client_id, provider_id = pair(db)
    form = {"signed_on": "2026-03-01", "provider_id": str(provider_id)}
    authorizations.record(db, tmp_path, client_id, form, (), Scan("a.pdf", PDF), actor_id=None, now=NOW, today=TODAY)
    one = only(db)

    def correct(**changed: str) -> int | None:
        given = form | changed
        return authorizations.correct(db, tmp_path, one.id or 0, given, (), actor_id=None, now=NOW, today=TODAY)

    assert correct() is None
    assert correct(until_on="2026-09-01") is not None
    assert (only(db).until_on, only(db).stored_file_id) == (date(2026, 9, 1), one.stored_file_id)


def test_one_put_away_is_gone_and_every_step_is_on_the_provider_s_timeline(db: Database, tmp_path: Path) -> None:
    client_id, provider_id = pair(db)
    record(db, tmp_path, client_id, provider_id=provider_id)
    number = only(db).id or 0
    authorizations.archive(db, number, actor_id=None, now=NOW, today=TODAY)
    with db.read() as session, pytest.raises(NotFound):
        authorizations.get(session, number)
    with db.read() as session:
        lines = session.exec(select(Activity).where(Activity.kind == ActivityKind.CLIENT).order_by(Activity.id)).all()
        said = [(line.provider_id, line.summary, line.evidence) for line in lines]
    assert said[0] == (provider_id, "K-14: signed an authorization for all reports", {"client_id": client_id})
    assert len(said) == 2


def test_an_authorization_about_a_sample_client_is_a_sample(db: Database, tmp_path: Path) -> None:
    client_id, provider_id = pair(db)
    with db.write() as session:
        session.get_one(Client, client_id).sample = True
    record(db, tmp_path, client_id, provider_id=provider_id)
    assert only(db).sample
