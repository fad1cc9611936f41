"""Lines of the timeline in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm.domain.kinds import ActivityKind, Outcome
from crm.domain.pipeline import Stage
from crm.store.providers import Line
from crm.web.timeline import event


def line(kind: ActivityKind, **given: object) -> Line:
    empty = Line(1, kind, None, datetime(2026, 3, 4, tzinfo=UTC), "", "", None, None, "", None, None, None, {}, "Dana")
    return empty._replace(**given)  # type: ignore[arg-type]  # any column


@pytest.mark.parametrize(
    ("given", "title", "kind"),
    [
        (line(ActivityKind.CALL, outcome=Outcome.LEFT_MESSAGE), "Call: left a message", "touch"),
        (line(ActivityKind.VISIT, outcome=Outcome.WILL_REFER), "Visit: will refer", "win"),
        (line(ActivityKind.CALL, outcome=Outcome.NOT_INTERESTED), "Call: not interested", "bad"),
        (line(ActivityKind.NOTE), "Note", ""),
        (line(ActivityKind.EDIT, summary="Changed phone"), "Changed phone", ""),
        (line(ActivityKind.REFERRAL, summary="Referred K-14"), "Referred K-14", "win"),
        (
            line(ActivityKind.STAGE, stage_from=Stage.CONTACTED, stage_to=Stage.INTRODUCED),
            "Moved to Introduced (was Contacted)",
            "",
        ),
        (line(ActivityKind.STAGE, stage_to=Stage.DECLINED), "Moved to Declined", "bad"),
        (line(ActivityKind.STAGE, stage_to=Stage.PARTNER), "Moved to Partner", "win"),
    ],
)
def test_a_line_in_words(given: Line, title: str, kind: str) -> None:
    made = event(given)
    assert (made.title, made.kind, made.who) == (title, kind, "Dana")


def test_what_was_said_and_why_stand_together() -> None:
    assert event(line(ActivityKind.STAGE, stage_to=Stage.NOT_NOW, body="New office", reason="Ask in May")).said == (
        "New office\nAsk in May"
    )
