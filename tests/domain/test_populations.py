from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.populations import age_band, conditions, person, populations


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Osteoarthritis of both knees", "knee_oa"),
        ("Right knee OA", "knee_oa"),
        ("COPD, stable", "lung"),
        ("Heart failure", "heart"),
        ("Two falls last year", "falls"),
        ("Low back pain", "low_back"),
        ("Left shoulder pain, rotator cuff repair", "shoulder"),
        ("Afraid of falling", "falls"),
        ("A fall in spring", "falls"),
        ("Hip replacement in spring", "lower_limb"),
    ],
)
def test_a_provider_reported_condition_places_a_client_in_a_group(text: str, group: str) -> None:
    assert group in conditions(text)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Low back pain, no knee osteoarthritis", "knee_oa"),
        ("Knee osteoarthritis, right knee replaced", "knee_oa"),
        ("Without known heart disease", "heart"),
        ("Heart failure ruled out", "heart"),
        ("Stiff shoulder after surgery", "shoulder"),
        ("Rotator cuff repair", "shoulder"),
        ("Lumbar fusion", "low_back"),
        ("Hip replacement last fall", "falls"),
        ("No falls so far", "falls"),
        ("", "any"),
        ("No known conditions", "any"),
    ],
)
def test_what_is_denied_or_gone_places_nobody(text: str, group: str) -> None:
    assert group not in conditions(text)


def test_a_band_that_crosses_the_border_is_not_inside() -> None:
    older = populations()["older"]
    assert older.has(person("", ages=(65, 69)))
    assert not older.has(person("", ages=(64, 66)))
    assert not older.has(person(""))


def test_age_bands_are_read_with_either_dash() -> None:
    assert age_band("65-69") == age_band("65–69") == (65, 69)
    assert age_band("") is None


@given(st.text(max_size=200))
def test_any_text_gives_groups(text: str) -> None:
    assert conditions(text) <= {tag for each in populations().values() for tag in each.conditions} | {"any"}
