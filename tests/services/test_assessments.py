from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm.domain import measuring
from crm.domain.errors import Invalid, NotFound
from crm.domain.measures import Motion
from crm.domain.measuring import Line
from crm.models.measurements import Assessment
from crm.services import assessments, changes
from crm.services.assessments import Sheet
from crm.store import measurements
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_client, make_client_goal, make_referral


def add(db: Database, **given: Any) -> int:
    with db.write() as session:
        client = make_client(session)
        make_referral(session, client_id=client.id, **given)
    return client.id or 0


def sheet(*keys: str, **typed: str) -> Sheet:
    values = {name if "." in name else f"{name}..": text for name, text in typed.items()}
    return Sheet(TODAY, "Dana", measuring.first_lines(keys), values, client_key="k1")


def save(db: Database, client_id: int, wanted: Sheet) -> assessments.Saved:
    return assessments.save(db, client_id, wanted, actor_id=None, now=NOW, today=TODAY)


def values(db: Database, client_id: int) -> list[float]:
    with db.read() as session:
        return [each.value for each in measurements.values(session, client_id)]


def test_the_same_form_is_saved_once_and_the_same_values_of_a_day_too(db: Database) -> None:
    client_id = add(db)
    first = save(db, client_id, sheet("cst30", cst30="9"))
    assert save(db, client_id, sheet("cst30", cst30="9")) == replace(first, change_set_id=None, is_repeat=True)
    twin = save(db, client_id, replace(sheet("cst30", cst30="9"), client_key="k2"))
    assert (twin.assessment_id, twin.is_repeat) == (first.assessment_id, True)
    assert not save(db, client_id, replace(sheet("cst30", cst30="10"), client_key="k3")).is_repeat


def test_the_device_of_joints_is_kept_and_that_of_walking_is_not(db: Database) -> None:
    client_id = add(db)
    wanted = replace(
        sheet("rom_knee_flexion", "cst30", cst30="9", **{"rom_knee_flexion.left.active": "98"}),
        devices={"goniometer": " inclinometer "},
    )
    save(db, client_id, wanted)
    with db.read() as session:
        assert {each.device for each in measurements.values(session, client_id)} == {"inclinometer", ""}


def test_a_refused_value_saves_nothing(db: Database) -> None:
    client_id = add(db)
    with pytest.raises(Invalid) as refused:
        save(db, client_id, sheet("cst30", "tug", cst30="9", tug="999"))
    assert refused.value.errors == {"tug..": "Timed Up and Go: Between 0 and 300 s."}
    assert values(db, client_id) == []


def test_mending_keeps_adds_and_removes_and_can_be_undone(db: Database) -> None:
    client_id = add(db)
    saved = save(db, client_id, sheet("cst30", "tug", cst30="9", tug="12.6"))
    later = NOW + timedelta(hours=1)
    mended = sheet("cst30", "ftsst", cst30="9", ftsst="14")
    undo = assessments.update(db, saved.assessment_id, mended, actor_id=None, now=later, today=TODAY)
    assert undo
    assert values(db, client_id) == [9, 14]
    changes.undo(db, undo, actor_id=None, now=later)
    assert sorted(values(db, client_id)) == [9, 12.6]
    same = sheet("cst30", "tug", cst30="9", tug="12.6")
    assert assessments.update(db, saved.assessment_id, same, actor_id=None, now=later, today=TODAY) is None


def test_a_form_of_an_older_state_is_refused(db: Database) -> None:
    client_id = add(db)
    saved = save(db, client_id, sheet("cst30", cst30="9"))
    with db.read() as session:
        opened = assessments.version_of(session.get_one(Assessment, saved.assessment_id))
    later = NOW + timedelta(hours=1)
    first, second = (replace(sheet("cst30", cst30=text), version=opened) for text in ("10", "11"))
    assessments.update(db, saved.assessment_id, first, actor_id=None, now=later, today=TODAY)
    with pytest.raises(Invalid, match="another window"):
        assessments.update(db, saved.assessment_id, second, actor_id=None, now=later, today=TODAY)
    assert values(db, client_id) == [10]


def test_what_was_put_away_is_gone_from_every_query(db: Database) -> None:
    client_id = add(db)
    saved = save(db, client_id, sheet("cst30", cst30="9"))
    assessments.archive(db, saved.assessment_id, actor_id=None, now=NOW)
    assert values(db, client_id) == []
    with db.read() as session:
        assert measurements.assessments(session, client_id) == []
        with pytest.raises(NotFound):
            assessments.get(session, saved.assessment_id)


def test_what_to_measure_is_what_was_measured_or_is_aimed_for_else_what_the_service_asks_for(db: Database) -> None:
    client_id = add(db, service_key="youth")
    with db.read() as session:
        assert Line("rom_lumbar_lateral", Motion.ACTIVE) in assessments.lines_for(
            session, client_id, measurements.values(session, client_id)
        )
    with db.write() as session:
        make_client_goal(session, client_id=client_id, measure_key="grip", side="left")
    save(db, client_id, sheet("cst30", cst30="9"))
    with db.read() as session:
        assert assessments.lines_for(session, client_id, measurements.values(session, client_id)) == [
            Line("cst30"),
            Line("grip"),
        ]
