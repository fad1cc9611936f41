import pytest

from crm.domain import text_checks


def test_both_families_come_in_one_list_in_order_of_place() -> None:
    found = text_checks.check("DOB 3/4/1961.\nI treat pain.")
    assert [(each.family, each.rule, each.line, each.start, each.end) for each in found] == [
        ("privacy", "birth_date", 1, 0, 12),
        ("scope", "treat", 2, 2, 7),
    ]
    assert all(each.blocks and each.why and each.suggestion for each in found)


def test_positions_are_code_points_of_their_line() -> None:
    text = "Zoë 👍🏽 here.\r\nJosé’s SSN 123-45-6789 and more."
    [found] = text_checks.check(text)
    assert text.split("\n")[found.line - 1][found.start : found.end] == found.text


def test_names_of_providers_claim_nothing_and_identify_nobody() -> None:
    assert text_checks.check("I treat.", names=["I treat."]) == []


def test_our_clients_must_not_appear() -> None:
    [found] = text_checks.check("We saw Maria Lopez.", client_names=["Maria Lopez"])
    assert (found.family, found.rule, found.severity) == ("privacy", "known_name", "blocks")


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("My patients like it.", "clients"),
        ("I write exercise Prescriptions.", "Programs"),
        ("WE REHABILITATE KNEES.", "STRENGTHEN"),
        ("I treat pain.", None),
    ],
)
def test_a_plain_swap_is_offered_where_it_reads_well(text: str, instead: str | None) -> None:
    [found] = text_checks.check(text)
    assert found.replacement == instead


def test_what_may_be_the_offices_only_warns() -> None:
    found = text_checks.check("Call Mrs. Bell at 713-555-0177.")
    assert [each.severity for each in found] == ["warns", "warns"]
    assert text_checks.blocking(found) == []
