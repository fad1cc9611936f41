"""Imports in the browser."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from crm.bootstrap import Handoff
from crm.domain.kinds import ImportKind, ImportState
from crm.models.imports import ImportRun
from crm.models.providers import Provider, ProviderDifference
from crm.services import imports
from crm.services.imports_workshop import Workshop
from tests import factories
from tests import nppes_files as files
from tests.conftest import SAME_SITE

LIST = """Name,Phone,E-mail,ZIP,Shoe size
"Ingrid Solberg, PT",713-555-0101,ingrid@oak.example.com,77005,9
Owen Trevino,12,owen@oak.example.com,77005,
"""


def upload(client: FlaskClient, kind: str, content: bytes, name: str = "list.csv", **form: str) -> TestResponse:
    return client.post(
        "/imports",
        data={"kind": kind, "file": (io.BytesIO(content), name), **form},
        headers=SAME_SITE,
        content_type="multipart/form-data",
    )


def run_of(handoff: Handoff, answer: TestResponse) -> ImportRun:
    assert answer.status_code == 303, answer.text
    with handoff.db.read() as session:
        return session.get_one(ImportRun, int(answer.location.rsplit("/", 1)[-1]))


def providers(handoff: Handoff) -> list[Provider]:
    with handoff.db.read() as session:
        return list(session.exec(select(Provider)))


def test_the_page_offers_three_ways(client: FlaskClient) -> None:
    page = client.get("/imports").text
    assert "Your own list" in page
    assert "NPPES file" in page
    assert 'href="/registry"' in page


def test_an_nppes_file_is_imported_and_undone(client: FlaskClient, handoff: Handoff, tmp_path: Path) -> None:
    content = files.write(tmp_path / "a.csv", [files.row(1), files.row(2)]).read_bytes()
    run = run_of(handoff, upload(client, "nppes", content, "npidata.csv"))
    assert run.state is ImportState.DONE
    assert run.name == "npidata.csv"
    assert "2</span>" in client.get(f"/imports/{run.id}").text
    assert list((handoff.settings.data_dir / "imports").iterdir()) == []
    assert client.post(f"/imports/{run.id}/undo", headers=SAME_SITE).status_code == 303
    assert "2 removed" in client.get(f"/imports/{run.id}").text
    assert providers(handoff) == []


def test_a_territory_is_given_in_the_form(client: FlaskClient, handoff: Handoff, tmp_path: Path) -> None:
    content = files.write(tmp_path / "a.csv", [files.row(1), files.row(2, postal="75201")]).read_bytes()
    run = run_of(handoff, upload(client, "nppes", content, zip="77005", radius="10", specialty="orthopedics"))
    assert run.counts["new"] == 1
    assert upload(client, "nppes", content, zip="7", radius="10").status_code == 422


def test_a_bad_file_says_why_and_nothing_changes(client: FlaskClient, handoff: Handoff) -> None:
    run = run_of(handoff, upload(client, "nppes", b"a,b\n1,2\n"))
    assert run.state is ImportState.FAILED
    page = client.get(f"/imports/{run.id}").text
    assert "this is not an NPPES file" in page
    assert "Nothing was changed." in page


def test_nothing_chosen_is_an_error_of_the_form(client: FlaskClient) -> None:
    answer = client.post("/imports", data={"kind": "contacts"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Choose a file, or paste rows." in answer.text
    assert client.post("/imports", data={"kind": "soup"}, headers=SAME_SITE).status_code == 422


def test_a_list_is_shown_before_anything_happens(client: FlaskClient, handoff: Handoff) -> None:
    run = run_of(handoff, upload(client, "contacts", LIST.encode()))
    assert run.state is ImportState.STAGED
    assert providers(handoff) == []
    page = client.get(f"/imports/{run.id}").text
    assert "Ingrid Solberg" in page
    assert "Import 1 provider" in page
    assert "selected>Phone" in page
    assert "Line 3: This isn" in client.get(f"/imports/{run.id}?rows=skipped").text.replace("&#39;", "'")


def test_a_wrong_cell_is_mended_in_place(client: FlaskClient, handoff: Handoff) -> None:
    run = run_of(handoff, upload(client, "contacts", LIST.encode()))
    page = client.get(f"/imports/{run.id}?rows=skipped").text
    action = re.search(r'action="(/imports/\d+/rows/\d+)"', page)
    assert action is not None
    wrong = client.post(action[1], data={"cell-1": "13"}, headers=SAME_SITE)
    assert "isn" in client.get(wrong.location).text
    client.post(action[1], data={"cell-1": "713-555-0102"}, headers=SAME_SITE)
    assert "Import 2 providers" in client.get(f"/imports/{run.id}").text
    client.post(f"/imports/{run.id}/application", headers=SAME_SITE)
    assert {one.phone for one in providers(handoff)} == {"+17135550101", "+17135550102"}


def test_columns_can_be_taken_for_other_fields(client: FlaskClient, handoff: Handoff) -> None:
    run = run_of(handoff, upload(client, "contacts", LIST.encode()))
    fields = ["name", "fax", "email", "zip", "remarks"]
    client.post(f"/imports/{run.id}/columns", data={"field": fields}, headers=SAME_SITE)
    client.post(f"/imports/{run.id}/application", headers=SAME_SITE)
    (found,) = [one for one in providers(handoff) if one.last_name == "Solberg"]
    assert (found.phone, found.fax, found.remarks) == ("", "+17135550101", "9")


def test_pasted_rows_are_a_list_too(client: FlaskClient, handoff: Handoff) -> None:
    pasted = "Name\tPhone\r\nIngrid Solberg\t713-555-0101\r\n"
    answer = client.post("/imports", data={"kind": "contacts", "pasted": pasted}, headers=SAME_SITE)
    run = run_of(handoff, answer)
    assert (run.state, run.counts["new"]) == (ImportState.STAGED, 1)
    client.post(f"/imports/{run.id}/undo", headers=SAME_SITE)
    assert "Undone" in client.get(f"/imports/{run.id}").text


def test_a_large_file_waits_for_the_worker_and_shows_its_progress(
    client: FlaskClient, handoff: Handoff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "SMALL", 100)
    content = files.write(tmp_path / "a.csv", [files.row(1)]).read_bytes()
    run = run_of(handoff, upload(client, "nppes", content))
    assert run.state is ImportState.QUEUED
    assert f'data-poll="/imports/{run.id}.json"' in client.get(f"/imports/{run.id}").text
    asked = client.get(f"/imports/{run.id}.json").json
    assert asked is not None
    assert asked["done"] is False
    shop = Workshop(handoff.db, handoff.settings.data_dir / "imports", handoff.now)
    assert imports.run_due(shop) == 1
    asked = client.get(f"/imports/{run.id}.json").json
    assert asked is not None
    assert (asked["done"], asked["value"]) == (True, 100)


def test_an_upload_may_be_larger_than_a_form(client: FlaskClient, handoff: Handoff) -> None:
    header = files.line(files.HEADER).encode()
    rows = b"".join(files.line(files.row(number)).encode() for number in range(30_500))
    assert len(rows) > 33_000_000
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    kind, file = part % (b"kind", b"", b"nppes"), part % (b"file", b'; filename="a.csv"', header + rows)
    answer = client.post(
        "/imports", data=kind + file + b"--x--", content_type="multipart/form-data; boundary=x", headers=SAME_SITE
    )
    run = run_of(handoff, answer)
    assert run.state is ImportState.QUEUED
    assert Path(run.path).stat().st_size == run.size


def test_an_interrupted_import_is_completed_from_its_page(
    client: FlaskClient, handoff: Handoff, tmp_path: Path
) -> None:
    path = files.write(tmp_path / "a.csv", [files.row(1)])
    with handoff.db.write() as session:
        run = factories.make_import_run(
            session, kind=ImportKind.NPPES, path=str(path), state=ImportState.INTERRUPTED, size=100
        )
        run_id = run.id
    assert "Complete it" in client.get(f"/imports/{run_id}").text
    client.post(f"/imports/{run_id}/completion", headers=SAME_SITE)
    assert len(providers(handoff)) == 1


@pytest.mark.parametrize(("take", "phone"), [("1", "+17135550199"), ("0", "+17135550000")])
def test_differences_are_decided(client: FlaskClient, handoff: Handoff, tmp_path: Path, take: str, phone: str) -> None:
    upload(client, "nppes", files.write(tmp_path / "a.csv", [files.row(1)]).read_bytes())
    with handoff.db.write() as session:
        mine = session.exec(select(Provider)).one()
        mine.phone, mine.edited_fields = "+17135550000", ["phone"]
    upload(client, "nppes", files.write(tmp_path / "b.csv", [files.row(1, phone="7135550199")]).read_bytes())
    page = client.get("/imports/differences").text
    assert "(713) 555-0199" in page
    assert "Look at them" in client.get("/imports").text
    with handoff.db.read() as session:
        difference = session.exec(select(ProviderDifference)).one()
    client.post(f"/imports/differences/{difference.id}", data={"take": take}, headers=SAME_SITE)
    assert [one.phone for one in providers(handoff)] == [phone]
    assert "Nothing to decide" in client.get("/imports/differences").text


def test_an_import_that_is_not_there_is_a_page_not_found(client: FlaskClient) -> None:
    assert client.get("/imports/99").status_code == 404
