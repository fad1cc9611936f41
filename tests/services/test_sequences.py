"""Building sequences: the ones that come with Handoff, one's own, copies, changes, files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crm.documents import emails, letters
from crm.documents.sequences import sequence_forms
from crm.domain.errors import Invalid, NotFound
from crm.domain.mail_kinds import StepKind
from crm.domain.sequence_checks import SequenceForm, check
from crm.services import changes, sequences
from crm.store import sequences as store
from crm.store.engine import Database
from tests.factories import NOW, make_stored_file
from tests.services.sequences import CALL, FIRST, LAST, SECOND, House

FORM = SequenceForm("Mine", about="A try", steps=(FIRST, CALL, SECOND))


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return House(db, tmp_path)


def form_of(db: Database, sequence_id: int) -> SequenceForm:
    with db.read() as session:
        return sequences.form_of(*sequences.get(session, sequence_id))


# --- those that come with Handoff ------------------------------------------------------------------------------------


def test_four_sequences_come_with_handoff_and_each_is_sound() -> None:
    forms = sequence_forms()
    assert set(forms) == {"first_contact_physician", "first_contact_therapy", "after_visit", "gone_quiet"}
    mails = {slug for slug, each in emails.email_templates().items() if each.kind == "outreach"}
    for form in forms.values():
        check(form, emails=mails, letters=set(letters.letter_templates()))
        assert form.about
        assert form.steps[-1].kind is not StepKind.CALL
        assert {step.kind for step in form.steps} > {StepKind.EMAIL}


def test_they_are_made_once_and_what_is_made_of_them_stays(db: Database) -> None:
    assert sequences.make_built_ins(db, now=NOW) == 4
    assert sequences.make_built_ins(db, now=NOW) == 0
    with db.read() as session:
        found = store.by_slug(session, "gone_quiet")
    sequences.update(db, found.id, replace(FORM, name="Quiet ones"), actor_id=None, now=NOW)
    sequences.archive(db, found.id, actor_id=None, now=NOW)
    assert sequences.make_built_ins(db, now=NOW) == 0
    assert form_of(db, found.id).name == "Quiet ones"


# --- one's own -------------------------------------------------------------------------------------------------------


def test_a_sequence_is_kept_as_it_was_filled_in(db: Database) -> None:
    sequence_id = sequences.create(db, FORM, actor_id=None, now=NOW)
    assert form_of(db, sequence_id) == FORM


def test_faults_are_named_by_step(db: Database) -> None:
    bad = replace(FORM, name="", steps=(FIRST, replace(SECOND, template_slug="digest")))
    with pytest.raises(Invalid) as error:
        sequences.create(db, bad, actor_id=None, now=NOW)
    assert set(error.value.errors) == {"name", "step-1-template_slug"}


def test_a_change_is_undone_with_its_steps(db: Database) -> None:
    sequence_id = sequences.create(db, FORM, actor_id=None, now=NOW)
    assert sequences.update(db, sequence_id, FORM, actor_id=None, now=NOW) is None
    for steps in ((LAST,), (FIRST, CALL, SECOND, LAST)):
        changed = replace(FORM, name="Yours", window_start=600, steps=steps)
        change_set_id = sequences.update(db, sequence_id, changed, actor_id=None, now=NOW)
        assert form_of(db, sequence_id) == changed
        assert change_set_id is not None
        assert changes.undo(db, change_set_id, actor_id=None, now=NOW) == []
        assert form_of(db, sequence_id) == FORM


def test_a_copy_is_free_to_change(db: Database) -> None:
    sequence_id = sequences.create(db, FORM, actor_id=None, now=NOW)
    copy_id = sequences.copy(db, sequence_id, actor_id=None, now=NOW)
    assert form_of(db, copy_id) == replace(FORM, name="Copy of Mine")


def test_a_sequence_is_put_away_and_brought_back(db: Database) -> None:
    sequence_id = sequences.create(db, FORM, actor_id=None, now=NOW)
    sequences.archive(db, sequence_id, actor_id=None, now=NOW)
    with db.read() as session:
        assert store.all_of(session) == []
        assert [each.id for each in store.all_of(session, archived=True)] == [sequence_id]
    sequences.restore(db, sequence_id, actor_id=None, now=NOW)
    with db.read() as session:
        assert [each.id for each in store.all_of(session)] == [sequence_id]
    with pytest.raises(NotFound):
        sequences.archive(db, 999, actor_id=None, now=NOW)


def test_what_a_kind_of_step_has_no_use_for_is_not_kept(db: Database) -> None:
    odd = replace(CALL, template_slug="introduction", file_name="x.pdf")
    sequence_id = sequences.create(db, replace(FORM, steps=(odd,)), actor_id=None, now=NOW)
    assert form_of(db, sequence_id).steps == (CALL,)


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_sample_is_kept_to_be_attached(db: Database, tmp_path: Path) -> None:
    file = sequences.keep_file(db, tmp_path, "C:\\papers\\sample.PDF", b"%PDF-1.7", now=NOW)
    assert (file.name, file.mime, file.size) == ("sample.PDF", "application/pdf", 8)
    step = replace(FIRST, stored_file_id=file.id, file_name=file.name)
    sequence_id = sequences.create(db, replace(FORM, steps=(step,)), actor_id=None, now=NOW)
    assert form_of(db, sequence_id).steps == (step,)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tool.exe", b"MZ", "PDF"),
        ("empty.pdf", b"", "empty"),
        ("big.pdf", b"x" * (sequences.LARGEST_FILE + 1), "5 MB"),
    ],
)
def test_what_offices_turn_away_is_not_kept(db: Database, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as error:
        sequences.keep_file(db, tmp_path, name, content, now=NOW)
    assert said in error.value.errors["attachment"]


def test_peoples_raw_mail_and_foreign_versions_cannot_be_attached(db: Database) -> None:
    with db.write() as session:
        mail = make_stored_file(session, mime="message/rfc822")
    for step, field in (
        (replace(FIRST, stored_file_id=mail.id), "step-0-stored_file_id"),
        (replace(FIRST, template_version_id=99), "step-0-template_version_id"),
    ):
        with pytest.raises(Invalid) as error:
            sequences.create(db, replace(FORM, steps=(step,)), actor_id=None, now=NOW)
        assert list(error.value.errors) == [field]
