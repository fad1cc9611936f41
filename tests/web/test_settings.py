"""Settings pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from crm.bootstrap import Handoff
from crm.models.accounts import Business, Credential, ServicePrice, User
from crm.models.providers import Provider
from crm.services import demo
from tests.conftest import PASSWORD, SAME_SITE
from tests.factories import NOW, TODAY, make_credential, make_web_session

PAGES = ["", "/business", "/you", "/services", "/preferences", "/sign-in", "/samples"]


def post(client: FlaskClient, path: str, **form: str):
    return client.post(f"/settings{path}", data=form, headers=SAME_SITE)


def first(handoff: Handoff, table):
    with handoff.db.read() as session:
        return session.exec(select(table)).first()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(client: FlaskClient, page: str) -> None:
    answer = client.get(f"/settings{page}")
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1


def test_a_tagline_is_judged_like_any_other_text(client: FlaskClient) -> None:
    refused = post(client, "/business", name="Second Wind", tagline="We treat back pain")
    assert refused.status_code == 422
    assert "“treat” stands on every paper of yours" in refused.text
    assert 'name="override_reason"' in refused.text
    reason = "Quoted from our licence"
    assert post(client, "/business", tagline="We treat back pain", override_reason=reason).status_code == 303
    listed = client.get("/settings/overrides").text
    assert reason in listed
    assert "Tagline" in listed
    post(client, "/business", tagline="Bridging therapy and fitness")
    assert "“therapy”" in client.get("/settings").text


def test_the_business_is_saved_and_the_first_steps_lead_on(client: FlaskClient, handoff: Handoff) -> None:
    answer = post(client, "/business", name="Second Wind", zip="80202", walk="1")
    assert answer.location == "/settings/you?walk=1"
    assert first(handoff, Business).name == "Second Wind"
    assert post(client, "/business", name="Second Wind").location == "/settings"


def test_a_wrong_field_is_marked_and_the_others_stay(client: FlaskClient) -> None:
    answer = post(client, "/business", name="Second Wind", zip="80")
    assert answer.status_code == 422
    assert "A ZIP has five digits" in answer.text
    assert 'value="Second Wind"' in answer.text


def test_an_unknown_zip_is_saved_with_a_remark(client: FlaskClient) -> None:
    post(client, "/business", zip="00000")
    assert "know where ZIP 00000 is" in client.get("/settings").text


def test_credentials_and_signature_are_saved(client: FlaskClient, handoff: Handoff) -> None:
    post(client, "/you", name="Dana W", email="new@stride.example", credentials="MedExPRO", signature="Dana\nStride")
    user = first(handoff, User)
    assert (user.name, user.email, user.signature) == ("Dana W", "new@stride.example", "Dana\nStride")


def test_a_paper_is_added_renewed_and_removed(client: FlaskClient, handoff: Handoff) -> None:
    post(client, "/credentials", kind="cpr", paper="CPR/AED", expires_on=str(TODAY + timedelta(days=59)))
    assert first(handoff, Credential).name == "CPR/AED"
    assert "</strong> runs out" in client.get("/settings").text

    post(client, "/credentials/1", expires_on=str(TODAY + timedelta(days=700)))
    assert "</strong> runs out" not in client.get("/settings").text
    post(client, "/credentials/1/removal")
    assert first(handoff, Credential) is None


@pytest.mark.parametrize(
    ("wrong", "words"), [({"paper": " "}, "Name it"), ({"kind": "x"}, "Choose"), ({"expires_on": "soon"}, "2027-05-31")]
)
def test_a_paper_needs_a_name_a_kind_and_a_date_that_is_one(client: FlaskClient, wrong, words: str) -> None:
    answer = post(client, "/credentials", **({"kind": "cpr", "paper": "CPR", "expires_on": ""} | wrong))
    assert answer.status_code == 422
    assert words in answer.text


def test_papers_of_somebody_else_are_out_of_reach(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        paper = make_credential(session)
    assert post(client, f"/credentials/{paper.id}/removal").status_code == 404


def test_prices_are_stored_in_cents_and_switched_off_services_remembered(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        session.get_one(Business, 1).scored_at = NOW
    post(client, "/services", **{"offered-youth": "1", "session-youth": "$87.50", "value-youth": "1,200"})
    with handoff.db.read() as session:
        row = session.get_one(ServicePrice, "youth")
        rows = session.exec(select(ServicePrice)).all()
    assert (row.offered, row.session_cents, row.referral_value_cents) == (True, 8750, 120000)
    assert [r.service_key for r in rows if r.offered] == ["youth"]
    assert first(handoff, Business).scored_at is None


def test_an_amount_that_is_none_is_named_with_its_service(client: FlaskClient, handoff: Handoff) -> None:
    answer = post(client, "/services", **{"session-youth": "a lot"})
    assert answer.status_code == 422
    assert "Youth and adolescent medical fitness: Write an amount" in answer.text
    assert first(handoff, ServicePrice) is None


def test_preferences_are_stored(client: FlaskClient, handoff: Handoff) -> None:
    post(client, "/preferences", zone="America/Denver", digest_hour="", theme="dark")
    user = first(handoff, User)
    assert (user.zone, user.digest_hour, user.shortcuts_on) == ("America/Denver", None, False)
    page = client.get("/settings").text
    assert 'data-theme="dark"' in page
    assert 'data-shortcuts="off"' in page


def test_preferences_that_do_not_exist_are_refused(client: FlaskClient) -> None:
    assert post(client, "/preferences", zone="Mars/Olympus").status_code == 422
    assert post(client, "/preferences", digest_hour="25").status_code == 422
    assert post(client, "/preferences", theme="neon").status_code == 422


def test_the_first_steps_can_be_put_away(client: FlaskClient, handoff: Handoff) -> None:
    assert post(client, "/first-steps/dismissal").location == "/"
    assert first(handoff, User).preferences["checklist"] == "hidden"


def test_another_browser_is_signed_out_from_here(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        other = make_web_session(session, user_id=1, user_agent="Mozilla/5.0 (iPhone) Version/18 Safari/600")
    assert "Safari on iPhone" in client.get("/settings/sign-in").text
    post(client, f"/sessions/{other.id}/end")
    assert "Safari on iPhone" not in client.get("/settings/sign-in").text
    assert post(client, "/sessions/others/end").status_code == 303
    assert client.get("/settings/sign-in").status_code == 200


def test_the_password_is_changed_with_the_old_one(client: FlaskClient, visitor: FlaskClient, owner: User) -> None:
    assert post(client, "/password", current="wrong", password="four walks a week").status_code == 422
    assert post(client, "/password", current=PASSWORD, password="four walks a week").status_code == 303
    assert client.get("/settings").status_code == 200
    fresh = client.application.test_client()
    signed_in = fresh.post("/login", data={"email": owner.email, "password": "four walks a week"}, headers=SAME_SITE)
    assert signed_in.status_code == 303


def test_sample_data_goes_in_and_out_with_a_button(client: FlaskClient, handoff: Handoff) -> None:
    post(client, "/sample")
    assert demo.present(handoff.db) > 50
    assert "Remove the sample data" in client.get("/settings/samples").text
    assert post(client, "/sample").status_code == 409
    post(client, "/sample/removal")
    assert first(handoff, Provider) is None


def test_backups_are_listed(client: FlaskClient, handoff: Handoff) -> None:
    folder = handoff.settings.data_dir / "backups"
    folder.mkdir()
    (folder / "handoff-2026-03-03.zip").write_bytes(b"x" * 2_000_000)
    page = client.get("/settings/samples").text
    assert "handoff-2026-03-03.zip" in page
    assert "1.9 MB" in page
