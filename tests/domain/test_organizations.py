from __future__ import annotations

import pytest

from crm.domain import organizations


@pytest.mark.parametrize(
    ("capitals", "proper"),
    [
        ("HOUSTON METHODIST PT & REHAB LLC", "Houston Methodist PT & Rehab LLC"),
        ("KING'S MANAGEMENT & LEASING LLC", "King's Management & Leasing LLC"),
        ("LIFE CARE AT HOME OF UTAH, INC.", "Life Care at Home of Utah, Inc."),
        ("HORIZON MRI OF MCKINNEY LLC", "Horizon MRI of McKinney LLC"),
        ("THE ROBERT WOOD HOSPITAL , P.C.", "The Robert Wood Hospital, P.C."),
        ("Kelsey-Seybold Clinic", "Kelsey-Seybold Clinic"),
        ("3RD COAST REHAB", "3rd Coast Rehab"),
    ],
)
def test_capitals_become_proper_case(capitals: str, proper: str) -> None:
    assert organizations.organization_name(capitals) == proper


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Pekin MRI, LLC", "pekin mri"),
        ("The Heart Clinic, P.A.", "heart clinic"),
        ("Clínica Ruiz PLLC", "clinica ruiz"),
        ("LLC", "llc"),
    ],
)
def test_sorting_ignores_the_article_and_the_legal_form(name: str, key: str) -> None:
    assert organizations.sort_key(name) == key
