from datetime import date

import pytest

from crm.domain import wording


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ({"first_name": "Maria", "last_name": "López-Ruiz", "credentials": "MD, FAAOS"}, "Dr. López-Ruiz"),
        ({"first_name": "Ann", "last_name": "Ng", "credentials": "D.O."}, "Dr. Ng"),
        ({"first_name": "Luis", "last_name": "Ortega", "credentials": "PT, DPT"}, "Luis Ortega"),
        ({"first_name": "Luis", "last_name": "Ortega", "credentials": "PT, PhD", "prefix": "Dr."}, "Luis Ortega"),
        ({"first_name": "Kim", "last_name": "Roe", "taxonomy_code": "225X00000X"}, "Kim Roe"),
        ({"first_name": "Ada", "last_name": "Obi", "taxonomy_code": "207Q00000X"}, "Dr. Obi"),
        ({"first_name": "Sam", "last_name": "Hill", "credentials": "NP"}, "Sam Hill"),
        ({"first_name": "Sam", "last_name": "Hill", "prefix": "Dr."}, "Dr. Hill"),
        ({"organization": "Bayou Physical Therapy"}, "the team at Bayou Physical Therapy"),
        ({"first_name": "Cher"}, "Cher"),
        ({}, ""),
    ],
)
def test_a_physician_is_doctor_a_therapist_a_name_an_organization_a_team(name: dict[str, str], said: str) -> None:
    assert wording.salutation(**name) == said


@pytest.mark.parametrize(
    ("name", "owned"),
    [("Dr. Okafor", "Dr. Okafor’s"), ("Dr. Reyes", "Dr. Reyes’s"), ("your patients", "your patients’"), ("", "")],
)
def test_a_possessive_ends_as_it_is_spoken(name: str, owned: str) -> None:
    assert wording.possessive(name) == owned


@pytest.mark.parametrize(
    ("noun", "with_article"),
    [
        ("orthopedic surgeon", "an orthopedic surgeon"),
        ("medical exercise professional", "a medical exercise professional"),
        ("university clinic", "a university clinic"),
        ("hour", "an hour"),
        ("MRI", "an MRI"),
        ("PT", "a PT"),
        ("uninsured client", "an uninsured client"),
        ("unimportant note", "an unimportant note"),
        ("one-page report", "a one-page report"),
        ("", ""),
    ],
)
def test_the_article_follows_the_sound(noun: str, with_article: str) -> None:
    assert wording.article(noun) == with_article


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 3, 4), "today"),
        (date(2026, 3, 3), "yesterday"),
        (date(2026, 2, 27), "on Friday"),
        (date(2026, 1, 12), "on January 12"),
        (date(2025, 1, 12), "on January 12, 2025"),
    ],
)
def test_a_day_is_said_as_in_a_sentence(day: date, said: str) -> None:
    assert wording.day_in_words(day, date(2026, 3, 4)) == said


def test_a_list_has_its_conjunction_before_the_last() -> None:
    assert wording.listed(["motion", "balance", "gait"]) == "motion, balance and gait"
    assert wording.listed(["motion"]) == "motion"
    assert wording.listed([]) == ""


def test_tidy_leaves_one_line_without_invisible_characters() -> None:
    assert wording.tidy(" a\r\nBcc: x\u200b\u202e b\ue000 ") == "a Bcc: x b"


def test_a_long_answer_is_cut_between_words() -> None:
    assert wording.shortened("most of them just stop, really", 20) == "most of them just…"
    assert wording.shortened("short", 20) == "short"


def test_a_title_is_small_inside_a_sentence_unless_it_is_letters() -> None:
    assert wording.lowered("Medical exercise professional") == "medical exercise professional"
    assert wording.lowered("PA or NP") == "PA or NP"
