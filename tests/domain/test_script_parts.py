from hypothesis import given
from hypothesis import strategies as st

from crm.domain.script_parts import Assigned, Field, assign, fields, source

HEADED = [
    "Opening", "Hello Dr. Smith, I’m Dana Reyes.", "2. Establish the gap", "Visits run out.", "Paint the Picture",
    "Imagine them in six months.", "## Show alignment", "I don’t diagnose or treat.", "Invite collaboration:",
    "May I send a sample?", "Discovery questions", "Where do you send people today?",
]  # fmt: skip
PLAIN = [
    "Hello Dr. Smith, my name is Dana Reyes from Stride After Care.",
    "Insurance stops paying and people go home unsure.",
    "Many of them lose what they won.",
    "Picture one of your patients six months later, stronger and independent.",
    "I don’t diagnose or treat; I extend your plan of care.",
    "May I send you a sample of my report?",
    "What happens to your patients when visits run out?",
]


def test_headings_tell_the_parts() -> None:
    found = [each.part for each in assign(HEADED)]
    assert found == ["", "opening", "", "gap", "", "picture", "", "alignment", "", "invitation", "", "questions"]


def test_without_headings_the_words_tell() -> None:
    found = [each.part for each in assign(PLAIN)]
    assert found == ["opening", "gap", "gap", "picture", "alignment", "invitation", "questions"]


def test_names_and_blanks_become_fields() -> None:
    text = "Hello Dr. Smith, I’m Dana Reyes from [business name] in [city]. Call (phone)."
    found = {each.words: each.path for each in fields(text, {"trainer.name": "Dana Reyes"})}
    assert found == {
        "Dr. Smith": "provider.salutation",
        "Dana Reyes": "trainer.name",
        "[business name]": "business.name",
        "[city]": "business.city",
        "(phone)": "trainer.phone",
    }


def test_the_template_has_its_parts_in_order_and_its_fields_in_place() -> None:
    assigned = [
        Assigned("May I?", "invitation"),
        Assigned("Hello Dr. Smith", "opening"),
        Assigned("- How?", "questions"),
    ]
    made = source([*assigned, Assigned("A note to self", "")], [Field("Dr. Smith", "provider.salutation", "")])
    assert made == (
        "== opening ==\nHello {{ provider.salutation }}\n\n== invitation ==\nMay I?\n\n== questions ==\n- How?\n"
    )


def test_only_a_path_becomes_a_field() -> None:
    assert source([Assigned("Hi Bob", "opening")], [Field("Bob", "x }}{% include 'y' %}", "")]).endswith("Hi Bob\n")


@given(st.lists(st.text(max_size=40), max_size=6))
def test_no_text_is_read_as_a_tag(paragraphs: list[str]) -> None:
    made = source([Assigned(each, "opening") for each in paragraphs], fields("\n".join(paragraphs), {}))
    without = made.replace("{{ provider.salutation }}", "")
    assert not any(tag in without for tag in ("{{", "{%", "{#"))
