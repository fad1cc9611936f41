from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import pipeline
from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.pipeline import Stage

TODAY = date(2026, 11, 23)


def test_every_stage_has_a_label_a_meaning_and_a_place() -> None:
    assert set(pipeline.LABELS) == set(pipeline.MEANINGS) == set(Stage) == set(pipeline.ALL)
    assert pipeline.order(Stage.PROSPECT) == 0
    assert pipeline.order(Stage.DO_NOT_CONTACT) == len(Stage) - 1


@pytest.mark.parametrize(
    ("stage", "kind", "outcome", "after"),
    [
        (Stage.PROSPECT, ActivityKind.EMAIL, None, Stage.CONTACTED),
        (Stage.PROSPECT, ActivityKind.CALL, Outcome.NO_ANSWER, Stage.CONTACTED),
        (Stage.PROSPECT, ActivityKind.NOTE, None, Stage.PROSPECT),
        (Stage.CONTACTED, ActivityKind.VISIT, Outcome.CONVERSATION, Stage.INTRODUCED),
        (Stage.CONTACTED, ActivityKind.VISIT, Outcome.STAFF_ONLY, Stage.CONTACTED),
        (Stage.CONTACTED, ActivityKind.REPLY, None, Stage.INTRODUCED),
        (Stage.CONTACTED, ActivityKind.MEETING, None, Stage.INTRODUCED),
        (Stage.INTRODUCED, ActivityKind.CALL, Outcome.WANTS_SAMPLE, Stage.INTRODUCED),
        (Stage.INTRODUCED, ActivityKind.CALL, Outcome.WILL_REFER, Stage.TRIAL),
        (Stage.TRIAL, ActivityKind.CALL, Outcome.NO_ANSWER, Stage.TRIAL),
        (Stage.PROSPECT, ActivityKind.REFERRAL, None, Stage.PARTNER),
        (Stage.NOT_NOW, ActivityKind.CALL, Outcome.CONVERSATION, Stage.NOT_NOW),
        (Stage.DECLINED, ActivityKind.REFERRAL, None, Stage.PARTNER),
        (Stage.DO_NOT_CONTACT, ActivityKind.REFERRAL, None, Stage.DO_NOT_CONTACT),
    ],
)
def test_what_happened_implies_the_stage(
    stage: Stage, kind: ActivityKind, outcome: Outcome | None, after: Stage
) -> None:
    assert pipeline.implied_stage(stage, kind, outcome) is after


def test_sending_the_sample_moves_on() -> None:
    assert pipeline.implied_stage(Stage.INTRODUCED, ActivityKind.EMAIL, sample_sent=True) is Stage.SAMPLE_SENT
    assert pipeline.implied_stage(Stage.PARTNER, ActivityKind.EMAIL, sample_sent=True) is Stage.PARTNER


@given(
    st.sampled_from(pipeline.PATH), st.sampled_from(ActivityKind), st.none() | st.sampled_from(Outcome), st.booleans()
)
def test_an_activity_never_moves_anybody_back(
    stage: Stage, kind: ActivityKind, outcome: Outcome | None, sample: bool
) -> None:
    after = pipeline.implied_stage(stage, kind, outcome, sample_sent=sample)
    assert pipeline.PATH.index(after) >= pipeline.PATH.index(stage)


def test_aside_stages_ask_for_their_reason_or_date() -> None:
    with pytest.raises(Invalid) as caught:
        pipeline.check_move(Stage.DECLINED, reason=" ", return_on=None, today=TODAY)
    assert "reason" in caught.value.errors
    with pytest.raises(Invalid) as caught:
        pipeline.check_move(Stage.NOT_NOW, reason="", return_on=TODAY, today=TODAY)
    assert "return_on" in caught.value.errors
    pipeline.check_move(Stage.NOT_NOW, reason="", return_on=TODAY + timedelta(days=30), today=TODAY)
    pipeline.check_move(Stage.TRIAL, reason="", return_on=None, today=TODAY)


@pytest.mark.parametrize(
    ("first_ago", "last_ago", "count", "quiet"),
    [
        (80, 80, 1, None),
        (90, 90, 1, None),
        (91, 91, 1, 91),
        (400, 100, 4, None),  # every 100 days is this one's rhythm
        (400, 101, 4, 101),
        (200, 95, 30, 95),
    ],
)
def test_a_partner_is_quiet_after_its_own_interval_but_never_before_90_days(
    first_ago: int, last_ago: int, count: int, quiet: int | None
) -> None:
    first, last = TODAY - timedelta(days=first_ago), TODAY - timedelta(days=last_ago)
    assert pipeline.quiet_since(Stage.PARTNER, first, last, count, TODAY) == quiet


def test_only_partners_go_quiet() -> None:
    long_ago = TODAY - timedelta(days=500)
    assert pipeline.quiet_since(Stage.TRIAL, long_ago, long_ago, 1, TODAY) is None
    assert pipeline.quiet_since(Stage.PARTNER, None, None, 0, TODAY) is None


def test_a_worked_provider_without_a_follow_up_lacks_a_next_step() -> None:
    assert pipeline.lacks_next_step(Stage.CONTACTED, None)
    assert not pipeline.lacks_next_step(Stage.CONTACTED, TODAY)
    assert not pipeline.lacks_next_step(Stage.PROSPECT, None)
    assert not pipeline.lacks_next_step(Stage.NOT_NOW, None, TODAY)
    assert pipeline.lacks_next_step(Stage.NOT_NOW, None)


@pytest.mark.parametrize(("days", "tone"), [(-1, "overdue"), (0, "today"), (1, "later"), (None, "none")])
def test_the_edge_of_a_card_tells_what_is_due(days: int | None, tone: str) -> None:
    due = None if days is None else TODAY + timedelta(days=days)
    assert pipeline.due_tone(Stage.CONTACTED, due, TODAY) == tone
    assert pipeline.is_overdue(due, TODAY) is (tone == "overdue")
    assert pipeline.due_tone(Stage.PROSPECT, None, TODAY) == "none"
    assert pipeline.due_tone(Stage.DECLINED, None, TODAY) == ""
