from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import cadence
from crm.domain.cadence import Happened
from crm.domain.calendar import is_business_day
from crm.domain.kinds import ActivityKind, Outcome, TaskKind
from crm.domain.pipeline import Stage

SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 23)
THURSDAY = date(2026, 12, 3)


def test_a_conversation_on_sunday_asks_for_a_thank_you_on_monday() -> None:
    proposal = cadence.propose(Stage.INTRODUCED, Happened(ActivityKind.CALL, Outcome.CONVERSATION), SUNDAY)
    assert proposal
    assert (proposal.kind, proposal.due_on) == (TaskKind.THANK_YOU, MONDAY)
    assert "within a day" in proposal.why


@pytest.mark.parametrize(
    ("happened", "stage", "kind", "due"),
    [
        (Happened(ActivityKind.CALL, Outcome.WANTS_SAMPLE), Stage.INTRODUCED, TaskKind.SAMPLE, date(2026, 12, 4)),
        (Happened(ActivityKind.CALL, Outcome.WILL_REFER), Stage.TRIAL, TaskKind.CALL, date(2026, 12, 10)),
        (Happened(ActivityKind.VISIT, Outcome.STAFF_ONLY), Stage.CONTACTED, TaskKind.CALL, date(2026, 12, 8)),
        (Happened(ActivityKind.CALL, Outcome.NO_ANSWER), Stage.CONTACTED, TaskKind.CALL, date(2026, 12, 4)),
        (
            Happened(ActivityKind.CALL, Outcome.NO_ANSWER, unanswered=3),
            Stage.CONTACTED,
            TaskKind.VISIT,
            date(2026, 12, 10),
        ),
        (Happened(ActivityKind.VISIT, Outcome.NOT_POSSIBLE), Stage.CONTACTED, TaskKind.VISIT, date(2026, 12, 10)),
        (Happened(ActivityKind.EMAIL), Stage.CONTACTED, TaskKind.CALL, date(2026, 12, 8)),
        (Happened(ActivityKind.LETTER), Stage.CONTACTED, TaskKind.CALL, date(2026, 12, 10)),
        (Happened(ActivityKind.EMAIL, task_kind=TaskKind.SAMPLE), Stage.SAMPLE_SENT, TaskKind.CALL, date(2026, 12, 8)),
        (
            Happened(ActivityKind.EMAIL, task_kind=TaskKind.THANK_YOU),
            Stage.INTRODUCED,
            TaskKind.EMAIL,
            date(2026, 12, 8),
        ),
        (Happened(ActivityKind.EMAIL, since_conversation=2), Stage.INTRODUCED, TaskKind.CALL, date(2026, 12, 10)),
        (
            Happened(ActivityKind.CALL, Outcome.DONE, since_conversation=3),
            Stage.INTRODUCED,
            TaskKind.VISIT,
            date(2026, 12, 24),
        ),
        (Happened(ActivityKind.REPLY), Stage.INTRODUCED, TaskKind.EMAIL, date(2026, 12, 4)),
        (Happened(ActivityKind.REFERRAL), Stage.PARTNER, TaskKind.THANK_YOU, date(2026, 12, 4)),
        (Happened(ActivityKind.VISIT, Outcome.CONVERSATION), Stage.PARTNER, TaskKind.VISIT, date(2026, 12, 30)),
        (Happened(ActivityKind.REPLY), Stage.PARTNER, TaskKind.EMAIL, date(2026, 12, 4)),
        (Happened(ActivityKind.IN_SERVICE), Stage.INTRODUCED, TaskKind.THANK_YOU, date(2026, 12, 4)),
    ],
)
def test_what_happened_decides_the_next_touch(happened: Happened, stage: Stage, kind: TaskKind, due: date) -> None:
    proposal = cadence.propose(stage, happened, THURSDAY)
    assert proposal
    assert (proposal.kind, proposal.due_on) == (kind, due)


@pytest.mark.parametrize("stage", [Stage.DECLINED, Stage.DO_NOT_CONTACT])
def test_who_said_no_is_left_alone(stage: Stage) -> None:
    assert cadence.propose(stage, Happened(ActivityKind.CALL, Outcome.CONVERSATION), MONDAY) is None
    assert cadence.propose(Stage.INTRODUCED, Happened(ActivityKind.CALL, Outcome.NOT_INTERESTED), MONDAY) is None


def test_a_note_is_no_touch_and_proposes_nothing() -> None:
    assert cadence.propose(Stage.INTRODUCED, Happened(ActivityKind.NOTE), MONDAY) is None


def test_not_now_comes_back_on_the_day_agreed_or_the_next_business_day() -> None:
    happened = Happened(ActivityKind.STAGE)
    proposal = cadence.propose(Stage.NOT_NOW, happened, MONDAY, return_on=date(2026, 12, 25))
    assert proposal
    assert proposal.due_on == date(2026, 12, 28)
    assert cadence.propose(Stage.NOT_NOW, happened, MONDAY) is None


@given(
    st.sampled_from(Stage), st.sampled_from(ActivityKind), st.none() | st.sampled_from(Outcome),
    st.none() | st.integers(0, 20), st.integers(0, 5), st.dates(date(2024, 1, 1), date(2030, 1, 1)),
)  # fmt: skip
def test_every_proposal_is_later_on_a_business_day_with_a_reason(
    stage: Stage, kind: ActivityKind, outcome: Outcome | None, since: int | None, unanswered: int, today: date
) -> None:
    happened = Happened(kind, outcome, since_conversation=since, unanswered=unanswered)
    proposal = cadence.propose(stage, happened, today)
    if proposal:
        assert proposal.due_on > today
        assert is_business_day(proposal.due_on)
        assert proposal.why
        assert proposal.title


def test_the_first_step_depends_on_what_we_know() -> None:
    assert cadence.after_adding(SUNDAY, has_email=True).kind is TaskKind.EMAIL
    first = cadence.after_adding(SUNDAY, has_email=False)
    assert (first.kind, first.due_on) == (TaskKind.CALL, MONDAY)
    assert cadence.after_adding(SUNDAY, has_email=True, later=2).due_on == date(2026, 11, 25)


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_snooze_choices_are_later_business_days_without_repetition(today: date) -> None:
    days = [choice.due_on for choice in cadence.snooze_choices(today)]
    assert days == sorted(set(days))
    assert all(day > today and is_business_day(day) for day in days)
    assert len(days) >= 4


def test_the_proposed_e_mails_are_those_there_are() -> None:
    folder = Path(__file__).parents[2] / "templates" / "email"
    slugs = {cadence.after_adding(SUNDAY, has_email=True).template_slug}
    for stage in Stage:
        for kind in ActivityKind:
            for outcome in (None, *Outcome):
                for task in (None, *TaskKind):
                    happened = Happened(kind, outcome, task, since_conversation=1)
                    proposal = cadence.propose(stage, happened, MONDAY, return_on=THURSDAY)
                    slugs.add(proposal.template_slug if proposal else "")
    assert slugs - {""} == {"introduction", "after_visit", "thank_you", "sample", "sample_offer", "reactivation"}
    assert all((folder / slug).is_dir() for slug in slugs)


def test_thanks_for_a_talk_and_thanks_for_a_referral_are_two_letters() -> None:
    talk = cadence.propose(Stage.INTRODUCED, Happened(ActivityKind.VISIT, Outcome.CONVERSATION), MONDAY)
    referral = cadence.propose(Stage.PARTNER, Happened(ActivityKind.REFERRAL), MONDAY)
    assert talk
    assert referral
    assert (talk.template_slug, referral.template_slug) == ("after_visit", "thank_you")
