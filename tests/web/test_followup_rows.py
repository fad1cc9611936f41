from __future__ import annotations

import pytest
from flask import Flask

from crm.bootstrap import Handoff
from crm.domain.kinds import TaskKind, TaskState
from crm.store.tasks import Line
from crm.web import create_app
from crm.web.assets import sprite
from crm.web.endings import Ending, sets_of
from crm.web.followup_rows import Frame, act_of, icons_of, rows_of
from tests.factories import TODAY

LINE = Line(
    id=7, kind=TaskKind.CALL, title="Call <Luis>", why="He asked & waits", remarks="", due_on=TODAY, due_at=None,
    state=TaskState.OPEN, waiting_for="", snoozed=0, template_slug="", referral_id=None, client_id=None,
    due_report_id=None, clearance_id=None, agreement_id=None, owner_id=None, sample=False, provider_id=3,
    name="Luis Ng, PT", practice_name="Bayou Ortho", city="Katy", phone="+17135550142", email="",
    stage=None, return_on=None,
)  # fmt: skip


@pytest.fixture
def app(handoff: Handoff) -> Flask:
    return create_app(handoff)


def rows(app: Flask, line: Line, *, here: str = "/followups", bare: bool = False) -> str:
    with app.test_request_context("/followups"):
        return str(rows_of([line], Frame(TODAY, {line.id: 2}, here, bare)))


def test_what_people_wrote_is_escaped(app: Flask) -> None:
    row = rows(app, LINE)
    assert "Call &lt;Luis&gt;" in row
    assert "He asked &amp; waits" in row


def test_a_row_says_what_the_shared_dialog_needs(app: Flask) -> None:
    row = rows(app, LINE)
    for words in ('data-endings="2"', 'data-draft="done-7"', 'formaction="/followups/7"', 'data-href="/providers/3"'):
        assert words in row


def test_a_link_leads_back_to_where_it_was_pressed(app: Flask) -> None:
    assert 'href="/followups/7"' in rows(app, LINE)
    assert 'href="/followups/7?next=%2F"' in rows(app, LINE, here="/", bare=True)


@pytest.mark.parametrize(
    ("given", "act"),
    [
        ({}, ("Call (713) 555-0142", "tel:+17135550142", "phone")),
        ({"phone": ""}, None),
        ({"kind": TaskKind.VISIT}, ("Prepare", "/providers/3/visit", "message-square-quote")),
        (
            {"kind": TaskKind.EMAIL, "email": "a@b.example", "template_slug": "thanks"},
            ("Write", "/providers/3/mail/new?template=thanks&task=7", "mail"),
        ),
        ({"kind": TaskKind.THANK_YOU}, ("Print it", "/providers/3/papers/thank-you", "printer")),
        ({"kind": TaskKind.CALL_CLIENT, "referral_id": 4}, ("Referral", "/referrals/4", "handshake")),
        ({"kind": TaskKind.FIND_EMAIL}, ("Find it", "/mail/missing", "at-sign")),
        ({"kind": TaskKind.SAMPLE, "email": "a@b.example"}, ("Send it", "/providers/3/samples", "send")),
        ({"kind": TaskKind.SAMPLE}, ("Send it", "/providers/3/samples/new", "send")),
        ({"kind": TaskKind.TODO}, None),
    ],
)
def test_the_first_thing_to_do_depends_on_the_kind(app: Flask, given: dict[str, object], act: object) -> None:
    with app.test_request_context("/followups"):
        found = act_of(LINE._replace(**given))  # type: ignore[arg-type]  # as the table gives them
        assert (found and found[:3]) == act


def test_every_icon_of_a_row_is_in_the_sprite(app: Flask) -> None:
    with app.test_request_context("/followups"):
        symbols = sprite(icons_of([LINE]))
    for name in ("phone", "alarm-clock", "check"):
        assert f'id="i-{name}"' in symbols
        assert f'href="#i-{name}"' in rows(app, LINE)


def test_equal_endings_are_printed_once() -> None:
    done, sent = (Ending(outcome, "", "") for outcome in ("done", "conversation"))  # type: ignore[arg-type]  # names do
    sets = sets_of({1: (done,), 2: (sent,), 3: (done,)})
    assert sets.groups == ((done,), (sent,))
    assert sets.of == {1: 0, 2: 1, 3: 0}


def test_a_sample_goes_with_one_tap_from_its_row(app: Flask) -> None:
    line = LINE._replace(kind=TaskKind.SAMPLE, email="a@b.example")
    with app.test_request_context("/followups"):
        row = rows_of([line], Frame(TODAY, {}, "/followups"))
    assert '<button class="btn ghost small" form="tap" formaction="/providers/3/samples"' in row
