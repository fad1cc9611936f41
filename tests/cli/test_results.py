"""`handoff results`."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner, Result

import crm.cli
from crm.bootstrap import utc_now
from crm.domain import calendar
from crm.store.engine import Database
from tests.factories import make_business, make_provider, make_referral


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(crm.cli.cli, ["results", *arguments], env={"HANDOFF_DATA_DIR": str(folder)})


def fill(db: Database) -> None:
    with db.write() as session:
        business = make_business(session)
        today = calendar.local_day(utc_now(), business.zone)
        provider = make_provider(session, last_name="Shah")
        for n in range(8):
            make_referral(
                session, provider_id=provider.id, received_on=today, started_on=today if n < 3 else None,
                contacted_on=today, expected_cents=90_000, created_at=utc_now() - timedelta(hours=1),
            )  # fmt: skip


def test_results_of_this_month_are_printed(tmp_path: Path, sqlite_db: Database) -> None:
    fill(sqlite_db)
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "Referrals received 8 (0)" in said
    assert "Started 3 of 8 (0 of 0)" in said
    assert "Expected $7,200 ($0)" in said
    assert "Shah, MD sent 8 of 8: a risk if they stop." in said


def test_results_as_json_hold_every_figure(tmp_path: Path, sqlite_db: Database) -> None:
    fill(sqlite_db)
    found = json.loads(run(tmp_path, "--period", "last-12-months", "--compared", "none", "--json").stdout)
    assert found["before"] is None
    assert found["now"]["funnel"]["steps"][0]["reached"] == {"key": "referral.received", "value": 8}
    assert found["now"]["period"]["preset"] == "last-12-months"


def test_a_period_that_is_none_is_explained(tmp_path: Path, sqlite_db: Database) -> None:
    result = run(tmp_path, "--period", "someday")
    assert result.exit_code == 1
    assert "“someday” is no period" in result.output
