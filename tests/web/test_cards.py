"""What a card of the board says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.domain.kinds import ActivityKind
from crm.domain.pipeline import Stage
from crm.store.board import Card
from crm.web.cards import Face, as_json, face

TODAY = date(2026, 3, 4)
CHICAGO = ZoneInfo("America/Chicago")


def shown(**given: object) -> Face:
    card = Card(
        7, "Ada Stone, MD", Stage.CONTACTED, "orthopedics", "", "Houston", 80, None, None, None, None, None, False
    )
    return face(card._replace(**given), TODAY, CHICAGO)  # type: ignore[arg-type]  # any column


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "Call today"), (12, "Call 12 d ago"), (75, "Call 2 mo ago"), (800, "Call 2 y ago")],
)
def test_the_last_touch_in_few_words(days: int, words: str) -> None:
    at = datetime(2026, 3, 4, 16, tzinfo=UTC) - timedelta(days=days)
    assert shown(last_touch_at=at, last_touch_kind=ActivityKind.CALL).touch == words


def test_an_evening_call_belongs_to_the_day_it_was_where_the_viewer_is() -> None:
    seven_in_the_evening = datetime(2026, 3, 4, 1, tzinfo=UTC)
    assert shown(last_touch_at=seven_in_the_evening, last_touch_kind=ActivityKind.CALL).touch == "Call 1 d ago"


@pytest.mark.parametrize("stage", [Stage.PROSPECT, Stage.TRIAL])
def test_whoever_is_worked_and_has_no_next_step_is_marked(stage: Stage) -> None:
    bare = shown(stage=stage)
    assert (bare.edge, bare.due) == ("none", "No next step")


def test_who_said_no_is_left_in_peace() -> None:
    quiet = shown(stage=Stage.DECLINED)
    assert (quiet.edge, quiet.due) == ("quiet", "")


def test_not_now_shows_the_day_to_come_back() -> None:
    back = shown(stage=Stage.NOT_NOW, return_on=TODAY + timedelta(days=40))
    assert (back.edge, back.due) == ("later", "Mon, Apr 13")


def test_the_town_stands_in_for_an_unknown_practice() -> None:
    assert shown().place == "Houston"
    assert shown(practice_name="Bayou Clinic").place == "Bayou Clinic"


def test_a_script_gets_the_same_words() -> None:
    card = Card(7, "Ada", Stage.PROSPECT, "pt", "", "Katy", 1, None, None, None, None, None, True)
    assert as_json(card, TODAY, CHICAGO) == face(card, TODAY, CHICAGO)._asdict()
