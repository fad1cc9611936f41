from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.models.accounts import Business
from crm.models.activities import Activity
from tests import factories
from tests.conftest import SAME_SITE


def _provider(handoff: Handoff, **given: object) -> int:
    with handoff.db.write() as session:
        practice = factories.make_practice(session)
        provider = factories.make_provider(session, practice=practice, last_name="Okafor", **given)
        assert provider.id is not None
        return provider.id


def test_the_page_shows_five_parts_questions_and_checks(client: FlaskClient, handoff: Handoff) -> None:
    page = client.get(f"/providers/{_provider(handoff)}/script").text
    for words in ("Opening", "Establish the gap", "Paint the picture", "Show alignment", "Invite collaboration"):
        assert words in page
    assert "Hello Dr. Okafor" in page
    assert page.count("Keep the answer") == 2
    assert page.count("Yes:") == 4
    assert "data-print" in page


def test_audience_channel_and_state_come_from_the_address(client: FlaskClient, handoff: Handoff) -> None:
    page = client.get(
        f"/providers/{_provider(handoff)}/script?audience=gatekeeper&channel=phone&state=reactivation"
    ).text
    assert "Patients call you" in page
    assert client.get(f"/providers/{_provider(handoff)}/script?channel=fax").status_code == 422


def test_an_empty_field_is_named_with_a_link_and_nothing_can_be_printed(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = _provider(handoff)
    with handoff.db.write() as session:
        business = session.get_one(Business, 1)
        business.name = ""
        session.add(business)
    page = client.get(f"/providers/{provider_id}/script").text
    assert "Fill in “Business name” in Settings › Business." in page
    assert "<mark>[Business name]</mark>" in page
    assert "data-print" not in page


def test_an_answer_goes_to_the_timeline_and_back_to_the_same_script(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = _provider(handoff)
    answer = client.post(
        f"/providers/{provider_id}/answers",
        data={
            "question": "What happens then?",
            "answer": "They stop.",
            "channel": "phone",
            "audience": "",
            "state": "",
        },
        headers=SAME_SITE,
    )
    assert (answer.status_code, answer.location) == (303, f"/providers/{provider_id}/script?channel=phone")
    with handoff.db.read() as session:
        [line] = session.exec(select(Activity)).all()
    assert line.body == "They stop."
    assert "They stop." in client.get(answer.location).text


def test_an_answer_that_names_somebody_is_shown_again_with_the_reason(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = _provider(handoff)
    question = "What happens to your patients when their therapy visits run out and the joint isn't ready?"
    page = client.post(
        f"/providers/{provider_id}/answers",
        data={"question": question, "answer": "Mrs. Anna Lee stopped."},
        headers=SAME_SITE,
    )
    assert page.status_code == 422
    assert "looks like a person’s name" in page.text
    assert "Mrs. Anna Lee stopped." in page.text


def test_what_somebody_typed_is_escaped(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = _provider(handoff, said_as="<script>alert(1)</script>", first_name="<b>")
    assert "<script>alert" not in client.get(f"/providers/{provider_id}/script").text


def test_nobody_is_not_found(client: FlaskClient) -> None:
    assert client.get("/providers/99/script").status_code == 404


def test_a_letter_is_shown_and_logged(client: FlaskClient, handoff: Handoff) -> None:
    provider_id = _provider(handoff)
    page = client.get(f"/providers/{provider_id}/letters/introduction-letter").text
    assert "Dear Dr. Okafor" in page
    assert "Mark as sent" in page
    answer = client.post(f"/providers/{provider_id}/letters", data={"slug": "introduction-letter"}, headers=SAME_SITE)
    assert (answer.status_code, answer.location) == (303, f"/providers/{provider_id}")
    with handoff.db.read() as session:
        assert "Letter of introduction" in [line.summary for line in session.exec(select(Activity))]


def test_a_letter_without_an_address_says_what_is_missing(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        provider = factories.make_provider(session)
    page = client.get(f"/providers/{provider.id}/letters/introduction-letter").text
    assert "has no practice: add one on the provider’s page." in page
    assert "Mark as sent" not in page
    answer = client.post(f"/providers/{provider.id}/letters", data={"slug": "introduction-letter"}, headers=SAME_SITE)
    assert answer.location == f"/providers/{provider.id}/letters/introduction-letter"


def test_an_unknown_letter_is_not_found(client: FlaskClient, handoff: Handoff) -> None:
    assert client.get(f"/providers/{_provider(handoff)}/letters/nothing").status_code == 404
