"""The form of a sequence: read from what was posted, shuffled by its buttons, shown again as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time

from werkzeug.datastructures import MultiDict

from crm.domain.errors import Invalid
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_checks import LONGEST_DELAY, LONGEST_WAIT, MOST_STEPS, PAPERS, SequenceForm, StepForm
from crm.domain.windows import MIDNIGHT
from crm.models.sequences import Sequence, SequenceStep

FIRST_DELAY = 3
USUAL = {StepKind.CALL: "Call the office", StepKind.VISIT: "Drop by with a card and a referral pad"}


@dataclass(frozen=True)
class StepInput:
    """One step as the form shows it: texts, since what can't be used has to be shown as well.

    `template` is a slug, or a slug and the number of a fixed version ("introduction@12").
    """

    key: str
    kind: StepKind = StepKind.EMAIL
    delay: str = str(FIRST_DELAY)
    template: str = ""
    title: str = ""
    remarks: str = ""
    file_id: int | None = None
    file_name: str = ""
    threads: bool = True
    waits: str = "5"
    paper: str = ""

    @property
    def days(self) -> int:
        """The delay in business days, as well as it can be read."""
        return int(self.delay) if self.delay.isdecimal() and len(self.delay) < 4 else 0


@dataclass(frozen=True)
class SequenceInput:
    """The whole form."""

    name: str = ""
    about: str = ""
    window_start: str = "08:30"
    window_end: str = "16:30"
    one_per_practice: bool = True
    colleague_stops: bool = False
    steps: tuple[StepInput, ...] = ()
    seen: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> list[int]:
        """On which business day each step is due, counted from the start."""
        found, day = [], 0
        for step in self.steps:
            day += step.days
            found.append(day)
        return found

    @property
    def order(self) -> str:
        """The keys of the steps as they stand, for the form."""
        return ",".join(step.key for step in self.steps)


def empty() -> SequenceInput:
    """What a new sequence begins with: a mail at once, and a call after it."""
    steps = (StepInput("0", delay="0"), StepInput("1", StepKind.CALL, title=USUAL[StepKind.CALL]))
    return SequenceInput(steps=steps)


def read(form: MultiDict[str, str]) -> SequenceInput:
    """What was posted."""
    keys = [key for key in form.get("order", "").split(",") if key][:MOST_STEPS]
    return SequenceInput(
        name=form.get("name", ""),
        about=form.get("about", ""),
        window_start=form.get("window_start", ""),
        window_end=form.get("window_end", ""),
        one_per_practice=bool(form.get("one_per_practice")),
        colleague_stops=bool(form.get("colleague_stops")),
        steps=tuple(_step(form, key) for key in dict.fromkeys(keys)),
        seen=form.get("seen", ""),
    )


def _step(form: MultiDict[str, str], key: str) -> StepInput:
    def said(name: str) -> str:
        return form.get(f"step-{key}-{name}", "").strip()

    kind = said("kind")
    step = StepInput(key, StepKind(kind) if kind in list(StepKind) else StepKind.EMAIL)
    return replace(
        step,
        delay=said("delay"),
        template=said("letter" if step.kind is StepKind.LETTER else "template"),
        title=said("title"),
        remarks=form.get(f"step-{key}-remarks", "").replace("\r\n", "\n").strip(),
        file_id=int(said("file_id")) if said("file_id").isdecimal() else None,
        file_name=said("file_name"),
        threads=bool(said("threads")),
        waits=said("waits"),
        paper=said("print" if step.kind in (StepKind.LETTER, StepKind.VISIT) else "paper"),
    )


def shuffled(shown: SequenceInput, do: str) -> SequenceInput:
    """The form after one of its buttons: `add-call`, `up-2`, `down-2`, `remove-2`, `unfile-2`."""
    act, _, about = do.partition("-")
    steps = list(shown.steps)
    if act == "add":
        steps += [_new(steps, about)] if len(steps) < MOST_STEPS else []
    else:
        at = next((index for index, step in enumerate(steps) if step.key == about), None)
        if at is not None and act in ACTS:
            ACTS[act](steps, at)
    return replace(shown, steps=tuple(steps))


def _new(steps: list[StepInput], kind: str) -> StepInput:
    number = max((int(step.key) for step in steps if step.key.isdecimal()), default=-1) + 1
    chosen = StepKind(kind) if kind in list(StepKind) else StepKind.EMAIL
    return StepInput(str(number), chosen, delay=str(FIRST_DELAY) if steps else "0", title=USUAL.get(chosen, ""))


def _up(steps: list[StepInput], at: int) -> None:
    steps.insert(max(0, at - 1), steps.pop(at))


def _down(steps: list[StepInput], at: int) -> None:
    steps.insert(at + 1, steps.pop(at))


def _remove(steps: list[StepInput], at: int) -> None:
    steps.pop(at)


def _unfile(steps: list[StepInput], at: int) -> None:
    steps[at] = replace(steps[at], file_id=None, file_name="")


ACTS: Mapping[str, Callable[[list[StepInput], int], None]] = {
    "up": _up,
    "down": _down,
    "remove": _remove,
    "unfile": _unfile,
}


def minutes(text: str) -> int | None:
    """A time of day as minutes after midnight; None when it is none."""
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        return None
    return clock.hour * 60 + clock.minute


def clock(minutes: int) -> str:
    """Minutes after midnight as a time field shows them; it has no 24:00."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


PATTERN = StepInput("__key__")
"""What a step added by script is copied from."""


def shown(sequence: Sequence, steps: Iterable[SequenceStep]) -> SequenceInput:
    """A stored sequence as its form."""
    return SequenceInput(
        name=sequence.name,
        about=sequence.about,
        window_start=clock(sequence.window_start),
        window_end=clock(sequence.window_end),
        one_per_practice=sequence.one_per_practice,
        colleague_stops=sequence.colleague_stops,
        steps=tuple(_stored(step, str(number)) for number, step in enumerate(steps)),
        seen=seen(sequence),
    )


def _stored(step: SequenceStep, key: str) -> StepInput:
    fixed = f"@{step.template_version_id}" if step.template_version_id else ""
    return StepInput(
        key=key,
        kind=step.kind,
        delay=str(step.delay_days),
        template=f"{step.template_slug}{fixed}",
        title=step.title,
        remarks=step.remarks,
        file_id=step.stored_file_id,
        file_name=step.file_name,
        threads=step.threads,
        waits=str(step.waits_days),
        paper=step.document_kind,
    )


def seen(sequence: Sequence) -> str:
    """The state of a sequence that a form was made from."""
    return sequence.updated_at.isoformat()


def check_seen(shown: SequenceInput, sequence: Sequence) -> None:
    """Raise Invalid when somebody has saved it since the form was opened."""
    if shown.seen and shown.seen != seen(sequence):
        raise Invalid(
            {"name": "It was changed in another window since you opened it. Save again to take your version."}
        )


def form_of(shown: SequenceInput) -> SequenceForm:
    """What the services take. Raises Invalid for what can't be read, all of it at once."""
    reader = _Reader()
    form = SequenceForm(
        name=shown.name.strip(),
        about=shown.about.strip(),
        window_start=reader.clock("window_start", shown.window_start),
        window_end=reader.clock("window_end", shown.window_end) or MIDNIGHT,
        one_per_practice=shown.one_per_practice,
        colleague_stops=shown.colleague_stops,
        steps=tuple(_taken(step, reader) for step in shown.steps),
    )
    if reader.errors:
        raise Invalid(reader.errors)
    return form


def _taken(step: StepInput, reader: _Reader) -> StepForm:
    at, (slug, _, version) = f"step-{step.key}-", step.template.partition("@")
    written, waits = step.kind in (StepKind.EMAIL, StepKind.LETTER), step.kind is not StepKind.EMAIL
    return StepForm(
        kind=step.kind,
        delay_days=reader.number(f"{at}delay", step.delay, LONGEST_DELAY),
        template_slug=slug if written else "",
        template_version_id=int(version) if version.isdecimal() and not waits else None,
        title=step.title if waits else "",
        remarks=step.remarks if waits else "",
        stored_file_id=None if waits else step.file_id,
        file_name="" if waits else step.file_name,
        threads=step.threads,
        waits_days=reader.number(f"{at}waits", step.waits, LONGEST_WAIT) if waits else 5,
        document_kind=step.paper if step.kind in PAPERS else "",
    )


def by_field(shown: SequenceInput, errors: Mapping[str, str]) -> dict[str, str]:
    """Errors of the services, which count steps from 0 and know columns, under the names of the form's fields."""
    return {_field(shown, name): sentence for name, sentence in errors.items()}


def _field(shown: SequenceInput, name: str) -> str:
    _, _, rest = name.partition("step-")
    number, _, column = rest.partition("-")
    if not number.isdecimal() or int(number) >= len(shown.steps):
        return name
    step = shown.steps[int(number)]
    if column == "document_kind":
        return f"step-{step.key}-{'paper' if step.kind is StepKind.EMAIL else 'print'}"
    if column.startswith("template"):
        return f"step-{step.key}-{'letter' if step.kind is StepKind.LETTER else 'template'}"
    return f"step-{step.key}-{FIELDS.get(column, column)}"


FIELDS = {"delay_days": "delay", "waits_days": "waits", "stored_file_id": "file", "file_name": "file"}


class _Reader:
    """Reads texts as numbers and times, and collects what is wrong with them."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def clock(self, name: str, text: str) -> int:
        found = minutes(text)
        if found is None:
            self.errors[name] = "Write a time of day, such as 08:30."
        return found or 0

    def number(self, name: str, text: str, most: int) -> int:
        if text.isdecimal() and len(text) < 5 and int(text) <= most:
            return int(text)
        self.errors[name] = f"Write a number of business days, from 0 to {most}."
        return 0
