"""Whatever referrals there are: totals are their rows, nobody gets lost, no share is above one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from crm.domain import periods
from crm.domain.kinds import ReferralStatus
from crm.domain.periods import Compared
from crm.models.referrals import Referral
from crm.services import results, results_rows
from crm.store.engine import Database
from tests import factories
from tests.conftest import opened
from tests.services.results_recount import Recount, exported, shown

TODAY = date(2026, 3, 20)
ZONE = "America/Chicago"
DAY = st.none() | st.dates(date(2025, 12, 25), TODAY)
REFERRAL = st.fixed_dictionaries(
    {
        "provider_id": st.integers(1, 3),
        "received_on": st.dates(date(2025, 12, 25), TODAY),
        "contacted_on": DAY,
        "scheduled_on": DAY,
        "started_on": DAY,
        "status": st.sampled_from(list(ReferralStatus)),
        "touches": st.integers(0, 3),
        "expected_cents": st.none() | st.integers(0, 10_000),
        "sample": st.booleans(),
        "archived_at": st.sampled_from([None, None, None, factories.NOW]),
    }
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Iterator[Database]:
    """Three providers and one client; each example puts its referrals in and takes them back."""
    path = tmp_path_factory.mktemp("properties") / "handoff.db"
    path.write_bytes(_sqlite_template.read_bytes())
    with opened(f"sqlite:///{path}") as db:
        with db.write() as session:
            for number in (1, 2, 3):
                factories.make_provider(session, id=number)
            factories.make_client(session, id=1)
        yield db


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(REFERRAL, max_size=14), text=st.sampled_from(["this-month", "last-12-months", "all"]))
def test_totals_are_their_rows_and_nothing_is_lost(house: Database, rows: list[dict[str, Any]], text: str) -> None:
    with house.write() as session:
        session.execute(sa.delete(Referral))
        session.add_all(
            Referral(client_id=1, service_key="post_rehab_conditioning", created_at=factories.NOW, **row)
            for row in rows
        )
    with house.read() as session:
        _check(session, text)


def _check(session: Session, text: str) -> None:
    period = periods.read(text, TODAY)
    found = results.overview(session, period, Compared.NONE, today=TODAY, zone=ZONE)
    counted = Recount(exported(session), period.first_on, period.last_on, TODAY, ZONE)
    totals = counted.count()
    for place, (key, value) in enumerate(shown(found).items()):
        if "cohort." not in key:
            assert value == totals.get(key, 0), key
        if not key.startswith("$") and ("by." not in key or place % 7 == 0):
            behind = results_rows.rows(session, key, period, today=TODAY, zone=ZONE, limit=None).rows
            assert len(behind) == value, key
    steps = found.now.funnel.steps
    assert all(one.reached.value >= other.reached.value for one, other in pairwise(steps))
    assert sum(step.lost.value + step.waiting.value for step in steps) == steps[0].reached.value
    cohorts = found.cohorts
    assert sum(cohort.received.value for cohort in cohorts) == len(counted.all)
    for cohort in cohorts:
        for part, still_open in ((cohort.started_30, cohort.open_30), (cohort.started_90, cohort.open_90)):
            assert part.part.value <= part.whole.value
            assert part.whole.value + still_open.value == cohort.received.value
