"""The clients' pages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from crm.bootstrap import Handoff
from crm.models.clients import Client
from crm.models.measurements import ClientGoal
from crm.services import changes
from crm.store import measurements
from tests.conftest import SAME_SITE
from tests.factories import NOW, make_assessment, make_client, make_measurement, make_provider, make_referral

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def add(handoff: Handoff, **given: object) -> int:
    with handoff.db.write() as session:
        one = make_client(session, **given)
    assert one.id is not None
    return one.id


def measured(handoff: Handoff, client_id: int, key: str, *values: float) -> None:
    with handoff.db.write() as session:
        for month, value in enumerate(values, start=1):
            taken = make_assessment(session, client_id=client_id, measured_on=date(2026, month, 2))
            make_measurement(session, assessment_id=taken.id, measure_key=key, value=value)


def test_no_client_yet_says_what_to_do(client: FlaskClient) -> None:
    assert "Clients appear here with their first referral" in client.get("/clients").text


def test_the_list_finds_a_client_by_code_and_keeps_those_put_away_apart(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        shown = make_client(session, code="K-14", condition="Knee osteoarthritis")
        make_referral(session, client_id=shown.id, provider_id=make_provider(session, display_name="Ada Stone").id)
        make_client(session, code="B-2", archived_at=NOW)
    page = client.get("/clients").text
    assert "K-14" in page
    assert "Ada Stone" in page
    assert "B-2" not in page
    assert "B-2" in client.get("/clients?archived=1").text
    assert "K-14" in client.get("/clients?q=k-1").text
    assert "No client with this code" in client.get("/clients?q=zz").text


def test_the_page_names_the_basis_of_a_change(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff, condition="Knee osteoarthritis", sex="female", birth_year=1959)
    measured(handoff, client_id, "cst30", 9, 12)
    page = client.get(f"/clients/{client_id}").text
    assert "better" in page
    assert "2.5 reps or more is beyond measurement error in adults with knee osteoarthritis (Gill 2022)." in page
    assert "Below average under 11 reps for women 65 to 69 (CDC)." in page
    assert '<svg class="plot"' in page
    assert "As a table" in page


def test_a_change_that_nothing_was_published_for_is_not_judged(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff, condition="Diabetes")
    measured(handoff, client_id, "cst30", 9, 15)
    page = client.get(f"/clients/{client_id}").text
    assert "not judged" in page
    assert "figures were published for adults with knee osteoarthritis" in page


def test_what_is_known_is_mended_with_undo(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff, code="K-14")
    form = {"code": "K-15", "birth_year": "1958", "sex": "male", "condition": "COPD", "shows_pain": "1"}
    answer = client.post(f"/clients/{client_id}", data=form, headers=SAME_SITE, follow_redirects=True)
    assert "Client K-15" in answer.text
    with handoff.db.read() as session:
        row = session.get_one(Client, client_id)
        assert (row.birth_year, row.sex, row.shows_pain) == (1958, "male", True)
    changes.undo(handoff.db, 1, actor_id=None, now=NOW)
    with handoff.db.read() as session:
        assert session.get_one(Client, client_id).code == "K-14"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("code", "Margaret", "This looks like a name"),
        ("birth_year", "03/04/1958", "The year only"),
        ("birth_year", "1700", "The year only"),
        ("condition", "Mrs. Ellen Park, knee", "a person’s name"),
        ("precautions", "call her at 713-555-0188", "a phone number"),
        ("goals", "born 03/04/1958, wants to walk", "a date of birth"),
    ],
)
def test_what_could_name_somebody_is_refused_and_kept_in_the_form(
    client: FlaskClient, handoff: Handoff, field: str, text: str, said: str
) -> None:
    client_id = add(handoff)
    form = {"code": "K-14", "birth_year": "", field: text}
    answer = client.post(f"/clients/{client_id}", data=form, headers=SAME_SITE)
    assert answer.status_code == 422
    assert said in answer.text
    assert text in answer.text


def test_a_code_is_given_once(client: FlaskClient, handoff: Handoff) -> None:
    add(handoff, code="K-14")
    answer = client.post("/clients", data={"code": "k-14"}, headers=SAME_SITE)
    assert (answer.status_code, "K-14 is taken" in answer.text) == (422, True)


def test_somebody_who_came_by_themselves_is_added(client: FlaskClient) -> None:
    assert "Add a client" in client.get("/clients/new").text
    answer = client.post("/clients", data={"code": "S-3", "condition": "Arthritis"}, headers=SAME_SITE)
    assert "Came by themselves" in client.get(answer.location).text


def test_a_form_without_a_code_asks_for_one(client: FlaskClient) -> None:
    answer = client.post("/clients", data={}, headers=SAME_SITE)
    assert (answer.status_code, "code" in answer.text) == (422, True)


def test_a_client_is_put_away_and_brought_back(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff)
    page = client.post(f"/clients/{client_id}/archival", data={"away": "1"}, headers=SAME_SITE, follow_redirects=True)
    assert "This client was put away" in page.text
    page = client.post(f"/clients/{client_id}/archival", data={"away": "0"}, headers=SAME_SITE, follow_redirects=True)
    assert "This client was put away" not in page.text


def test_goals_are_set_changed_emptied_and_refused_out_of_range(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff)
    measured(handoff, client_id, "functional_reach", 18, 21)
    path, name = f"/clients/{client_id}/goals", "goal-functional_reach.."

    def targets() -> list[float]:
        with handoff.db.read() as session:
            return [goal.target for goal in measurements.goals(session, client_id)]

    client.post(path, data={name: "10 in"}, headers=SAME_SITE)
    assert targets() == [25.4]
    client.post(path, data={name: "26"}, headers=SAME_SITE)
    assert targets() == [26]
    assert "goal 26" in client.get(f"/clients/{client_id}").text
    answer = client.post(path, data={name: "260"}, headers=SAME_SITE)
    assert (answer.status_code, "Between 0 and 60 cm" in answer.text, 'value="260"' in answer.text) == (422, True, True)
    client.post(path, data={name: ""}, headers=SAME_SITE)
    assert targets() == []
    assert ClientGoal.__tablename__ == "client_goal"


def test_referral_and_client_link_to_each_other(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        referral = make_referral(session)
    assert f'href="/clients/{referral.client_id}"' in client.get(f"/referrals/{referral.id}").text
    assert f'href="/referrals/{referral.id}"' in client.get(f"/clients/{referral.client_id}").text
