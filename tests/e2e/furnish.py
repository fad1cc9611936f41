"""What sample data lacks: mail in the local mailbox, imports at every state, a pair of duplicates."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm.services import accounts, demo
from tests import nppes_files
from tests.apps import new_app
from tests.conftest import SAME_SITE
from tests.e2e.furnish_clients import fill_clients
from tests.e2e.furnish_dealings import deal
from tests.e2e.furnish_inbox import read_mail
from tests.e2e.furnish_library import fill_library
from tests.e2e.furnish_mailboxes import set_up_mailboxes
from tests.e2e.furnish_reports import report
from tests.e2e.house import House

if TYPE_CHECKING:
    from flask.testing import FlaskClient

PASSWORD = "three walks a week"
EMAIL = "dana@stride.example"
BUSINESS = {
    "name": "Stride After Care",
    "line1": "2400 Main St",
    "city": "Houston",
    "state": "TX",
    "zip": "77005",
    "phone": "713-555-0142",
}


def move_in(house: House) -> str:
    """Make the owner with sample data; the token of a session."""
    db, now = house.handoff.db, house.clock.now
    user = accounts.make_owner(db, name="Dana Whitfield", email=EMAIL, password=PASSWORD, now=now)
    demo.add(db, actor_id=user.id, now=now)
    house.work()
    return accounts.sign_in(db, email=EMAIL, password=PASSWORD, now=now).token


def furnish(house: House) -> str:
    """Move in, and add what sample data lacks."""
    token = move_in(house)
    client = new_app(house.handoff).test_client()
    client.set_cookie("handoff_session", token)
    _post(client, "/settings/business", BUSINESS)
    _post(client, "/settings/credentials", {"kind": "cpr", "paper": "CPR/AED", "expires_on": "2026-04-01"})
    _write_to_somebody(client, house)
    read_mail(house)
    _enroll(client)
    _import(client, house)
    _bring_the_past(client)
    house.work()
    set_up_mailboxes(house)
    fill_library(house)
    fill_clients(house)
    deal(house)
    report(house)
    return token


def _write_to_somebody(client: FlaskClient, house: House) -> None:
    made = _post(client, "/providers", {"name": "Amos Ferrell, PT", "specialty": "pt", "email": "amos@clinic.example"})
    subject = {"subject": "When therapy ends", "text": "Dear Amos,\n\nmay I send you a sample?\n\nDana", "do": "send"}
    _post(client, f"{made.location}/mail", subject | {"template": "introduction", "key": "first"})
    house.wait(seconds=70)


def _enroll(client: FlaskClient) -> None:
    """Some in a sequence: two under way, one paused, one stopped."""
    client.get("/sequences")  # makes those that come with Handoff
    form = {"sequence": "1", "start_on": "2026-03-02", "one": "", "by_post": "1"}
    _post(client, "/enrollments", form | {"id": [str(number) for number in range(1, 25)]})
    _post(client, "/enrollments/1/pauses", {"until": "2026-03-12"})
    _post(client, "/enrollments/2/stops", {})


def _import(client: FlaskClient, house: House) -> None:
    good = nppes_files.write(house.handoff.settings.data_dir / "good.csv", [nppes_files.row(n) for n in range(3)])
    _upload(client, "nppes", good)
    bad = Path(house.handoff.settings.data_dir / "bad.csv")
    bad.write_text("just,some\nother,file\n")
    _upload(client, "nppes", bad)
    rows = "Name,Practice,Phone,E-mail,City\nAmos Ferrell,Clinic,7135550111,amos@clinic.example,Houston\n,,12,x,\n"
    _post(client, "/imports", {"kind": "contacts", "pasted": rows})


def _upload(client: FlaskClient, kind: str, file: Path) -> None:
    _post(client, "/imports", {"kind": kind, "file": (BytesIO(file.read_bytes()), file.name)})


def _post(client: FlaskClient, path: str, form: dict[str, Any]) -> Any:
    answer = client.post(path, data=form, headers=SAME_SITE)
    assert answer.status_code == 303, (path, answer.status_code, answer.text[:3000])
    return answer


def _bring_the_past(client: FlaskClient) -> None:
    """Past referrals that wait to be looked at: new ones, an unknown provider, a name that may not be there."""
    rows = (
        "Referred by,Received,Client,Service,Status,Started,Reason",
        '"Luis Ortega, PT, DPT, OCS",3/5/2024,P-1,Older adults,completed,3/9/2024,Balance',
        '"Ann Nobody, MD",3/6/2024,P-2,Cardiac,active,3/12/2024,Stent',
        '"Luis Ortega, PT, DPT, OCS",3/7/2024,Margaret Lindholm,Older adults,,,Hip',
    )
    _post(client, "/imports/referrals", {"pasted": "\n".join(rows)})
