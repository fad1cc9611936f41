"""The board's columns: the most urgent on top, pages that join, counts that stop at their cap."""

from __future__ import annotations

from datetime import timedelta

from crm.domain.kinds import ReferralStatus
from crm.domain.pipeline import Stage
from crm.services import changes, stages
from crm.store import board
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_provider, make_referral


def names(page: board.Page) -> list[str]:
    return [card.display_name for card in page.cards]


def test_the_most_urgent_come_first_then_the_best_fits(db: Database) -> None:
    with db.write() as session:
        make_provider(session, display_name="planned later", next_due_on=TODAY + timedelta(days=5), fit=99)
        make_provider(session, display_name="fits well", fit=80)
        make_provider(session, display_name="fits less", fit=20)
        make_provider(session, display_name="overdue", next_due_on=TODAY - timedelta(days=2), fit=1)
        make_provider(session, display_name="put away", fit=100, archived_at=NOW)
        make_provider(session, display_name="elsewhere", stage=Stage.TRIAL)
    with db.read() as session:
        page = board.column(session, Stage.PROSPECT, 10)
    assert names(page) == ["overdue", "planned later", "fits well", "fits less"]
    assert page.after is None


def test_pages_of_a_column_join_without_gap_or_repeat(db: Database) -> None:
    with db.write() as session:
        for number in range(7):
            due_on = TODAY + timedelta(days=number // 2) if number < 4 else None
            make_provider(session, display_name=f"p{number}", next_due_on=due_on, fit=50 if number < 6 else 10)
    seen: list[str] = []
    after: board.Mark | None = None
    with db.read() as session:
        for _ in range(4):
            page = board.column(session, Stage.PROSPECT, 2, after)
            seen += names(page)
            after = page.after
        whole = names(board.column(session, Stage.PROSPECT, 50))
    assert seen == whole
    assert sorted(seen) == [f"p{number}" for number in range(7)]
    assert after is None


def test_the_first_pages_equal_the_columns_one_by_one(db: Database) -> None:
    with db.write() as session:
        for number in range(12):
            stage = (Stage.PROSPECT, Stage.NOT_NOW, Stage.PARTNER)[number % 3]
            make_provider(session, stage=stage, fit=number, next_due_on=TODAY if number % 2 else None)
    with db.read() as session:
        together = board.first_pages(session, 3, 2)
        for stage in Stage:
            alone = board.column(session, stage, 2 if stage is Stage.NOT_NOW else 3)
            assert (list(together[stage].cards), together[stage].after) == (list(alone.cards), alone.after)


def test_counts_are_by_stage_and_without_those_put_away(db: Database) -> None:
    with db.write() as session:
        for stage in (Stage.PROSPECT, Stage.PROSPECT, Stage.PARTNER):
            make_provider(session, stage=stage)
        make_provider(session, archived_at=NOW)
    with db.read() as session:
        counts = board.counts(session)
    assert (counts[Stage.PROSPECT], counts[Stage.PARTNER], counts[Stage.TRIAL]) == (2, 1, 0)


def test_who_stands_aside_counts_for_what_was_reached_before(db: Database) -> None:
    with db.write() as session:
        make_provider(session)
        make_provider(session, stage=Stage.CONTACTED)
        partner = make_provider(session, stage=Stage.PARTNER, last_referral_on=TODAY)
        gone = make_provider(session, stage=Stage.INTRODUCED)
        recorder = changes.begin(session, "move", "Moved", actor_id=None, now=NOW)
        stages.move_in(session, gone, Stage.DECLINED, recorder, actor_id=None, now=NOW)
        make_provider(session, stage=Stage.DECLINED)
        make_referral(session, provider_id=partner.id, status=ReferralStatus.STARTED, started_on=TODAY)
        make_referral(session, provider_id=partner.id, status=ReferralStatus.LOST, started_on=TODAY)
        make_referral(session, provider_id=partner.id)
    with db.read() as session:
        funnel = board.funnel(session, board.counts(session))
    assert funnel == board.Funnel(contacted=3, introduced=2, sample_sent=1, referred=1, started=2)
