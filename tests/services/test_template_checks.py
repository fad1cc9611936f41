from __future__ import annotations

import pytest

from crm.documents.faults import TemplateFault
from crm.documents.merge import MergeFields, examples
from crm.domain.kinds import TemplateKind
from crm.domain.script import Audience, Channel, Moment
from crm.services import template_checks, templates
from crm.services.template_checks import Wording, field_places, fill, findings, line_span, placed

SCRIPT = {"audience": "physician", "channel": "phone"}
OPEN_TO_EDIT = [one for one in templates.built_ins().values() if one.meta.get("kind") not in ("notice", "paper")]


def said(source: str, wording: Wording) -> list[tuple[str, list[str]]]:
    """What was found, and what stands at its places."""
    return [
        (each.finding.text, [source[start:end] for start, end in each.places])
        for each in placed(source, findings(wording))
    ]


@pytest.mark.parametrize("one", OPEN_TO_EDIT, ids=lambda one: f"{one.kind}-{one.slug}")
def test_every_built_in_wording_can_be_saved_as_it_is(one: templates.BuiltIn) -> None:
    found = findings(Wording(one.kind, one.own, one.title, one.meta))
    assert [each.text for each, _ in found if each.blocks] == []


def test_words_are_placed_by_the_words_around_them() -> None:
    source = "== opening ==\nI don't treat. {{ trainer.name }} here.\n\n== gap ==\nBut I treat **knee\npain** daily.\n"
    wording = Wording(TemplateKind.SCRIPT, source, "", SCRIPT)
    (found,) = placed(source, findings(wording))
    assert found.finding.text == "treat"
    assert [source[start - 6 : end + 5] for start, end in found.places] == ["But I treat **kn"]


def test_every_moment_and_audience_is_looked_at() -> None:
    script = "== opening ==\nHello.{% if script.state == 'reactivation' %} I treat pain.{% endif %}\n"
    assert said(script, Wording(TemplateKind.SCRIPT, script, "", SCRIPT)) == [("treat", ["treat"])]
    mail = "== subject ==\nHi\n\n== body ==\nHi.{% if script.audience == 'oncology' %} I treat pain.{% endif %}\n"
    assert said(mail, Wording(TemplateKind.EMAIL, mail, "", {"kind": "outreach"})) == [("treat", ["treat"])]
    with_answer = "== opening ==\nHi.{% if not relationship.answer %} I treat pain.{% endif %}\n"
    assert said(with_answer, Wording(TemplateKind.SCRIPT, with_answer, "", SCRIPT)) == [("treat", ["treat"])]


def test_identifiers_block_and_our_own_numbers_do_not() -> None:
    source = "== opening ==\nCall {{ trainer.phone }} about Mr. Bob Miller, SSN 123-45-6789.\n"
    found = said(source, Wording(TemplateKind.SCRIPT, source, "", SCRIPT))
    assert ("123-45-6789", ["123-45-6789"]) in found
    assert all("555-0142" not in text for text, _ in found)


def test_a_form_may_ask_the_provider_for_what_is_theirs_to_say() -> None:
    one = templates.built_ins()[TemplateKind.DOCUMENT, "clearance-request"]
    mine = Wording(one.kind, f"{one.own}\nI treat pain.\n", one.title, one.meta, one.slug)
    assert [each.text for each, _ in findings(mine) if each.blocks] == ["treat"]


def test_a_fault_in_a_branch_that_only_some_see_is_found() -> None:
    source = "== opening ==\nHi\n{% if script.state == 'thank_you' %}{{ trainer.name[0] }}{% endif %}\n"
    wording = Wording(TemplateKind.SCRIPT, source, "", SCRIPT)
    assert fill(wording, examples()).text == "Hi"
    with pytest.raises(TemplateFault):
        findings(wording)


def test_each_kind_is_filled_in_its_own_way() -> None:
    body = "== body ==\nDear {{ provider.dear }}\n"
    script = fill(Wording(TemplateKind.SCRIPT, "== opening ==\nHi {{ provider.email }}\n", "", SCRIPT), MergeFields())
    assert script.script is not None
    assert (script.script.channel, script.script.moment) == (Channel.PHONE, Moment.FIRST_CONTACT)
    assert [each.path for each in script.missing] == ["provider.email"]
    assert fill(Wording(TemplateKind.EMAIL, f"== subject ==\nHi\n\n{body}"), examples()).email is not None
    assert fill(Wording(TemplateKind.DOCUMENT, body, "Mine", {"kind": "letter"}), examples()).letter is not None
    paper = Wording(TemplateKind.DOCUMENT, "== lead ==\nFor {{ script.audience }}\n", "", {"kind": "paper"})
    shown = fill(paper, examples(), audience=Audience.PT_OT)
    assert (shown.text, shown.html) == ("For pt_ot", "<p>For pt_ot</p>")


def test_places_of_fields_and_lines() -> None:
    source = "a {{ trainer.name }}\n{{ trainer.name | lower }} {{ trainer.names }}"
    assert [source[start:end] for start, end in field_places(source, "trainer.name")] == [
        "{{ trainer.name }}", "{{ trainer.name | lower }}",
    ]  # fmt: skip
    assert source[slice(*line_span(source, 1))] == "a {{ trainer.name }}"
    assert line_span(source, 99) == line_span(source, 2)
    assert template_checks.line_span("", 1) == (0, 0)
