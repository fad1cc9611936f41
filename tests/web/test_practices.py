"""A practice's page and its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.bootstrap import Handoff
from crm.models.practices import Practice
from tests.conftest import SAME_SITE
from tests.factories import make_contact, make_practice, make_provider

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def add(handoff: Handoff, **given: object) -> int:
    with handoff.db.write() as session:
        practice = make_practice(session, **given)
        make_provider(session, practice=practice, display_name="Ada Stone, MD")
    assert practice.id is not None
    return practice.id


def test_the_page_shows_who_works_there_and_how_to_get_in(client: FlaskClient, handoff: Handoff) -> None:
    page = client.get(f"/practices/{add(handoff, name='Bayou Clinic', hours='Mon to Fri 8 to 5')}").text
    for words in ("Bayou Clinic", "Ada Stone, MD", "Mon to Fri 8 to 5", "Nobody yet. Who opens the door"):
        assert words in page


def test_correcting_it(client: FlaskClient, handoff: Handoff) -> None:
    practice_id = add(handoff)
    assert "Edit" in client.get(f"/practices/{practice_id}/edit").text
    answer = client.post(f"/practices/{practice_id}", data={"zip": "7"}, headers=SAME_SITE)
    assert (answer.status_code, "A ZIP has five digits" in answer.text) == (422, True)
    client.post(f"/practices/{practice_id}", data={"visitor_policy": "Thursdays"}, headers=SAME_SITE)
    with handoff.db.read() as session:
        assert session.get_one(Practice, practice_id).visitor_policy == "Thursdays"


def test_people_come_and_go(client: FlaskClient, handoff: Handoff) -> None:
    practice_id = add(handoff)
    form = {"name": "Marlene Brooks", "role": "front_desk", "phone": "713-555-0177"}
    answer = client.post(f"/practices/{practice_id}/contacts", data=form, headers=SAME_SITE, follow_redirects=True)
    assert "(713) 555-0177" in answer.text
    answer = client.post(f"/practices/{practice_id}/contacts", data={"name": ""}, headers=SAME_SITE)
    assert answer.status_code == 422
    with handoff.db.write() as session:
        contact_id = make_contact(session, practice_id=practice_id, name="Joan Pell").id
    page = client.get(f"/practices/{practice_id}?contact={contact_id}").text
    assert 'value="Joan Pell"' in page
    address = f"/practices/{practice_id}/contacts/{contact_id}"
    client.post(address, data={"name": "Joan Pell-Ross", "role": "nurse"}, headers=SAME_SITE)
    assert "Joan Pell-Ross" in client.get(f"/practices/{practice_id}").text
    client.post(f"{address}/removal", headers=SAME_SITE)
    page = client.get(f"/practices/{practice_id}").text
    assert page.count("Joan Pell-Ross") == 0


def test_a_practice_that_is_not_there(client: FlaskClient) -> None:
    assert client.get("/practices/99").status_code == 404
