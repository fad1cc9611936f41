from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from crm.bootstrap import open_handoff
from crm.cli import cli
from crm.config import Settings
from crm.documents import pdf
from crm.models.client_care import ClientAuthorization
from crm.models.clients import Client
from crm.store.engine import Database
from tests import factories
from tests.documents import paper_reading
from tests.services import reports as client_reports


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    handoff = open_handoff(Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'handoff.db'}"))
    with handoff.db.write() as session:
        factories.make_business(session)
        factories.make_user(session)
        factories.make_provider(session, npi=factories.npi(7), last_name="Okafor", specialty="cardiology")
    handoff.db.dispose()
    return tmp_path


def _run(data_dir: Path, *words: str) -> Result:
    environment = {"HANDOFF_DATA_DIR": str(data_dir), "HANDOFF_DATABASE_URL": ""}
    return CliRunner().invoke(cli, ["document", *words], env=environment)


def test_a_sample_is_written_for_an_npi(data_dir: Path) -> None:
    out = data_dir / "sample.pdf"
    done = _run(data_dir, "sample-progress-report", "--provider", factories.npi(7), "-o", str(out))
    assert (done.exit_code, done.output) == (0, "")
    assert "SAMPLE" in paper_reading.text_of(out.read_bytes())
    assert pdf.page_count(out.read_bytes()) == 1


def test_the_visit_sheet_is_one_page_with_what_to_say_and_ask(data_dir: Path) -> None:
    done = _run(data_dir, "visit-sheet", "--provider", factories.npi(7), "-o", "-")
    assert done.exit_code == 0, done.output
    assert pdf.page_count(done.stdout_bytes) == 1
    text = paper_reading.text_of(done.stdout_bytes).casefold()
    for part in ("okafor", "the ask", "to ask", "three services", "if they say", "to leave", "in the hallway"):
        assert part in text


def test_a_paper_goes_to_standard_output_and_may_need_no_provider(data_dir: Path) -> None:
    done = _run(data_dir, "referral-pad", "-o", "-")
    assert done.exit_code == 0
    assert done.stdout_bytes.startswith(b"%PDF")


def test_a_file_that_is_there_is_written_over(data_dir: Path) -> None:
    out = data_dir / "sheet.pdf"
    out.write_text("old")
    service = ("--service", "older_adults")
    assert _run(data_dir, "service-sheet", "--provider", "1", *service, "-o", str(out)).exit_code == 0
    assert "Steady on the feet" in paper_reading.text_of(out.read_bytes())


def test_a_letter_is_written_as_docx_and_other_papers_are_not(data_dir: Path) -> None:
    out = data_dir / "letter.docx"
    assert _run(data_dir, "introduction-letter", "--provider", "1", "-o", str(out)).exit_code == 0
    opened = docx.Document(BytesIO(out.read_bytes()))
    assert "Dear Dr. Okafor," in [paragraph.text for paragraph in opened.paragraphs]
    done = _run(data_dir, "overview", "--provider", "1", "-o", str(data_dir / "overview.docx"))
    assert done.exit_code == 1
    assert "Only letters are made as DOCX" in done.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("visit-sheet",), 2, "add --provider"),
        (("overview", "--provider", "99"), 1, "There is no provider with the NPI or number “99”."),
        (("service-sheet", "--service", "juggling"), 1, "There is no service called “juggling”."),
        (("outcomes-sheet",), 1, "at least 5 clients"),
        (("progress-report", "--provider", "1"), 2, "add --client with the code"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(
    data_dir: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    out = data_dir / "none.pdf"
    done = _run(data_dir, *words, "-o", str(out))
    assert done.exit_code == code
    assert said in done.output
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_named(data_dir: Path) -> None:
    done = _run(data_dir, "overview", "-o", str(data_dir / "nowhere" / "x.pdf"))
    assert done.exit_code == 1
    assert "can't be written" in done.output


def test_a_paper_that_does_not_fit_on_a_page_says_so(data_dir: Path) -> None:
    handoff = open_handoff(Settings(data_dir=data_dir, database_url=f"sqlite:///{data_dir / 'handoff.db'}"))
    with handoff.db.write() as session:
        factories.make_own_wording(session, "overview", "== hero ==\nLong\n\n== steps ==\n" + "A line of it.\n\n" * 120)
    handoff.db.dispose()
    out = data_dir / "long.pdf"
    done = _run(data_dir, "overview", "-o", str(out))
    assert done.exit_code == 0
    assert f"This paper takes {pdf.page_count(out.read_bytes())} pages" in done.stderr


def test_a_report_about_a_client_needs_their_authorization(data_dir: Path, tmp_path: Path) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("America/Chicago")).date()
    db = Database(f"sqlite:///{data_dir / 'handoff.db'}")
    with db.write() as session:
        provider_id = client_reports.make_file(session, today, permitted=False).provider_id
    made = tmp_path / "report.pdf"
    words = ("progress-report", "--client", "k-14", "--provider", str(provider_id), "-o", str(made))
    refused = _run(data_dir, *words)
    assert refused.exit_code == 1
    assert "No authorization of K-14 covers a progress report to Asha Shah, MD" in refused.output
    assert not made.exists()
    with db.write() as session:
        client = session.exec(select(Client)).one()
        signed = ClientAuthorization(
            client_id=client.id, provider_id=provider_id, signed_on=today, created_at=client.created_at
        )  # fmt: skip
        session.add(signed)
    db.dispose()
    assert _run(data_dir, *words).exit_code == 0
    said = paper_reading.text_of(made.read_bytes())
    assert "K-14" in said
    assert "Beyond the published thresholds" in said


def test_a_report_says_what_it_lacks(data_dir: Path) -> None:
    lacking = _run(data_dir, "progress-report", "--provider", factories.npi(7), "-o", "-")
    assert lacking.exit_code == 2
    assert "add --client with the code" in lacking.output
    unknown = _run(
        data_dir, "progress-report", "--provider", factories.npi(7), "--client", "ZZ", "-o", "-"
    )  # fmt: skip
    assert unknown.exit_code == 1
    assert "There is no client with the code ZZ" in unknown.output


def test_results_are_a_page_of_any_period_and_a_partner_needs_clients_who_permit_it(data_dir: Path) -> None:
    out = data_dir / "results.pdf"
    assert _run(data_dir, "monthly-results", "--period", "2026-01", "-o", str(out)).exit_code == 0
    assert "January 2026" in paper_reading.text_of(out.read_bytes())
    wrong = _run(data_dir, "monthly-results", "--period", "someday", "-o", "-")
    assert wrong.exit_code == 1
    assert "is no period" in wrong.output
    refused = _run(data_dir, "partner-summary", "--provider", factories.npi(7), "-o", "-")
    assert refused.exit_code == 1
    assert "no clients here" in refused.output
