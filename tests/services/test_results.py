"""Every figure against a second count in plain Python, and against the rows behind it, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crm.domain import periods
from crm.domain.errors import NotFound
from crm.domain.figures import RowKind
from crm.domain.funnels import ReferralStep
from crm.domain.periods import Compared
from crm.domain.results import Dimension
from crm.domain.results_asked import Asked, Piece
from crm.services import partners, results, results_rows
from crm.store import results_rankings
from crm.store.engine import Database
from tests import factories
from tests.conftest import migrated, opened
from tests.services import results_practice, results_recount
from tests.services.results_practice import TODAY, ZONE
from tests.services.results_recount import Recount, shown

PERIODS = ("this-month", "2026-03", "2025-11-02..2026-03-31", "last-12-months", "all")
AMOUNTS = {"expected": "expected_cents", "booked": "booked_cents", "sessions": "charge_cents"}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def practice(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path
) -> Iterator[Database]:
    """The invented practice, made once."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("practice") / "handoff.db"
        shutil.copyfile(_sqlite_template, path)
        with opened(f"sqlite:///{path}") as db:
            results_practice.build(db)
            yield db
        return
    server = request.getfixturevalue("postgres_server")
    with server.database(migrated) as url, opened(url) as db:
        results_practice.build(db)
        yield db


@pytest.fixture(scope="module")
def rows(practice: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything that was put in."""
    with practice.read() as session:
        return results_recount.exported(session)


def seen(db: Database, text: str, compared: Compared = Compared.NONE) -> Any:
    with db.read() as session:
        return results.overview(session, periods.read(text, TODAY), compared, today=TODAY, zone=ZONE)


def recount(rows: dict[str, list[dict[str, Any]]], text: str) -> Recount:
    period = periods.read(text, TODAY)
    return Recount(rows, period.first_on, period.last_on, TODAY, ZONE)


@pytest.mark.parametrize("text", PERIODS)
def test_every_figure_is_what_a_second_count_says(
    practice: Database, rows: dict[str, list[dict[str, Any]]], text: str
) -> None:
    again = recount(rows, text)
    counted = again.count()
    found = shown(seen(practice, text))
    assert found["referral.received"] > 20
    for key, value in found.items():
        if "cohort." not in key:
            assert value == counted.get(key, 0), key
    missing = {key for key, value in counted.items() if value and key not in found}
    assert not {key for key in missing if "by.source" not in key and "by.practice" not in key}


@pytest.mark.parametrize("text", PERIODS)
def test_medians_and_quartiles_are_those_of_the_rows(
    practice: Database, rows: dict[str, list[dict[str, Any]]], text: str
) -> None:
    again = recount(rows, text)
    again.count()
    now = seen(practice, text).now
    first = {"touches": now.first.touches, "conversations": now.first.conversations, "days_to_it": now.first.days}
    found = {
        **first,
        **{step.step.value: step.days for step in now.funnel.steps[1:4]},
        "to_start": now.funnel.days_to_start,
        **{f"stage.{step.stage.value}": step.days for step in now.relations.steps},
    }
    assert len(again.spreads) > 6
    for name, spread in again.spreads.items():
        assert found[name] == spread, name


@pytest.mark.parametrize("text", ["this-month", "all"])
def test_cohorts_are_what_a_second_count_says_and_lose_no_referral(
    practice: Database, rows: dict[str, list[dict[str, Any]]], text: str
) -> None:
    again = recount(rows, text)
    cohorts = seen(practice, text).cohorts
    assert len(cohorts) == (12 if text == "this-month" else 36)
    for cohort in cohorts:
        assert shown(cohort) == again.cohort(f"{cohort.month:%Y-%m}")
        assert cohort.received.value == cohort.started_30.whole.value + cohort.open_30.value
        assert cohort.received.value == cohort.started_90.whole.value + cohort.open_90.value
    inside = [row for row in again.all if row["received_on"] >= cohorts[0].month]
    assert sum(cohort.received.value for cohort in cohorts) == len(inside)


@pytest.mark.parametrize("text", ["this-month", "2025-11-02..2026-03-31"])
def test_behind_every_figure_are_as_many_rows(practice: Database, text: str) -> None:
    period = periods.read(text, TODAY)
    found = shown(seen(practice, text))
    by = [key for key in found if "by." in key]
    wanted = [key for key in found if "by." not in key] + by[:: max(len(by) // 60, 1)]
    with practice.read() as session:
        for key in wanted:
            behind = results_rows.rows(session, key.lstrip("$"), period, today=TODAY, zone=ZONE, limit=None).rows
            if key.startswith("$"):
                amount = next(column for name, column in AMOUNTS.items() if name in key)
                assert sum(getattr(row, amount) or 0 for row in behind) == found[key], key
            else:
                assert len({row.id for row in behind}) == len(behind) == found[key], key


@pytest.mark.parametrize("key", ["referral.received", "visits", "stage.contacted", "sequence.enrolled:1", "quiet"])
def test_rows_come_page_by_page_the_latest_first(practice: Database, key: str) -> None:
    period = periods.read("last-12-months", TODAY)
    pages: list[Any] = []
    after = None
    with practice.read() as session:
        whole = results_rows.rows(session, key, period, today=TODAY, zone=ZONE, limit=None).rows
        while not pages or after:
            page = results_rows.rows(session, key, period, today=TODAY, zone=ZONE, after=after, limit=150)
            pages += page.rows
            after = page.after
    assert tuple(pages) == whole
    days = [getattr(row, "received_on", None) or row.happened_on for row in whole]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("text", PERIODS)
def test_what_referrals_were_to_their_source_is_what_the_rows_behind_say(practice: Database, text: str) -> None:
    period, arrived = periods.read(text, TODAY), seen(practice, text).now.arrivals
    with practice.read() as session:
        for count in (arrived.new, arrived.repeat, arrived.won_back):
            behind = results_rows.rows(session, count.key, period, today=TODAY, zone=ZONE, limit=None).rows
            assert len(behind) == count.value
    assert arrived.repeat.value > 0


@pytest.mark.parametrize("dimension", [Dimension.SOURCE, Dimension.SPECIALTY, Dimension.SERVICE])
def test_a_breakdown_is_the_same_whether_referrals_are_looked_up_or_all_gone_through(
    practice: Database, dimension: Dimension
) -> None:
    with practice.read() as session:
        scope = results.scope_of(session, periods.read("last-12-months", TODAY), today=TODAY, zone=ZONE)
        one, other = (results_rankings.ranking(session, scope, dimension, many=many) for many in (False, True))
    assert len(one) > 2
    assert one == other


def test_what_nobody_asked_for_is_left_empty_and_the_rest_is_the_same(practice: Database) -> None:
    whole = seen(practice, "last-month", Compared.BEFORE)
    some = Asked(frozenset({Piece.FIRST}), frozenset({Piece.TALLY, Piece.VISITS}), frozenset({Dimension.HOW}))
    with practice.read() as session:
        period = periods.read("last-month", TODAY)
        found = results.overview(session, period, Compared.BEFORE, today=TODAY, zone=ZONE, asked=some)
    assert found.now.first.count == whole.now.first.count
    assert found.before.visiting == whole.before.visiting
    assert found.now.funnel.started == whole.now.funnel.started
    assert found.now.worth.expected == whole.now.worth.expected
    assert [one.dimension for one in found.rankings] == [Dimension.HOW]
    assert found.ranking(Dimension.HOW) == whole.ranking(Dimension.HOW)
    assert (found.cohorts, found.sequences, found.now.relations.steps) == ((), (), ())
    assert found.now.visiting.visits.value == found.now.reports.on_time.whole.value == 0


def test_the_quiet_are_those_that_partners_has(practice: Database) -> None:
    found = seen(practice, "last-12-months")
    with practice.read() as session:
        quiet = partners.gone_quiet(session, TODAY, zone=ZONE)
    assert found.quiet.value == len(quiet) > 5


def test_funnels_never_grow_and_whoever_came_in_is_somewhere(practice: Database) -> None:
    now = seen(practice, "last-12-months").now
    assert all(one.reached.value >= other.reached.value for one, other in pairwise(now.funnel.steps))
    assert all(one.reached.value >= other.reached.value for one, other in pairwise(now.relations.steps))
    received = now.funnel.step(ReferralStep.RECEIVED).reached.value
    assert sum(step.lost.value + step.waiting.value for step in now.funnel.steps) == received
    for step in now.funnel.steps:
        assert sum(reason.count.value for reason in step.reasons) == step.lost.value
    arrivals = now.arrivals
    assert arrivals.new.value + arrivals.repeat.value + arrivals.won_back.value == received
    assert arrivals.new.value == now.first.count.value


def test_rankings_add_up_to_all_and_say_what_they_leave_out(practice: Database) -> None:
    found = seen(practice, "last-12-months")
    for ranking in found.rankings:
        received = sum(line.started.whole.value for line in ranking.lines) + ranking.rest.whole
        started = sum(line.started.part.value for line in ranking.lines) + ranking.rest.part
        assert (started, received) == (ranking.overall.part, ranking.overall.whole)
        few = [line.is_few for line in ranking.lines]
        assert few == sorted(few)
    assert found.ranking(Dimension.SOURCE).rest_lines > 0
    assert found.ranking(Dimension.SERVICE).rest_lines == 0
    assert found.sources.share.largest == found.sources.largest_count.value


def test_a_comparison_counts_the_other_period_as_if_it_were_chosen(practice: Database) -> None:
    found = seen(practice, "last-month", Compared.BEFORE)
    assert found.before.period == periods.read("2026-09", TODAY)
    assert shown(found.before) == shown(seen(practice, "2026-09").now)


def test_samples_count_only_while_there_is_no_real_referral(sqlite_db: Database) -> None:
    with sqlite_db.write() as session:
        provider = factories.make_provider(session, sample=True)
        factories.make_referral(session, provider_id=provider.id, received_on=TODAY, sample=True)
    found = seen(sqlite_db, "this-month")
    assert found.is_sample
    assert found.now.funnel.started.whole.value == 1
    with sqlite_db.write() as session:
        factories.make_referral(session, received_on=date(2020, 1, 1))
    found = seen(sqlite_db, "this-month")
    assert not found.is_sample
    assert found.now.funnel.started.whole.value == 0


def test_an_empty_database_has_results_of_nothing(db: Database) -> None:
    found = seen(db, "all", Compared.YEAR)
    assert set(shown(found).values()) == {0}
    assert found.cohorts == ()
    assert found.before is None


@pytest.mark.parametrize("key", ["", "nothing", "referral", "cohort.received:soon", "by.weather:rain"])
def test_an_unknown_figure_has_no_rows(sqlite_db: Database, key: str) -> None:
    with sqlite_db.read() as session, pytest.raises(NotFound, match="no such figure"):
        results_rows.rows(session, key, periods.read("all", TODAY), today=TODAY, zone=ZONE)


def test_a_page_that_is_not_there_says_so(sqlite_db: Database) -> None:
    with sqlite_db.read() as session, pytest.raises(NotFound, match="first one"):
        period = periods.read("all", TODAY)
        results_rows.rows(session, "referral.received", period, today=TODAY, zone=ZONE, after="soon~1")


def test_rows_say_of_which_kind_they_are(sqlite_db: Database) -> None:
    with sqlite_db.read() as session:
        for key, kind in (("visits", RowKind.VISIT), ("sessions", RowKind.SESSION), ("quiet", RowKind.PROVIDER)):
            found = results_rows.rows(session, key, periods.read("all", TODAY), today=TODAY, zone=ZONE)
            assert (found.kind, found.rows, found.after) == (kind, (), None)
