"""The page on which an e-mail is written."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.domain.kinds import MessageKind, MessageState
from crm.models.activities import Activity
from crm.models.messages import Message
from tests.factories import make_practice, make_provider

FORM = {
    "subject": "After therapy ends",
    "text": "Dear Dr. Okafor,\r\n\r\nHello.",
    "template": "introduction",
    "key": "k",
}


@pytest.fixture
def provider_id(handoff: Handoff) -> int:
    with handoff.db.write() as session:
        provider = make_provider(
            session, email="g.okafor@bayou.example.com", last_name="Okafor", credentials="MD",
            display_name="Grace Okafor, MD", practice_id=make_practice(session).id,
        )  # fmt: skip
        assert provider.id is not None
        return provider.id


def messages(handoff: Handoff) -> list[Message]:
    with handoff.db.read() as session:
        return list(session.exec(select(Message)).all())


def test_it_opens_filled_with_the_provider_beside_it(client: FlaskClient, provider_id: int) -> None:
    page = client.get(f"/providers/{provider_id}/mail/new").text
    assert "Dear Dr. Okafor" in page
    assert "this is the first contact" in page
    other = client.get(f"/providers/{provider_id}/mail/new?template=thank_you&task=7").text
    assert 'name="task" value="7"' in other
    unknown = client.get(f"/providers/{provider_id}/mail/new?template=digest").text
    assert 'name="template" value="introduction"' in unknown
    assert client.get("/providers/999/mail/new").status_code == 404


def test_sending_waits_a_minute_with_undo(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    response = client.post(f"/providers/{provider_id}/mail", data={**FORM, "do": "send"})
    assert (response.status_code, response.location) == (303, f"/providers/{provider_id}")
    message = messages(handoff)[0]
    assert (message.state, message.kind) == (MessageState.QUEUED, MessageKind.OUTREACH)
    page = client.get("/mail").text
    assert f'action="/mail/{message.id}/cancellation"' in page
    client.post(f"/mail/{message.id}/cancellation", data={"undo": "1", "next": "/mail"})
    assert "Undone. It was not sent." in client.get("/mail").text
    assert messages(handoff)[0].state_reason == "undone"


def test_the_form_sent_twice_is_one_message(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    for _ in range(2):
        client.post(f"/providers/{provider_id}/mail", data={**FORM, "do": "send"})
    assert len(messages(handoff)) == 1


def test_what_is_wrong_comes_back_with_the_text_untouched(
    client: FlaskClient, handoff: Handoff, provider_id: int
) -> None:
    bold = "I treat your patients' back pain."
    response = client.post(f"/providers/{provider_id}/mail", data={**FORM, "text": bold, "do": "send"})
    assert response.status_code == 422
    assert "I treat your patients&#39; back pain." in response.text
    assert "say here why it may stay" in response.text
    assert messages(handoff) == []
    reason = {"reason": "Their own words", "do": "send"}
    assert client.post(f"/providers/{provider_id}/mail", data={**FORM, "text": bold, **reason}).status_code == 303


def test_a_test_to_oneself_stays_on_the_page(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    response = client.post(f"/providers/{provider_id}/mail", data={**FORM, "do": "test"})
    assert response.status_code == 200
    assert "The test is in the local mailbox" in response.text
    assert messages(handoff)[0].state is MessageState.SENT


def test_marking_it_as_sent_elsewhere_is_undoable(client: FlaskClient, handoff: Handoff, provider_id: int) -> None:
    assert client.post(f"/providers/{provider_id}/mail", data={**FORM, "do": "elsewhere"}).status_code == 303
    with handoff.db.read() as session:
        assert "email" in session.exec(select(Activity.kind)).all()
    assert messages(handoff) == []


def test_the_preview_has_the_footer_and_a_policy_of_its_own(client: FlaskClient, provider_id: int) -> None:
    response = client.post(f"/providers/{provider_id}/mail/preview", data=FORM)
    assert "Holcombe" in response.text
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    empty = client.post(f"/providers/{provider_id}/mail/preview", data={"subject": "", "text": ""})
    assert empty.mimetype == "text/plain"


def test_the_check_answers_a_script(client: FlaskClient, provider_id: int) -> None:
    text = "I treat pain. Call [Phone]. Her SSN is 123-45-6789."
    found = client.post(f"/providers/{provider_id}/mail/check.json", data={**FORM, "text": text}).get_json()
    assert found["needs_reason"]
    assert any("Phone" in each for each in found["fill"])
    assert {"treat", "123-45-6789"} <= {each["text"].removeprefix("SSN ") for each in found["findings"]} | {
        each["text"][-11:] for each in found["findings"]
    }
    assert found["mailto"].startswith("mailto:g.okafor@bayou.example.com?")


def test_without_an_address_it_offers_to_add_one(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider_id = make_provider(session, email="").id
    page = client.get(f"/providers/{provider_id}/mail/new").text
    assert f'action="/mail/missing/{provider_id}"' in page
    response = client.post(f"/providers/{provider_id}/mail", data={**FORM, "do": "send"})
    assert response.status_code == 422
    assert "has no e-mail address yet" in response.text
