"""What a second process makes ready must come out as if every row had been applied by itself."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm.domain.kinds import ImportKind
from crm.services import imports, imports_mate, imports_ready, imports_spool
from crm.services.imports_mate import Mate
from crm.services.imports_options import Options
from crm.services.imports_spool import SpoolWriter, Stretch
from crm.services.imports_values import Reader
from crm.services.imports_workshop import Workshop
from crm.sources.nppes_layout import Row
from crm.store.engine import Database
from tests import factories
from tests import nppes_files as files
from tests.factories import FakeClock

QUESTIONS = (
    (
        "SELECT npi, kind, display_name, sort_name, specialty, phone, city, zip, fit, distance_miles, practice_name, "
        "import_id IS NOT NULL, edited_fields FROM provider ORDER BY npi"
    ),
    (
        "SELECT r.name, r.address_key, r.line1, r.zone, r.lat, p.npi FROM practice r "
        "LEFT JOIN provider p ON p.id = r.organization_id ORDER BY address_key"
    ),
    (
        "SELECT p.npi, r.address_key, a.is_primary FROM affiliation a JOIN provider p ON p.id = a.provider_id "
        "JOIN practice r ON r.id = a.practice_id AND r.id = p.practice_id ORDER BY p.npi"
    ),
    "SELECT p.npi, s.content, s.source FROM provider_source s JOIN provider p ON p.id = s.provider_id ORDER BY p.npi",
    "SELECT npi, deactivated_on FROM deactivated_npi ORDER BY npi",
    "SELECT p.npi FROM search_queue q JOIN provider p ON p.id = q.provider_id ORDER BY p.npi",
)


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Workshop:
    with db.write() as session:
        factories.make_business(session)
    return Workshop(db, tmp_path / "imports", FakeClock())


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches of a few rows."""
    for module in (imports_spool, imports_mate):
        monkeypatch.setattr(module, "STRETCH", 500)


def rows() -> list[list[str]]:
    suites = ("", "STE 5")
    people = [files.row(n, line1=f"{n % 7} FANNIN ST", line2=suites[n % 2]) for n in range(30)]
    names = ("OAK PT LLC", "<UNAVAIL>", "ELM CLINIC", "", "FIR \\ SONS", "Ärztehaus", "PINE", "OAK TWO")
    clinics = [
        files.row(100 + n, entity="2", organization=name, last="", first="", line1=f"{n % 7} FANNIN ST")
        for n, name in enumerate(names)
    ]
    odd = [
        files.row(200, line1="", city="", state="", postal=""),
        files.row(201, last="", first=""),
        files.row(3, last="REPEATED"),
        files.row(202, deactivated="03/03/2021"),
        files.row(203, deactivated="03/03/2020", reactivated="04/04/2021"),
        files.row(204, last="O\\NEIL", country="CA", postal="M5V 2T6", state="ONTARIO"),
        files.deactivated(300),
    ]
    return people + clinics + odd


def content(db: Database) -> list[list[tuple[Any, ...]]]:
    with db.read() as session:
        return [[tuple(row) for row in session.execute(sa.text(question))] for question in QUESTIONS]


def imported(shop: Workshop) -> dict[str, Any]:
    path = files.write(shop.folder.parent / "npidata.csv", rows())
    answer = imports.run_now(shop, ImportKind.NPPES, path, Options())
    return {name: answer[name] for name in ("rows", "new", "unchanged", "deactivated", "skipped")} | {
        "id": answer["import_id"]
    }


def test_rows_made_ready_come_out_as_rows_applied_one_by_one(
    shop: Workshop, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = list[int]()
    take = Mate.take

    def watched(mate: Mate, part: Stretch) -> Any:
        ready = take(mate, part)
        taken.append(ready.rows if ready else 0)
        return ready

    with monkeypatch.context() as patch:
        patch.setattr(Mate, "take", watched)
        fast = imported(shop)
    assert sum(taken) > 30
    ready = content(shop.db)
    imports.undo_now(shop, fast.pop("id"))
    for module in (imports_spool, imports_mate):
        monkeypatch.setattr(module, "STRETCH", 1 << 30)
    slow = imported(shop)
    slow.pop("id")
    assert fast == slow
    assert ready == content(shop.db)
    assert not list(shop.folder.iterdir())


def test_what_came_in_meanwhile_makes_ready_rows_go_one_by_one(shop: Workshop, short: None) -> None:
    with shop.db.write() as session:
        factories.make_practice(session, address_key="0 fannin st|77005", name="")

    def typed(what: str, _percent: int) -> None:
        if what == "Reading":
            with shop.db.write() as session:
                factories.make_provider(session, npi=files.npi(5), last_name="Typed")

    watched = Workshop(shop.db, shop.folder, shop.clock, progress=typed)
    answer = imported(watched)
    assert (
        answer["new"] + answer["deactivated"] + sum(answer["skipped"].values()) + answer["unchanged"] < answer["rows"]
    )
    with shop.db.read() as session:
        number = session.execute(sa.text("SELECT count(*) FROM provider WHERE npi = :npi"), {"npi": files.npi(5)})
        assert number.scalar_one() == 1
        named = "SELECT name FROM practice WHERE address_key = '0 fannin st|77005'"
        assert session.execute(sa.text(named)).scalar_one() == "Oak PT LLC"


def test_without_a_second_process_everything_is_done_here(
    shop: Workshop, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert imported(shop)["new"] > 30


def test_a_second_process_that_dies_is_no_loss(shop: Workshop, short: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_mate, "_CODE", "import sys; sys.stdin.readline()")
    assert imported(shop)["new"] > 30


def test_the_process_answers_each_line_with_what_it_wrote(tmp_path: Path) -> None:
    with SpoolWriter(tmp_path, 1) as spool:
        spool.add(map("\t".join, [_row(1), _row(2, last=""), _row(3)]))
    asked = [json.dumps({"home": "77005", "switched_off": [], "is_sqlite": True})]
    source = imports_spool.part_path(tmp_path, 1, 1)
    asked.append(json.dumps([str(source), 0, source.stat().st_size, str(tmp_path / "out.db")]))
    answers = io.StringIO()
    imports_ready.main(io.StringIO("\n".join(asked) + "\n"), answers)
    assert json.loads(answers.getvalue()) == [str(tmp_path / "out.db"), 2, [1]]
    connection = sqlite3.connect(tmp_path / "out.db")
    found = connection.execute("SELECT n, npi, line1 FROM ready_provider").fetchall()
    assert found == [(1, files.npi(1), "1 Main St"), (2, files.npi(3), None)]
    connection.close()


def test_texts_for_copy_are_escaped(tmp_path: Path) -> None:
    with SpoolWriter(tmp_path, 1) as spool:
        spool.add(["\t".join(_row(1, last="A\\B"))])
    source = imports_spool.part_path(tmp_path, 1, 1)
    imports_ready.make(Reader(""), source, 0, source.stat().st_size, tmp_path / "out.db", is_sqlite=False)
    written = (tmp_path / "out.db").read_text()
    assert "A\\\\B" in written
    assert written.count("\n") == 1


def _row(number: int, last: str = "RUIZ") -> list[str]:
    values = {"npi": files.npi(number), "entity": "1", "last": last, "line1": "1 MAIN ST", "postal": "77005"}
    return [values.get(name, "") for name in Row._fields]
