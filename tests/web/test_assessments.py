"""The page of measuring."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crm.bootstrap import Handoff
from crm.models.measurements import Assessment
from crm.services import changes
from crm.store import measurements
from tests.conftest import SAME_SITE
from tests.factories import NOW, make_client, make_referral

if TYPE_CHECKING:
    from flask.testing import FlaskClient

DAY = f"{NOW:%Y-%m-%d}"


def add(handoff: Handoff, service: str = "older_adults") -> int:
    with handoff.db.write() as session:
        one = make_client(session)
        make_referral(session, client_id=one.id, service_key=service)
    assert one.id is not None
    return one.id


def send(client: FlaskClient, client_id: int, path: str = "", **fields: Any) -> Any:
    form = {"measured_on": DAY, "tester": "Dana", "client_key": "k1"} | fields
    return client.post(f"/clients/{client_id}/assessments{path}", data=form, headers=SAME_SITE)


def values(handoff: Handoff, client_id: int) -> dict[str, float]:
    with handoff.db.read() as session:
        return {
            f"{each.measure_key}.{each.side}.{each.motion}": each.value
            for each in measurements.values(session, client_id)
        }


def test_the_measures_of_the_service_are_there_and_last_time_stands_beside_them(
    client: FlaskClient, handoff: Handoff
) -> None:
    client_id = add(handoff)
    first = client.get(f"/clients/{client_id}/assessments/new").text
    assert "30-second chair stand" in first
    assert "Timed Up and Go" in first
    send(client, client_id, line=["functional_reach."], **{"functional_reach..": "8", "unit-functional_reach.": "in"})
    again = client.get(f"/clients/{client_id}/assessments/new").text
    assert "last 8 in on" in again
    assert "<option selected>in</option>" in again
    assert "Timed Up and Go" not in re.sub(r"<datalist.*?</datalist>", "", again, flags=re.DOTALL)


def test_values_are_saved_in_the_unit_of_their_measure(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff)
    answer = send(
        client,
        client_id,
        line=["grip.", "rom_knee_flexion.active", "walk400."],
        **{"grip.right.": "55", "unit-grip.": "lb", "rom_knee_flexion.left.active": "118°", "walk400..": "5:35"},
    )
    assert answer.status_code == 303
    assert values(handoff, client_id) == {
        "grip.right.": 24.9476,
        "rom_knee_flexion.left.active": 118,
        "walk400..": 335,
    }


def test_an_error_names_its_field_and_range_and_everything_typed_stays(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff)
    answer = send(
        client,
        client_id,
        line=["functional_reach.", "cst30.", "tug."],
        remarks="with a cane",
        **{"functional_reach..": "30", "unit-functional_reach.": "in", "cst30..": "twelve", "tug..": "11.2"},
    )
    assert answer.status_code == 422
    assert "Functional reach: Between 0 and 23.6 in." in answer.text
    assert "30-second chair stand: Type a number" in answer.text
    for typed in ('value="30"', 'value="twelve"', 'value="11.2"', "with a cane", 'value="k1"'):
        assert typed in answer.text
    assert values(handoff, client_id) == {}


def test_one_form_sent_twice_is_saved_once(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff)
    for key in ("k1", "k1", "k2"):
        assert send(client, client_id, line=["cst30."], client_key=key, **{"cst30..": "9"}).status_code == 303
    with handoff.db.read() as session:
        assert len(measurements.assessments(session, client_id)) == 1


def test_a_measure_is_added_by_a_few_letters_and_a_joint_passively_the_second_time(
    client: FlaskClient, handoff: Handoff
) -> None:
    client_id = add(handoff)
    page = send(client, client_id, line=["cst30."], add="knee flex", do="add", **{"cst30..": "9"})
    assert page.status_code == 200
    assert 'name="rom_knee_flexion.left.active"' in page.text
    assert 'name="cst30.." value="9"' in page.text
    page = send(client, client_id, line=["rom_knee_flexion.active"], add="Knee flexion")
    assert 'name="rom_knee_flexion.left.passive"' in page.text
    page = send(client, client_id, line=["cst30."], add="vo2", do="add")
    assert (page.status_code, "No measure is called “vo2”" in page.text) == (422, True)


def test_nothing_typed_or_a_day_to_come_is_refused(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff)
    assert "Type at least one value" in send(client, client_id, line=["cst30."]).text
    page = send(client, client_id, line=["cst30."], measured_on="2030-01-01", **{"cst30..": "9"})
    assert "Choose the day of measuring, today or before." in page.text
    page = send(client, client_id, line=["cst30."], remarks="Mrs. Ellen Park was tired", **{"cst30..": "9"})
    assert "a person’s name" in page.text


def saved(client: FlaskClient, handoff: Handoff) -> tuple[int, int]:
    client_id = add(handoff)
    send(client, client_id, line=["cst30.", "tug."], **{"cst30..": "9", "tug..": "12.6"})
    with handoff.db.read() as session:
        row = measurements.assessments(session, client_id)[0]
    assert row.id is not None
    return client_id, row.id


def test_measures_are_mended_later_and_undone(client: FlaskClient, handoff: Handoff) -> None:
    client_id, assessment_id = saved(client, handoff)
    page = client.get(f"/clients/{client_id}/assessments/{assessment_id}").text
    assert 'name="tug.." value="12.6"' in page
    answer = send(
        client,
        client_id,
        f"/{assessment_id}",
        line=["cst30.", "tug.", "grip."],
        **{"cst30..": "10", "grip.left.": "20"},
    )
    assert answer.status_code == 303
    assert values(handoff, client_id) == {"cst30..": 10, "grip.left.": 20}
    changes.undo(handoff.db, 2, actor_id=None, now=NOW)
    assert values(handoff, client_id) == {"cst30..": 9, "tug..": 12.6}


def test_a_second_window_does_not_overwrite_the_first(client: FlaskClient, handoff: Handoff) -> None:
    client_id, assessment_id = saved(client, handoff)
    with handoff.db.write() as session:
        row = session.get_one(Assessment, assessment_id)
        row.updated_at = NOW.replace(year=2027)
        session.add(row)
    old = {"cst30..": "50", "version": "2026-01-01T00:00:00+00:00"}
    answer = send(client, client_id, f"/{assessment_id}", line=["cst30."], **old)
    assert answer.status_code == 422
    assert "saved in another window meanwhile" in answer.text
    assert values(handoff, client_id)["cst30.."] == 9


def test_measures_are_put_away_with_undo(client: FlaskClient, handoff: Handoff) -> None:
    client_id, assessment_id = saved(client, handoff)
    path = f"/clients/{client_id}/assessments/{assessment_id}"
    assert client.post(f"{path}/archival", headers=SAME_SITE).status_code == 303
    assert values(handoff, client_id) == {}
    assert client.get(path).status_code == 404
    changes.undo(handoff.db, 2, actor_id=None, now=NOW)
    assert len(values(handoff, client_id)) == 2


def test_measures_of_another_client_are_not_found(client: FlaskClient, handoff: Handoff) -> None:
    _, assessment_id = saved(client, handoff)
    other = add(handoff)
    assert client.get(f"/clients/{other}/assessments/{assessment_id}").status_code == 404
    assert client.post(f"/clients/{other}/assessments/{assessment_id}/archival", headers=SAME_SITE).status_code == 404


def test_a_page_that_was_sent_while_signed_out_is_opened_again(client: FlaskClient, handoff: Handoff) -> None:
    client_id = add(handoff)
    assert client.get(f"/clients/{client_id}/assessments").location.endswith("/assessments/new")


def test_lines_of_a_draft_are_brought_back(client: FlaskClient, handoff: Handoff) -> None:
    page = client.get(f"/clients/{add(handoff)}/assessments/new?line=grip.&line=nonsense.left&line=rom_knee_flexion.")
    assert 'name="grip.left."' in page.text
    assert "rom_knee_flexion.left." not in page.text


def test_undoing_the_first_saving_takes_its_values_too(client: FlaskClient, handoff: Handoff) -> None:
    client_id, assessment_id = saved(client, handoff)
    changes.undo(handoff.db, 1, actor_id=None, now=NOW)
    with handoff.db.read() as session:
        assert session.get(Assessment, assessment_id) is None
    assert values(handoff, client_id) == {}
