"""The board page, its moves by script and by form, and the pages behind "Show more"."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.providers import Provider
from tests.conftest import SAME_SITE
from tests.factories import TODAY, make_enrollment, make_provider

if TYPE_CHECKING:
    from flask.testing import FlaskClient

JSON = SAME_SITE | {"Accept": "application/json"}


def add(handoff: Handoff, **given: object) -> int:
    with handoff.db.write() as session:
        found = make_provider(session, **given).id
    assert found is not None
    return found


def stage_of(handoff: Handoff, provider_id: int) -> Stage:
    with handoff.db.read() as session:
        return session.get_one(Provider, provider_id).stage


def test_an_empty_board_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/board").text
    assert "Nobody on the board yet" in page
    assert "/providers/new" in page


def test_every_stage_is_a_column_and_cards_show_when_the_next_step_is_due(
    client: FlaskClient, handoff: Handoff
) -> None:
    add(handoff, display_name="Ada Late, MD", stage=Stage.CONTACTED, next_due_on=TODAY - timedelta(days=2))
    add(handoff, display_name="Bo Bare, MD", stage=Stage.INTRODUCED)
    page = client.get("/board").text
    for stage in Stage:
        assert f'data-stage="{stage}"' in page
    assert "edge-overdue" in page
    assert "2 days overdue" in page
    assert "edge-none" in page
    assert "No next step" in page


def test_names_are_escaped(client: FlaskClient, handoff: Handoff) -> None:
    add(handoff, display_name="<b>Ada</b>")
    assert "<b>Ada" not in client.get("/board").text


def test_a_script_moves_a_card_and_gets_what_undoes_it(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    answer = client.post("/board/moves", data={"provider_id": provider_id, "stage": "contacted"}, headers=JSON)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["undo"]
    assert stage_of(handoff, provider_id) is Stage.CONTACTED


def test_a_script_is_told_what_an_aside_stage_asks_for(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    answer = client.post("/board/moves", data={"provider_id": provider_id, "stage": "declined"}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json is not None
    assert "reason" in answer.json["errors"]
    assert stage_of(handoff, provider_id) is Stage.PROSPECT


def test_a_form_moves_too_and_offers_undo(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff)
    data = {"provider_id": provider_id, "stage": "not_now", "return_on": "2026-06-01", "reason": "New building"}
    answer = client.post("/board/moves", data=data, headers=SAME_SITE, follow_redirects=True)
    assert "Moved to Not now." in answer.text
    assert "Undo" in answer.text
    with handoff.db.read() as session:
        line = session.exec(select(Activity).where(Activity.provider_id == provider_id)).one()
    assert (line.stage_to, line.reason) == (Stage.NOT_NOW, "New building")


def test_a_form_without_a_reason_leads_to_the_page_that_asks(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = add(handoff, display_name="Ada Stone, MD")
    data = {"provider_id": provider_id, "stage": "declined"}
    answer = client.post("/board/moves", data=data, headers=SAME_SITE, follow_redirects=True)
    assert "Move Ada Stone, MD" in answer.text
    assert "Say in a few words why" in answer.text
    assert stage_of(handoff, provider_id) is Stage.PROSPECT


def test_a_move_leads_back_only_to_our_own_pages(client: FlaskClient, handoff: Handoff) -> None:
    data = {"provider_id": add(handoff), "stage": "contacted", "next": "https://elsewhere.example/"}
    answer = client.post("/board/moves", data=data, headers=SAME_SITE)
    assert answer.headers["Location"] == "/board"


def test_show_more_gives_the_next_cards(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        for number in range(20):
            make_provider(session, display_name=f"Card {number:02}", fit=number)
    page = client.get("/board").text
    mark = page.split('data-after="', 1)[1].split('"', 1)[0]
    answer = client.get("/board/prospect.json", query_string={"after": mark})
    assert answer.json is not None
    assert [card["name"] for card in answer.json["cards"]] == [f"Card {number:02}" for number in range(4, -1, -1)]
    assert answer.json["after"] == ""


def test_nonsense_in_the_address_is_refused(client: FlaskClient) -> None:
    assert client.get("/board/nowhere.json").status_code == 404
    assert client.get("/board/prospect.json?after=1,2").status_code == 400
    assert client.get("/board/prospect.json?after=x,y,z").status_code == 400


def test_counts_stop_at_a_thousand(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        for _ in range(1001):
            make_provider(session)
    assert "1,000+" in client.get("/board").text


def test_a_sequence_is_a_next_step_too(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = make_provider(session, stage=Stage.CONTACTED, last_name="Okafor")
        make_enrollment(session, provider_id=provider.id)
        make_provider(session, stage=Stage.CONTACTED, last_name="Alone")
    for address in ("/board", "/providers?stage=contacted"):
        page = client.get(address).text
        assert page.count("In a sequence") == 1, address
        assert "edge-later" in page
