import csv
import time
from pathlib import Path

import pytest

from crm.domain import privacy

LABELLED = Path(__file__).parents[1] / "data" / "privacy_sentences.csv"
SENTENCES = list(csv.DictReader(LABELLED.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: f"{row['part']}: {row['sentence']}")
def test_a_labelled_sentence_blocks_when_it_names_a_client_and_not_otherwise(row: dict[str, str]) -> None:
    blocking = privacy.blocking(privacy.identifiers(row["sentence"]))
    assert bool(blocking) == (row["expected"] == "blocks"), blocking


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DOB 3/4/1961", "birth_date"),
        ("born on March 4, 1961", "birth_date"),
        ("d.o.b.: 1961-03-04", "birth_date"),
        ("seen 03/04/1961", "birth_date"),
        ("SSN 123-45-6789", "ssn"),
        ("ssn: 123456789", "ssn"),
        ("MRN 00123456", "record_number"),
        ("chart # A-12345", "record_number"),
        ("Medicare 1EG4-TE5-MK73", "record_number"),
        ("call 713-555-0142", "phone"),
        ("(713) 555-0142", "phone"),
        ("anna.lee@home.example", "email"),
        ("12 Oak Street", "address"),
        ("Mrs. Anna Lee", "name"),
        ("patient name: John Smith", "name"),
        ("client Maria Lopez likes walking", "name"),
    ],
)
def test_an_identifier_is_found(text: str, kind: str) -> None:
    assert [one.kind for one in privacy.identifiers(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "K-14, knee replacement 03/2024, cleared by Dr. Smith",
        "BP 140/90, 6 of 8 sessions, ICD-10 M17.11",
        "Born in the sixties, likes gardening",
        "client K-14 started 6/12",
        "Visit 3 of 12 on Tuesday at 10:30",
        "Angela Janssen, PT\nPractice Fax",
        "Thanks to Jane Doe, PT, Kim Lee, OT, and all at PT Solutions Group.",
        "",
    ],
)
def test_ordinary_notes_are_left_alone(text: str) -> None:
    assert privacy.identifiers(text) == []


def test_names_of_our_own_clients_are_found_however_written() -> None:
    [found] = privacy.identifiers("I saw maria lopez today", known_names=["Maria Lopez"])
    assert (found.kind, found.text) == ("known_name", "maria lopez")


def test_our_own_number_and_address_are_allowed() -> None:
    text = "Call me: (713) 555-0142, 2200 Holcombe Blvd"
    assert privacy.identifiers(text, allowed=["+1 713 555 0142", "2200 Holcombe Blvd, Houston"]) == []


def test_the_sentence_says_what_it_looks_like_and_what_to_do() -> None:
    assert privacy.sentence(privacy.identifiers("DOB 3/4/1961, SSN 123-45-6789")) == (
        "This looks like a date of birth and a Social Security number. Write initials or a code instead."
    )
    assert privacy.sentence([]) == ""


def test_a_code_of_a_client_is_found_and_a_word_like_it_is_not() -> None:
    assert privacy.identifiers("MAY came, and K-14 too.", known_names=["MAY", "K-14"])[0].text == "MAY"
    assert privacy.identifiers("May I stop by?", known_names=["MAY", "K-14"]) == []


def test_a_number_warns_unless_its_sentence_is_about_a_client() -> None:
    [office] = privacy.identifiers("Their number is 713-555-0142.")
    [client] = privacy.identifiers("The client's number is 713-555-0142.")
    assert (office.severity, client.severity) == ("warns", "blocks")


def test_a_long_text_takes_little_time() -> None:
    began = time.process_time()
    privacy.identifiers("client name a@b 12 Oak 713-555 the born " * 5000)
    assert time.process_time() - began < 5
