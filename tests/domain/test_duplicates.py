from __future__ import annotations

import pytest

from crm.domain.duplicates import Candidate, compare, worth_asking

ANA = Candidate(first="ana", last="gomez", phone="+17135550142", address_key="1 main st|77005", city="houston")


def test_the_same_npi_is_certain_and_two_npis_are_two_people() -> None:
    assert compare(ANA._replace(npi="2000000002"), ANA._replace(npi="2000000002", first="x")).score == 100
    assert compare(ANA._replace(npi="2000000002"), ANA._replace(npi="2000000010")).score == 0


@pytest.mark.parametrize(
    ("other", "asks"),
    [
        (ANA, True),
        (ANA._replace(phone=""), True),
        (ANA._replace(phone="", address_key=""), True),
        (ANA._replace(phone="", address_key="", city="dallas"), False),
        (ANA._replace(last="gomes", phone=""), True),
        (ANA._replace(first="a.", phone=""), True),
        (ANA._replace(first="luis", last="ng"), False),
        (ANA._replace(first="maria"), False),
        (ANA._replace(first="anna", address_key="9 oak st|75201", city="dallas"), True),
    ],
)
def test_who_is_asked_about(other: Candidate, asks: bool) -> None:
    assert worth_asking(compare(ANA, other)) is asks
    assert compare(ANA, other) == compare(other, ANA)


def test_a_shared_e_mail_is_worth_a_question_even_with_other_names() -> None:
    one = Candidate(first="ana", last="gomez", email="front@clinic.org")
    other = Candidate(first="luis", last="ng", email="front@clinic.org", phone="+17135550142")
    assert worth_asking(compare(one, other))


def test_organizations_are_compared_by_their_name() -> None:
    one = Candidate(organization="bayou physical therapy", city="houston", phone="+17135550100")
    other = one._replace(organization="bayou physical therapy center", phone="")
    assert worth_asking(compare(one, one))
    assert not worth_asking(compare(one, Candidate(organization="katy heart clinic", city="houston")))
    assert "same town" in compare(one, other).reasons
