"""Importing NPPES files and practice locations, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from crm.domain.errors import Refused
from crm.domain.kinds import ActivityKind, ImportKind, ImportState, ProviderKind
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.imports import DeactivatedNpi, ImportRun, ImportSkip
from crm.models.practices import Affiliation, Practice
from crm.models.providers import Provider, ProviderDifference, ProviderSource
from crm.models.sequences import Enrollment
from crm.services import imports, imports_applying, imports_spool
from crm.services.imports_options import Options
from crm.services.imports_workshop import Workshop
from crm.sources.errors import BadFile
from crm.store.engine import Database
from tests import factories
from tests import nppes_files as files
from tests.factories import FakeClock

ALL = Options()


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Workshop:
    with db.write() as session:
        factories.make_business(session)
    return Workshop(db, tmp_path / "imports", FakeClock())


def run(shop: Workshop, rows: list[list[str]], options: Options = ALL, **more: Any) -> dict[str, Any]:
    path = files.write(shop.folder.parent / "npidata.csv", rows, **more)
    return imports.run_now(shop, ImportKind.NPPES, path, options)


def parts(answer: dict[str, Any]) -> tuple[int, int, int, int]:
    total = sum(answer[name] for name in ("new", "changed", "unchanged", "deactivated"))
    assert total + sum(answer["skipped"].values()) == answer["rows"]
    return answer["new"], answer["changed"], answer["unchanged"], answer["deactivated"]


def provider(session: Session, number: int) -> Provider:
    return session.exec(select(Provider).where(Provider.npi == files.npi(number))).one()


def test_a_new_row_becomes_a_provider_with_practice_distance_and_fit(shop: Workshop) -> None:
    values = {"last": "O'SHEA", "first": "MARISOL", "middle": "C", "prefix": "DR.", "credential": "M.D., PH.D."}
    answer = run(shop, [files.row(1, phone="7135550101", **values)])
    assert parts(answer) == (1, 0, 0, 0)
    with shop.db.read() as session:
        found = provider(session, 1)
        assert found.display_name == "Marisol C. O'Shea, MD, PhD"
        assert (found.kind, found.specialty, found.stage) == (ProviderKind.PERSON, "orthopedics", Stage.PROSPECT)
        assert (found.phone, found.city, found.zip, found.distance_miles) == ("+17135550101", "Houston", "77005", 0.0)
        assert found.fit > 50
        assert found.import_id == answer["import_id"]
        practice = session.get_one(Practice, found.practice_id)
        assert (practice.line1, practice.zip, practice.zone) == ("101 Fannin St", "77005", "America/Chicago")
        works = session.exec(select(Affiliation)).one()
        assert (works.provider_id, works.practice_id, works.is_primary) == (found.id, practice.id, True)


def test_the_same_file_again_is_unchanged(shop: Workshop) -> None:
    rows = [files.row(1), files.row(2, entity="2", organization="OAK CLINIC"), files.deactivated(3), files.row(4)]
    assert parts(run(shop, rows)) == (3, 0, 0, 1)
    assert parts(run(shop, rows)) == (0, 0, 4, 0)


def test_no_taxonomy_no_phone_and_no_address_are_no_reason_to_skip(shop: Workshop) -> None:
    bare = {"line1": "", "city": "", "state": "", "postal": "", "phone": "", "taxonomy": "", "switch": ""}
    assert parts(run(shop, [files.row(1, **bare)])) == (1, 0, 0, 0)
    with shop.db.read() as session:
        assert provider(session, 1).practice_id is None
        assert provider(session, 1).specialty == "other"


def test_rows_that_cannot_be_taken_are_named_with_their_reason(shop: Workshop) -> None:
    rows = [
        files.row(1),
        files.row(2, npi="2000000001"),
        files.row(3, npi="twelve"),
        files.row(4, first="", last=""),
        files.row(1),
    ]
    answer = run(shop, rows)
    assert parts(answer) == (1, 0, 0, 0)
    assert answer["skipped"] == {"invalid_npi": 2, "no_name": 1, "repeated": 1}
    with shop.db.read() as session:
        assert len(session.exec(select(ImportSkip)).all()) == 2


def test_people_at_one_address_share_a_practice_named_by_its_organization(shop: Workshop) -> None:
    rows = [
        files.row(1, line1="12 MAIN STREET", line2="SUITE 4"),
        files.row(2, line1="12 Main St Ste 4"),
        files.row(3, line1="12 MAIN ST", line2="# 4", entity="2", organization="OAK CLINIC LLC", first="", last=""),
        files.row(4, line1="12 MAIN ST"),
    ]
    run(shop, rows)
    with shop.db.read() as session:
        practices = session.exec(select(Practice).order_by(col(Practice.name).desc())).all()
        assert [one.name for one in practices] == ["Oak Clinic LLC", ""]
        assert practices[0].organization_id == provider(session, 3).id
        assert {provider(session, number).practice_name for number in (1, 2, 3)} == {"Oak Clinic LLC"}
        assert provider(session, 4).practice_name == ""


def test_an_organization_that_comes_later_names_the_practice_for_all(shop: Workshop) -> None:
    run(shop, [files.row(1, line1="12 MAIN ST")])
    run(shop, [files.row(2, line1="12 MAIN ST", entity="2", organization="OAK CLINIC")])
    with shop.db.read() as session:
        assert provider(session, 1).practice_name == "Oak Clinic"


def test_a_changed_row_says_which_fields(shop: Workshop) -> None:
    run(shop, [files.row(1, phone="7135550101"), files.row(2)])
    answer = run(shop, [files.row(1, phone="7135550199", line1="9 ELM ST"), files.row(2)])
    assert parts(answer) == (0, 1, 1, 0)
    with shop.db.read() as session:
        found = provider(session, 1)
        assert found.phone == "+17135550199"
        assert session.get_one(Practice, found.practice_id).line1 == "9 Elm St"
        assert [
            one.practice_id for one in session.exec(select(Affiliation).where(Affiliation.provider_id == found.id))
        ] == [found.practice_id]
        line = session.exec(select(Activity).where(Activity.provider_id == found.id)).one()
        assert (line.kind, line.summary) == (ActivityKind.IMPORT, "Updated from NPPES: phone, address.")
        run_row = session.get_one(ImportRun, answer["import_id"])
        assert run_row.fields == {"phone": 1, "address": 1}


def test_a_row_of_an_older_file_changes_nothing(shop: Workshop) -> None:
    column = "Last Update Date"
    run(shop, [files.row(1, phone="7135550101", **{column: "01/05/2026"})])
    answer = run(shop, [files.row(1, phone="7135550199", **{column: "12/31/2020"})])
    assert parts(answer) == (0, 0, 1, 0)


def test_only_the_spelling_differs_so_it_is_unchanged(shop: Workshop) -> None:
    run(shop, [files.row(1, credential="M.D.")])
    assert parts(run(shop, [files.row(1, credential="MD")])) == (0, 0, 1, 0)


def test_edited_fields_are_kept_and_the_difference_waits_for_review(shop: Workshop) -> None:
    run(shop, [files.row(1, phone="7135550101", fax="")])
    with shop.db.write() as session:
        mine = provider(session, 1)
        mine.phone, mine.edited_fields = "+17135550000", ["phone"]
    answer = run(shop, [files.row(1, phone="7135550199", fax="7135550177")])
    assert parts(answer) == (0, 1, 0, 0)
    with shop.db.read() as session:
        found = provider(session, 1)
        assert (found.phone, found.fax) == ("+17135550000", "+17135550177")
        kept = session.exec(select(ProviderDifference)).one()
        assert (kept.field, kept.ours, kept.theirs) == ("phone", "+17135550000", "+17135550199")


def test_a_provider_typed_by_hand_is_filled_up_and_never_overwritten(shop: Workshop) -> None:
    with shop.db.write() as session:
        factories.make_provider(session, npi=files.npi(1), phone="+17135550000", fax="", first_name="Mari")
    run(shop, [files.row(1, phone="7135550199", fax="7135550177", first="MARISOL")])
    with shop.db.read() as session:
        found = provider(session, 1)
        assert (found.phone, found.fax, found.first_name) == ("+17135550000", "+17135550177", "Mari")
        fields = {one.field for one in session.exec(select(ProviderDifference))}
        assert {"phone", "first_name"} <= fields


def test_a_deactivated_provider_is_marked_once(shop: Workshop) -> None:
    run(shop, [files.row(1)])
    assert parts(run(shop, [files.deactivated(1, "03/03/2021")])) == (0, 0, 0, 1)
    assert parts(run(shop, [files.deactivated(1, "03/03/2021")])) == (0, 0, 1, 0)
    with shop.db.read() as session:
        found = provider(session, 1)
        assert (found.deactivated_on, found.fit) == (date(2021, 3, 3), 0)
        assert "mail and enrollment stop" in session.exec(select(Activity)).one().summary


def test_a_deactivated_provider_gets_nothing_more_of_a_sequence(shop: Workshop) -> None:
    run(shop, [files.row(1)])
    with shop.db.write() as session:
        factories.make_enrollment(session, provider_id=provider(session, 1).id)
    run(shop, [files.deactivated(1)])
    with shop.db.read() as session:
        found = session.exec(select(Enrollment)).one()
    assert (found.state, found.state_reason) == ("stopped", "deactivated")


def test_an_unknown_deactivated_npi_counts_once_and_is_no_provider(shop: Workshop) -> None:
    assert parts(run(shop, [files.deactivated(1)])) == (0, 0, 0, 1)
    assert parts(run(shop, [files.deactivated(1)])) == (0, 0, 1, 0)
    with shop.db.read() as session:
        assert session.exec(select(Provider)).all() == []


def test_a_reactivated_provider_is_alive_again(shop: Workshop) -> None:
    run(shop, [files.row(1)])
    run(shop, [files.deactivated(1, "03/03/2021")])
    again = files.row(1, deactivated="03/03/2021", reactivated="04/03/2021", **{"Last Update Date": "04/03/2021"})
    assert parts(run(shop, [again])) == (0, 1, 0, 0)
    with shop.db.read() as session:
        assert provider(session, 1).deactivated_on is None
        assert provider(session, 1).fit > 0


def test_a_filter_counts_what_it_leaves_out(shop: Workshop) -> None:
    rows = [files.row(1), files.row(2, state="AZ", postal="85006"), files.deactivated(3)]
    answer = run(shop, rows, Options.checked(states=["tx"], zip_code="", radius=None, specialties=[]))
    assert parts(answer) == (1, 0, 0, 1)
    assert answer["skipped"] == {"filtered": 1}


def test_a_radius_and_specialties_draw_the_territory(shop: Workshop) -> None:
    rows = [
        files.row(1, postal="77030"),
        files.row(2, postal="77030", taxonomy="207Q00000X"),
        files.row(3, postal="75201"),
    ]
    options = Options.checked(states=[], zip_code="77005", radius=10, specialties=["orthopedics"])
    assert parts(run(shop, rows, options)) == (1, 0, 0, 0)


@pytest.mark.parametrize("spoil", ["cut", "utf-16", "latin-1", "foreign"])
def test_a_file_that_fails_validation_changes_nothing(shop: Workshop, tmp_path: Path, spoil: str) -> None:
    good = [files.row(number, last="LÓPEZ") for number in range(3)]
    run(shop, good)
    path = files.write(tmp_path / "bad.csv", [*good, files.row(9)])
    text = path.read_text(encoding="utf-8")
    if spoil == "cut":
        path.write_text(text[:-500], encoding="utf-8")
    elif spoil == "foreign":
        path.write_text("a,b\n1,2\n", encoding="utf-8")
    else:
        path.write_text(text, encoding=spoil)
    with pytest.raises(BadFile, match="Line"):
        imports.run_now(shop, ImportKind.NPPES, path, ALL)
    with shop.db.read() as session:
        assert len(session.exec(select(Provider)).all()) == 3
    assert list(shop.folder.iterdir()) == []
    assert parts(run(shop, good)) == (0, 0, 3, 0)


# --- interrupted -----------------------------------------------------------------------------------------------------


class PowerCutError(Exception):
    pass


def interrupted(shop: Workshop, monkeypatch: pytest.MonkeyPatch, rows: list[list[str]]) -> int:
    """An import that stops after its first batch of ten."""
    monkeypatch.setattr(imports_applying, "ROWS_PER_TRANSACTION", 10)
    calls: list[str] = []

    def pull_the_plug(what: str, _percent: int) -> None:
        calls.append(what)
        if calls.count("Saving") == 1:
            raise PowerCutError

    broken = Workshop(shop.db, shop.folder, shop.clock, progress=pull_the_plug)
    with pytest.raises(PowerCutError):
        run(broken, rows)
    with shop.db.read() as session:
        found = session.exec(select(ImportRun).order_by(col(ImportRun.id).desc())).first()
        assert found is not None
        assert found.state is ImportState.INTERRUPTED
        assert found.id is not None
        return found.id


def test_an_interrupted_import_goes_on_where_it_stopped(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = interrupted(shop, monkeypatch, [files.row(number) for number in range(25)])
    (shop.folder.parent / "npidata.csv").unlink()
    assert parts(imports.complete_now(shop, run_id)) == (25, 0, 0, 0)
    with shop.db.read() as session:
        assert len(session.exec(select(Provider)).all()) == 25
    assert not imports_spool.is_there(shop.folder, run_id)


def test_an_interrupted_import_can_be_undone(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = interrupted(shop, monkeypatch, [files.row(number) for number in range(25)])
    assert imports.undo_now(shop, run_id)["removed"] == 10
    with shop.db.read() as session:
        assert session.exec(select(Provider)).all() == []


def test_the_worker_marks_an_import_whose_process_vanished(shop: Workshop) -> None:
    with shop.db.write() as session:
        gone = factories.make_import_run(session, state=ImportState.APPLYING, lease_owner="x")
        gone.lease_until = shop.clock() - timedelta(minutes=1)
        run_id = gone.id
    assert imports.run_due(shop) == 0
    with shop.db.read() as session:
        assert session.get_one(ImportRun, run_id).state is ImportState.INTERRUPTED


def test_the_worker_runs_what_is_queued(shop: Workshop) -> None:
    path = files.write(shop.folder.parent / "queued.csv", [files.row(1)])
    run_id = imports.queue(shop.db, ImportKind.NPPES, path, ALL, actor_id=None, now=shop.clock())
    with shop.db.read() as session:
        assert imports.next_due(session) is not None
    assert imports.run_due(shop) == 1
    with shop.db.read() as session:
        assert session.get_one(ImportRun, run_id).state is ImportState.DONE
        assert imports.next_due(session) is None


def test_a_worker_that_is_to_stop_leaves_the_rest_to_the_next(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_applying, "ROWS_PER_TRANSACTION", 10)
    path = files.write(shop.folder.parent / "queued.csv", [files.row(number) for number in range(25)])
    run_id = imports.queue(shop.db, ImportKind.NPPES, path, ALL, actor_id=None, now=shop.clock())
    answers = iter([False, True, True])
    assert imports.run_due(Workshop(shop.db, shop.folder, shop.clock, stopping=lambda: next(answers))) == 1
    with shop.db.read() as session:
        assert session.get_one(ImportRun, run_id).state is ImportState.QUEUED
        assert len(session.exec(select(Provider)).all()) == 10
    assert imports.run_due(shop) == 1
    with shop.db.read() as session:
        assert session.get_one(ImportRun, run_id).state is ImportState.DONE
        assert len(session.exec(select(Provider)).all()) == 25


def test_the_worker_keeps_the_reason_of_a_failed_import(shop: Workshop) -> None:
    path = shop.folder.parent / "queued.csv"
    path.write_text("a,b\n", encoding="utf-8")
    run_id = imports.queue(shop.db, ImportKind.NPPES, path, ALL, actor_id=None, now=shop.clock())
    assert imports.run_due(shop) == 1
    with shop.db.read() as session:
        found = session.get_one(ImportRun, run_id)
        assert found.state is ImportState.FAILED
        assert "not an NPPES file" in found.error


# --- undo ------------------------------------------------------------------------------------------------------------


def test_undo_removes_what_came_and_forgets_deactivations(shop: Workshop) -> None:
    answer = run(shop, [files.row(1), files.row(2, entity="2", organization="OAK"), files.deactivated(3)])
    undone = imports.undo_now(shop, answer["import_id"])
    assert (undone["removed"], undone["kept"], undone["names"]) == (2, 0, [])
    with shop.db.read() as session:
        for model in (Provider, Practice, Affiliation, ProviderSource, DeactivatedNpi):
            assert session.exec(select(model)).all() == []  # type: ignore[call-overload]  # any table
    assert parts(run(shop, [files.row(1), files.deactivated(3)])) == (1, 0, 0, 1)


def test_undo_keeps_and_names_what_somebody_has_worked_with(shop: Workshop) -> None:
    answer = run(shop, [files.row(number, last=f"NAME{number}") for number in range(1, 5)])
    with shop.db.write() as session:
        provider(session, 1).edited_fields = ["phone"]
        factories.make_task(session, provider_id=provider(session, 2).id)
        provider(session, 3).stage = Stage.CONTACTED
    undone = imports.undo_now(shop, answer["import_id"])
    assert (undone["removed"], undone["kept"]) == (1, 3)
    assert [name.split()[-2].strip(",").lower() for name in undone["names"]] == ["name1", "name2", "name3"]


def test_undo_puts_changed_fields_back_where_nobody_touched_them(shop: Workshop) -> None:
    run(shop, [files.row(1, phone="7135550101", fax=""), files.row(2, phone="7135550102")])
    second = run(
        shop,
        [files.row(1, phone="7135550199", line1="9 ELM ST"), files.row(2, phone="7135550198"), files.deactivated(9)],
    )
    with shop.db.write() as session:
        provider(session, 2).phone = "+17135550000"
    undone = imports.undo_now(shop, second["import_id"])
    assert undone["restored"] == 1
    assert "phone was changed since" in undone["names"][0]
    with shop.db.read() as session:
        assert provider(session, 1).phone == "+17135550101"
        assert session.get_one(Practice, provider(session, 1).practice_id).line1 == "101 Fannin St"
        assert [one.line1 for one in session.exec(select(Practice)) if "Elm" in one.line1] == []
        assert provider(session, 2).phone == "+17135550000"


def test_undo_of_a_deactivation_brings_the_provider_back(shop: Workshop) -> None:
    run(shop, [files.row(1)])
    second = run(shop, [files.deactivated(1)])
    imports.undo_now(shop, second["import_id"])
    with shop.db.read() as session:
        assert provider(session, 1).deactivated_on is None


def test_an_import_is_undone_once(shop: Workshop) -> None:
    answer = run(shop, [files.row(1)])
    imports.undo_now(shop, answer["import_id"])
    with pytest.raises(Refused, match="undone already"):
        imports.undo_now(shop, answer["import_id"])


# --- locations -------------------------------------------------------------------------------------------------------


def location(number: int, line1: str) -> list[str]:
    return [files.npi(number), line1, "", "Houston", "TX", "770301234", "US", "7135550123", "", ""]


def locations(shop: Workshop, rows: list[list[str]]) -> dict[str, Any]:
    path = files.write(shop.folder.parent / "pl_pfile.csv", rows, files.LOCATION_HEADER)
    return imports.run_now(shop, ImportKind.LOCATIONS, path, ALL)


def test_locations_add_practices_to_known_providers(shop: Workshop) -> None:
    run(shop, [files.row(1)])
    rows = [location(1, "5 Elm St"), location(1, "7 Oak St"), location(2, "5 Elm St")]
    answer = locations(shop, rows)
    assert parts(answer) == (2, 0, 0, 0)
    assert answer["skipped"] == {"unknown_provider": 1}
    assert parts(locations(shop, rows)) == (0, 0, 2, 0)
    with shop.db.read() as session:
        works = session.exec(select(Affiliation).order_by(col(Affiliation.id))).all()
        assert [one.is_primary for one in works] == [True, False, False]
        assert works[1].phone == "+17135550123"


def test_undo_of_locations_removes_them(shop: Workshop) -> None:
    run(shop, [files.row(1)])
    answer = locations(shop, [location(1, "5 Elm St")])
    assert imports.undo_now(shop, answer["import_id"])["removed"] == 1
    with shop.db.read() as session:
        assert [one.is_primary for one in session.exec(select(Affiliation))] == [True]
        assert len(session.exec(select(Practice)).all()) == 1


# --- real files ------------------------------------------------------------------------------------------------------


def test_the_real_files_are_accounted_for_row_by_row(shop: Workshop, corpus: Path) -> None:
    sample, older = corpus / "nppes" / "npidata_sample.csv", corpus / "nppes" / "npidata_orgs_2020_header.csv"
    first = imports.run_now(shop, ImportKind.NPPES, sample, ALL)
    assert parts(first) == (464, 0, 0, 36)
    assert first["skipped"] == {}
    assert parts(imports.run_now(shop, ImportKind.NPPES, sample, ALL)) == (0, 0, 500, 0)
    assert parts(imports.run_now(shop, ImportKind.NPPES, older, ALL))[3] == 0
    assert parts(imports.run_now(shop, ImportKind.NPPES, sample, ALL)) == (0, 0, 500, 0)
    locations = imports.run_now(shop, ImportKind.LOCATIONS, corpus / "nppes" / "pl_pfile_sample.csv", ALL)
    assert sum(parts(locations)) + sum(locations["skipped"].values()) == 300
