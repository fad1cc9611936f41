"""How automatic answers and programs give themselves away."""

from __future__ import annotations

import pytest

from crm.domain.away import automatic, from_a_program, says_away

Headers = dict[str, tuple[str, ...]]


def headers(**values: str) -> Headers:
    return {name.replace("_", "-"): (value,) for name, value in values.items()}


@pytest.mark.parametrize(
    "found",
    [
        headers(auto_submitted="auto-replied"),
        headers(auto_submitted="auto-replied (vacation)"),
        headers(x_autoreply="yes"),
        headers(x_autorespond="Away"),
        headers(precedence="auto_reply"),
        headers(x_post_messageclass="9; Autoresponder"),
        headers(auto_submitted="auto-generated", in_reply_to="<1@trainer.example>"),
        headers(x_apple_action="vacation"),
        headers(subject="Automatic reply: Exercise after discharge"),
        headers(subject="Out of Office: back Monday"),
        headers(subject="Re: Out of the office"),
        headers(subject="Auto: hello"),
        headers(subject="Abwesenheitsnotiz: Training"),
        headers(subject="Réponse automatique : bonjour"),
        headers(subject="Respuesta automática: hola"),
    ],
)
def test_an_automatic_answer_is_known_by_one_mark(found: Headers) -> None:
    assert automatic(found, "") != ""


@pytest.mark.parametrize(
    "found",
    [
        headers(subject="Re: Exercise after discharge"),
        headers(precedence="bulk"),
        headers(precedence="list"),
        headers(auto_submitted="no"),
        headers(x_autoreply="no"),
        headers(subject="Automatic doors and your gym"),
        headers(subject="Vacationing clients"),
    ],
)
def test_other_marks_say_nothing(found: Headers) -> None:
    assert automatic(found, "I'm out of the office next week") == ""


def test_what_is_generated_answers_only_where_it_says_so() -> None:
    assert not automatic(headers(auto_submitted="auto-generated"), "Your report is ready.")
    assert automatic(headers(auto_submitted="auto-generated"), "I am on vacation.")


def test_being_away_counts_only_from_somebody_who_wants_no_answer() -> None:
    text = "I am currently out of the office."
    assert automatic(headers(return_path="<>"), text)
    assert automatic(headers(x_auto_response_suppress="All"), text)
    assert not automatic(headers(return_path="<p.moss@clinic.example>"), text)
    assert not automatic(headers(return_path="<>"), "Thursday is fine.")


def test_the_words_of_being_away_are_named() -> None:
    assert says_away("Hello,\nI am out of\nthe office.") == "I am out of the office"
    assert says_away("The gym is out of the way") == ""


def test_newsletters_and_notifications_come_from_a_program() -> None:
    assert from_a_program(headers(list_unsubscribe="<https://a.example>"))
    assert from_a_program(headers(auto_submitted="auto-generated"))
    assert from_a_program({**headers(precedence="bulk"), "from": ("no-reply@a.example",)})


def test_an_answer_through_a_list_comes_from_a_person() -> None:
    assert not from_a_program(headers(list_id="<pt.example>", in_reply_to="<1@trainer.example>"))
    assert not from_a_program({**headers(precedence="bulk"), "from": ("Paula <p.moss@clinic.example>",)})
