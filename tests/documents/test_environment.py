from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.documents import environment, prose
from crm.documents.environment import fill_source, used_fields
from crm.documents.faults import MissingField, TemplateFault, TooMuch, UnknownField
from crm.documents.merge import (
    BusinessFields,
    MergeFields,
    PracticeFields,
    ProviderFields,
    TrainerFields,
    examples,
    registry,
)

OKAFOR = MergeFields(provider=ProviderFields(of="Dr. Okafor’s"), practice=PracticeFields(of="Dr. Okafor’s"))


@pytest.mark.parametrize(
    ("source", "fields", "sentence"),
    [
        ("{{ business.phone }}", OKAFOR, "Fill in “Phone” in Settings › Business."),
        ("{{ trainer.name }}", OKAFOR, "Fill in “Name” in Settings › You."),
        ("{{ provider.email }}", OKAFOR, "Fill in “E-mail” on Dr. Okafor’s page."),
        ("{{ practice.city }}", OKAFOR, "Dr. Okafor has no practice: add one on the provider’s page."),
        (
            "{{ practice.fax }}",
            replace(OKAFOR, practice=PracticeFields(of="Dr. Okafor’s", name="Bayou Ortho")),
            "Fill in “Fax” on the page of Dr. Okafor’s practice.",
        ),
        ("{{ business.name }}", replace(OKAFOR, business=BusinessFields(name="  ")), "Fill in “Business name”"),
    ],
)
def test_an_empty_field_says_which_one_and_where(source: str, fields: MergeFields, sentence: str) -> None:
    with pytest.raises(MissingField, match=sentence.replace("(", r"\(")) as caught:
        fill_source(source, fields)
    assert caught.value.field
    assert caught.value.record


def test_an_empty_field_can_be_asked_about_and_replaced() -> None:
    source = "{% if trainer.phone %}call{% else %}write{% endif %} {{ contact.first_name or 'there' }}"
    assert fill_source(source, OKAFOR).text == "write there"


def test_marking_shows_every_empty_field_once() -> None:
    filled = fill_source("{{ trainer.phone }} {{ provider.email }} {{ trainer.phone }}", OKAFOR, mark_missing=True)
    assert prose.show(filled.text) == "[Phone] [E-mail] [Phone]"
    assert [fault.path for fault in filled.missing] == ["trainer.phone", "provider.email"]


@pytest.mark.parametrize(
    ("source", "field", "line", "meant"),
    [
        ("Hello\n{{ provider.salutatoin }}", "provider.salutatoin", 2, "provider.salutation"),
        ("{{ phone }}", "phone", 1, "trainer.phone"),
        ("{{ provider['nickname'] }}", "provider.nickname", 1, "provider.name"),
        ("\n\n{% for x in patients %}{{ x }}{% endfor %}", "patients", 3, ""),
    ],
)
def test_an_unknown_field_is_named_with_its_line(source: str, field: str, line: int, meant: str) -> None:
    with pytest.raises(UnknownField) as caught:
        fill_source(source, examples())
    assert (caught.value.field, caught.value.line, caught.value.meant) == (field, line, meant)


@pytest.mark.parametrize(
    "source",
    [
        "{{ provider.__class__ }}",
        "{{ provider['__class__'] }}",
        "{{ provider.of }}",
        "{% set p = provider %}{{ p.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ 'x'.format }}",
        "{{ ('{0.__class__}').format(provider) }}",
        "{{ trainer.name.upper() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ trainer|attr('of') }}",
        "{{ lipsum() }}",
        "{{ range(9) }}",
        "{{ dict(a=1) }}",
        "{{ cycler }}",
        "{{ namespace(a=1) }}",
        "{{ config }}",
        "{{ request }}",
        "{{ trainer }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{% set trainer.name = 'x' %}",
        "{{ trainer.name[0] }}",
        "{% include 'web/base.html' %}",
        "{% include '../pyproject.toml' %}",
        "{% include 'email/../../pyproject.toml' %}",
        "{% include '/etc/passwd' %}",
        "{% import 'web/parts/ui.html' as ui %}",
        "{% extends 'web/base.html' %}",
    ],
)
def test_nothing_but_merge_fields_and_text_templates_can_be_reached(source: str) -> None:
    with pytest.raises(TemplateFault):
        fill_source(source, examples())


@pytest.mark.parametrize(
    "source",
    [
        "{% set a = 'xxxxxxxxxx' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{{ 'x' * 999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
        "{{" + "(" * 3000 + "1" + ")" * 3000 + "}}",
        "{% for a in service.others %}" * 3 + "x" * 40_000 + "{% endfor %}" * 3,
        "x" * 60_001,
    ],
)
def test_a_greedy_template_is_stopped(source: str) -> None:
    fields = replace(examples(), service=replace(examples().service, others=("a", "b", "c")))
    with pytest.raises(TemplateFault):
        fill_source(source, fields)


def test_many_turns_of_a_loop_are_too_many() -> None:
    fields = replace(examples(), service=replace(examples().service, others=tuple("ab" * 40)))
    loops = "{% for a in service.others %}{% for b in service.others %}x{% endfor %}{% endfor %}"
    with pytest.raises(TooMuch):
        fill_source(loops, fields)


def test_a_broken_template_says_line_and_reason() -> None:
    with pytest.raises(TemplateFault) as caught:
        fill_source("one\n{% if trainer.name %}\ntwo", examples())
    assert caught.value.line
    assert "endif" in caught.value.reason


def test_a_header_is_no_text_and_keeps_line_numbers() -> None:
    source = "---\nslug: mine\ntitle: My own: first\n---\nHello {{ provider.nobody }}"
    assert environment.front_matter(source) == {"slug": "mine", "title": "My own: first"}
    with pytest.raises(UnknownField) as caught:
        fill_source(source, examples())
    assert caught.value.line == 5


def test_used_fields_are_listed_with_their_first_line() -> None:
    assert used_fields("{{ trainer.name }}\n{% if provider.email %}x{% endif %}{{ trainer.name }}") == {
        "trainer.name": 1,
        "provider.email": 2,
    }


def test_every_known_field_has_label_meaning_and_example() -> None:
    for known in registry().values():
        assert known.label
        assert known.meaning
        assert known.example
        assert fill_source(f"{{{{ {known.path}{'|listed' if known.many else ''} }}}}", examples()).text


nasty = st.text(
    alphabet=st.one_of(st.sampled_from("{}%<>&\"'\n\r\t*-=\\#:[]()\u2028\u202e\ue000\x00"), st.characters()),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(name=nasty, business=nasty)
def test_data_is_one_line_and_never_becomes_markup(name: str, business: str) -> None:
    fields = replace(examples(), trainer=TrainerFields(name=f"a{name}b"), business=BusinessFields(name=f"c{business}d"))
    text = fill_source("== opening ==\n{{ trainer.name }}\n\n- {{ business.name }}", fields).text
    assert list(prose.sections(text)) == ["", "opening"]
    paragraph, items = prose.blocks(prose.sections(text)["opening"])
    assert (paragraph.kind, items.kind) == ("paragraph", "list")
    assert len(paragraph.lines) == len(items.lines) == 1
    html = prose.as_html(text)
    assert html.count("<") == html.count("<p>") * 2 + html.count("<ul>") * 2 + html.count("<li>") * 2 + html.count(
        "<br>"
    )


@settings(max_examples=100, deadline=None)
@given(source=st.text(alphabet=st.sampled_from("{}%# abcprovide.trainer|~'()[]\n=-"), max_size=80))
def test_any_template_fills_or_says_what_is_wrong(source: str) -> None:
    try:
        fill_source(source, examples())
    except (TemplateFault, MissingField):
        pass  # both carry a sentence; anything else fails the test
