"""One tap for a sample, from wherever somebody says yes."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import ActivityKind, MessageKind, MessageState, Outcome, TaskKind, TaskState, TemplateKind
from crm.domain.papers import DeliveryHow
from crm.domain.pipeline import Stage
from crm.models.activities import Activity
from crm.models.documents import Document, DocumentDelivery
from crm.models.messages import Message, MessageAttachment, StoredFile
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import mail_effects
from tests.conftest import SAME_SITE
from tests.factories import TODAY, make_own_wording, make_practice, make_provider, make_task


@pytest.fixture
def provider_id(handoff: Handoff) -> int:
    return _provider(handoff)


def _provider(handoff: Handoff, **given: Any) -> int:
    columns = {"email": "g.okafor@bayou.example", "specialty": "orthopedics", "stage": Stage.INTRODUCED, **given}
    with handoff.db.write() as session:
        place = make_practice(session, fax="7135550177")
        provider = make_provider(
            session, practice=place, first_name="Grace", last_name="Okafor", credentials="MD",
            display_name="Grace Okafor, MD", **columns,
        )  # fmt: skip
        assert provider.id is not None
        return provider.id


def _tap(client: FlaskClient, provider_id: int, **form: str) -> Any:
    return client.post(f"/providers/{provider_id}/samples", data=form, headers=SAME_SITE)


def test_one_tap_on_the_page_puts_the_sample_into_the_outbox_with_undo(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    page = client.get(f"/providers/{provider_id}").text
    assert "Yes, send me a sample" in page
    answer = _tap(client, provider_id)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/providers/{provider_id}")
    toast = client.get(f"/providers/{provider_id}").text
    assert "The sample leaves in a minute, to g.okafor@bayou.example." in toast
    (undo,) = re.findall(r'action="(/samples/\d+/undo)"', toast)
    assert client.post(undo, headers=SAME_SITE).status_code == 303
    with handoff.db.read() as session:
        assert session.exec(select(Message)).one().state is MessageState.CANCELLED


def test_the_attached_paper_says_that_it_is_a_sample(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    _tap(client, provider_id)
    with handoff.db.read() as session:
        message = session.exec(select(Message)).one()
        file = session.exec(select(StoredFile)).one()
    page = client.get(f"/mail/{message.id}").text
    assert file.sha256[:16] in page
    shown = client.get(f"/mail/{message.id}/attachments/{file.id}")
    assert shown.mimetype == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline")
    with pikepdf.open(io.BytesIO(shown.data)) as paper:
        assert len(paper.pages) == 1


def test_an_attachment_of_another_message_is_not_found(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    _tap(client, provider_id)
    with handoff.db.read() as session:
        file = session.exec(select(StoredFile)).one()
    assert client.get(f"/mail/999/attachments/{file.id}").status_code == 404
    assert client.get(f"/mail/1/attachments/{(file.id or 0) + 1}").status_code == 404


def test_a_double_tap_says_that_it_is_on_its_way(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    _tap(client, provider_id)
    _tap(client, provider_id)
    assert "It is on its way already" in client.get(f"/providers/{provider_id}").text
    with handoff.db.read() as session:
        assert len(session.exec(select(Message)).all()) == 1


def test_without_an_address_the_page_asks_for_it(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = _provider(handoff, email="")
    assert f'href="/providers/{provider_id}/samples/new"' in client.get(f"/providers/{provider_id}").text
    page = client.get(f"/providers/{provider_id}/samples/new").text
    assert "Ask where they" in page
    assert _tap(client, provider_id).status_code == 422
    assert _tap(client, provider_id, email="front@bayou.example").status_code == 303
    with handoff.db.read() as session:
        assert session.exec(select(Message)).one().to_address == "front@bayou.example"


def test_a_refusal_is_named(client: FlaskClient, handoff: Handoff) -> None:
    answer = _tap(client, _provider(handoff, stage=Stage.DO_NOT_CONTACT))
    assert answer.status_code == 422
    assert "do not contact" in answer.text.lower()


def test_the_follow_up_that_asks_for_it_does_it_with_one_tap(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    with handoff.db.write() as session:
        task = make_task(session, provider_id=provider_id, kind=TaskKind.SAMPLE, due_on=TODAY)
        task_id = task.id
    assert f'formaction="/providers/{provider_id}/samples"' in client.get("/followups").text
    assert f'action="/providers/{provider_id}/samples"' in client.get(f"/followups/{task_id}").text
    assert _tap(client, provider_id, next="/followups").headers["Location"] == "/followups"
    with handoff.db.read() as session:
        assert session.exec(select(Message)).one().task_id == task_id


def test_the_script_ends_with_the_tap(client: FlaskClient, provider_id: int) -> None:
    assert f'action="/providers/{provider_id}/samples"' in client.get(f"/providers/{provider_id}/script").text


def test_a_sample_handed_over_moves_the_stage_and_plans_the_question(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    form = {"how": "hand"}
    url = f"/providers/{provider_id}/papers/sample-progress-report/deliveries"
    assert client.post(url, data=form, headers=SAME_SITE).status_code == 303
    with handoff.db.read() as session:
        assert session.get_one(Provider, provider_id).stage is Stage.SAMPLE_SENT
        given = session.exec(select(DocumentDelivery)).one()
        assert (given.how, given.to_name) == (DeliveryHow.HAND, "Grace Okafor, MD")
        assert session.exec(select(Document)).one().sample
        planned = session.exec(select(Task).where(Task.state == TaskState.OPEN)).one()
        assert planned.title == "Ask what they thought of the sample"


def test_a_fax_that_nobody_asked_for_is_refused_with_the_reason(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    url = f"/providers/{provider_id}/papers/sample-progress-report/deliveries"
    page = client.get(f"/providers/{provider_id}/samples/new").text
    assert "against the law" in page
    assert "Fax cover" not in page
    client.post(url, data={"how": "fax"}, headers=SAME_SITE)
    with handoff.db.read() as session:
        assert session.exec(select(DocumentDelivery)).all() == []


def test_once_they_asked_a_fax_is_fine_and_its_receipt_is_kept(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    client.post(
        f"/providers/{provider_id}/touches", data={"kind": "call", "outcome": "wants_sample"}, headers=SAME_SITE
    )
    page = client.get(f"/providers/{provider_id}/samples/new").text
    assert "Fax cover" in page
    assert "(713) 555-0177" in page
    url = f"/providers/{provider_id}/papers/sample-progress-report/deliveries"
    client.post(url, data={"how": "fax", "confirmed": "1"}, headers=SAME_SITE)
    with handoff.db.read() as session:
        given = session.exec(select(DocumentDelivery)).one()
        assert given.confirmed_at is not None
        assert given.to_address == "7135550177"
        line = session.exec(select(Activity).where(Activity.kind == ActivityKind.FAX)).one()
        assert line.outcome is Outcome.DONE
        assert session.exec(select(Task).where(Task.kind == TaskKind.SAMPLE)).one().state is TaskState.DONE


def test_papers_about_real_clients_are_not_made_here(client: FlaskClient, provider_id: int) -> None:
    url = f"/providers/{provider_id}/papers/progress-report/deliveries"
    client.post(url, data={"how": "mail"}, headers=SAME_SITE)
    assert client.post(f"/providers/{provider_id}/papers/x/deliveries", headers=SAME_SITE).status_code == 404


def test_compose_shows_size_and_pages_of_what_is_chosen_and_attaches_it(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    page = client.get(f"/providers/{provider_id}/mail/new?template=sample").text
    assert re.search(r'value="sample-progress-report" checked.*?1 page, \d+ KB', page, re.DOTALL)
    form = {"subject": "After therapy ends", "text": "Dear Dr. Okafor,\n\nHere is a sample.", "key": "k"}
    papers = ["sample-assessment", "overview"]
    sent = client.post(
        f"/providers/{provider_id}/mail", data={**form, "papers": papers, "do": "send"}, headers=SAME_SITE
    )
    assert sent.status_code == 303, sent.text
    with handoff.db.read() as session:
        message = session.exec(select(Message).where(Message.kind == MessageKind.OUTREACH)).one()
        assert len(session.exec(select(MessageAttachment)).all()) == 2
        assert len(message.merge_values["documents"]) == 2


def test_a_test_to_oneself_carries_the_same_papers(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    form = {"subject": "After therapy", "text": "Dear Dr. Okafor,\n\nHere it is.", "key": "k", "do": "test"}
    client.post(f"/providers/{provider_id}/mail", data={**form, "papers": "overview"}, headers=SAME_SITE)
    with handoff.db.read() as session:
        message = session.exec(select(Message).where(Message.kind == MessageKind.TEST)).one()
        assert session.exec(select(MessageAttachment)).one().message_id == message.id
        assert session.exec(select(Document)).all() == []


def test_the_check_while_writing_tells_the_size(client: FlaskClient, provider_id: int) -> None:
    form = {"subject": "x", "text": "Hello", "papers": "overview"}
    found = client.post(f"/providers/{provider_id}/mail/check.json", data=form, headers=SAME_SITE).get_json()
    (paper,) = found["papers"]
    assert paper["value"] == "overview"
    assert "page" in paper["size"]


def test_the_papers_of_a_provider_say_when_one_was_sent_and_lead_to_its_mail(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    _tap(client, provider_id)
    with handoff.db.write() as session:
        message = session.exec(select(Message)).one()
        message.state, message.sent_at, message.via = MessageState.SENT, handoff.now(), "smtp"
        mail_effects.follow(session, message, now=handoff.now())
    page = client.get(f"/providers/{provider_id}/papers").text
    assert "Sent by e-mail, " in page
    assert f'href="/mail/{message.id}"' in page


def test_the_page_of_a_sample_sends_it_and_names_the_fax(client: FlaskClient, provider_id: int) -> None:
    page = client.get(f"/providers/{provider_id}/papers/sample-discharge").text
    assert "Send it by e-mail" in page
    assert "No fax: Nobody there has asked for it" in page


def test_the_thank_you_after_a_referral_can_go_by_post(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = _provider(handoff, email="", stage=Stage.PARTNER)
    with handoff.db.write() as session:
        task = make_task(session, provider_id=provider_id, kind=TaskKind.THANK_YOU, due_on=TODAY)
        task_id = task.id
    letter = f"/providers/{provider_id}/papers/thank-you"
    assert f'href="{letter}"' in client.get("/followups").text
    assert f'href="{letter}"' in client.get(f"/followups/{task_id}").text
    assert client.post(f"{letter}/deliveries", data={"how": "mail"}, headers=SAME_SITE).status_code == 303
    with handoff.db.read() as session:
        assert session.get_one(Task, task_id).state is TaskState.DONE
        assert session.exec(select(Activity).where(Activity.kind == ActivityKind.LETTER)).one().summary


def test_own_words_that_are_blocked_keep_the_sample_here_and_say_so(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    with handoff.db.write() as session:
        words = "== subject ==\nYour sample\n\n== body ==\nDear Dr. Okafor, I treat back pain. Here is the sample.\n"
        make_own_wording(session, "sample", words, TemplateKind.EMAIL)
    answer = _tap(client, provider_id)
    assert answer.status_code == 422
    assert "Not sent." in answer.text
    assert "I treat" in answer.text
    with handoff.db.read() as session:
        assert session.exec(select(Message)).all() == []
