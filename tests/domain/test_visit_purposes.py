"""What a visit may be for."""

from __future__ import annotations

from crm.domain.pipeline import Stage
from crm.domain.visit_materials import read
from crm.domain.visit_planning import Reason, Why
from crm.domain.visit_purposes import materials, purpose, purposes


def test_the_title_of_a_follow_up_is_the_purpose() -> None:
    assert purpose(Stage.PARTNER, [Why(Reason.TASK, "", title="Bring the March report")]) == "Bring the March report"


def test_without_a_title_the_reason_or_the_stage_says_it() -> None:
    assert purpose(Stage.PARTNER, [Why(Reason.REPORT, "")]) == "Hand over the report"
    assert purpose(Stage.SAMPLE_SENT, [Why(Reason.CADENCE, "")]) == "Ask what they thought of the sample"
    assert purpose(Stage.NOT_NOW, []) == "Stop by"


def test_every_stage_has_something_to_bring_that_a_form_knows() -> None:
    for stage in Stage:
        assert purposes(stage)
        assert [each.value for each in read(materials(stage))] == list(materials(stage))
