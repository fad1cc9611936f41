"""Sequences by their pages: the list, building and editing, files, previews, and who is where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from crm.bootstrap import Handoff
from crm.domain.kinds import TemplateKind
from crm.domain.mail_kinds import EnrollmentState, StepKind, StepState
from crm.domain.sequence_checks import SequenceForm, StepForm
from crm.models.messages import StoredFile
from crm.models.sequences import Enrollment, EnrollmentStep, Sequence, SequenceStep
from crm.services import sequences, templates
from tests import factories
from tests.conftest import SAME_SITE
from tests.factories import NOW, FakeClock

FIRST = StepForm(StepKind.EMAIL, template_slug="introduction")
CALL = StepForm(StepKind.CALL, 3, title="Call the office")
PDF = b"%PDF-1.4 a sample"


def make_sequence(handoff: Handoff, name: str = "First contact", *steps: StepForm) -> int:
    form = SequenceForm(name=name, about="For those who don't know you", steps=steps or (FIRST, CALL))
    return sequences.create(handoff.db, form, actor_id=1, now=NOW)


def put_in(
    handoff: Handoff, sequence_id: int, state: EnrollmentState = EnrollmentState.ACTIVE, **given: Any
) -> tuple[int, int]:
    """Somebody in a sequence, as the services leave them; the ids of enrollment and provider."""
    with handoff.db.write() as session:
        provider = factories.make_provider(session, display_name=given.pop("name", "Dr. Grace Okafor"))
        ended = NOW if state in (EnrollmentState.STOPPED, EnrollmentState.FINISHED) else None
        values = {"zone": "America/Chicago", "enrolled_at": NOW, "due_at": NOW + timedelta(days=1), "ended_at": ended}
        row = Enrollment(sequence_id=sequence_id, provider_id=provider.id, state=state, **(values | given))
        factories.saved(session, row)
        for position, (kind, title) in enumerate([(StepKind.EMAIL, ""), (StepKind.CALL, "Call the office")], start=1):
            slug = "introduction" if kind is StepKind.EMAIL else ""
            step = EnrollmentStep(enrollment_id=row.id, position=position, kind=kind, title=title, template_slug=slug)
            step.state = StepState.DONE if position < row.position else StepState.PLANNED
            factories.saved(session, step)
        return row.id or 0, provider.id or 0


def posted(order: str = "0,1", **more: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "name": "Mine",
        "window_start": "09:00",
        "window_end": "16:00",
        "order": order,
        "do": "save",
        "step-0-kind": "email",
        "step-0-delay": "0",
        "step-0-template": "introduction",
        "step-1-kind": "call",
        "step-1-delay": "3",
        "step-1-waits": "5",
        "step-1-title": "Call them",
    }
    return fields | more


def post(client: FlaskClient, path: str, form: Mapping[str, object]) -> Any:
    answer = client.post(path, data=form, headers=SAME_SITE)
    answer.request.environ["wsgi.input"].close()  # of a large form it is a temporary file
    return answer


def steps_of(handoff: Handoff, sequence_id: int) -> list[SequenceStep]:
    with handoff.db.read() as session:
        query = select(SequenceStep).where(SequenceStep.sequence_id == sequence_id)
        return list(session.exec(query.order_by(col(SequenceStep.position))))


def test_the_list_begins_with_four_good_ones(client: FlaskClient) -> None:
    page = client.get("/sequences").text
    for name in ("First contact: physician", "First contact: PT or OT clinic", "After a visit", "A partner gone quiet"):
        assert name in page


def test_saving_a_new_one_leads_to_its_page(client: FlaskClient, handoff: Handoff) -> None:
    answer = post(client, "/sequences", posted("1,0"))
    assert answer.status_code == 303
    assert "Nobody is enrolled yet" in client.get(answer.location).text
    made = steps_of(handoff, int(answer.location.rsplit("/", 1)[1]))
    assert [step.kind for step in made] == [StepKind.CALL, StepKind.EMAIL]


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    answer = post(client, "/sequences", posted(**{"name": "", "step-0-template": "", "step-1-delay": "soon"}))
    assert answer.status_code == 422
    assert "Give the sequence a name." in answer.text or "Write a number of business days" in answer.text
    assert 'id="f-step-1-delay-error"' in answer.text
    assert 'value="soon"' in answer.text
    assert 'value="Call them"' in answer.text
    answer = post(client, "/sequences", posted(**{"name": "", "step-0-template": ""}))
    assert "Give the sequence a name." in answer.text
    assert 'id="f-step-0-template-error"' in answer.text


def test_buttons_change_the_steps_and_save_nothing(client: FlaskClient, handoff: Handoff) -> None:
    answer = post(client, "/sequences", posted(do="down-0"))
    assert answer.status_code == 200
    assert 'name="order" value="1,0"' in answer.text
    with handoff.db.read() as session:
        assert session.exec(select(Sequence)).all() == []


def test_a_file_is_kept_whatever_button_is_pressed(client: FlaskClient, handoff: Handoff) -> None:
    form = posted(do="add-visit", **{"step-0-file": (BytesIO(PDF), "Sample report.pdf")})
    page = post(client, "/sequences", form).text
    found = re.search(r'name="step-0-file_id" value="(\d+)"', page)
    assert found
    assert "Sample report.pdf" in page
    named = {"step-0-file_id": found[1], "step-0-file_name": "Sample report.pdf"}
    answer = post(client, "/sequences", posted(**named))
    first = steps_of(handoff, int(answer.location.rsplit("/", 1)[1]))[0]
    assert (first.stored_file_id, first.file_name) == (int(found[1]), "Sample report.pdf")
    with handoff.db.read() as session:
        assert session.get_one(StoredFile, first.stored_file_id).size == len(PDF)


@pytest.mark.parametrize(
    ("name", "content"), [("run.exe", b"MZ"), ("empty.pdf", b""), ("big.pdf", b"%PDF" + b"x" * 5_300_000)]
)
def test_a_file_that_offices_turn_away_is_refused_at_its_field(client: FlaskClient, name: str, content: bytes) -> None:
    page = post(client, "/sequences", posted(do="up-0", **{"step-0-file": (BytesIO(content), name)})).text
    assert 'id="f-step-0-file-error"' in page
    assert 'name="step-0-file_id"' not in page


def test_editing_says_how_many_are_under_way_and_leaves_them_alone(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    put_in(handoff, sequence_id)
    page = client.get(f"/sequences/{sequence_id}/edit").text
    assert "1 provider is under way" in page
    answer = post(client, f"/sequences/{sequence_id}", posted("0"))
    assert answer.status_code == 303
    assert "It holds for those you enroll from now on." in client.get(answer.location).text
    assert len(steps_of(handoff, sequence_id)) == 1
    with handoff.db.read() as session:
        assert len(session.exec(select(EnrollmentStep)).all()) == 2


def test_two_windows_do_not_overwrite_each_other_unasked(
    client: FlaskClient, handoff: Handoff, clock: FakeClock
) -> None:
    sequence_id = make_sequence(handoff)
    seen = _seen(client.get(f"/sequences/{sequence_id}/edit").text)
    clock.advance(minutes=5)
    assert post(client, f"/sequences/{sequence_id}", posted(seen=seen)).status_code == 303
    second = post(client, f"/sequences/{sequence_id}", posted(name="Other", seen=seen))
    assert second.status_code == 422
    assert "changed in another window" in second.text
    again = post(client, f"/sequences/{sequence_id}", posted(name="Other", seen=_seen(second.text)))
    assert again.status_code == 303


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1].replace("&#43;", "+")


def test_a_change_is_undone_from_the_toast(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    answer = post(client, f"/sequences/{sequence_id}", posted("0"))
    undo = re.findall(r"/changes/\d+/undo", client.get(answer.location).text)[0]
    post(client, undo, {"next": "/sequences"})
    assert [step.title for step in steps_of(handoff, sequence_id)] == ["", "Call the office"]


def test_copying_and_putting_away(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    answer = post(client, f"/sequences/{sequence_id}/copies", {})
    assert "Copy of First contact" in client.get(answer.location).text
    answer = post(client, f"/sequences/{sequence_id}/archive", {})
    page = client.get(answer.location).text
    assert "Put away. Whoever is under way goes on." in page
    assert f'href="/sequences/{sequence_id}"' not in page
    assert f'href="/sequences/{sequence_id}"' in client.get("/sequences?archived=1").text
    post(client, f"/sequences/{sequence_id}/archive", {"back": "1"})
    assert f'href="/sequences/{sequence_id}"' in client.get("/sequences").text


def test_an_example_is_shown_in_a_frame_that_runs_nothing(client: FlaskClient) -> None:
    answer = client.get("/sequences/samples/introduction")
    assert "Dr. Okafor" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert client.get("/sequences/samples/nothing").status_code == 404
    assert client.get("/sequences/samples/introduction?version=99").status_code == 404


def test_a_fixed_wording_can_be_chosen_once_there_is_one(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        version = templates.version_id(session, TemplateKind.EMAIL, "introduction", now=NOW)
    assert f'value="introduction@{version}"' in client.get("/sequences/new").text
    assert client.get(f"/sequences/samples/introduction?version={version}").status_code == 200
    answer = post(client, "/sequences", posted(**{"step-0-template": f"introduction@{version}"}))
    assert steps_of(handoff, int(answer.location.rsplit("/", 1)[1]))[0].template_version_id == version


def test_the_page_says_who_waits_for_what(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    put_in(handoff, sequence_id, name="Dr. Due <script>")
    put_in(handoff, sequence_id, EnrollmentState.PAUSED, name="Dr. Away", state_reason="away", paused_until=NOW)
    put_in(handoff, sequence_id, EnrollmentState.PAUSED, name="Dr. Blank", state_reason="missing_field")
    page = client.get(f"/sequences/{sequence_id}").text
    assert "Dr. Due &lt;script&gt;" in page
    assert "Step 1: Introduction" in page
    assert "Due tomorrow, 10:00 am" in page
    assert "Out of office" in page
    assert "Fill it in" in page


def test_those_who_ended_stand_by_their_reason_with_the_words_that_show_it(
    client: FlaskClient, handoff: Handoff
) -> None:
    sequence_id = make_sequence(handoff)
    said = {"quote": "Thanks, call me on Thursday"}
    put_in(handoff, sequence_id, EnrollmentState.STOPPED, name="Dr. Reply", state_reason="replied", evidence=said)
    put_in(handoff, sequence_id, EnrollmentState.STOPPED, name="Dr. Bounce", state_reason="bounced")
    page = client.get(f"/sequences/{sequence_id}?show=stopped").text
    assert "They replied" in page
    assert "“Thanks, call me on Thursday”" in page
    one = client.get(f"/sequences/{sequence_id}?show=all&reason=bounced").text
    assert "Dr. Bounce" in one
    assert "Dr. Reply" not in one
    assert "Nobody is under way." in client.get(f"/sequences/{sequence_id}").text


def test_those_at_a_step_are_shown_alone(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    put_in(handoff, sequence_id, name="Dr. First")
    put_in(handoff, sequence_id, name="Dr. Second", position=2)
    page = client.get(f"/sequences/{sequence_id}?step=2").text
    assert "Dr. Second" in page
    assert "Dr. First" not in page


def test_the_list_is_walked_page_by_page(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    for number in range(52):
        put_in(handoff, sequence_id, name=f"Dr. No. {number:02d}")
    page = client.get(f"/sequences/{sequence_id}").text
    after = re.findall(r'rel="next" href="([^"]+)"', page)[0].replace("&amp;", "&")
    second = client.get(after).text
    assert "Dr. No. 51" in page
    assert re.findall(r"Dr\. No\. \d+", second)[0] == "Dr. No. 01"
    assert "Dr. No. 51" not in second


def test_results_are_counts_with_an_interval_on_demand(client: FlaskClient, handoff: Handoff) -> None:
    sequence_id = make_sequence(handoff)
    said = {"position": 2, "state_reason": "replied"}
    ids = [put_in(handoff, sequence_id, EnrollmentState.STOPPED, **said) for _ in range(3)]
    with handoff.db.write() as session:
        for step in session.exec(select(EnrollmentStep).where(EnrollmentStep.position == 1)):
            step.done_at = NOW - timedelta(days=2)
    assert ids
    page = client.get(f"/sequences/{sequence_id}").text
    assert "What came of it" in page
    assert "0 of 3" in page
    assert "Between 0% and 56%, with 95% confidence. A small number: take it as a first sign." in page


@pytest.mark.parametrize("path", ["/sequences/99", "/sequences/99/edit"])
def test_a_sequence_that_is_gone(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["show=nonsense", "before=x", "step=x", "reason=nonsense", "before=-1"])
def test_a_garbled_address_shows_the_page(client: FlaskClient, handoff: Handoff, query: str) -> None:
    assert client.get(f"/sequences/{make_sequence(handoff)}?{query}").status_code == 200
