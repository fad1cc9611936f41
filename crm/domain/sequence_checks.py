"""What a sequence must be like: checked field by field, so that the form can say what to mend where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from crm.domain.enclosures import WITH_LETTER, WITH_MAIL
from crm.domain.errors import Invalid
from crm.domain.mail_kinds import StepKind
from crm.domain.windows import MIDNIGHT

MOST_STEPS = 20
LONGEST_NAME = 120
LONGEST_TITLE = 200
LONGEST_DELAY = 120
LONGEST_WAIT = 60
SHORTEST_WINDOW = 60
"""Minutes: less, and forty mails with a pause between them don't fit."""


@dataclass(frozen=True)
class StepForm:
    """A step as the form sends it. An e-mail needs a template; a task needs a title. `document_kind` names a paper."""

    kind: StepKind
    delay_days: int = 0
    template_slug: str = ""
    template_version_id: int | None = None
    title: str = ""
    remarks: str = ""
    stored_file_id: int | None = None
    file_name: str = ""
    threads: bool = True
    waits_days: int = 5
    document_kind: str = ""


@dataclass(frozen=True)
class SequenceForm:
    """A sequence with all its steps, as the form sends it. The window is minutes after midnight."""

    name: str
    about: str = ""
    window_start: int = 8 * 60 + 30
    window_end: int = 16 * 60 + 30
    one_per_practice: bool = True
    colleague_stops: bool = False
    steps: tuple[StepForm, ...] = ()


def check(form: SequenceForm, *, emails: Collection[str], letters: Collection[str]) -> None:
    """Raise Invalid with every fault: keys `name`, `window_start`, `window_end`, `steps`, and for a step (counted from
    0) `step-<n>-<field>`. `emails` and `letters` are the template slugs there are.
    """
    errors = {**_check_whole(form)}
    for number, step in enumerate(form.steps):
        known = emails if step.kind is StepKind.EMAIL else letters
        found = _check_step(step, known)
        if number and _is_mail_at_once(form.steps[number - 1], step):
            found.setdefault("delay_days", "Leave at least one business day between two e-mails.")
        errors |= {f"step-{number}-{field}": said for field, said in found.items()}
    if errors:
        raise Invalid(errors)


def _check_whole(form: SequenceForm) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not form.name.strip():
        errors["name"] = "Give the sequence a name."
    elif len(form.name.strip()) > LONGEST_NAME:
        errors["name"] = f"Keep the name to {LONGEST_NAME} letters."
    if not 0 <= form.window_start < MIDNIGHT:
        errors["window_start"] = "Choose a time of day."
    if not 0 < form.window_end <= MIDNIGHT:
        errors["window_end"] = "Choose a time of day."
    elif form.window_end - form.window_start < SHORTEST_WINDOW:
        errors["window_end"] = "Let the window be open for an hour at least."
    if not form.steps:
        errors["steps"] = "Add at least one step."
    elif len(form.steps) > MOST_STEPS:
        errors["steps"] = f"Keep it to {MOST_STEPS} steps."
    return errors


def _is_mail_at_once(before: StepForm, step: StepForm) -> bool:
    return before.kind is StepKind.EMAIL and step.kind is StepKind.EMAIL and step.delay_days == 0


def _check_step(step: StepForm, known: Collection[str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not 0 <= step.delay_days <= LONGEST_DELAY:
        errors["delay_days"] = f"Wait between 0 and {LONGEST_DELAY} business days."
    if not 0 <= step.waits_days <= LONGEST_WAIT:
        errors["waits_days"] = f"Wait between 0 and {LONGEST_WAIT} business days for it."
    if len(step.title) > LONGEST_TITLE:
        errors["title"] = f"Keep it to {LONGEST_TITLE} letters."
    if step.kind is StepKind.TASK and not step.title.strip():
        errors["title"] = "Say what is to do."
    if step.kind is StepKind.EMAIL and not step.template_slug:
        errors["template_slug"] = "Choose the e-mail."
    elif step.template_slug and step.kind in (StepKind.EMAIL, StepKind.LETTER) and step.template_slug not in known:
        errors["template_slug"] = "This template isn't here any more. Choose another one."
    if step.document_kind and step.document_kind not in PAPERS.get(step.kind, ()):
        errors["document_kind"] = "Choose a paper of the list."
    return errors


PAPERS = {StepKind.EMAIL: WITH_MAIL, StepKind.LETTER: WITH_LETTER, StepKind.VISIT: WITH_LETTER}
"""Papers that steps can have: attached to an e-mail, printed for a letter or a visit."""
