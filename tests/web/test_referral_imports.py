from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.models.imports import ImportRow
from crm.models.referrals import Referral
from tests.conftest import SAME_SITE
from tests.factories import make_provider

LIST = """Referred by|Received|Client|Service|Status
Luis Ortega, PT|3/5/2024|K-14|Older adults|completed
Luis Ortego, PT|3/6/2024|K-15|Older adults|active
Luis Ortega, PT|3/7/2024|Margaret Lindholm|Older adults|
""".replace("|", "\t")


@pytest.fixture(autouse=True)
def luis(handoff: Handoff) -> int | None:
    with handoff.db.write() as session:
        return make_provider(
            session, first_name="Luis", last_name="Ortega", display_name="Luis Ortega, PT", sort_name="ortega luis"
        ).id


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    return client.post(path, data=form, headers=SAME_SITE)


def rows(handoff: Handoff) -> list[ImportRow]:
    with handoff.db.read() as session:
        return list(session.exec(select(ImportRow).order_by(ImportRow.line)))  # type: ignore[arg-type]  # a column


def test_pasted_rows_are_looked_at_mended_taken_and_undone(client: FlaskClient, handoff: Handoff) -> None:
    assert "Past referrals" in client.get("/imports").text
    there = post(client, "/imports/referrals", pasted=LIST).location
    page = client.get(there).text
    for words in ("Import 1 referral", "Provider unknown", "K-14", "Luis Ortega, PT"):
        assert words in page, words
    unknown = client.get(f"{there}?rows=unknown").text
    assert "Somebody new" in unknown
    assert "Lindholm" not in client.get(f"{there}?rows=skipped").text
    _, second, third = rows(handoff)
    post(client, f"{there}/{second.id}", provider_id="0")
    post(client, f"{there}/{third.id}", **{"cell-2": "M.L."})
    assert "Import 3 referrals" in client.get(there).text
    done = post(client, f"{there}/application")
    assert "See them" in client.get(done.location).text
    with handoff.db.read() as session:
        assert len(session.exec(select(Referral)).all()) == 3
    assert "K-14" in client.get("/referrals?import=1").text
    assert "Written referral outstanding" not in client.get("/referrals?import=1").text.split("<table")[1]
    post(client, "/imports/1/undo")
    with handoff.db.read() as session:
        assert session.exec(select(Referral)).all() == []


def test_other_columns_and_new_providers_read_the_list_again(client: FlaskClient, handoff: Handoff) -> None:
    there = post(client, "/imports/referrals", pasted=LIST).location
    fields = ["provider", "received_on", "code", "", "status"]
    post(client, f"{there}/columns", field=fields, adds="1")
    assert [row.verdict for row in rows(handoff)] == ["new", "new", "skipped"]
    twice = post(client, f"{there}/columns", field=["code", "received_on", "code", "", ""])
    assert "Only one column can be" in client.get(twice.location).text


def test_a_row_is_left_out(client: FlaskClient, handoff: Handoff) -> None:
    there = post(client, "/imports/referrals", pasted=LIST).location
    post(client, f"{there}/{rows(handoff)[2].id}", leave_out="1")
    assert rows(handoff)[2].reason == "left_out"


def test_nothing_given_says_so(client: FlaskClient) -> None:
    answer = post(client, "/imports/referrals", pasted="")
    assert "Choose a file, or paste rows." in client.get(answer.location).text


def test_an_import_of_providers_is_shown_on_its_own_page(client: FlaskClient, handoff: Handoff) -> None:
    from tests.factories import make_import_run

    with handoff.db.write() as session:
        run_id = make_import_run(session).id
    assert client.get(f"/imports/{run_id}/referrals").location == f"/imports/{run_id}"
