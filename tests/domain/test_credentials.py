from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.credentials import is_credential, normalise_credentials


@pytest.mark.parametrize(
    ("spelt", "usual"),
    [
        ("M.D.,P.H.D", "MD, PhD"),
        ("M. D.", "MD"),
        ("P.A.-C.", "PA-C"),
        ("FNPC", "FNP-C"),
        ("B.C.P.S., PH.D.", "BCPS, PhD"),
        ("MS CCC-A FAAA", "MS, CCC-A, FAAA"),
        ("MD, MD", "MD"),
        ("M.D.1208", "MD"),
        ("W.H.C.N.P.", "WHCNP"),
        ("PT DPT", "PT, DPT"),
        ("", ""),
        (" , ", ""),
    ],
)
def test_spellings_become_the_usual_one(spelt: str, usual: str) -> None:
    assert normalise_credentials(spelt) == usual


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise_credentials(text)
    assert normalise_credentials(once).split(", ") == once.split(", ") or not once.isascii()


def test_family_names_that_look_like_credentials_are_left() -> None:
    assert is_credential("DO")
    assert not is_credential("Do")
    assert not is_credential("Ma")
