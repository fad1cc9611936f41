"""What a person wrote, without what they quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.replies import reply_text, wants_out

ANNOUNCEMENTS = [
    "On Mon, Jul 6, 2026 at 9:00 AM Dana Reyes <dana@trainer.example> wrote:",
    "On Jul 6, 2026, at 9:00 AM, Dana Reyes wrote:",
    "On Mon, Jul 6, 2026 at 9:00 AM Dana Reyes with a very long name <\ndana@trainer.example> wrote:",
    "Am 06.07.2026 um 09:00 schrieb Dana Reyes <dana@trainer.example>:",
    "Le lun. 6 juil. 2026 à 09:00, Dana Reyes <dana@trainer.example> a écrit :",
    "El lun, 6 jul 2026 a las 9:00, Dana Reyes (<dana@trainer.example>) escribió:",
    "Em seg., 6 de jul. de 2026 às 09:00, Dana <dana@trainer.example> escreveu:",
    "Il giorno lun 6 lug 2026 alle ore 09:00 Dana <dana@trainer.example> ha scritto:",
    "Op ma 6 jul 2026 om 09:00 schreef Dana Reyes <dana@trainer.example>:",
    "Den mån 6 juli 2026 kl 09:00 skrev Dana Reyes <dana@trainer.example>:",
    "2026-07-06 9:00 GMT-04:00 Dana Reyes <dana@trainer.example>:",
    "Dana Reyes <dana@trainer.example> 于2026年7月6日周一 09:00写道：",
    "---- On Mon, 06 Jul 2026 09:00:00 -0400 Dana Reyes<dana@trainer.example> wrote ----",
    "Dana Reyes <dana@trainer.example> schrieb am Mo., 6. Juli 2026 um 09:00 Uhr:",
    "man. 6. juli 2026 kl. 09.00 skrev Dana Reyes <dana@trainer.example>:",
    "понедельник, 6 июля 2026 г. пользователь Dana Reyes написал:",
    "Dana Reyes (dana@trainer.example) wrote:",
    "Dana Reyes via Clinic List wrote:",
    "2026/7/6 Dana Reyes <dana@trainer.example>",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "________________________________\nFrom: Dana <dana@trainer.example>\nSent: Monday\nTo: Paula Moss\nSubject: Hello",
    "*From:* Dana Reyes\n*Sent:* Monday\n*To:* Paula\n*Subject:* Hello",
    "Von: Dana Reyes\nGesendet: Montag, 6. Juli 2026 09:00\nAn: Paula\nBetreff: Hallo",
]


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS)
@pytest.mark.parametrize("quoted", ["> Hello,\n> may I visit?", "Hello,\nmay I visit?"])
def test_what_stands_below_an_announcement_is_left_out(announcement: str, quoted: str) -> None:
    assert (
        reply_text(f"Yes, come on Thursday.\nPaula\n\n{announcement}\n\n{quoted}\n") == "Yes, come on Thursday.\nPaula"
    )


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we wrote:\nthat is what the chart says.",
        "From: the heart\nThank you.",
        "Date: Thursday\nFrom: 10 am\nTo: 11 am\nDoes that suit you?",
        "The forms went out.\nSent by fax this morning\nFrom my perspective that's all.",
        "Try:\n\n```\nOn Mon, Jul 6, 2026 at 9:00 AM Dana <d@t.example> wrote:\n> no quotation\n```\n\nIt works.",
        "I read > 5 papers - it's 3 > 2.",
        "See the list:\n\n- one\n- two\n\n    indented",
        "The number of patients at 10:30 on 7/6:\n12",
        "Sent from what I see, this looks good. I'd like to hear more about it when you come by on Thursday.",
    ],
)
def test_words_that_only_resemble_a_quotation_stay(text: str) -> None:
    assert reply_text(text) == text


def test_answers_between_quoted_lines_stay_with_what_they_answer() -> None:
    text = (
        "Gladly:\n\nOn Jul 6, 2026, at 9:00, Dana wrote:\n> When?\n\nThursday.\n\n> Where?\n\nHere.\n\n> Thanks\n> Dana"
    )
    assert reply_text(text) == "Gladly:\n\n> When?\n\nThursday.\n\n> Where?\n\nHere."


def test_of_a_quotation_on_top_only_the_answer_below_stays() -> None:
    assert reply_text("On Jul 6, 2026, at 9:00, Dana wrote:\n> May I visit?\n\nYes.\nAt ten.") == "Yes.\nAt ten."


def test_marks_with_a_name_become_plain_ones() -> None:
    assert reply_text("See:\n\nDana> When?\n\nThursday.") == "See:\n\n> When?\n\nThursday."


def test_what_programs_put_around_the_text_is_left_out() -> None:
    armour = "-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----"
    assert reply_text(f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nYes.\n{armour}") == "Yes."
    assert reply_text("Yes.\n\nUnsubscribe: list@pt.example\n  https://pt.example/out") == "Yes."


def test_an_answer_below_the_quotation_stays() -> None:
    text = "Hi Dana,\n\nOn Jul 6, 2026, at 9:00, Dana wrote:\n> May I visit?\n\nYes."
    assert reply_text(text).endswith("Yes.")


@pytest.mark.parametrize(
    "signature",
    [
        "--\nPaula Moss, PT\n555-0100",
        "-- \nPaula",
        "Sent from my iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Von meinem iPhone gesendet",
        "<<sent by galaxy>>",
        "Sent from Mail<https://go.example/fwlink> for Windows 10",
        "Get [Outlook for iOS](https://aka.ms/o0ukef)",
        "_______________________\nThe clinic's list",
    ],
)
def test_a_marked_signature_is_left_out(signature: str) -> None:
    assert reply_text(f"Yes.\n\nPaula\n\n{signature}\n") == "Yes.\n\nPaula"


def test_a_long_text_below_a_line_of_dashes_is_no_signature() -> None:
    points = "\n".join(f"Point {number} matters to us." for number in range(12))
    assert "Point 11" in reply_text(f"Our wishes:\n\n----------\n\n{points}")


def test_a_forwarded_message_without_comment_keeps_its_text() -> None:
    text = "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Mon\nSubject: X\nTo: b@c\n\nThe text."
    assert reply_text(text) == "The text."


@pytest.mark.parametrize("text", ["", "\n\n", "> only\n> quoted", "> On Monday at 10:07, a <a@b.example> wrote:\n>> x"])
def test_without_words_of_its_own_a_reply_is_empty(text: str) -> None:
    assert reply_text(text) == ""


@given(st.lists(st.sampled_from(["Thanks.", "", "See you then!", "I agree", "12 Main Street"]), max_size=12))
def test_plain_text_stays_whole(lines: list[str]) -> None:
    assert reply_text("\n".join(lines)) == "\n".join(lines).strip("\n")


@given(st.text(max_size=500))
def test_any_text_can_be_read(text: str) -> None:
    reply_text(text)
    wants_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe",
        "Unsubscribe me please",
        "STOP",
        "Please remove me from your mailing list.",
        "Hi,\nplease take us off your list. Thanks",
        "Do not contact me again.",
        "I would like to opt out of these e-mails.",
        "stop emailing me",
        "Kindly remove our office from this list",
        "No more emails please",
    ],
)
def test_a_wish_for_no_more_mail_is_understood(text: str) -> None:
    assert wants_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "Yes, let's talk. Please stop by on Thursday.",
        "Sounds good, don't remove me from the list!",
        "> To unsubscribe click here\nThursday works.",
        "We had to stop the program last year, tell me about yours.",
        "Please send mail to our new address.",
        "How do your clients unsubscribe from the gym next door?",
    ],
)
def test_other_wishes_are_not_taken_for_it(text: str) -> None:
    assert not wants_out(text)


def test_the_subject_alone_can_say_it() -> None:
    assert wants_out("", "Unsubscribe")
    assert not wants_out("", "Re: how to unsubscribe from pain")
