"""A sequence's form: every fault named where it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm.domain.errors import Invalid
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_checks import MOST_STEPS, SequenceForm, StepForm, check

MAIL = StepForm(StepKind.EMAIL, template_slug="introduction")
GOOD = SequenceForm("First contact", steps=(MAIL, StepForm(StepKind.CALL, delay_days=3)))


def faults(form: SequenceForm) -> dict[str, str]:
    try:
        check(form, emails={"introduction"}, letters={"introduction-letter"})
    except Invalid as error:
        return error.errors
    return {}


def with_step(**values: object) -> SequenceForm:
    return replace(GOOD, steps=(MAIL, replace(GOOD.steps[1], **values)))


def test_a_good_one_has_none() -> None:
    assert faults(GOOD) == {}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (replace(GOOD, name=" "), "name"),
        (replace(GOOD, name="x" * 121), "name"),
        (replace(GOOD, window_start=-1), "window_start"),
        (replace(GOOD, window_start=600, window_end=630), "window_end"),
        (replace(GOOD, window_start=1000, window_end=600), "window_end"),
        (replace(GOOD, window_end=25 * 60), "window_end"),
        (replace(GOOD, steps=()), "steps"),
        (replace(GOOD, steps=(GOOD.steps[1],) * (MOST_STEPS + 1)), "steps"),
        (with_step(delay_days=-1), "step-1-delay_days"),
        (with_step(delay_days=999), "step-1-delay_days"),
        (with_step(waits_days=-1), "step-1-waits_days"),
        (with_step(title="x" * 201), "step-1-title"),
        (with_step(kind=StepKind.TASK), "step-1-title"),
        (with_step(kind=StepKind.EMAIL), "step-1-template_slug"),
        (with_step(kind=StepKind.EMAIL, template_slug="gone"), "step-1-template_slug"),
        (with_step(kind=StepKind.LETTER, template_slug="gone"), "step-1-template_slug"),
        (with_step(kind=StepKind.EMAIL, template_slug="introduction", delay_days=0), "step-1-delay_days"),
    ],
)
def test_each_fault_is_named_at_its_field(form: SequenceForm, field: str) -> None:
    assert list(faults(form)) == [field]
    assert faults(form)[field].endswith(".")


def test_all_faults_are_named_at_once() -> None:
    form = replace(GOOD, name="", steps=(replace(MAIL, template_slug=""), StepForm(StepKind.TASK)))
    assert set(faults(form)) == {"name", "step-0-template_slug", "step-1-title"}


def test_a_mail_may_follow_a_visit_on_the_same_day() -> None:
    steps = (StepForm(StepKind.VISIT), replace(MAIL, delay_days=0))
    assert faults(replace(GOOD, steps=steps)) == {}
