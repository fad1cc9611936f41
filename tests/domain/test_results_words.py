from __future__ import annotations

import pytest

from crm.domain.conversion import Rate
from crm.domain.results_words import sentence


@pytest.mark.parametrize(
    ("rate", "quiet", "others", "said"),
    [
        (Rate(5, 7), ("Dr. Shah", 104), 0, "Received 7, started 5; Dr. Shah quiet for 104 days."),
        (Rate(5, 7), ("Dr. Shah", 104), 1, "Received 7, started 5; Dr. Shah quiet for 104 days and 1 other."),
        (Rate(0, 0), ("Dr. Shah", 91), 3, "No referral received; Dr. Shah quiet for 91 days and 3 others."),
        (Rate(900, 1200), None, 0, "Received 1,200, started 900."),
        (Rate(0, 0), None, 0, "No referral received."),
    ],
)
def test_a_period_in_one_sentence(rate: Rate, quiet: tuple[str, int] | None, others: int, said: str) -> None:
    assert sentence(rate, quiet, others) == said
