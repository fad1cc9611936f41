"""Sign-in services: where they are, and when tokens are renewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm.domain import sign_ins
from crm.domain.sign_ins import Way

NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)


def test_google_has_no_code_for_mail_and_microsoft_has_both_ways() -> None:
    known = sign_ins.known()
    assert known["google"].ways == (Way.RETURN,)
    assert known["microsoft"].ways == (Way.DEVICE, Way.RETURN)


def test_a_tenant_of_ones_own_is_asked_instead_of_everybody() -> None:
    assert "/common/" in sign_ins.known()["microsoft"].token_url
    assert "/stride.example/" in sign_ins.known("stride.example")["microsoft"].device_url


@pytest.mark.parametrize(("lasts", "minutes"), [(3600, 55), (300, 2.5), (0, 0), (-5, 0)])
def test_a_token_is_renewed_before_it_runs_out(lasts: int, minutes: float) -> None:
    assert sign_ins.renew_after(NOW, lasts) == NOW + timedelta(minutes=minutes)


def test_every_refusal_is_a_sentence_even_one_nobody_has_heard_of() -> None:
    assert sign_ins.refusal("invalid_grant", "Google").endswith("Sign in again.")
    assert "Google refused the sign-in (odd)" in sign_ins.refusal("odd", "Google")
    assert "no reason given" in sign_ins.refusal("", "Google")
