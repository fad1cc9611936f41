from __future__ import annotations

import pytest

from crm.domain import taxonomy
from crm.domain.errors import Invalid
from crm.domain.kinds import Ask, CareStage
from crm.domain.services import all_services


@pytest.mark.parametrize(
    ("code", "specialty"),
    [
        ("225100000X", "pt"), ("225X00000X", "ot"), ("207X00000X", "orthopedics"), ("207Q00000X", "primary_care"),
        ("207R00000X", "primary_care"), ("207RC0000X", "cardiology"), ("207RE0101X", "endocrinology"),
        ("207RG0300X", "geriatrics"), ("251E00000X", "home_health"), ("314000000X", "skilled_nursing"),
        ("310400000X", "assisted_living"), ("282N00000X", "hospital"), ("261QR0404X", "cardiac_rehab"),
        ("224Y00000X", "peer"), ("226300000X", "peer"), ("2255A2300X", "peer"), ("363A00000X", "pa_np"),
    ],
)  # fmt: skip
def test_codes_find_their_specialty(code: str, specialty: str) -> None:
    assert taxonomy.specialty_of(code) == specialty


@pytest.mark.parametrize(
    ("code", "specialty"),
    [
        ("207XX9999X", "orthopedics"),
        ("2251Z9999X", "pt"),
        ("207RZ9999X", "other"),
        ("999999999X", "other"),
        ("", "other"),
    ],
)
def test_codes_we_do_not_list_go_by_their_beginning(code: str, specialty: str) -> None:
    assert taxonomy.specialty_of(code) == specialty


def test_stage_of_care_and_ask_follow_from_the_specialty() -> None:
    therapist = taxonomy.classify("225100000X").specialty
    assert (therapist.ask, therapist.care_stage, therapist.audience) == (Ask.HANDOFF, CareStage.OUTPATIENT, "pt_ot")
    planner = taxonomy.specialty("hospital")
    assert (planner.ask, planner.care_stage) == (Ask.EARLIER_HANDOFF, CareStage.ACUTE)


def test_peers_are_flagged_and_nobody_else_is() -> None:
    assert [s.key for s in taxonomy.specialties().values() if s.is_peer] == ["peer"]


def test_every_code_names_a_specialty_and_every_specialty_services_that_exist() -> None:
    services = {s.key for s in all_services()}
    for _, key in taxonomy._codes().values():
        assert key in taxonomy.specialties()
    for one in taxonomy.specialties().values():
        assert set(one.services) <= services
        assert 0 <= one.strength <= 40


def test_codes_of_specialties_are_full_codes() -> None:
    codes = taxonomy.codes_of(["orthopedics", "PT"])
    assert {"207X00000X", "225100000X"} <= codes
    assert "207Q00000X" not in codes
    assert {len(code) for code in codes} == {10}
    assert taxonomy.belongs("207XX9999X", {"orthopedics"})


def test_a_mistyped_specialty_is_named_with_the_choices() -> None:
    with pytest.raises(Invalid) as caught:
        taxonomy.codes_of(["orthopaedics"])
    assert "orthopedics" in caught.value.errors["specialty"]
    assert taxonomy.check_keys(["Primary-Care"]) == {"primary_care"}
