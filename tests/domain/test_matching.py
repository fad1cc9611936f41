from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import matching
from crm.domain.services import all_services
from crm.domain.taxonomy import specialties

KEYS = sorted(specialties())
SERVICES = [s.key for s in all_services()]


def test_a_therapist_around_the_corner_with_phone_and_email_fits_best() -> None:
    best = matching.fit("pt", matching.distance_band(1.2), has_phone=True, has_email=True)
    assert best.score == 100
    assert "Physical therapy: post-rehab" in best.why
    assert "within 2 miles" in best.why


def test_discharge_ranks_above_clearance_and_both_above_the_rest() -> None:
    scores = [
        matching.fit_score(key, 3, has_phone=True, has_email=False, is_person=True)
        for key in ("pt", "orthopedics", "other")
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_nearer_reachable_people_rank_above_far_unreachable_organizations() -> None:
    near = matching.fit_score("cardiology", 1, has_phone=True, has_email=True, is_person=True)
    far = matching.fit_score("cardiology", 60, has_phone=False, has_email=False, is_person=False)
    assert near - far > 30


def test_peers_are_not_ranked_unless_the_trainer_says_so() -> None:
    flagged = matching.fit("peer", 0, is_peer=True)
    assert flagged.score == 0
    assert "not ranked" in flagged.why
    assert matching.fit("peer", 0).score > 0


def test_deactivated_providers_are_worth_nothing() -> None:
    assert matching.fit("pt", 0, is_deactivated=True).score == 0


def test_services_follow_the_specialty_without_those_switched_off() -> None:
    assert [s.key for s in matching.services_for("oncology")] == ["cancer_recovery", "progress_reporting"]
    assert [s.key for s in matching.services_for("oncology", {"cancer_recovery"})] == ["progress_reporting"]
    off = matching.fit("oncology", 0, switched_off=frozenset({"cancer_recovery"}))
    assert "switched off" in off.parts[0].words
    assert off.parts[0].points == 0


def test_the_next_service_is_one_they_do_not_refer_for_yet() -> None:
    suggested = matching.suggested_next("pt", ["post_rehab_conditioning"])
    assert suggested
    assert suggested.key == "chronic_disease"
    other = matching.suggested_next("pt", ["post_rehab_conditioning", "chronic_disease"])
    assert other
    assert other.key == "older_adults"
    assert matching.suggested_next("pt", []) is None
    assert matching.suggested_next("pt", SERVICES) is None


@pytest.mark.parametrize(("miles", "band"), [(None, -1), (0, 0), (2, 0), (2.1, 1), (10, 2), (39, 4), (400, 5)])
def test_distances_fall_into_bands(miles: float | None, band: int) -> None:
    assert matching.distance_band(miles) == band


@given(
    st.sampled_from(KEYS),
    st.integers(-1, 5),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.frozensets(st.sampled_from(SERVICES)),
)
def test_the_parts_always_add_up_to_a_score_between_0_and_100(
    key: str, band: int, phone: bool, email: bool, person: bool, off: frozenset[str]
) -> None:
    fit = matching.fit(key, band, has_phone=phone, has_email=email, is_person=person, switched_off=off)
    assert fit.score == sum(part.points for part in fit.parts)
    assert 0 <= fit.score <= 100
    assert all(0 <= part.points <= part.most for part in fit.parts)
    assert fit.why
