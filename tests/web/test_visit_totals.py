"""What a day and a week of visits come to, in words."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from crm.domain.kinds import TaskKind
from crm.models.accounts import Business
from crm.web.visit_totals import Total, in_words, of_week
from tests.factories import make_task
from tests.services.road import visit_at

FRIDAY = date(2026, 3, 6)
WEEK = "/visits?week=2026-03-04"
TOTALS = "/visits/totals.json?week=2026-03-04"


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (Total(visits=1), "1 visit"),
        (Total(calls=2), "2 calls"),
        (Total(2, 1, 21.4, 69), "2 visits · 1 call\n21 mi · 1 h 9 min drive"),
        (Total(1, 0, 40.0, 120), "1 visit\n40 mi · 2 h drive"),
        (Total(1, 0, 3.0, 9), "1 visit\n3 mi · 9 min drive"),
    ],
)
def test_a_day_says_what_there_is_to_do_and_how_long_the_drive_is(total: Total, words: str) -> None:
    assert in_words({FRIDAY: total}) == {FRIDAY: words}


def test_a_week_is_the_sum_of_its_days_and_an_empty_one_says_nothing() -> None:
    assert of_week([Total(2, 1, 20.2, 50), Total(1, 0, 10.2, 40)]) == "3 visits · 1 call · 30 mi · 1 h 30 min drive"
    assert of_week([]) == ""


def test_visits_calls_and_the_drive_stand_at_their_days_and_above_the_week(
    client: FlaskClient, handoff: Handoff
) -> None:
    with handoff.db.write() as session:
        business = session.get_one(Business, 1)
        business.lat, business.lon = 29.70, -95.40
        for north in (0.05, 0.1, 0.2):
            visit_at(session, north, FRIDAY)
        for kind in (TaskKind.CALL, TaskKind.LETTER):
            make_task(session, kind=kind, due_on=FRIDAY)
    found = client.get(TOTALS).json
    assert found is not None
    assert set(found) == {"2026-03-06", "week"}
    assert found["2026-03-06"].startswith("3 visits · 1 call\n")
    assert found["week"] == found["2026-03-06"].replace("\n", " · ")
    assert found["week"] in client.get(WEEK).text


def test_an_empty_week_has_no_totals(client: FlaskClient) -> None:
    assert client.get(TOTALS).json == {"week": ""}
