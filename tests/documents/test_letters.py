from dataclasses import replace

import pytest

from crm.documents.faults import MissingField, TemplateFault
from crm.documents.letters import letter_source, letter_templates, render_letter
from crm.documents.merge import PracticeFields, examples
from crm.domain import scope
from crm.domain.script import Audience, word_count

FULL = examples()


@pytest.mark.parametrize("slug", letter_templates())
@pytest.mark.parametrize("audience", Audience)
def test_every_letter_is_in_scope_and_fits_on_a_page(slug: str, audience: Audience) -> None:
    letter = render_letter(slug, FULL, audience=audience)
    assert scope.check(letter.text) == []
    assert word_count(letter.text) < 380
    assert "I don’t diagnose or treat" in letter.text
    assert "advertisement" not in letter.text
    assert not {"{", "}", "[", "*"} & set(letter.text)


def test_a_letter_is_addressed_to_the_practice() -> None:
    letter = render_letter("introduction-letter", FULL, audience="pt_ot")
    assert "<br>Bayou Orthopedics<br>1315 St Joseph Pkwy, Suite 800<br>Houston, TX 77002" in letter.html["address"]
    assert letter.html["date"] == "<p>November 23, 2026</p>"


def test_an_organization_is_not_named_twice_in_its_address() -> None:
    same = replace(FULL, provider=replace(FULL.provider, formal_name="Bayou Orthopedics"))
    assert render_letter("introduction-letter", same, audience="pt_ot").html["address"].count("Bayou") == 1


def test_without_a_practice_there_is_no_address_to_send_it_to() -> None:
    nowhere = replace(FULL, practice=PracticeFields(of="Dr. Okafor’s"))
    with pytest.raises(MissingField, match=r"Dr\. Okafor has no practice"):
        render_letter("introduction-letter", nowhere, audience="pt_ot")


def test_an_unknown_letter_is_said_to_be_unknown() -> None:
    with pytest.raises(TemplateFault):
        render_letter("nothing", FULL, audience="pt_ot")
    assert "diagnose" in letter_source("thank-you")


def test_an_own_letter_is_laid_out_like_the_built_in_ones() -> None:
    source = letter_templates()["introduction-letter"].source
    own = render_letter("", FULL, audience="pt_ot", own=source, title="Mine")
    built_in = render_letter("introduction-letter", FULL, audience="pt_ot")
    assert (own.title, own.text, own.html) == ("Mine", built_in.text, built_in.html)


def test_a_letter_without_a_body_is_refused() -> None:
    with pytest.raises(TemplateFault, match="== body =="):
        render_letter("", FULL, audience="pt_ot", own="Hello", title="Mine")
