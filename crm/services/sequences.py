"""Building sequences: make, change with all steps on one form, copy, put away. Changes reach only new enrollments."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.documents import emails, letters
from crm.documents import sequences as built_in
from crm.domain.errors import Invalid, NotFound
from crm.domain.kinds import TemplateKind
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_checks import PAPERS, SequenceForm, StepForm, check
from crm.models.messages import StoredFile
from crm.models.sequences import Sequence, SequenceStep
from crm.services import changes, files
from crm.services.changes import Recorder
from crm.services.templates import LETTER
from crm.store import sequences as store
from crm.store import templates as template_rows
from crm.store.engine import Database

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes: offices' servers turn larger mail away."""

FILE_KINDS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
COPY_OF = "Copy of "


def get(session: Session, sequence_id: int) -> tuple[Sequence, Many[SequenceStep]]:
    """A sequence with its steps. Raises NotFound."""
    found = store.by_id(session, sequence_id)
    if found is None:
        raise NotFound("This sequence isn't here any more.")
    return found, store.steps_of(session, sequence_id)


def make_built_ins(db: Database, *, now: datetime) -> int:
    """Make the sequences that come with Handoff, each once: one that was changed or put away stays so."""
    with db.read() as session:
        missing = _missing(session)
    return sum(_make_built_in(db, slug, now) for slug in missing)


def make_built_ins_in(session: Session, *, now: datetime) -> int:
    """As `make_built_ins`, in the caller's transaction."""
    missing = _missing(session)
    for slug in missing:
        _insert(session, built_in.sequence_forms()[slug], slug=slug, actor_id=None, now=now)
    return len(missing)


def create(db: Database, form: SequenceForm, *, actor_id: int | None, now: datetime) -> int:
    """Make a sequence. Raises Invalid with the fields to mend."""
    with db.write() as session:
        _check(session, form)
        return _insert(session, form, actor_id=actor_id, now=now)


def update(db: Database, sequence_id: int, form: SequenceForm, *, actor_id: int | None, now: datetime) -> int | None:
    """Change a sequence and its steps. Returns the change set that undoes it, None when nothing differs.

    Whoever is enrolled goes on with the steps they were enrolled with.
    """
    with db.write() as session:
        sequence, steps = get(session, sequence_id)
        _check(session, form)
        label = f"Changed the sequence “{sequence.name}”"
        recorder = changes.begin(session, "sequence", label, actor_id=actor_id, now=now)
        differs = [recorder.update(sequence, **_columns(form))]
        differs += _write_steps(session, recorder, sequence_id, steps, form.steps)
        if not any(differs):
            session.delete(recorder.change_set)
            return None
        recorder.update(sequence, updated_at=now)
        return recorder.id


def copy(db: Database, sequence_id: int, *, actor_id: int | None, now: datetime) -> int:
    """A copy to change freely; gives its id."""
    with db.write() as session:
        sequence, steps = get(session, sequence_id)
        name = f"{COPY_OF}{sequence.name}"[:120]
        form = form_of(sequence, steps)
        return _insert(session, SequenceForm(**{**vars(form), "name": name}), actor_id=actor_id, now=now)


def archive(db: Database, sequence_id: int, *, actor_id: int | None, now: datetime) -> int:
    """Put a sequence away: nobody new is enrolled, whoever is in it goes on. Returns the change set."""
    return _set_archived(db, sequence_id, now, "Put away", actor_id=actor_id, now=now)


def restore(db: Database, sequence_id: int, *, actor_id: int | None, now: datetime) -> int:
    """Bring a sequence back. Returns the change set."""
    return _set_archived(db, sequence_id, None, "Brought back", actor_id=actor_id, now=now)


def form_of(sequence: Sequence, steps: Many[SequenceStep]) -> SequenceForm:
    """A stored sequence as the form shows it."""
    return SequenceForm(
        name=sequence.name,
        about=sequence.about,
        window_start=sequence.window_start,
        window_end=sequence.window_end,
        one_per_practice=sequence.one_per_practice,
        colleague_stops=sequence.colleague_stops,
        steps=tuple(step_form_of(each) for each in steps),
    )


def step_form_of(step: SequenceStep) -> StepForm:
    """A stored step as the form shows it."""
    return StepForm(**{name: getattr(step, name) for name in StepForm.__dataclass_fields__})


def keep_file(db: Database, folder: Path, name: str, content: bytes, *, now: datetime) -> StoredFile:
    """Keep a file to attach, a sample document say. Raises Invalid("attachment") for one that offices turn away."""
    clean = Path(name.replace("\\", "/")).name.strip() or "attachment"
    suffix = Path(clean).suffix.lower()
    if suffix not in FILE_KINDS:
        raise Invalid({"attachment": "Attach a PDF, a Word document, or a picture as PNG or JPEG."})
    if not content:
        raise Invalid({"attachment": "This file is empty. Choose another one."})
    if len(content) > LARGEST_FILE:
        raise Invalid({"attachment": "Keep attachments under 5 MB: offices' mail servers turn larger ones away."})
    sha256 = files.keep(folder, content)
    with db.write() as session:
        return files.row(session, sha256, len(content), name=clean[:200], mime=FILE_KINDS[suffix], now=now)


def _missing(session: Session) -> list[str]:
    there = store.slugs(session)
    return [slug for slug in built_in.sequence_forms() if slug not in there]


def _make_built_in(db: Database, slug: str, now: datetime) -> int:
    try:
        with db.write() as session:
            if store.by_slug(session, slug) is not None:
                return 0
            _insert(session, built_in.sequence_forms()[slug], slug=slug, actor_id=None, now=now)
    except IntegrityError:  # another process made it in the same moment
        return 0
    return 1


def _insert(
    session: Session, form: SequenceForm, *, slug: str | None = None, actor_id: int | None, now: datetime
) -> int:
    sequence = Sequence(slug=slug, **_columns(form), created_by=actor_id, created_at=now, updated_at=now)
    session.add(sequence)
    session.flush()
    assert sequence.id is not None
    for position, step in enumerate(form.steps, start=1):
        session.add(SequenceStep(sequence_id=sequence.id, position=position, **_step_columns(step)))
    session.flush()
    return sequence.id


def _columns(form: SequenceForm) -> dict[str, Any]:
    found = {name: value for name, value in vars(form).items() if name != "steps"}
    return {**found, "name": form.name.strip(), "about": form.about.strip()}


def _step_columns(step: StepForm) -> dict[str, Any]:
    """What is stored of a step: what its kind has no use for is left empty."""
    found = asdict(step)
    is_mail = step.kind is StepKind.EMAIL
    if not is_mail:
        found |= {"template_version_id": None, "stored_file_id": None, "file_name": ""}
    if step.kind not in (StepKind.EMAIL, StepKind.LETTER):
        found["template_slug"] = ""
    if step.kind not in PAPERS:
        found["document_kind"] = ""
    return {**found, "title": step.title.strip(), "remarks": step.remarks.strip()}


def _write_steps(
    session: Session, recorder: Recorder, sequence_id: int, old: Many[SequenceStep], new: Many[StepForm]
) -> list[bool]:
    differs = [recorder.update(row, **_step_columns(step)) for row, step in zip(old, new, strict=False)]
    for row in old[len(new) :]:
        recorder.delete(row)
    for position, step in enumerate(new[len(old) :], start=len(old) + 1):
        recorder.insert(SequenceStep(sequence_id=sequence_id, position=position, **_step_columns(step)))
    session.flush()
    return [*differs, len(old) != len(new)]


def _check(session: Session, form: SequenceForm) -> None:
    """The form itself, and what it names: templates, their versions, attached files."""
    check(form, emails=_slugs(session, StepKind.EMAIL), letters=_slugs(session, StepKind.LETTER))
    errors: dict[str, str] = {}
    for number, step in enumerate(form.steps):
        version_id = step.template_version_id
        kind, slug = TemplateKind.EMAIL, step.template_slug
        if version_id is not None and not store.is_version_of(session, version_id, kind, slug):
            errors[f"step-{number}-template_version_id"] = "This version isn't one of that e-mail."
        if step.stored_file_id is not None and not _may_go(session, step.stored_file_id):
            errors[f"step-{number}-stored_file_id"] = "This file is gone. Attach it again."
    if errors:
        raise Invalid(errors)


def _may_go(session: Session, stored_file_id: int) -> bool:
    """Stored files are also people's raw mail: only what was kept to be attached may be."""
    file = session.get(StoredFile, stored_file_id)
    return file is not None and file.mime in FILE_KINDS.values()


def _slugs(session: Session, kind: StepKind) -> set[str]:
    """The templates there are to choose: the built-in ones and one's own."""
    if kind is StepKind.EMAIL:
        built_in = {each.slug for each in emails.email_templates().values() if each.kind == "outreach"}
        return built_in | _own_slugs(session, TemplateKind.EMAIL, "outreach")
    return set(letters.letter_templates()) | _own_slugs(session, TemplateKind.DOCUMENT, LETTER)


def _own_slugs(session: Session, kind: TemplateKind, of: str) -> set[str]:
    """Those that were put away too: a sequence that has one keeps it."""
    found = [each for each in template_rows.every(session, kind) if not each.built_in and each.version_id is not None]
    return {each.slug for each in found if each.meta.get("kind", of) == of}


def _set_archived(
    db: Database, sequence_id: int, at: datetime | None, said: str, *, actor_id: int | None, now: datetime
) -> int:
    with db.write() as session:
        sequence, _ = get(session, sequence_id)
        label = f"{said}: the sequence “{sequence.name}”"
        recorder = changes.begin(session, "sequence", label, actor_id=actor_id, now=now)
        recorder.update(sequence, archived_at=at, updated_at=now)
        return recorder.id
