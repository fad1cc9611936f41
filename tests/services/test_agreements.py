from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm.domain.agreements import AgreementPer, AgreementState
from crm.domain.errors import Invalid
from crm.domain.kinds import ActivityKind, ProviderKind, TaskKind, TaskState
from crm.models.activities import Activity
from crm.models.agreements import Agreement, AgreementStep
from crm.models.audit import ChangeSet
from crm.models.providers import Provider
from crm.models.tasks import Task
from crm.services import agreement_worth, agreements, changes, tasks
from crm.services.agreements import Move
from crm.services.tasks import Done
from crm.store import agreements as store
from crm.store.engine import Database
from tests import factories
from tests.factories import NOW, TODAY

BY: dict[str, Any] = {"actor_id": None, "now": NOW, "today": TODAY}
FORM = {"service_key": "workplace", "title": "Desk breaks", "value": "1,200", "per": "month"}
S = AgreementState
PROPOSED = Move(S.PROPOSED)


@pytest.fixture
def provider_id(db: Database) -> int:
    with db.write() as session:
        row = factories.make_provider(session, display_name="Bayou Steel", kind=ProviderKind.ORGANIZATION)
        return factories._id(row)


def noted(db: Database, provider_id: int, move: Move = PROPOSED, **days: date | None) -> int:
    return agreements.create(db, provider_id, FORM, days, move, **BY)[0]


def row(db: Database, agreement_id: int) -> Agreement:
    with db.read() as session:
        return session.get_one(Agreement, agreement_id)


def reminders(db: Database) -> list[tuple[date, str]]:
    with db.read() as session:
        found = session.exec(select(Task).where(Task.state == TaskState.OPEN).order_by(Task.id)).all()  # type: ignore[arg-type]
        return [(task.due_on, task.title) for task in found if task.kind is TaskKind.AGREEMENT]


def test_a_proposal_stands_on_the_timeline_and_asks_for_an_answer_in_a_week(db: Database, provider_id: int) -> None:
    found = row(db, noted(db, provider_id))
    assert (found.state, found.proposed_on, found.value_cents, found.per) == (S.PROPOSED, TODAY, 120_000, "month")
    assert reminders(db) == [(date(2026, 3, 11), "Ask for an answer to the proposal: Desk breaks")]
    with db.read() as session:
        assert session.get_one(Provider, provider_id).next_due_on == date(2026, 3, 11)
        lines = [line.summary for line in session.exec(select(Activity)) if line.kind is ActivityKind.AGREEMENT]
    assert lines == ["Agreement “Desk breaks” proposed, $1,200"]


def test_an_idea_reminds_of_nothing(db: Database, provider_id: int) -> None:
    noted(db, provider_id, Move(S.IDEA))
    assert reminders(db) == []


def test_once_agreed_the_renewal_is_what_comes_next(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id)
    yes = Move(S.ACTIVE, date(2026, 4, 1), ends_on=date(2027, 3, 31), renews_on=date(2027, 3, 31))
    agreements.move(db, agreement_id, yes, **BY)
    assert reminders(db) == [(date(2027, 1, 30), "Talk about renewing: Desk breaks")]


def test_a_renewal_keeps_the_first_day_and_what_the_old_term_was_worth(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id, Move(S.ACTIVE, date(2026, 1, 1), ends_on=date(2026, 12, 31)))
    agreements.move(
        db, agreement_id, Move(S.ACTIVE, date(2027, 1, 1), ends_on=date(2027, 12, 31), value_cents=150_000), **BY
    )
    found = row(db, agreement_id)
    assert (found.starts_on, found.ends_on, found.value_cents) == (date(2026, 1, 1), date(2027, 12, 31), 150_000)
    with db.read() as session:
        assert agreement_worth.value_between(session, date(2026, 12, 1), date(2027, 1, 31)) == 270_000
        assert [step.state_to for step in store.steps(session, agreement_id)] == [S.ACTIVE, S.ACTIVE]


def test_what_has_ended_earns_nothing_any_more(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id, Move(S.ACTIVE, date(2026, 1, 1)))
    agreements.move(db, agreement_id, Move(S.ENDED, date(2026, 1, 31), "Budget"), **BY)
    with db.read() as session:
        assert agreement_worth.value_between(session, date(2026, 1, 1), date(2026, 12, 31)) == 120_000


def test_a_decline_needs_a_reason_and_takes_the_reminder_away(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id)
    with pytest.raises(Invalid, match="why"):
        agreements.move(db, agreement_id, Move(S.DECLINED), **BY)
    agreements.move(db, agreement_id, Move(S.DECLINED, reason="No budget this year"), **BY)
    assert reminders(db) == []
    assert row(db, agreement_id).closed_reason == "No budget this year"


def test_every_step_is_undone_with_its_reminder(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id)
    undo = agreements.move(db, agreement_id, Move(S.ACTIVE, TODAY, ends_on=TODAY + timedelta(days=365)), **BY)
    changes.undo(db, undo, actor_id=None, now=NOW)
    assert row(db, agreement_id).state is S.PROPOSED
    assert reminders(db) == [(date(2026, 3, 11), "Ask for an answer to the proposal: Desk breaks")]
    with db.read() as session:
        assert [step.state_to for step in store.steps(session, agreement_id)] == [S.PROPOSED]
        assert agreement_worth.value_between(session, date(2026, 1, 1), date(2027, 12, 31)) == 0


def test_a_reminder_that_was_done_comes_back_only_when_the_days_change(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id, Move(S.ACTIVE, TODAY, renews_on=date(2026, 12, 1)))
    with db.read() as session:
        (task,) = session.exec(select(Task)).all()
    assert task.id
    tasks.complete(db, task.id, Done(), **BY)
    agreements.update(db, agreement_id, {**FORM, "title": "New name"}, {"renews_on": date(2026, 12, 1)}, **BY)
    assert reminders(db) == []
    agreements.update(db, agreement_id, FORM, {"renews_on": date(2027, 1, 15)}, **BY)
    assert reminders(db) == [(date(2026, 11, 16), "Talk about renewing: Desk breaks")]


def test_every_wrong_field_is_named_at_once_and_nothing_is_kept(db: Database, provider_id: int) -> None:
    wrong = {"service_key": "spa", "value": "lots", "notice_days": "soon", "contact_id": "77"}
    with pytest.raises(Invalid) as caught:
        agreements.create(db, provider_id, wrong, {}, Move(S.PROPOSED), **BY)
    assert set(caught.value.errors) == {"service_key", "value", "notice_days", "contact_id"}
    with db.read() as session:
        assert session.exec(select(Agreement)).all() == []
        assert session.exec(select(AgreementStep)).all() == []


def test_a_value_for_no_known_stretch_is_refused(db: Database, provider_id: int) -> None:
    with pytest.raises(Invalid) as error:
        agreements.create(db, provider_id, {**FORM, "per": "fortnight"}, {}, PROPOSED, **BY)
    assert error.value.errors == {"per": "Choose what the value is for."}


def test_an_end_before_the_start_is_refused(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id)
    with pytest.raises(Invalid, match="before it starts"):
        agreements.move(db, agreement_id, Move(S.ACTIVE, TODAY, ends_on=TODAY - timedelta(days=1)), **BY)
    assert row(db, agreement_id).state is S.PROPOSED


def test_the_same_form_sent_twice_makes_one(db: Database, provider_id: int) -> None:
    first = agreements.create(db, provider_id, FORM, {}, Move(S.PROPOSED), client_key="k1", **BY)
    again = agreements.create(db, provider_id, FORM, {}, Move(S.PROPOSED), client_key="k1", **BY)
    assert again == (first[0], None)


def test_put_away_it_is_neither_listed_nor_reminded_of(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id)
    undo = agreements.archive(db, agreement_id, away=True, **BY)
    with db.read() as session:
        assert store.lines(session) == []
    assert reminders(db) == []
    changes.undo(db, undo, actor_id=None, now=NOW)
    assert len(reminders(db)) == 1


def test_what_needs_something_soonest_stands_first(db: Database, provider_id: int) -> None:
    late = noted(db, provider_id, Move(S.ACTIVE, TODAY, renews_on=date(2027, 1, 1)))
    idea = noted(db, provider_id, Move(S.IDEA))
    soon = noted(db, provider_id, Move(S.ACTIVE, TODAY, renews_on=date(2026, 6, 1)))
    with db.read() as session:
        assert [line.id for line in store.lines(session)] == [soon, late, idea]
        assert store.counts(session) == {S.ACTIVE: 2, S.IDEA: 1}
        assert [line.per for line in store.lines(session, state=S.IDEA)] == [AgreementPer.MONTH]


def test_a_form_without_a_difference_leaves_nothing_to_undo(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id)
    with db.read() as session:
        before = len(session.exec(select(ChangeSet)).all())
    assert agreements.update(db, agreement_id, FORM, {}, **BY) is None
    with db.read() as session:
        assert len(session.exec(select(ChangeSet)).all()) == before


def test_putting_away_stands_on_the_timeline(db: Database, provider_id: int) -> None:
    agreement_id = noted(db, provider_id)
    agreements.archive(db, agreement_id, away=True, **BY)
    agreements.archive(db, agreement_id, away=False, **BY)
    with db.read() as session:
        lines = [line.summary for line in session.exec(select(Activity)) if line.kind is ActivityKind.AGREEMENT]
    assert lines[-2:] == ["Agreement “Desk breaks” put away", "Agreement “Desk breaks” brought back"]
