from __future__ import annotations

from datetime import date

import pytest

from crm.domain.errors import Invalid, NotFound
from crm.domain.measures import Change
from crm.models.clients import Client
from crm.services import changes, clients
from crm.store import measurements
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_assessment, make_client, make_measurement, make_provider, make_referral


def add(db: Database, **given: object) -> Client:
    with db.write() as session:
        return make_client(session, **given)


def measure(db: Database, client: Client, day: date, **values: float) -> None:
    with db.write() as session:
        taken = make_assessment(session, client_id=client.id, measured_on=day)
        for key, value in values.items():
            make_measurement(session, assessment_id=taken.id, measure_key=key, value=value)


def rows(db: Database, client: Client) -> dict[str, Change]:
    with db.read() as session:
        found = clients.rows_for_report(session, clients.get(session, client.id or 0), TODAY)
    return {row.key: row.change for row in found}


def test_measures_are_put_in_order_of_their_days_however_they_came(db: Database) -> None:
    client = add(db, condition="Knee osteoarthritis", birth_year=1958, sex="female")
    measure(db, client, date(2026, 2, 1), cst30=12)
    measure(db, client, date(2026, 1, 1), cst30=9)
    with db.read() as session:
        (one,) = clients.told(session, client, TODAY)
    assert (one.row.baseline, one.row.now, one.row.change) == (9, 12, Change.BETTER)
    assert one.days == (date(2026, 1, 1), date(2026, 2, 1))


def test_pain_scores_are_reported_only_where_the_trainer_turned_them_on(db: Database) -> None:
    quiet, open_one = add(db, condition="Low back pain"), add(db, condition="Low back pain", shows_pain=True)
    for client in (quiet, open_one):
        measure(db, client, date(2026, 1, 1), nprs=6, cst30=9)
    assert set(rows(db, quiet)) == {"cst30"}
    assert set(rows(db, open_one)) == {"cst30", "nprs"}


def test_age_is_the_one_reached_this_year_and_unknown_without_a_birth_year(db: Database) -> None:
    assert clients.person(Client(code="A", birth_year=1958, created_at=NOW), date(2026, 1, 1)).ages == (68, 68)
    assert clients.person(Client(code="A", created_at=NOW), TODAY).ages is None


def test_nothing_changed_leaves_nothing_to_undo(db: Database) -> None:
    client = add(db, condition="COPD")
    assert clients.update(db, client.id or 0, {"condition": "COPD"}, actor_id=None, now=NOW) is None
    assert clients.set_goals(db, client.id or 0, {"cst30..": ""}, {}, actor_id=None, now=NOW) is None
    with pytest.raises(NotFound):
        changes.undo(db, 1, actor_id=None, now=NOW)


def test_goals_come_back_when_they_are_undone(db: Database) -> None:
    client = add(db)
    first = clients.set_goals(db, client.id or 0, {"cst30..": "14"}, {}, actor_id=None, now=NOW)
    second = clients.set_goals(db, client.id or 0, {"cst30..": ""}, {}, actor_id=None, now=NOW)
    assert first
    assert second
    changes.undo(db, second, actor_id=None, now=NOW)
    with db.read() as session:
        assert [goal.target for goal in measurements.goals(session, client.id or 0)] == [14]


def test_the_name_of_the_provider_may_be_written_down(db: Database) -> None:
    with db.write() as session:
        client = make_client(session)
        provider = make_provider(session, display_name="Mr. Luis Ortega")
        make_referral(session, client_id=client.id, provider_id=provider.id)
    assert clients.update(db, client.id or 0, {"condition": "Seen by Mr. Luis Ortega"}, actor_id=None, now=NOW)
    with pytest.raises(Invalid, match="a person’s name"):
        clients.update(db, client.id or 0, {"condition": "Like Mr. Otto Brandt"}, actor_id=None, now=NOW)


def test_a_client_that_is_not_there_is_not_found(db: Database) -> None:
    with db.read() as session, pytest.raises(NotFound):
        clients.get(session, 99)
