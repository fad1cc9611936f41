"""The short drill: a few kills on each database in every run of the tests; `make drill` does two hundred."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from crm.store.engine import Database
from tests.drill.campaign import Campaign
from tests.drill.points import POINTS, Fuse
from tests.mail.smtp_server import smtp_stand_in


@pytest.mark.parametrize(
    ("points", "workers"),
    [(["in_data", "rcpt", "dot sent"], 1), (["answered", "in_data open", "midway"], 3)],
    ids=["one by one", "three at once"],
)
def test_killed_at_the_worst_moments_nothing_is_lost_or_doubled(
    db: Database, tmp_path: Path, points: list[str], workers: int
) -> None:
    url = db.url.render_as_string(hide_password=False)
    with smtp_stand_in() as server:
        campaign = Campaign("short", db, url, tmp_path, server, workers, random.Random(1), others_seconds=120)
        campaign.fill(40)
        for start in range(0, len(points), workers):
            campaign.strike(points[start : start + workers])
        campaign.finish()
        campaign.check()
    assert not campaign.violations, "\n".join(campaign.violations)
    assert campaign.kills == Counter(points)


def test_a_fuse_burns_at_the_nth_pass_of_its_own_point() -> None:
    burnt: list[int] = []
    fuse = Fuse(POINTS[0], 2, lambda: burnt.append(fuse.count))
    for point in (POINTS[1], POINTS[0], POINTS[1], POINTS[0]):
        fuse.passes(point)
    assert burnt == [0]
