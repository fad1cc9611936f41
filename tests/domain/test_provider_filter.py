"""The address of the list is its filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from crm.domain.pipeline import WORKED, Stage
from crm.domain.provider_filter import APPROACH, Filter, NextStep, Sort, Touch, read, sorting, write

filters = st.builds(
    Filter,
    stages=st.lists(st.sampled_from(list(Stage)), unique=True, max_size=3).map(tuple),
    specialties=st.lists(st.sampled_from(["pt", "oncology", "cardiology"]), unique=True, max_size=2).map(tuple),
    service=st.sampled_from(["", "chronic_disease"]),
    city=st.sampled_from(["", "Katy", "Sugar Land"]),
    miles=st.sampled_from([0, 5, 25]),
    owner=st.sampled_from(["", "me", "none", "7"]),
    next_step=st.none() | st.sampled_from(list(NextStep)),
    touch=st.none() | st.sampled_from(list(Touch)),
    tag=st.sampled_from(["", "golf & co"]),
    email=st.sampled_from(["", "yes", "no"]),
    peers=st.booleans(),
    archived=st.booleans(),
    import_id=st.sampled_from([0, 3]),
    question=st.sampled_from(["", "O'Brien = 100%"]),
)


@given(filters)
def test_what_is_written_is_read_again(wanted: Filter) -> None:
    assert read(MultiDict(write(wanted))) == wanted


def test_nothing_asked_means_whom_to_approach_first() -> None:
    assert read(MultiDict()) == APPROACH
    assert read(MultiDict({"sort": "name", "q": " "})) == APPROACH
    assert write(APPROACH) == []


def test_everyone_has_an_address_of_its_own() -> None:
    assert write(Filter()) == [("stage", "all")]
    assert read(MultiDict({"stage": "all"})) == Filter()


@pytest.mark.parametrize(
    "odd",
    [
        {"stage": "x"},
        {"specialty": "magic"},
        {"service": "x"},
        {"miles": "-1"},
        {"miles": "9" * 40},
        {"owner": "x"},
        {"next": "x"},
        {"touch": "x"},
        {"email": "maybe"},
        {"import": "²"},
    ],
)
def test_what_it_does_not_know_it_leaves_out(odd: dict[str, str]) -> None:
    assert read(MultiDict(odd)) == Filter()


def test_towns_are_found_however_they_are_written() -> None:
    assert read(MultiDict({"city": " sugar LAND "})).city == "Sugar Land"


def test_a_missing_next_step_is_about_those_in_progress() -> None:
    assert Filter(next_step=NextStep.NONE).wanted_stages == WORKED
    assert Filter(next_step=NextStep.NONE, stages=(Stage.TRIAL,)).wanted_stages == (Stage.TRIAL,)
    assert Filter(next_step=NextStep.QUIET).wanted_stages == (Stage.PARTNER,)


def test_a_service_means_the_specialties_that_refer_to_it() -> None:
    wanted = Filter(service="cardiac_pulmonary").wanted_specialties
    assert "cardiology" in wanted
    assert Filter(service="cardiac_pulmonary", specialties=("cardiology", "pt")).wanted_specialties == ("cardiology",)
    assert Filter(service="cardiac_pulmonary", specialties=("pediatrics",)).wanted_specialties == ("",)


@pytest.mark.parametrize(
    ("text", "order"),
    [(None, (Sort.FIT, False)), ("name", (Sort.NAME, False)), ("-touch", (Sort.TOUCH, True)), ("x", (Sort.FIT, False))],
)
def test_orders_are_read_with_their_direction(text: str | None, order: tuple[Sort, bool]) -> None:
    assert sorting(text) == order
