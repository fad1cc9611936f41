"""A practice's page and its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from crm.bootstrap import Handoff
from crm.models.practices import Affiliation, Practice
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


def test_when_visitors_may_come_and_which_days_the_doctor_is_in(client: FlaskClient, handoff: Handoff) -> None:
    practice_id = add(handoff)
    with handoff.db.read() as session:
        (link,) = session.exec(select(Affiliation).where(Affiliation.practice_id == practice_id)).all()
    form = {
        "visits_shown": "1",
        "visit_day": ["2", "8"],
        "visit_from": "11:00",
        "visit_until": "15:30",
        "visitors": "welcome",
        "days_shown": str(link.provider_id),
        f"days_{link.provider_id}": ["1", "8"],
    }
    page = client.post(f"/practices/{practice_id}", data=form, headers=SAME_SITE, follow_redirects=True).text
    assert "Tue, Thu: 11 am to 3:30 pm" in page
    assert "in on Mon, Thu" in page
    with handoff.db.read() as session:
        kept = session.get_one(Practice, practice_id)
        assert (kept.visit_days, kept.visit_from, kept.visit_until) == (10, 660, 930)
    edit = client.get(f"/practices/{practice_id}/edit").text
    assert 'value="11:00"' in edit
    client.post(f"/practices/{practice_id}", data={"visits_shown": "1", "visit_from": ""}, headers=SAME_SITE)
    with handoff.db.read() as session:
        kept = session.get_one(Practice, practice_id)
        assert (kept.visit_days, kept.visit_from, kept.visit_until) == (0, None, 930)


def test_hours_that_end_before_they_begin_are_named(client: FlaskClient, handoff: Handoff) -> None:
    form = {"visit_from": "15:00", "visit_until": "11:00"}
    answer = client.post(f"/practices/{add(handoff)}", data=form, headers=SAME_SITE)
    assert (answer.status_code, "later than the time before it" in answer.text) == (422, True)


def test_what_could_not_be_read_of_the_hours_is_said(client: FlaskClient, handoff: Handoff) -> None:
    page = client.get(f"/practices/{add(handoff, hours='Tue 1-5 (ask for Rosa)')}").text
    assert "Tue: 1 pm to 5 pm" in page
    assert "not read: “ask Rosa”" in page


def test_signs_that_only_look_like_numbers_are_passed_over(client: FlaskClient, handoff: Handoff) -> None:
    practice_id = add(handoff)
    form = {"visits_shown": "1", "visit_day": ["²", "8"], "days_shown": "³"}
    assert client.post(f"/practices/{practice_id}", data=form, headers=SAME_SITE).status_code == 303
    with handoff.db.read() as session:
        assert session.get_one(Practice, practice_id).visit_days == 8
