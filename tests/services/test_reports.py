"""Reports about real clients: what they say, what keeps them in, how they leave, and that no name stays."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from crm.documents import pdf
from crm.documents.paper_report import Filing
from crm.domain.client_kinds import ReportState
from crm.domain.errors import Invalid, NotFound, Refused
from crm.domain.kinds import TOUCHES, ActivityKind, TaskState
from crm.domain.papers import REPORTS, DeliveryHow, DocumentKind
from crm.models.activities import Activity
from crm.models.client_care import ClientAuthorization
from crm.models.clients import ClientProvider
from crm.models.documents import Document, DocumentDelivery
from crm.models.providers import Provider
from crm.models.reports import DueReport
from crm.models.tasks import Task
from crm.services import authorizations, changes, report_papers, report_words, reports
from crm.services.paper_desk import Wish
from crm.services.papers import PRESS, Paper
from crm.services.report_content import LEFT_OUT
from crm.services.report_papers import Delivery
from crm.store import reports as store
from crm.store.engine import Database
from tests import factories
from tests.documents import paper_reading
from tests.factories import NOW, TODAY
from tests.services import reports as files
from tests.services.reports import File

K = DocumentKind
BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}
NAME, BORN = "Wilhelmina Featherstonehaugh", "04/17/1959"
FILING = Filing(NAME, BORN)
FAXED = Delivery(DeliveryHow.FAX, TODAY, confirmed=True)


@pytest.fixture
def file(db: Database) -> File:
    with db.write() as session:
        factories.make_business(session)
        factories.make_user(session)
        found = files.make_file(session, TODAY)
        files.wind(session, found.client_id, TODAY)
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where files are kept."""
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def progress(db: Database) -> int:
    with db.read() as session:
        return files.report_id(session, K.PROGRESS_REPORT)


def row(db: Database, report_id: int) -> DueReport:
    with db.read() as session:
        return session.get_one(DueReport, report_id)


def look(db: Database, report_id: int) -> reports.Look:
    with db.read() as session:
        return reports.look(session, report_id, today=TODAY)


def text_of(content: bytes) -> str:
    return " ".join(paper_reading.text_of(content).split())


def test_a_progress_report_is_filled_from_the_file(db: Database, file: File) -> None:
    seen = look(db, progress(db))
    subject, story = seen.report.subject, seen.report.story
    assert (subject.code, subject.age_band, subject.attended, subject.scheduled) == ("K-14", "65-69", 11, 12)
    assert subject.limits == ("Blood pressure up to 160/90", "No kneeling")
    assert subject.cleared == "February 2, 2026"
    assert story.bottom_line.startswith("Beyond the published thresholds: ")
    assert "95° to 118°" in story.bottom_line
    assert "9 to 12 reps" in story.bottom_line
    assert story.goals == ("Climb two flights of stairs",)
    assert seen.findings == {}
    assert seen.authorization is not None


def test_the_printed_report_names_the_basis_of_each_threshold(db: Database, file: File, folder: Path) -> None:
    made = report_papers.make(db, folder, progress(db), FILING, **BY)
    said = text_of(made.pdf)
    for words in (NAME, BORN, "K-14", "Asha Shah", "11 of 12", "95", "118", "knee osteoarthritis", "Gill 2022"):
        assert words in said
    assert "SAMPLE" not in said
    assert NAME.split(maxsplit=1)[0].lower() not in made.file_name


def test_the_name_is_kept_nowhere(db: Database, file: File, folder: Path) -> None:
    report_id = progress(db)
    report_papers.make(db, folder, report_id, FILING, **BY)
    report_papers.deliver(db, folder, report_id, FAXED, **BY)
    for path in folder.iterdir():
        assert NAME not in text_of(path.read_bytes())
        assert BORN not in text_of(path.read_bytes())
    with db.read() as session:
        stored = json.dumps(_everything(session), default=str)
        (document,) = session.exec(select(Document)).all()
    assert "Featherstonehaugh" not in stored
    assert "04/17" not in stored
    assert document.facts["name"] == "added when it was printed"
    assert document.client_id == file.client_id


def _everything(session: Session) -> list[list[Any]]:
    return [list(row) for table in SQLModel.metadata.sorted_tables for row in session.execute(sa.select(table))]


def test_nothing_leaves_without_the_clients_authorization(db: Database, folder: Path) -> None:
    with db.write() as session:
        factories.make_business(session)
        factories.make_user(session)
        found = files.make_file(session, TODAY, permitted=False)
        files.wind(session, found.client_id, TODAY)
    with pytest.raises(Refused, match="No authorization of K-14 covers a progress report to Asha Shah"):
        report_papers.make(db, folder, progress(db), FILING, **BY)
    with pytest.raises(Refused, match="No authorization"):
        report_papers.deliver(db, folder, progress(db), FAXED, **BY)
    assert list(folder.iterdir()) == []


def test_plain_mail_is_refused_with_the_reason(db: Database, file: File, folder: Path) -> None:
    with pytest.raises(Refused, match="Plain e-mail can be read on its way"):
        report_papers.deliver(db, folder, progress(db), Delivery(DeliveryHow.EMAIL, TODAY), **BY)


def test_faxed_and_confirmed_closes_the_follow_up_and_begins_the_next(db: Database, file: File, folder: Path) -> None:
    report_id = progress(db)
    report_papers.deliver(db, folder, report_id, FAXED, **BY)
    done = row(db, report_id)
    assert (done.state, done.delivered_on) == (ReportState.DELIVERED, TODAY)
    with db.read() as session:
        delivery = session.exec(select(DocumentDelivery)).one()
        line = session.exec(select(Activity).where(Activity.kind == ActivityKind.REPORT)).one()
        task = session.get_one(Task, done.task_id)
        following = session.get_one(DueReport, files.report_id(session, K.PROGRESS_REPORT))
        on_time = store.punctuality(session, TODAY, file.provider_id)
    assert (delivery.how, delivery.to_address, delivery.confirmed_at) == (DeliveryHow.FAX, "7135550188", NOW)
    assert line.summary == "Progress report about K-14: faxed, confirmed"
    assert task.state is TaskState.DONE
    assert (following.from_on, following.due_on) == (TODAY, TODAY + timedelta(days=30))
    assert on_time == (1, 1)


def test_delivered_with_nothing_to_follow_the_partner_waits_for_what_is_left(
    db: Database, file: File, folder: Path
) -> None:
    report_papers.deliver(db, folder, progress(db), FAXED, **BY)
    asked_for, _ = reports.ask_for(db, file.client_id, file.provider_id, K.SESSION_LOG, **BY)
    report_papers.deliver(db, folder, asked_for, FAXED, **BY)
    with db.read() as session:
        assert session.get_one(Provider, file.provider_id).next_due_on == TODAY + timedelta(days=30)


def test_an_authorization_that_was_taken_back_meanwhile_keeps_it_in(db: Database, file: File, folder: Path) -> None:
    with db.read() as session:
        signed = session.exec(select(ClientAuthorization)).one()

    def slow_press(session: Session, wish: Wish) -> Paper:
        paper = PRESS(session, wish)
        authorizations.archive(db, signed.id or 0, **BY)
        return paper

    report_id = progress(db)
    with pytest.raises(Refused, match="No authorization"):
        report_papers.deliver(db, folder, report_id, FAXED, press=slow_press, **BY)
    assert row(db, report_id).state is ReportState.OPEN


def test_a_report_is_no_touch(db: Database, file: File, folder: Path) -> None:
    report_papers.deliver(db, folder, progress(db), FAXED, **BY)
    assert ActivityKind.REPORT not in TOUCHES
    with db.read() as session:
        assert session.get_one(Provider, file.provider_id).touch_count == 0


def test_undo_makes_it_owed_again(db: Database, file: File, folder: Path) -> None:
    report_id = progress(db)
    change = report_papers.deliver(db, folder, report_id, FAXED, **BY)
    assert changes.undo(db, change, actor_id=None, now=NOW) == []
    back = row(db, report_id)
    assert (back.state, back.delivered_on) == (ReportState.OPEN, None)
    with db.read() as session:
        assert session.get_one(Task, back.task_id).state is TaskState.OPEN
        assert session.exec(select(DocumentDelivery)).all() == []
        live = select(DueReport).where(DueReport.kind == K.PROGRESS_REPORT, col(DueReport.archived_at).is_(None))
        assert len(session.exec(live).all()) == 1


def test_a_report_leaves_once(db: Database, file: File, folder: Path) -> None:
    report_papers.deliver(db, folder, (report_id := progress(db)), FAXED, **BY)
    with pytest.raises(Refused, match="delivered already"):
        report_papers.deliver(db, folder, report_id, FAXED, **BY)


def test_no_report_is_delivered_tomorrow(db: Database, file: File, folder: Path) -> None:
    with pytest.raises(Invalid, match="earlier day"):
        report_papers.deliver(
            db, folder, progress(db), Delivery(DeliveryHow.HAND, TODAY + timedelta(days=1)), **BY
        )  # fmt: skip


def test_a_locked_pdf_opens_with_its_password_only(db: Database, file: File, folder: Path) -> None:
    made = report_papers.make(db, folder, progress(db), FILING, password="fern-ocean-4471-lamp", **BY)
    sealed = folder / "sealed.pdf"
    sealed.write_bytes(made.pdf)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(sealed)
    with pikepdf.open(sealed, password="fern-ocean-4471-lamp") as opened:
        assert opened.encryption.R == 6
    with db.read() as session:
        assert "fern-ocean" not in json.dumps(_everything(session), default=str)


def test_a_short_password_is_refused(db: Database, file: File, folder: Path) -> None:
    with pytest.raises(Invalid, match="at least 10"):
        report_papers.make(db, folder, progress(db), FILING, password="short", **BY)


def test_what_was_written_is_kept_and_the_rest_follows_the_file(db: Database, file: File) -> None:
    report_id = progress(db)
    shown = report_words.texts(look(db, report_id).report)
    form = {**shown, "plan": "Stairs\n- Walk 20 minutes", "ask": ""}
    change = reports.save(db, report_id, form, **BY)
    kept = row(db, report_id)
    assert (kept.bottom_line, kept.plan, kept.ask) == ("", "Stairs\n- Walk 20 minutes", LEFT_OUT)
    story = look(db, report_id).report.story
    assert (story.plan, story.ask) == (("Stairs", "Walk 20 minutes"), "")
    assert reports.save(db, report_id, form, **BY) is None
    assert change is not None
    changes.undo(db, change, actor_id=None, now=NOW)
    assert row(db, report_id).plan == ""


def test_the_next_report_proposes_the_last_plan(db: Database, file: File, folder: Path) -> None:
    reports.save(db, progress(db), {"plan": "Add stairs"}, **BY)
    report_papers.deliver(db, folder, progress(db), FAXED, **BY)
    assert look(db, progress(db)).report.story.plan == ("Add stairs",)


@pytest.mark.parametrize(
    "text", ["Mrs. Featherstone, DOB 04/17/1959, did well", "Call her at 713-555-0199: SSN 219-09-9999"]
)
def test_words_that_name_somebody_are_not_kept(db: Database, file: File, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        reports.save(db, progress(db), {"bottom_line": text}, **BY)
    assert list(caught.value.errors) == ["bottom_line"]


def test_words_out_of_scope_are_shown_and_keep_it_in(db: Database, file: File, folder: Path) -> None:
    report_id = progress(db)
    reports.save(db, report_id, {"bottom_line": "I treat her knee pain and cured it."}, **BY)
    assert "bottom_line" in look(db, report_id).findings
    with pytest.raises(Refused, match="can’t go on this report"):
        report_papers.make(db, folder, report_id, FILING, **BY)


def test_skipping_needs_a_reason_and_begins_the_next_period(db: Database, file: File) -> None:
    report_id = progress(db)
    with pytest.raises(Invalid, match="Say why"):
        reports.skip(db, report_id, " ", **BY)
    change = reports.skip(db, report_id, "The client is away until April", **BY)
    assert row(db, report_id).state is ReportState.SKIPPED
    assert progress(db) != report_id
    with db.read() as session:
        assert store.punctuality(session, TODAY) == (0, 0)
    changes.undo(db, change, actor_id=None, now=NOW)
    assert progress(db) == report_id


def test_a_report_can_be_asked_for_beyond_the_clock(db: Database, file: File) -> None:
    same, none = reports.ask_for(db, file.client_id, file.provider_id, K.PROGRESS_REPORT, **BY)
    assert (same, none) == (progress(db), None)
    found, change = reports.ask_for(db, file.client_id, file.provider_id, K.SESSION_LOG, **BY)
    assert change is not None
    assert row(db, found).due_on == TODAY
    with db.write() as session:
        files.wind(session, file.client_id, TODAY)
    assert row(db, found).archived_at is None
    seen = look(db, found)
    assert len(seen.report.log) == 11


def test_a_fall_owes_a_report_at_once_and_tells_who_was_called(db: Database, file: File) -> None:
    with db.write() as session:
        event = files.make_event(session, file, TODAY, urgent=True, called_at=NOW, called_whom="nurse at the desk")
        files.wind(session, file.client_id, TODAY)
        report_id = files.report_id(session, K.STATUS_CHANGE)
    seen = look(db, report_id)
    assert seen.event is not None
    assert seen.event.id == event.id
    assert seen.report.story.bottom_line == "She fell at home and was not hurt."
    assert "Your office was called on March 4 (nurse at the desk)." in seen.report.story.events


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_every_kind_is_one_page_with_its_text_and_no_stored_name(
    db: Database, file: File, folder: Path, kind: DocumentKind
) -> None:
    with db.write() as session:
        files.make_event(session, file, TODAY)
    report_id, _ = reports.ask_for(db, file.client_id, file.provider_id, kind, **BY)
    made = report_papers.make(db, folder, report_id, FILING, **BY)
    assert pdf.page_count(made.pdf) == 1
    said = text_of(made.pdf)
    assert NAME in said
    assert "K-14" in said
    assert "Asha Shah" in said
    (kept,) = [path.read_bytes() for path in folder.iterdir()]
    assert NAME not in text_of(kept)
    assert "Client’s full name" in text_of(kept)


def test_a_report_that_was_withdrawn_is_not_found(db: Database, file: File) -> None:
    report_id = progress(db)
    with db.write() as session:
        session.get_one(DueReport, report_id).archived_at = NOW
    with pytest.raises(NotFound):
        look(db, report_id)


def test_who_is_only_kept_informed_reads_who_sent_the_client(db: Database, file: File, folder: Path) -> None:
    with db.write() as session:
        informed = factories.make_provider(session, display_name="Ruth Adeyemi, MD")
        link = ClientProvider(client_id=file.client_id, provider_id=informed.id, since_on=TODAY, created_at=NOW)
        session.add_all((link, ClientAuthorization(
            client_id=file.client_id, provider_id=informed.id, signed_on=TODAY, created_at=NOW
        )))  # fmt: skip
        files.wind(session, file.client_id, TODAY)
    assert informed.id is not None
    report_id, _ = reports.ask_for(db, file.client_id, informed.id, K.PROGRESS_REPORT, **BY)
    said = text_of(report_papers.make(db, folder, report_id, FILING, **BY).pdf)
    assert "Asha Shah, MD" in said
    assert "Ruth Adeyemi, MD" in said


def test_the_same_remark_on_two_sessions_is_told_once(db: Database, file: File) -> None:
    assert look(db, progress(db)).report.story.tolerance == "Effort 12 of 20, no complaints."


def test_an_assessment_summary_shows_the_first_measures_however_late_it_is(db: Database, file: File) -> None:
    report_id, _ = reports.ask_for(db, file.client_id, file.provider_id, K.ASSESSMENT_SUMMARY, **BY)
    report = look(db, report_id).report
    assert [(each.baseline, each.now) for each in report.rows] == [(95.0, None), (9.0, None)]
    assert "chair stand 9 reps" in report.story.bottom_line


def test_a_report_that_left_shows_nothing_measured_since(db: Database, file: File, folder: Path) -> None:
    report_id = progress(db)
    report_papers.deliver(db, folder, report_id, FAXED, **BY)
    with db.write() as session:
        taken = factories.make_assessment(session, client_id=file.client_id, measured_on=TODAY + timedelta(days=9))
        factories.make_measurement(session, assessment_id=taken.id, measure_key="cst30", value=15)
    with db.read() as session:
        report = reports.look(session, report_id, today=TODAY + timedelta(days=10)).report
    assert report.rows[-1].now == 12
