"""The form of a sequence: what was posted, moved about by buttons, and what the services get."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from crm.domain.errors import Invalid
from crm.domain.mail_kinds import StepKind
from crm.web import sequence_forms
from crm.web.sequence_forms import SequenceInput, StepInput


def posted(order: str = "0,1", **more: str) -> MultiDict[str, str]:
    fields = {
        "name": " First contact ",
        "window_start": "08:30",
        "window_end": "16:30",
        "one_per_practice": "1",
        "order": order,
        "step-0-kind": "email",
        "step-0-delay": "0",
        "step-0-template": "introduction@12",
        "step-1-kind": "call",
        "step-1-delay": "3",
        "step-1-waits": "5",
        "step-1-title": "Call the office",
    }
    return MultiDict(fields | more)


def keys(shown: SequenceInput) -> list[str]:
    return [step.key for step in shown.steps]


def test_steps_come_in_the_order_that_the_form_names() -> None:
    assert keys(sequence_forms.read(posted("1,0"))) == ["1", "0"]


def test_an_order_with_a_key_twice_makes_no_second_step() -> None:
    assert keys(sequence_forms.read(posted("1,1,0,,1"))) == ["1", "0"]


def test_the_services_get_slug_version_and_numbers() -> None:
    form = sequence_forms.form_of(sequence_forms.read(posted()))
    email, call = form.steps
    assert (form.name, form.window_start, form.window_end) == ("First contact", 510, 990)
    assert (email.kind, email.template_slug, email.template_version_id, email.threads) == (
        StepKind.EMAIL,
        "introduction",
        12,
        False,
    )
    assert (call.kind, call.delay_days, call.waits_days, call.title) == (StepKind.CALL, 3, 5, "Call the office")


def test_midnight_ends_the_day() -> None:
    assert sequence_forms.form_of(sequence_forms.read(posted(window_end="00:00"))).window_end == 24 * 60


def test_what_can_not_be_read_is_named_all_at_once() -> None:
    shown = sequence_forms.read(posted(window_start="soon", **{"step-0-delay": "-1", "step-1-waits": "many"}))
    with pytest.raises(Invalid) as found:
        sequence_forms.form_of(shown)
    assert set(found.value.errors) == {"window_start", "step-0-delay", "step-1-waits"}


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("up-1", ["1", "0", "2"]),
        ("up-0", ["0", "1", "2"]),
        ("down-2", ["0", "1", "2"]),
        ("down-0", ["1", "0", "2"]),
        ("remove-1", ["0", "2"]),
        ("add-visit", ["0", "1", "2", "3"]),
        ("remove-9", ["0", "1", "2"]),
        ("explode-1", ["0", "1", "2"]),
    ],
)
def test_buttons_move_steps_without_script(do: str, expected: list[str]) -> None:
    shown = SequenceInput(steps=(StepInput("0"), StepInput("1"), StepInput("2")))
    assert keys(sequence_forms.shuffled(shown, do)) == expected


def test_a_file_is_taken_off_and_the_step_stays() -> None:
    shown = SequenceInput(steps=(StepInput("0", file_id=4, file_name="sample.pdf"),))
    assert sequence_forms.shuffled(shown, "unfile-0").steps[0].file_id is None


def test_days_add_up() -> None:
    steps = (StepInput("0", delay="0"), StepInput("1", delay="3"), StepInput("2", delay="?"), StepInput("3", delay="5"))
    assert SequenceInput(steps=steps).days == [0, 3, 3, 8]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name", "name"),
        ("step-1-template_slug", "step-0-template"),
        ("step-0-template_slug", "step-7-letter"),
        ("step-0-delay_days", "step-7-delay"),
        ("step-9-title", "step-9-title"),
    ],
)
def test_errors_stand_at_the_field_after_the_steps_have_moved(name: str, expected: str) -> None:
    shown = SequenceInput(steps=(StepInput("7", StepKind.LETTER), StepInput("0")))
    assert sequence_forms.by_field(shown, {name: "x"}) == {expected: "x"}


def test_only_mail_carries_a_file_and_only_follow_ups_wait() -> None:
    fields: dict[str, Any] = {"step-0-kind": "task", "step-0-waits": "2", "step-0-file_id": "3", "step-0-title": "Ask"}
    step = sequence_forms.form_of(sequence_forms.read(posted("0", **fields))).steps[0]
    assert (step.kind, step.stored_file_id, step.template_slug, step.waits_days) == (StepKind.TASK, None, "", 2)
