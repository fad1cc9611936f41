from __future__ import annotations

from flask.testing import FlaskClient

from crm.bootstrap import Handoff
from tests import factories
from tests.conftest import SAME_SITE


def test_first_steps_can_be_planned_for_those_chosen(client: FlaskClient, handoff: Handoff) -> None:
    with handoff.db.write() as session:
        ids = [factories.make_provider(session).id for _ in range(3)]
    form = {"action": "plan", "id": ids, "next": "/providers"}
    assert client.post("/providers/edits", data=form, headers=SAME_SITE).status_code == 303
    assert "3 first steps planned, until Tomorrow." in client.get("/providers?stage=all").text
    client.post("/providers/edits", data=form, headers=SAME_SITE)
    assert "They all have a next step" in client.get("/providers?stage=all").text
